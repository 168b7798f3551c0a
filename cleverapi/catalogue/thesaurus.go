package catalogue

import (
	"strconv"
	"strings"
	"sync"
)

// A thesaurus knows what the words and expressions of people mean: things
// (an SSH key, a domain) and deeds (add, stop). It is a trie over words, in
// which an edge is taken when a stem of either language fits.
type thesaurus struct {
	root         trie
	combinations []combination
	words        map[string]bool // every word in it, for the spelling
}

// combination is a sense that a phrase has when it has all the senses needed.
type combination struct {
	sense
	needs []string
}

type trie struct {
	next map[string]*trie // by stem; "*" is up to three words of any kind
	all  []sense
}

// sense is one meaning of an expression: a thing, or a deed with the actions
// of operations that it can stand for.
type sense struct {
	name   string             // of the thing, or + and the name of the deed
	thing  string             // "" for a deed
	deed   map[string]float32 // nil for a thing
	weight float32
}

// meant is an expression found in a text: what it means, and which of the words
// it is made of.
type meant struct {
	sense
	mask uint64 // bit i: word i belongs to it
}

var theThesaurus = sync.OnceValue(func() *thesaurus { return readThesaurus(string(unpack("thesaurus.txt"))) })

// readThesaurus reads lines of two forms; # begins a comment, a line that begins
// with a space goes on with the one before, and ? before an expression says that
// it means the thing only sometimes.
//
//	domain = domain, vhost, host name, ?site
//	+stop: stop 1, disable 0.8 = stop, halt, shut * down
//
// An expression can also be a combination of senses: emailhook = email & +invite.
func readThesaurus(text string) *thesaurus {
	t := &thesaurus{words: map[string]bool{}}
	var head sense
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		if line[0] != ' ' {
			left, right, _ := strings.Cut(line, "=")
			head, line = parseHead(strings.TrimSpace(left)), right
		}
		for expression := range strings.SplitSeq(line, ",") {
			expression, unsure := strings.CutPrefix(strings.TrimSpace(expression), "?")
			s := head
			if unsure {
				s.weight = 0.5
			}
			if strings.Contains(expression, "&") {
				t.combinations = append(t.combinations, combination{s, strings.Fields(strings.ReplaceAll(expression, "&", " "))})
				continue
			}
			t.add(expression, s)
		}
	}
	return t
}

func parseHead(head string) sense {
	name, actions, _ := strings.Cut(head, ":")
	if !strings.HasPrefix(name, "+") {
		return sense{name: head, thing: head, weight: 1}
	}
	s := sense{name: name, deed: map[string]float32{}, weight: 1}
	for a := range strings.SplitSeq(actions, ",") {
		fields := strings.Fields(a)
		if len(fields) == 0 {
			continue // a deed without actions only hides what is inside it
		}
		weight, err := strconv.ParseFloat(fields[1], 32)
		if err != nil {
			panic("thesaurus.txt: " + head) // a test would have met it
		}
		s.deed[fields[0]] = float32(weight)
	}
	return s
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
func (t *thesaurus) find(ws []word, l language) []meant {
	if len(ws) > 64 {
		ws = ws[:64]
	}
	var found []meant
	r := reader{ws: ws, keys: make([][]string, len(ws)), exact: make([]bool, len(ws))}
	for i, w := range ws {
		r.keys[i] = w.keysIn(l)
		r.exact[i] = t.words[w.text]
	}
	for i := range ws {
		found = r.walk(&t.root, i, 0, 1, found)
	}
	out := make([]meant, len(found))
	for i, m := range found {
		out[i] = m
		for _, n := range found {
			if (m.deed == nil) == (n.deed == nil) && m.mask != n.mask && m.mask&n.mask == m.mask && n.weight >= m.weight*0.7 {
				out[i].weight = m.weight * hidden
				break
			}
		}
	}
	return t.combine(out)
}

// reader walks the trie along the words of one phrase.
type reader struct {
	ws    []word
	keys  [][]string
	exact []bool // whether the thesaurus has the very word, so that its stems count less
}

// walk collects what ends at n or below it. Words that stand between those of an
// expression are stepped over, at most two, for some of its weight.
func (r reader) walk(n *trie, at int, mask uint64, weight float32, found []meant) []meant {
	for _, s := range n.all {
		s.weight *= weight
		found = append(found, meant{s, mask})
	}
	if gap := n.next["*"]; gap != nil {
		for skip := 0; skip <= 3 && at+skip < len(r.ws); skip++ {
			found = r.walk(gap, at+skip, mask, weight, found)
		}
	}
	for skip := 0; at+skip < len(r.ws); skip++ {
		var last *trie
		alike := float32(1)
		if r.ws[at+skip].guessed {
			alike = misspelt
		}
		for i, k := range r.keys[at+skip] {
			child := n.next[k]
			if child == nil || child == last {
				continue
			}
			if i > 0 && r.exact[at+skip] {
				alike = min(alike, onlyStem)
			}
			last = child
			found = r.walk(child, at+skip+1, mask|1<<(at+skip), weight*alike, found)
		}
		if weight *= stepped; mask == 0 || skip == 2 { // an expression begins where it is looked for
			break
		}
	}
	return found
}

// combine finds what only several things together mean: a mail about
// deployments is a notification. What went into it then counts less by itself.
func (t *thesaurus) combine(found []meant) []meant {
	best := map[string]meant{}
	for _, m := range found {
		if m.weight > best[m.name].weight {
			best[m.name] = m
		}
	}
	var out []meant
	parts := map[string]bool{}
	for _, c := range t.combinations {
		weight, mask := c.weight, uint64(0)
		for _, need := range c.needs {
			weight = min(weight, best[need].weight)
			if weight == 0 {
				break // as nearly all do, at the first
			}
			mask |= best[need].mask
		}
		if weight == 0 {
			continue
		}
		out = append(out, meant{sense{name: c.name, thing: c.thing, deed: c.deed, weight: weight}, mask})
		for _, need := range c.needs {
			parts[need] = parts[need] || c.thing != ""
		}
	}
	for i, m := range found {
		if parts[m.name] && m.thing != "" {
			found[i].weight *= aPart
		}
	}
	return append(found, out...)
}
