package tools

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/itchyny/gojq"
)

const (
	// What is made on the way, and given in the end, has at most these.
	selectBytes   = 64 << 20
	deepestResult = 1_000
	// selectValues is how many values lists collect, all together.
	selectValues = 1_000_000
	// strainBytes is what a function that strains is given at most.
	strainBytes = 256 << 10
	// matchBytes is what is searched for patterns at most.
	matchBytes = 16 << 10
	// joinBytes is what a function that joins puts between the parts of another value.
	joinBytes = 1 << 10
	// What a value takes, about, without what is in it.
	valueBytes, objectBytes = 16, 256
)

var (
	errSelectTooMuch = errors.New("it makes more than can be written, or too many lists in each other")
	errSelectTooLong = errors.New("a text or list is too long for one of its functions")
	errSelectPattern = errors.New("a text is too long to be searched for a pattern; contains, startswith and split take longer ones")
	errSelectNumbers = errors.New("* and - take only numbers here")
)

// The names of the functions that a measurer adds, which no expression can have:
// selectWords are all that it may call.
const (
	wordFits     = "_fits"
	wordCount    = "_count"
	wordShort    = "_short"
	wordSearched = "_searched"
	wordTiny     = "_tiny"
	wordNumber   = "_number"
)

// bounding are the functions that a measurer adds to an expression. Each gives what it is
// given, or an error.
func bounding() []gojq.CompilerOption {
	left := selectValues
	function := func(name string, wrong func(v any) error) gojq.CompilerOption {
		return gojq.WithFunction(name, 0, 0, func(v any, _ []any) any {
			if err := wrong(v); err != nil {
				return err
			}
			return v
		})
	}
	within := func(bytes int, err error) func(any) error {
		return func(v any) error {
			if room := bytes; !roomFor(v, deepestResult, &room) {
				return err
			}
			return nil
		}
	}
	return []gojq.CompilerOption{
		function(wordFits, within(selectBytes, errSelectTooMuch)),
		function(wordShort, within(strainBytes, errSelectTooLong)),
		function(wordSearched, within(matchBytes, errSelectPattern)),
		function(wordTiny, within(joinBytes, errSelectTooLong)),
		function(wordCount, func(any) error {
			if left--; left < 0 {
				return errSelectTooMuch
			}
			return nil
		}),
		function(wordNumber, func(v any) error {
			switch v.(type) {
			case int, float64, *big.Int:
				return nil
			}
			return errSelectNumbers
		}),
	}
}

// roomFor takes what v needs, about, from room, and tells whether it fits.
func roomFor(v any, depth int, room *int) bool {
	if *room -= valueBytes; *room < 0 || depth < 0 {
		return false
	}
	switch v := v.(type) {
	case string:
		*room -= len(v)
	case *big.Int:
		*room -= 64 * v.BitLen() // its digits take more time than room
	case []any:
		for _, e := range v {
			if !roomFor(e, depth-1, room) {
				return false
			}
		}
	case map[string]any:
		*room -= objectBytes
		for name, e := range v {
			if *room -= valueBytes + len(name); !roomFor(e, depth-1, room) {
				return false
			}
		}
	}
	return *room >= 0
}

// measurer changes an expression so that each value that it makes is measured before
// it is used. A few characters can double a value again and again, or let the library
// take minutes for one step, in which nothing stops it. What cannot be measured is
// refused.
type measurer struct{ err error } // the first reason to refuse

func (m *measurer) refuse(format string, args ...any) {
	if m.err == nil {
		m.err = fmt.Errorf("select "+format, args...)
	}
}

func (m *measurer) queries(all ...*gojq.Query) {
	for _, q := range all {
		if q != nil {
			m.query(q)
		}
	}
}

func (m *measurer) query(q *gojq.Query) {
	if len(q.FuncDefs) > 0 {
		m.refuse("takes no definitions (def)")
		return
	}
	if q.Term != nil {
		m.term(q.Term)
		return
	}
	m.queries(q.Left, q.Right)
	m.patterns(q.Patterns)
	switch q.Op {
	case gojq.OpAdd:
	case gojq.OpSub, gojq.OpMul:
		q.Left, q.Right = then(q.Left, wordNumber), then(q.Right, wordNumber)
	case gojq.OpDiv, gojq.OpMod: // a text can be divided by another
		q.Left, q.Right = then(q.Left, wordShort), then(q.Right, wordShort)
	case gojq.OpAssign, gojq.OpModify, gojq.OpUpdateAdd, gojq.OpUpdateAlt:
		if !namesMembers(q.Left) {
			m.refuse("changes only members by name and all elements, not %s", clip(q.Left.String(), 60))
		}
	case gojq.OpUpdateSub, gojq.OpUpdateMul, gojq.OpUpdateDiv, gojq.OpUpdateMod:
		m.refuse("has no %s", q.Op)
	default:
		return
	}
	inner := *q
	*q = *then(&inner, wordFits)
}

