// Package catalogue knows every operation of the Clever Cloud API: what it is
// called, where it lives, what it does to the world and whether its answer
// holds secrets.
//
// An operation has one name everywhere, its method and path template:
//
//	GET /v2/organisations/{id}/applications
//
// Two layers answer at two prices. The table (Lookup, Match) is compiled in as
// constants, costs nothing at start and is what each request is checked
// against. The descriptions (Describe, and the search) are JSON, read the first
// time that somebody asks.
//
// The package makes no request and knows nothing about credentials.
package catalogue

//go:generate go run generate.go

import (
	"sort"
	"strings"
	"sync"
)

// Effect is what an operation does to the world. The zero value is the worst,
// so that what nobody classified is treated as destroying.
type Effect uint8

const (
	Destroys Effect = iota // something is lost for ever, or a service stops
	Writes                 // something changes and can be changed back
	Reads                  // nothing changes
)

func (e Effect) String() string {
	switch e {
	case Reads:
		return "reads"
	case Writes:
		return "writes"
	}
	return "destroys"
}

// Host is the server that an operation lives on.
type Host uint8

const (
	API     Host = iota // the API; with an API token the bridge stands in for it
	Bridge              // the auth bridge only: API tokens
	KVProxy             // Redis commands over HTTP
)

// Operation is one row of the table.
type Operation struct {
	ID         string // "GET /v2/self"
	Host       Host
	Effect     Effect
	Secret     bool // the answer can hold credentials
	Stream     bool // the answer is a stream of events without an end
	Deprecated bool
}

// Method returns the first word of the ID.
func (o Operation) Method() string { m, _, _ := strings.Cut(o.ID, " "); return m }

// Path returns the path template of the ID.
func (o Operation) Path() string { _, p, _ := strings.Cut(o.ID, " "); return p }

// All returns every operation, sorted by ID. The slice is shared: do not change it.
func All() []Operation { return table[:] }

// Lookup finds an operation by its ID.
func Lookup(id string) (Operation, bool) {
	i := sort.Search(len(table), func(i int) bool { return table[i].ID >= id })
	if i < len(table) && table[i].ID == id {
		return table[i], true
	}
	return Operation{}, false
}

// MustLookup is Lookup for IDs that are written in our own code.
func MustLookup(id string) Operation {
	o, ok := Lookup(id)
	if !ok {
		panic("operation is not in the catalogue: " + id)
	}
	return o
}

// Match finds the operation of a concrete request: method and escaped path,
// without query. A literal segment wins over a parameter. The values of params
// are still escaped, exactly as they stand in the path.
func Match(method, escapedPath string) (op Operation, params map[string]string, ok bool) {
	tree := router()[method]
	if tree == nil || !strings.HasPrefix(escapedPath, "/") {
		return Operation{}, nil, false
	}
	segments := strings.Split(escapedPath[1:], "/")
	values := make([]string, 0, 8)
	leaf := tree.find(segments, &values)
	if leaf == nil {
		return Operation{}, nil, false
	}
	op = table[leaf.row-1]
	params = make(map[string]string, len(values))
	for i, name := range leaf.names {
		params[name] = values[i]
	}
	return op, params, true
}

// ParamNames returns the names of the parameters of a path template in order.
func ParamNames(template string) []string {
	var names []string
	for {
		_, rest, ok := strings.Cut(template, "{")
		if !ok {
			return names
		}
		name, rest, _ := strings.Cut(rest, "}")
		names, template = append(names, name), rest
	}
}

// node is one segment of the router. Patterns are segments that mix text and
// parameters, such as {bid}.pdf and {type}-{version}.
type node struct {
	literal  map[string]*node
	patterns []pattern
	param    *node
	row      int // 1 + index into table; 0: no operation ends here
	names    []string
}

type pattern struct {
	parts []string // text, name, text, name, …
	next  *node
}

// router is built by the first Match, in less than a millisecond.
var router = sync.OnceValue(func() map[string]*node {
	roots := map[string]*node{}
	for i, op := range table {
		root := roots[op.Method()]
		if root == nil {
			root = &node{}
			roots[op.Method()] = root
		}
		n := root
		for seg := range strings.SplitSeq(op.Path()[1:], "/") {
			n = n.child(seg)
		}
		n.row, n.names = i+1, ParamNames(op.Path())
	}
	return roots
})

func (n *node) child(seg string) *node {
	open := strings.IndexByte(seg, '{')
	switch {
	case open < 0:
		if n.literal == nil {
			n.literal = map[string]*node{}
		}
		if n.literal[seg] == nil {
			n.literal[seg] = &node{}
		}
		return n.literal[seg]
	case open == 0 && strings.IndexByte(seg, '}') == len(seg)-1:
		if n.param == nil {
			n.param = &node{}
		}
		return n.param
	}
	parts := strings.FieldsFunc(seg, func(r rune) bool { return r == '{' || r == '}' })
	if open == 0 {
		parts = append([]string{""}, parts...)
	}
	for _, p := range n.patterns {
		if strings.Join(p.parts, "\x00") == strings.Join(parts, "\x00") {
			return p.next
		}
	}
	next := &node{}
	n.patterns = append(n.patterns, pattern{parts: parts, next: next})
	return next
}

func (n *node) find(segments []string, values *[]string) *node {
	if len(segments) == 0 {
		if n.row == 0 {
			return nil
		}
		return n
	}
	seg, rest := segments[0], segments[1:]
	if next := n.literal[seg]; next != nil {
		if leaf := next.find(rest, values); leaf != nil {
			return leaf
		}
	}
	kept := len(*values)
	for _, p := range n.patterns {
		if p.match(seg, values) {
			if leaf := p.next.find(rest, values); leaf != nil {
				return leaf
			}
		}
		*values = (*values)[:kept]
	}
	if n.param != nil && seg != "" {
		*values = append(*values, seg)
		if leaf := n.param.find(rest, values); leaf != nil {
			return leaf
		}
		*values = (*values)[:kept]
	}
	return nil
}

// match appends the values of the pattern's parameters. A parameter takes as
// much as it can, so "jar-maven-2024" is type "jar-maven", version "2024".
func (p pattern) match(seg string, values *[]string) bool {
	seg, ok := strings.CutPrefix(seg, p.parts[0])
	if !ok {
		return false
	}
	for i := 1; i < len(p.parts); i += 2 {
		end := len(seg)
		if i+1 < len(p.parts) {
			end = strings.LastIndex(seg, p.parts[i+1])
		}
		if end <= 0 {
			return false
		}
		*values = append(*values, seg[:end])
		seg = seg[end:]
		if i+1 < len(p.parts) {
			seg = seg[len(p.parts[i+1]):]
		}
	}
	return seg == ""
}
