package catalogue

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

//go:embed testdata/asks.txt
var asksText string

// How the lessons are learnt: the search without them is where learning begins,
// so that it finds what is left to say. Nothing here is in the program.
const (
	epochs   = 12
	pace     = 0.08
	fade     = 0.0005 // what pulls weights back to nothing
	smallest = 0.1    // the least weight that is kept
)

// learn fits the weights to what was asked: a softmax over all operations, by
// stochastic gradients with a pace for each weight (AdaGrad).
func learn(ix *index, asks []asked) *lessons {
	l := &lessons{traits: map[string]int32{}, says: map[string][]lesson{}}
	of := make([][]learns, len(ix.docs))
	at := map[string]int{}
	for i, d := range ix.docs {
		at[d.op.ID] = i
		for _, t := range d.traits() {
			if _, ok := l.traits[t.name]; !ok {
				l.traits[t.name] = int32(len(l.traits))
			}
		}
		of[i] = l.of(d)
	}
	ix.lessons = &lessons{}
	set := make([]lessonExample, len(asks))
	for i, a := range asks {
		q := ix.ask(a.phrase)
		set[i].traits = q.traits()
		set[i].names = sortedKeys(set[i].traits)
		set[i].base = make([]float32, len(ix.docs))
		for doc, d := range ix.docs {
			set[i].base[doc] = ix.fit(q, &d)
		}
		for _, s := range ix.rank(q) {
			set[i].base[s.doc] = s.score
		}
		for _, want := range a.wants {
			if doc, ok := at[want]; ok {
				set[i].wants = append(set[i].wants, doc)
			}
		}
	}
	weights, spent := map[string][]float32{}, map[string][]float32{}
	order := rand.New(rand.NewPCG(1, 2))
	for range epochs {
		for _, i := range order.Perm(len(set)) {
			e := set[i]
			slope := e.slope(weights, of, len(l.traits))
			for _, name := range e.names {
				w, s := weights[name], spent[name]
				if w == nil {
					w, s = make([]float32, len(l.traits)), make([]float32, len(l.traits))
					weights[name], spent[name] = w, s
				}
				for t, d := range slope {
					if d > 1e-4 || d < -1e-4 {
						step := d*e.traits[name] + fade*w[t]
						s[t] += step * step
						w[t] -= pace * step / (float32(math.Sqrt(float64(s[t]))) + 0.1)
					}
				}
			}
		}
	}
	for name, list := range weights {
		for t, w := range list {
			if w > smallest || w < -smallest {
				l.says[name] = append(l.says[name], lesson{int32(t), int8(max(-127, min(127, math.Round(float64(w)/lessonUnit))))})
			}
		}
	}
	return l
}

type lessonExample struct {
	traits map[string]float32
	names  []string
	base   []float32
	wants  []int
}

// slope is the way in which the traits of operations are wrong about it.
func (e lessonExample) slope(weights map[string][]float32, of [][]learns, traits int) []float32 {
	sums := make([]float32, traits)
	for _, name := range e.names {
		for t, w := range weights[name] {
			sums[t] += e.traits[name] * w
		}
	}
	scores := make([]float32, len(of))
	for i := range of {
		scores[i] = e.base[i] / lessonSize
		for _, t := range of[i] {
			scores[i] += t.share * sums[t.trait]
		}
	}
	top := slices.Max(scores)
	var all, right float32
	for i, s := range scores {
		scores[i] = float32(math.Exp(float64(s - top)))
		all += scores[i]
	}
	for _, i := range e.wants {
		right += scores[i]
	}
	for i := range scores {
		scores[i] /= all
	}
	for _, i := range e.wants {
		scores[i] -= scores[i] * all / max(right, 1e-9)
	}
	slope := make([]float32, traits)
	for i, s := range scores {
		for _, t := range of[i] {
			slope[t.trait] += t.share * s
		}
	}
	return slope
}

