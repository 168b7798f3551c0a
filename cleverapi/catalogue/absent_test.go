package catalogue

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Whoever asks for what there is no operation for is told, and nobody else.
func TestAbsent(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/absent.txt")
	if err != nil {
		t.Fatal(err)
	}
	asked, told := 0, 0
	for line := range strings.Lines(string(text)) {
		phrase, want, ok := strings.Cut(strings.TrimSpace(line), " => ")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		got := builtIn().absent(phrase)
		if want == "-" {
			if got != "" {
				t.Errorf("%q is taken for %s", phrase, got)
			}
			continue
		}
		asked++
		switch got {
		case want:
			told++
		case "":
			t.Logf("%q is not taken for %s", phrase, want)
		default:
			t.Errorf("%q is taken for %s, not for %s", phrase, got, want)
		}
		if got != "" && Default().Absent(phrase) == "" {
			t.Errorf("nothing is said of %s", got)
		}
	}
	if told*10 < asked*9 {
		t.Errorf("%d of %d phrases are told that there is no operation", told, asked)
	}
}

// Of all that the search is tried with, hardly anything is told that there is no
// operation, and only where what is found is what to do instead.
func TestAbsentIsSaidSeldom(t *testing.T) {
	t.Parallel()
	near := map[string][]string{
		"restore": {"GET /v2/backups/{ownerId}/{ref}"},
		"move":    {},
		"cron":    {"POST /v2/organisations/{id}/applications"},
		"copy":    {"POST /v2/organisations/{id}/applications"},
	}
	set := readAsks(t, asksText)
	for _, file := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		set = append(set, readPhrases(t, string(readFile(t, "testdata/unseen-"+file+".txt")))...)
	}
	for _, a := range set {
		name := builtIn().absent(a.phrase)
		if name != "" && !slices.ContainsFunc(a.wants, func(id string) bool { return slices.Contains(near[name], id) }) {
			t.Errorf("%q is taken for %s, and wants %v", a.phrase, name, a.wants)
		}
	}
	for _, r := range builtIn().records() {
		for goal := range strings.SplitSeq(r.Summary+";"+r.Goals, ";") {
			if name := builtIn().absent(goal); name != "" && !slices.Contains(near[name], r.ID) {
				t.Errorf("%q of %s is taken for %s", goal, r.ID, name)
			}
		}
	}
}

// Every absence has words of its own and something to do instead.
func TestAbsencesAreWhole(t *testing.T) {
	t.Parallel()
	a, named := theAbsences(), map[string]bool{}
	var walk func(n *trie)
	walk = func(n *trie) {
		for _, s := range n.all {
			named[s.thing] = true
		}
		for _, next := range n.next {
			walk(next)
		}
	}
	walk(&a.asked.root)
	if len(named) != len(a.instead)+1 || len(a.instead) == 0 {
		t.Errorf("expressions name %v, and there is advice for %d and none for one", named, len(a.instead))
	}
	for name, said := range a.instead {
		if !named[name] || !strings.HasPrefix(said, "No operation ") || !strings.Contains(said, " Instead, ") || len(said) > 300 {
			t.Errorf("%s says %q", name, said)
		}
	}
}
