package catalogue

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
)

//go:embed thesaurus.txt
var thesaurusText string

// A thesaurus knows what the words and expressions of people mean: things
// (an SSH key, a domain) and deeds (add, stop). It is a trie over words, in
// which an edge is taken when a stem of either language fits.
type thesaurus struct {
	root  trie
	words map[string]bool // every word in it, for the spelling
}

type trie struct {
	next map[string]*trie // by stem; "*" is up to three words of any kind
	all  []sense
}

// sense is one meaning of an expression: a thing, or a deed with the actions
// of operations that it can stand for.
type sense struct {
	thing  string
	deed   map[string]float32 // nil for a thing
	weight float32
}

// meant is an expression found in a text: what it means, and which of the words
// it is made of.
type meant struct {
	sense
	mask uint64 // bit i: word i belongs to it
}

var theThesaurus = sync.OnceValue(func() *thesaurus { return readThesaurus(thesaurusText) })

// readThesaurus reads lines of two forms; # begins a comment, a line that begins
// with a space goes on with the one before, and ? before an expression says that
// it means the thing only sometimes.
//
//	domain = domain, vhost, host name, ?site
//	+stop: stop 1, disable 0.8 = stop, halt, shut * down
func readThesaurus(text string) *thesaurus {
	t := &thesaurus{words: map[string]bool{}}
	var thing string
	var deed map[string]float32
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		if line[0] != ' ' {
			head, rest, _ := strings.Cut(line, "=")
			thing, deed = parseHead(strings.TrimSpace(head))
			line = rest
		}
		for expression := range strings.SplitSeq(line, ",") {
			expression, unsure := strings.CutPrefix(strings.TrimSpace(expression), "?")
			s := sense{thing: thing, deed: deed, weight: 1}
			if unsure {
				s.weight = 0.5
			}
			t.add(expression, s)
		}
	}
	return t
}

func parseHead(head string) (thing string, deed map[string]float32) {
	name, actions, _ := strings.Cut(head, ":")
	if !strings.HasPrefix(name, "+") {
		return head, nil
	}
	deed = map[string]float32{}
	for a := range strings.SplitSeq(actions, ",") {
		fields := strings.Fields(a)
		weight, err := strconv.ParseFloat(fields[1], 32)
		if err != nil {
			panic("thesaurus.txt: " + head) // a test would have met it
		}
		deed[fields[0]] = float32(weight)
	}
	return "", deed
}

func (t *thesaurus) add(expression string, s sense) {
	nodes := []*trie{&t.root}
	for i, part := range strings.Split(expression, "*") {
		if i > 0 {
			nodes = grow(nodes, []string{"*"})
		}
		for _, w := range words(part) {
			t.words[w.text] = true
			nodes = grow(nodes, w.keys())
		}
	}
	for _, n := range nodes {
		if n != &t.root {
			n.all = append(n.all, s)
		}
	}
}

// grow follows each key from each node. The keys of a word share one child, or
// a word with two stems would split the trie in two at each step.
func grow(nodes []*trie, keys []string) []*trie {
	var out []*trie
	for _, n := range nodes {
		if n.next == nil {
			n.next = map[string]*trie{}
		}
		var fresh *trie
		for _, k := range keys {
			if n.next[k] == nil {
				if fresh == nil {
					fresh = &trie{}
				}
				n.next[k] = fresh
			}
			if child := n.next[k]; len(out) == 0 || out[len(out)-1] != child {
				out = append(out, child)
			}
		}
	}
	return out
}

// find returns what the words mean. An expression hides those of its kind that
// are wholly inside it, though not quite: "clé ssh" is hardly a key of another
// sort, but "next plan" is still about a plan.
func (t *thesaurus) find(ws []word) []meant {
	if len(ws) > 64 {
		ws = ws[:64]
	}
	var found []meant
	for i := range ws {
		found = t.root.walk(ws, i, 0, found)
	}
	out := make([]meant, len(found))
	for i, m := range found {
		out[i] = m
		for _, n := range found {
			if (m.deed == nil) == (n.deed == nil) && m.mask != n.mask && m.mask&n.mask == m.mask {
				out[i].weight = m.weight * hidden
				break
			}
		}
	}
	return out
}

func (n *trie) walk(ws []word, at int, mask uint64, found []meant) []meant {
	for _, s := range n.all {
		found = append(found, meant{s, mask})
	}
	if gap := n.next["*"]; gap != nil {
		for skip := 0; skip <= 3 && at+skip < len(ws); skip++ {
			found = gap.walk(ws, at+skip, mask, found)
		}
	}
	if at == len(ws) {
		return found
	}
	a, b := n.next[ws[at].en], n.next[ws[at].fr]
	if a != nil {
		found = a.walk(ws, at+1, mask|1<<at, found)
	}
	if b != nil && b != a {
		found = b.walk(ws, at+1, mask|1<<at, found)
	}
	return found
}
