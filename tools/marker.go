package tools

import (
	"sort"
	"strings"
)

// marker puts marks in place of the values that a Hider knows.
type marker struct {
	replacer *strings.Replacer
	// begins has a bit for the first three bytes of each value. A text in which none
	// of them stands, as nearly all do not, is done with at a glance; the replacer
	// would copy it.
	begins [1 << 16 / 64]uint64
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
		h := hash3(p.from[0], p.from[1], p.from[2])
		m.begins[h/64] |= 1 << (h % 64)
	}
	m.replacer = strings.NewReplacer(flat...)
	return m
}

func (m *marker) replace(s string) string {
	for i := 0; i+3 <= len(s); i++ {
		if h := hash3(s[i], s[i+1], s[i+2]); m.begins[h/64]&(1<<(h%64)) != 0 {
			return m.replacer.Replace(s)
		}
	}
	return s
}

func hash3(a, b, c byte) uint16 {
	return uint16((uint32(a)<<16 | uint32(b)<<8 | uint32(c)) * 0x9e3779b1 >> 16)
}
