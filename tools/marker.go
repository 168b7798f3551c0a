package tools

import (
	"sort"
	"strings"
	"sync"
	"unicode"
)

// marker puts marks in place of the values that a Hider knows.
type marker struct {
	replacer *strings.Replacer
	// begins has the first three bytes of each value. A text in which none of them
	// stands, as nearly all do not, is done with at a glance; the replacer would copy
	// it. odd has them too, and those of whatever else Text looks for.
	begins, odd trigrams
}

// newMarker takes values of at least three bytes, each followed by its mark. Longer
// ones go first, so that no secret survives in part because a shorter one that it
// contains was replaced.
func newMarker(pairs []string) *marker {
	type pair struct{ from, to string }
	ps := make([]pair, 0, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		ps = append(ps, pair{pairs[i], pairs[i+1]})
	}
	sort.Slice(ps, func(i, j int) bool {
		a, b := ps[i], ps[j]
		if len(a.from) != len(b.from) {
			return len(b.from) < len(a.from)
		}
		return a.from < b.from
	})
	m := &marker{}
	flat := make([]string, 0, len(pairs))
	for _, p := range ps {
		flat = append(flat, p.from, p.to)
		m.begins.add(p.from)
	}
	m.replacer = strings.NewReplacer(flat...)
	m.odd = *formBegins()
	for i, word := range m.begins {
		m.odd[i] |= word
	}
	return m
}

func (m *marker) replace(s string) string {
	for i := 2; i < len(s); i++ {
		if m.begins.has(trigram(s[i-2:])) {
			return m.replacer.Replace(s)
		}
	}
	return s
}

// plain tells at a glance that Text leaves s as it is. Of a text that is not plain
// nothing is known.
func plain[T string | []byte](m *marker, s T) bool {
	three := uint32(0)
	for i := range len(s) {
		b := s[i]
		if b < 0x20 || b >= 0x7f || b == '&' {
			return false
		}
		if three = three<<8&0xffffff | uint32(b); m.odd.has(three) {
			return false
		}
	}
	return true
}

// formBegins has the beginnings of all words by which a secret is known, in any case
// where case does not matter.
var formBegins = sync.OnceValue(func() *trigrams {
	t := &trigrams{}
	t.add("://")
	for _, l := range looks {
		for _, word := range l.words {
			t.add(word)
		}
	}
	for _, word := range headerWords {
		for upper := range 8 {
			begin := []byte(word[:3])
			for i := range begin {
				if upper>>i&1 == 1 {
					begin[i] = byte(unicode.ToUpper(rune(begin[i])))
				}
			}
			t.add(string(begin))
		}
	}
	return t
})

// trigrams is a set of three bytes each. It may say that it has what it has not.
type trigrams [1 << 16 / 64]uint64

func (t *trigrams) add(s string) {
	h := hash3(trigram(s))
	t[h/64] |= 1 << (h % 64)
}

func (t *trigrams) has(three uint32) bool {
	h := hash3(three)
	return t[h/64]&(1<<(h%64)) != 0
}

// trigram is the first three bytes of a text as a number.
func trigram(s string) uint32 { return uint32(s[0])<<16 | uint32(s[1])<<8 | uint32(s[2]) }

func hash3(three uint32) uint16 { return uint16(three * 0x9e3779b1 >> 16) }
