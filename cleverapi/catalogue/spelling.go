package catalogue

import (
	"math/bits"
	"sort"
	"strings"
)

// spelling knows the words of the thesaurus and of the descriptions, to guess
// what a word was meant to be that neither has.
type spelling struct {
	known map[string]bool
	list  []spelt
}

type spelt struct {
	text    string
	letters uint64 // which letters it has: a cheap bound of the distance
}

// newSpelling takes the words of the thesaurus as the guesses, since a guess
// that means nothing helps nobody, and those of the descriptions as known too.
func newSpelling(vocabulary map[string]bool, counts []map[string]float32) *spelling {
	s := &spelling{known: map[string]bool{}}
	for w := range vocabulary {
		for _, k := range newWord(w).keys() {
			s.known[k] = true
		}
		if len(w) >= 4 {
			s.list = append(s.list, spelt{w, letters(w)})
		}
	}
	sort.Slice(s.list, func(i, j int) bool { return s.list[i].text < s.list[j].text })
	for _, c := range counts {
		for key := range c {
			s.known[key] = true
		}
	}
	return s
}

// correct returns the nearest known word of one that is not known. It is tried
// without its plural too, since the vocabulary has most words in the singular.
func (s *spelling) correct(w word) (string, bool) {
	if stopwords()[w.text].known || s.known["="+w.text] || s.known["e"+w.en] || s.known["f"+w.fr] || len(w.text) < 5 {
		return "", false
	}
	most := 1
	if len(w.text) >= 9 {
		most = 2
	}
	best, distance := s.nearest(w.text, most)
	if one := singular(w.text); one != w.text && distance > 1 {
		if other, d := s.nearest(one, most); d < distance {
			best, distance = other, d
		}
	}
	return best, distance <= most
}

// nearest returns the word of the vocabulary that is fewest edits away, and how
// many; above most, no word is near.
func (s *spelling) nearest(text string, most int) (best string, distance int) {
	distance = most + 1
	mine := letters(text)
	for _, c := range s.list {
		if d := len(c.text) - len(text); d > most || d < -most {
			continue
		}
		if c.text[0] != text[0] || bits.OnesCount64(c.letters^mine) > 2*most {
			continue
		}
		if strings.HasPrefix(c.text, text) || strings.HasPrefix(text, c.text) {
			continue // another ending is another word more often than a slip
		}
		d := edits(text, c.text, most)
		if d < distance {
			best, distance = c.text, d
		}
	}
	return best, distance
}

func letters(s string) (set uint64) {
	for i := range len(s) {
		set |= 1 << (s[i] & 63)
	}
	return set
}

// edits is the number of letters inserted, left out, changed or swapped with
// their neighbour between a and b; above most, some number above most.
func edits(a, b string, most int) int {
	var rows [3][40]int
	if len(a) >= 39 || len(b) >= 39 {
		return most + 1
	}
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > most {
			return least
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
