package catalogue

import (
	"strings"
	"sync"
)

// absences are what people ask for and the API has no operation for. Whoever asks
// gets the operations that come near, and is told that none of them is it.
type absences struct {
	asked   *thesaurus
	instead map[string]string // by the name of what is not there
}

var theAbsences = sync.OnceValue(func() *absences { return readAbsences(string(unpack("absent.txt"))) })

// readAbsences reads the lines of absent.txt: those that say what to do instead are
// taken out, and what is left is a thesaurus.
func readAbsences(text string) *absences {
	a := &absences{instead: map[string]string{}}
	var expressions strings.Builder
	name := ""
	for line := range strings.Lines(text) {
		head, said, found := strings.Cut(line, ": ")
		switch {
		case found && !strings.ContainsAny(head, " =#"):
			name = head
			a.instead[name] = strings.TrimSpace(said)
		case name != "" && strings.HasPrefix(line, " "):
			a.instead[name] += " " + strings.TrimSpace(line)
		default:
			name = ""
			expressions.WriteString(line)
		}
	}
	a.asked = readThesaurus(expressions.String())
	return a
}

// askedFor is the least weight of an expression that a phrase has to have: one word
// between its own, or a word of the same stem, but not much of both.
const askedFor = 0.55

// Absent says that the API has no operation for what a phrase asks, and what to do
// instead; "" when nothing is known to be absent.
func (c *Catalogue) Absent(phrase string) string { return theAbsences().instead[c.absent(phrase)] }

func (c *Catalogue) absent(phrase string) (name string) {
	a := theAbsences()
	rest, _ := identifiers(phrase)
	ws := words(rest)
	for i, w := range ws {
		if a.asked.words[w.text] {
			continue
		}
		if better, ok := c.index().spelling.correct(w); ok {
			ws[i] = newWord(better)
			ws[i].guessed = true
		}
	}
	best := float32(askedFor)
	for _, m := range a.asked.find(ws, languageOf(phrase)) {
		if a.instead[m.thing] == "" && m.weight >= askedFor {
			return "" // it is about something else
		}
		if m.weight > best || m.weight == best && name == "" {
			best, name = m.weight, m.thing
		}
	}
	return name
}
