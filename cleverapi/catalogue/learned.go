package catalogue

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"sync"
)

// lessons are what was learnt from what people asked for: how much each trait of a
// phrase speaks for each trait of an operation. The thesaurus says what a word
// means; this is how much that turned out to matter, and which words lead to
// operations that share none with them.
type lessons struct {
	from   string              // a digest of what they were learnt from
	traits map[string]int32    // of operations
	says   map[string][]lesson // by trait of a phrase
}

type lesson struct {
	trait  int32
	weight int8 // in lessonUnit
}

const (
	lessonUnit = 1.0 / 32
	lessonSize = 2.0 // of what was learnt, against the other evidence: it is learnt on top of that
)

// learned is read the first time that somebody searches.
var learned = sync.OnceValue(func() *lessons {
	l, err := readLessons(unpack("learned"))
	if err != nil {
		panic("learned.gz: " + err.Error()) // a test would have met it
	}
	return l
})

// The file: what it was learnt from; the traits of operations; each trait of a
// phrase with the number of its list, since words that are always said together
// teach the same; how long the lists are; where they point, each time as the
// distance from the trait before; and, apart because like packs better with like,
// their weights. A string is its length and its bytes.
func (l *lessons) file() []byte {
	var b []byte
	count := func(n int) { b = binary.AppendUvarint(b, uint64(n)) }
	text := func(s string) { count(len(s)); b = append(b, s...) }
	text(l.from)
	count(len(l.traits))
	for _, name := range slices.SortedFunc(maps.Keys(l.traits), func(a, b string) int { return cmp.Compare(l.traits[a], l.traits[b]) }) {
		text(name)
	}
	var lists [][]lesson
	numbers := map[string]int{}
	count(len(l.says))
	for _, name := range sortedKeys(l.says) {
		list := l.says[name]
		said := fmt.Sprint(list)
		if _, ok := numbers[said]; !ok {
			numbers[said] = len(lists)
			lists = append(lists, list)
		}
		text(name)
		count(numbers[said])
	}
	count(len(lists))
	for _, list := range lists {
		count(len(list))
	}
	for _, list := range lists {
		before := int32(0)
		for _, s := range list {
			count(int(s.trait - before))
			before = s.trait
		}
	}
	for _, list := range lists {
		for _, s := range list {
			b = append(b, byte(s.weight))
		}
	}
	return b
}

func readLessons(file []byte) (*lessons, error) {
	r := lessonReader{Reader: bytes.NewReader(file)}
	l := &lessons{from: r.text(), traits: map[string]int32{}, says: map[string][]lesson{}}
	for i := range r.count() {
		l.traits[r.text()] = int32(i)
	}
	numbers := map[string]int{}
	for range r.count() {
		name := r.text()
		numbers[name] = r.count()
	}
	lists := make([][]lesson, r.count())
	for i := range lists {
		lists[i] = make([]lesson, r.count())
	}
	for _, list := range lists {
		trait := int32(0)
		for i := range list {
			trait += int32(r.count())
			list[i].trait = trait
		}
	}
	for _, list := range lists {
		for i := range list {
			list[i].weight = r.weight()
		}
	}
	if r.err != nil {
		return nil, fmt.Errorf("it ends too early: %w", r.err)
	}
	for name, n := range numbers {
		if n >= len(lists) {
			return nil, fmt.Errorf("%q has list %d of %d", name, n, len(lists))
		}
		l.says[name] = lists[n]
	}
	return l, nil
}

type lessonReader struct {
	*bytes.Reader
	err error
}

func (r *lessonReader) count() int {
	n, err := binary.ReadUvarint(r)
	if err != nil || n > 1<<20 {
		r.err = io.ErrUnexpectedEOF
		return 0
	}
	return int(n)
}

func (r *lessonReader) weight() int8 {
	b, err := r.ReadByte()
	if err != nil {
		r.err = err
	}
	return int8(b)
}

func (r *lessonReader) text() string {
	b := make([]byte, r.count())
	if _, err := io.ReadFull(r, b); err != nil {
		r.err = err
	}
	return string(b)
}

// trait is one way in which operations are alike, with its share in what is learnt.
type trait struct {
	name  string
	share float32
}

// traits of an operation: what is learnt of one helps those that do the same, or
// do something to the same thing.
func (d doc) traits() []trait {
	out := []trait{{d.op.ID, 0.5}, {"+" + d.record.Action, 0.5}, {"/" + d.record.Group, 0.3}}
	for i, names := range d.resource {
		for _, name := range names {
			out = append(out, trait{name, 0.3})
			if i == len(d.resource)-1 {
				out = append(out, trait{"." + name, 0.5})
			}
		}
	}
	return out
}

// traits of a phrase: its words by themselves and by their stems, the things and
// the deeds that it speaks of. A long phrase has more of them, each worth less.
func (q query) traits() map[string]float32 {
	f := map[string]float32{}
	for _, t := range q.terms {
		f["="+singular(t.text)] = 0.6
		f["e"+t.en] = 0.6
	}
	for _, text := range q.small {
		f["s"+text] = 0.35
	}
	for thing, weight := range q.things {
		f["t"+thing] = weight
	}
	for deed, weight := range q.said {
		f["d"+deed] = weight
	}
	var sum float64
	for _, name := range sortedKeys(f) {
		sum += float64(f[name]) * float64(f[name])
	}
	scale := float32(1.5 / math.Sqrt(math.Sqrt(sum)+1e-9))
	for name := range f {
		f[name] *= scale
	}
	return f
}

// taught is how much the lessons speak for each doc: less when they have never met
// the half of the phrase, as with an operation that is newer than they are.
func (ix *index) taught(q query) []float32 {
	l := ix.lessons
	sums := make([]float32, len(l.traits))
	phrase := q.traits()
	var known, all float32
	for _, name := range sortedKeys(phrase) { // in order, since rounding depends on it
		all += phrase[name]
		if l.says[name] != nil {
			known += phrase[name]
		}
		for _, s := range l.says[name] {
			sums[s.trait] += phrase[name] * float32(s.weight) * lessonUnit
		}
	}
	sure := float32(1)
	if all > 0 {
		sure = known / all * known / all
	}
	out := make([]float32, len(ix.docs))
	for i := range ix.docs {
		for _, t := range ix.docs[i].learns {
			out[i] += t.share * sums[t.trait] * sure
		}
	}
	best := slices.Max(out)
	for i := range ix.docs {
		if !ix.docs[i].met {
			out[i] = best
		}
	}
	return out
}

// never tells whether no lesson is about the word.
func (l *lessons) never(t term) bool {
	return len(l.says) > 0 && l.says["="+singular(t.text)] == nil && l.says["e"+t.en] == nil
}

// learns is a trait of a doc that something was learnt of.
type learns struct {
	trait int32
	share float32
}

func (l *lessons) of(d doc) []learns {
	var out []learns
	for _, t := range d.traits() {
		if at, ok := l.traits[t.name]; ok {
			out = append(out, learns{at, t.share})
		}
	}
	return out
}
