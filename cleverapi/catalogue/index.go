package catalogue

import (
	"math"
	"slices"
	"sort"
	"strings"
)

// index finds operations by what a phrase means. An operation is a small
// document of several fields, and two things that no field says outright: what
// it is about (its resource) and what it does (its action). The words of a goal
// are seldom those of an operation, so both sides are translated into the things
// and deeds of the thesaurus before they are compared; the words themselves
// count too, for what the thesaurus does not know.
type index struct {
	thesaurus *thesaurus
	docs      []doc
	words     map[string][]posting // by stem
	things    map[string][]posting
	rarity    map[string]float32 // of things
	number    map[string]int32   // of the things of resources, to look them up without hashing
	spelling  *spelling
	lessons   *lessons
}

type doc struct {
	op       Operation
	record   *record
	resource [][]string // the main thing last; where one call is for several things, each of them
	prior    float32
	parts    [][]part // the resource again, as a search goes through it
	learns   []learns
	met      bool // the lessons know the operation
}

// part is a thing of a resource.
type part struct {
	thing  int32
	rarity float32
}

type posting struct {
	doc   int32
	score float32 // rarity included
}

// Weights of the fields: how much a word says where it stands. They are sums of
// powers of two, so that adding them up gives the same in any order.
const (
	inGoals   = 2
	inSummary = 1
	inPath    = 0.625
	inFields  = 0.125

	saturation = 1.2 // BM25 k1
	lengthNorm = 0.4 // BM25 b

	mainThing    = 3 // a thing of the resource, against one that is only spoken of
	contextThing = 1.6
	spokenThing  = 0.5
)

func newIndex(operations []Operation, records map[string]*record, l *lessons) *index {
	ix := &index{lessons: l, thesaurus: theThesaurus(), words: map[string][]posting{}, things: map[string][]posting{}, rarity: map[string]float32{}, number: map[string]int32{}}
	wordCounts, thingCounts := []map[string]float32{}, []map[string]float32{}
	for _, op := range operations {
		r := records[op.ID]
		if r == nil || r.SelfOf != "" {
			continue // the organisation form stands for both
		}
		d := doc{op: op, record: r, resource: resource(r.Resource), prior: prior(op, r)}
		ix.docs = append(ix.docs, d)
		wordCounts = append(wordCounts, countWords(op, r))
		thingCounts = append(thingCounts, ix.countThings(d))
	}
	ix.words = impacts(wordCounts, lengthNorm)
	ix.things = impacts(thingCounts, 0)
	for thing, list := range ix.things {
		n := 0
		for _, p := range list {
			if slices.ContainsFunc(ix.docs[p.doc].resource, func(names []string) bool { return slices.Contains(names, thing) }) {
				n++
			}
		}
		ix.rarity[thing] = rarity(len(ix.docs), n)
	}
	ix.spelling = newSpelling(ix.thesaurus.words, wordCounts)
	for i, d := range ix.docs {
		ix.docs[i].parts = ix.parts(d)
		ix.docs[i].learns = l.of(d)
		_, ix.docs[i].met = l.traits[d.op.ID]
	}
	return ix
}

func countWords(op Operation, r *record) map[string]float32 {
	counts := map[string]float32{}
	count := func(text string, weight float32) {
		for _, w := range words(text) {
			if stopwords()[w.text].silent {
				continue
			}
			for _, k := range w.keys() {
				counts[k] += weight
			}
		}
	}
	count(r.Goals, inGoals)
	count(r.Summary, inSummary)
	count(op.Path(), inPath)
	for _, q := range r.Query {
		count(q.Name, inFields)
	}
	if r.Request != nil {
		count(string(r.Request.Fields), inFields)
	}
	return counts
}

func (ix *index) countThings(d doc) map[string]float32 {
	counts := map[string]float32{}
	for _, text := range []string{d.record.Goals, d.record.Summary} {
		for goal := range strings.SplitSeq(text, ";") {
			for _, m := range ix.thesaurus.find(words(goal), languageOf(goal)) {
				if m.thing != "" {
					counts[m.thing] = max(counts[m.thing], spokenThing*m.weight)
				}
			}
		}
	}
	for i, names := range d.resource {
		for _, thing := range names {
			counts[thing] = contextThing
			if i == len(d.resource)-1 {
				counts[thing] = mainThing
			}
		}
	}
	return counts
}

// resource reads "app setting|scaling": of an application, its settings or scaling.
func resource(text string) [][]string {
	var out [][]string
	for names := range strings.FieldsSeq(text) {
		out = append(out, strings.Split(names, "|"))
	}
	return out
}

func (ix *index) parts(d doc) [][]part {
	out := make([][]part, len(d.resource))
	for i, names := range d.resource {
		for _, name := range names {
			n, ok := ix.number[name]
			if !ok {
				n = int32(len(ix.number))
				ix.number[name] = n
			}
			out[i] = append(out[i], part{n, ix.rarity[name]})
		}
	}
	return out
}

// impacts turns counts into postings: BM25 with the fields already summed.
func impacts(counts []map[string]float32, b float32) map[string][]posting {
	lists := map[string][]posting{}
	lengths := make([]float32, len(counts))
	var total float32
	for i, c := range counts {
		for _, n := range c {
			lengths[i] += n
		}
		total += lengths[i]
	}
	for i, c := range counts {
		norm := 1 - b + b*lengths[i]*float32(len(counts))/max(total, 1)
		for term, n := range c {
			tf := n / norm
			lists[term] = append(lists[term], posting{int32(i), tf / (saturation + tf)})
		}
	}
	for _, list := range lists {
		sort.Slice(list, func(i, j int) bool { return list[i].doc < list[j].doc })
		idf := rarity(len(counts), len(list))
		for i := range list {
			list[i].score *= idf
		}
	}
	return lists
}

func rarity(all, with int) float32 {
	n, df := float64(all), float64(with)
	return float32(math.Log(1 + (n-df+0.5)/(df+0.5)))
}

// prior is what speaks for or against an operation before anything is asked.
func prior(op Operation, r *record) float32 {
	var p float32
	if len(r.Commands) > 0 {
		p += 0.5
	}
	if op.Deprecated {
		p -= 2
	}
	if r.Unverified {
		p -= 0.4
	}
	if op.Forbidden {
		p -= 0.2
	}
	return p
}