// ownWords are what the descriptions say, as if somebody had asked in their words:
// what is learnt of everyday operations must not hide the others.
func ownWords(list []record) []asked {
	var out []asked
	for _, r := range list {
		if r.SelfOf != "" {
			continue
		}
		out = append(out, asked{r.Summary, []string{r.ID}})
		for goal := range strings.SplitSeq(r.Goals, ";") {
			if goal = strings.TrimSpace(goal); goal != "" {
				out = append(out, asked{goal, []string{r.ID}})
			}
		}
	}
	return out
}

// readAsks reads paragraphs: operations, one a line, then what was said who needed
// one of them, after a tab. # begins a comment. "{app} = the app, my site" says what
// a name in braces stands for.
func readAsks(t testing.TB, text string) []asked {
	t.Helper()
	var out []asked
	var wants []string
	said := true
	sets := map[string][]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		phrase, ok := strings.CutPrefix(line, "\t")
		switch name, list, isSet := strings.Cut(line, " = "); {
		case ok:
			for _, p := range spellOut(phrase, sets) {
				out = append(out, asked{p, wants})
			}
			said = true
		case isSet:
			sets[name] = strings.Split(list, ", ")
		case line != "" && line[0] != '#':
			if said {
				wants, said = nil, false
			}
			if _, ok := Describe(line); !ok {
				t.Fatalf("asks.txt speaks of an operation that is not in the catalogue: %s", line)
			}
			wants = append(wants, line)
		}
	}
	return out
}

// spellOut gives a phrase with names in braces in some of its forms: as many as
// the longest set has words, and each word of each set at least once.
func spellOut(phrase string, sets map[string][]string) []string {
	most := 1
	for name, list := range sets {
		if strings.Contains(phrase, name) {
			most = max(most, len(list))
		}
	}
	out := make([]string, most)
	for i := range out {
		out[i] = phrase
		for k, name := range sortedKeys(sets) {
			list := sets[name]
			out[i] = strings.ReplaceAll(out[i], name, list[(i+k*i/len(list)+k)%len(list)])
		}
	}
	return out
}

// digest changes when there is something new to learn.
func digest(thesaurus []byte) string {
	return fmt.Sprintf("%x", sha256.Sum256(append([]byte(asksText), thesaurus...)))[:16]
}

// Learning is not the same to the last bit on every machine, so what is committed
// is known by what it was made from. A changed thesaurus is packed by one run of
// go generate and learnt from by the next.
func TestLessonsAreCurrent(t *testing.T) {
	if *update {
		list, err := decode(unpack("operations.json"))
		if err != nil {
			t.Fatal(err)
		}
		l := learn(newIndex(All(), byID(list), &lessons{}), append(readAsks(t, asksText), ownWords(list)...))
		l.from = digest(unpack("thesaurus.txt"))
		pack(t, "learned.gz", l.file())
		return
	}
	if learned().from != digest(readFile(t, "thesaurus.txt")) {
		t.Error("learned.gz is not what asks.txt and thesaurus.txt teach: run go generate ./cleverapi/catalogue")
	}
}

func TestLessonsAreReadAsWritten(t *testing.T) {
	t.Parallel()
	l := learned()
	file := l.file()
	again, err := readLessons(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(again.says) < 1000 || len(again.says) != len(l.says) || len(again.traits) != len(l.traits) {
		t.Fatalf("%d and %d traits, want %d and %d", len(again.says), len(again.traits), len(l.says), len(l.traits))
	}
	for name, want := range l.says {
		if !slices.Equal(again.says[name], want) {
			t.Errorf("%s says %v, want %v", name, again.says[name], want)
		}
	}
	if _, err := readLessons(file[:len(file)/2]); err == nil {
		t.Error("half a file is read")
	}
	if !slices.IsSortedFunc(l.says["t"+"app"], func(a, b lesson) int { return cmp.Compare(a.trait, b.trait) }) {
		t.Error("the lessons are not in order")
	}
}