func (m *measurer) term(t *gojq.Term) {
	m.index(t.Index)
	for _, s := range t.SuffixList {
		m.index(s.Index)
	}
	m.queries(t.Query)
	switch t.Type {
	case gojq.TermTypeFunc:
		m.call(t)
	case gojq.TermTypeObject:
		for _, kv := range t.Object.KeyVals {
			m.queries(kv.KeyQuery, kv.Val)
			m.text(kv.KeyString)
		}
		wrap(t, wordFits)
	case gojq.TermTypeArray:
		if t.Array.Query != nil {
			m.query(t.Array.Query)
			t.Array.Query = then(t.Array.Query, wordCount)
			wrap(t, wordFits)
		}
	case gojq.TermTypeUnary:
		m.term(t.Unary.Term)
	case gojq.TermTypeFormat, gojq.TermTypeString:
		m.text(t.Str)
		if t.Type == gojq.TermTypeFormat || len(t.Str.Queries) > 0 {
			wrap(t, wordFits)
		}
	case gojq.TermTypeIf:
		m.queries(t.If.Cond, t.If.Then, t.If.Else)
		for _, e := range t.If.Elif {
			m.queries(e.Cond, e.Then)
		}
	case gojq.TermTypeTry:
		m.queries(t.Try.Body, t.Try.Catch)
	case gojq.TermTypeReduce:
		m.queries(t.Reduce.Query, t.Reduce.Start, t.Reduce.Update)
		m.patterns(t.Reduce.Patterns)
	case gojq.TermTypeForeach:
		m.queries(t.Foreach.Query, t.Foreach.Start, t.Foreach.Update, t.Foreach.Extract)
		m.patterns(t.Foreach.Patterns)
	case gojq.TermTypeLabel:
		m.queries(t.Label.Body)
	}
}

// call is for the call of a function, or the name of a variable.
func (m *measurer) call(t *gojq.Term) {
	name, args := t.Func.Name, t.Func.Args
	if strings.HasPrefix(name, "$") {
		return
	}
	m.queries(args...)
	around := func(given, each string) {
		for i, arg := range args {
			args[i] = then(arg, each)
		}
		wrap(t, wordFits)
		if given != "" {
			t.Query = pipe(call(given), t.Query)
		}
	}
	switch selectWords()[fmt.Sprintf("%s/%d", name, len(args))] {
	case picks:
	case makes:
		around("", wordCount)
	case strains:
		around(wordShort, wordShort)
	case matches:
		around(wordSearched, wordSearched)
	case joins:
		around(wordShort, wordTiny)
	default:
		m.refuse("has no %s/%d; it has %s", clip(name, 60), len(args), selectNames())
	}
}

func (m *measurer) index(i *gojq.Index) {
	if i != nil {
		m.queries(i.Start, i.End)
		m.text(i.Str)
	}
}

func (m *measurer) text(s *gojq.String) {
	if s != nil {
		m.queries(s.Queries...)
	}
}

func (m *measurer) patterns(all []*gojq.Pattern) {
	for _, p := range all {
		m.patterns(p.Array)
		for _, o := range p.Object {
			m.queries(o.KeyQuery)
			m.text(o.KeyString)
			if o.Val != nil {
				m.patterns([]*gojq.Pattern{o.Val})
			}
		}
	}
}

// wrap has a word follow a term, before what stands behind it in brackets.
func wrap(t *gojq.Term, word string) {
	inner := *t
	inner.SuffixList = nil
	*t = gojq.Term{Type: gojq.TermTypeQuery, Query: then(&gojq.Query{Term: &inner}, word), SuffixList: t.SuffixList}
}

// namesMembers tells whether a path leads to members by name, all elements, or some
// of them: what is written there makes no list longer.
func namesMembers(q *gojq.Query) bool {
	if q.Term == nil {
		return q.Op == gojq.OpPipe && len(q.Patterns) == 0 && namesMembers(q.Left) && namesMembers(q.Right)
	}
	t := q.Term
	byName := func(i *gojq.Index) bool { return i == nil || i.Start == nil && i.End == nil && !i.IsSlice }
	for _, s := range t.SuffixList {
		if !byName(s.Index) {
			return false
		}
	}
	switch t.Type {
	case gojq.TermTypeIdentity, gojq.TermTypeRecurse:
		return true
	case gojq.TermTypeIndex:
		return byName(t.Index)
	case gojq.TermTypeQuery:
		return namesMembers(t.Query)
	case gojq.TermTypeFunc:
		return t.Func.Name == "select"
	}
	return false
}

func then(q *gojq.Query, word string) *gojq.Query { return pipe(q, call(word)) }

func pipe(left, right *gojq.Query) *gojq.Query {
	return &gojq.Query{Left: left, Op: gojq.OpPipe, Right: right}
}

func call(word string) *gojq.Query {
	return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeFunc, Func: &gojq.Func{Name: word}}}
}
