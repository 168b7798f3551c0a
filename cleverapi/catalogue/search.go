package catalogue

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"sort"
	"strings"
)

// Hit is one operation that Search found.
type Hit struct {
	Operation Operation
	Summary   string
	Score     float64  // of use only to compare the hits of one search
	Matched   []string // the things and words that decided
	Self      string   // the ID of the same call for the personal space, if there is one
}

// Search returns the operations that a phrase in English or French asks for,
// best first, at most limit. A phrase can also be an operation's ID or a path.
// The organisation and the personal space form of a call are one hit. A call that
// does the same to the same as a better one, by another address, comes after all
// others: it takes no place from a different answer.
func Search(phrase string, limit int) []Hit { return builtIn().Search(phrase, limit) }

// Search is the package's Search over this catalogue.
func (c *Catalogue) Search(phrase string, limit int) []Hit {
	hits := c.literal(phrase)
	ix := c.index()
	q := ix.ask(phrase)
	ranked, seen := ix.rank(q), map[[2]string]bool{}
	var again []scored
	for i := 0; i < len(ranked) && len(hits) < limit; i++ {
		s := ranked[i]
		d := &ix.docs[s.doc]
		if len(hits) > 0 && hits[0].Operation.ID == d.op.ID {
			continue
		}
		if does := [2]string{d.record.Action, d.record.Resource}; !seen[does] {
			seen[does] = true
			hits = append(hits, c.hit(q, s))
		} else if len(again) < limit {
			again = append(again, s)
		}
	}
	for _, s := range again {
		if len(hits) >= limit {
			break
		}
		s.score = min(s.score, float32(hits[len(hits)-1].Score))
		hits = append(hits, c.hit(q, s))
	}
	return hits[:min(len(hits), max(limit, 0))]
}

func (c *Catalogue) hit(q query, s scored) Hit {
	ix := c.index()
	d := &ix.docs[s.doc]
	return Hit{
		Operation: d.op, Summary: d.record.Summary, Score: float64(s.score),
		Matched: ix.matched(q, s.doc), Self: c.selfForm(d.op.ID),
	}
}

// literal answers a phrase that is an operation or a request: "GET /v2/self",
// "DELETE /v2/organisations/orga_1", "/v2/summary".
func (c *Catalogue) literal(phrase string) []Hit {
	method, path, ok := strings.Cut(strings.TrimSpace(phrase), " ")
	if !ok {
		method, path = "GET", method
	}
	method = strings.ToUpper(method)
	if !strings.HasPrefix(path, "/") {
		return nil
	}
	path, _, _ = strings.Cut(path, "?")
	op, found := c.Lookup(method + " " + path)
	if !found {
		op, _, found = c.Match(method, path)
	}
	if !found {
		return nil
	}
	r := c.records()[op.ID]
	return []Hit{{Operation: op, Summary: r.Summary, Score: 100, Matched: []string{op.ID}, Self: c.selfForm(op.ID)}}
}

// query is a phrase as the index understands it.
type query struct {
	terms  []term
	things map[string]float32
	spoken []float32          // the things by their number in the index
	given  map[string]float32 // the things that the phrase gives an id of
	deeds  map[string]float32 // by action of operations
	said   map[string]float32 // the deeds by their names

	small []string // words that mean nothing by themselves: who, until, plus

	reads, changes float32 // the strongest deed of either kind
	language       language
}

type term struct {
	word
	weight float32
}

// Weights of the evidence, against each other.
const (
	explained   = 0.35 // a word that an expression already explains
	misspelt    = 0.8  // a word taken for another
	thingScale  = 1.0
	wordScale   = 1.0
	deedScale   = 2.5
	wrongDeed   = 1.0  // asked to read, changes; or the other way
	needless    = 1.5  // destroys without being asked to
	unasked     = 0.45 // a thing of the resource that nobody spoke of, by its rarity
	hidden      = 0.35 // an expression that is part of a longer one
	onlyStem    = 0.6  // a word of the same stem, where the thesaurus has the very word
	aPart       = 0.7  // a thing that means another one together with a third
	stepped     = 0.8  // a word between those of an expression
	aside       = 0.4  // what the right deed is worth when done to something else
	strange     = 1.2  // an operation that has no use for an id that the phrase gives
	untaught    = 2    // a word that nobody asked with, as of an operation newer than the lessons
	notToEnd    = 0.4  // a deed that makes, in a phrase that ends something
	doubtful    = 3    // the least score of an operation that no word speaks of
	enoughSmall = 3    // small words that are a question without any other: combien on vous doit
	inQuestion  = 0.5  // a deed of change in a question: "which apps are linked"
)

func (ix *index) ask(phrase string) query {
	phrase, things := identifiers(phrase)
	ws := words(phrase)
	for i, w := range ws {
		if better, ok := ix.spelling.correct(w); ok {
			ws[i] = newWord(better)
			ws[i].guessed = true
		}
	}
	q := query{things: maps.Clone(things), given: things, deeds: map[string]float32{}, said: map[string]float32{}}
	var known uint64
	q.language = languageOf(phrase)
	for _, m := range ix.thesaurus.find(ws, q.language) {
		if m.thing != "" {
			q.things[m.thing] = max(q.things[m.thing], m.weight)
		}
		if m.thing == "" {
			q.said[m.name] = max(q.said[m.name], m.weight)
		}
		for action, weight := range m.deed {
			q.deeds[action] = max(q.deeds[action], weight*m.weight)
		}
		known |= m.mask
	}
	q.spoken = make([]float32, len(ix.number))
	for thing, weight := range q.things {
		if n, ok := ix.number[thing]; ok {
			q.spoken[n] = weight
		}
	}
	q.settle(question(ws))
	for i, w := range ws {
		if stopwords()[w.text].silent {
			q.small = append(q.small, w.text)
			continue
		}
		t := term{w, 1}
		if i < 64 && known&(1<<i) != 0 {
			t.weight = explained
		}
		q.terms = append(q.terms, t)
	}
	return q
}

// settle weighs the deeds of a phrase against each other. "Stop sending" is no
// wish to send, and "which apps are linked" none to link.
func (q *query) settle(asks bool) {
	var ending float32
	for _, action := range []string{"delete", "remove", "stop", "disable", "revoke", "unlink", "cancel"} {
		ending = max(ending, q.deeds[action])
	}
	for action, weight := range q.deeds {
		switch {
		case looking(action) > 0:
			if ending > 0.9 && !asks {
				weight *= notToEnd
			}
			q.deeds[action] = weight
			q.reads = max(q.reads, weight)
			continue
		case asks:
			weight *= inQuestion
		}
		switch action {
		case "create", "add", "update", "enable", "upload", "link", "invite", "replace":
			if ending > 0.9 {
				weight *= notToEnd
			}
		}
		q.deeds[action] = weight
		q.changes = max(q.changes, weight)
	}
}

// question tells a phrase that asks about things from one that asks for a change.
// "How" asks for the way to a change, unless it asks how many.
func question(ws []word) bool {
	if len(ws) < 2 {
		return false
	}
	switch ws[0].text {
	case "which", "what", "who", "whose", "where", "when", "is", "are", "was", "were", "does", "did", "has", "why",
		"quel", "quelle", "quels", "quelles", "qui", "ou", "combien", "quand", "est", "pourquoi", "lesquels", "lesquelles", "qu":
		return true
	case "how":
		switch ws[1].text {
		case "many", "much", "long", "big", "close", "old", "full", "far", "often":
			return true
		}
	case "do", "have":
		return ws[1].text == "we" || ws[1].text == "i"
	}
	return false
}

type scored struct {
	doc   int32
	score float32
}

// rank scores all operations. It is a walk over short lists: a phrase costs
// some tens of microseconds.
func (ix *index) rank(q query) []scored {
	evidence := make([]float32, len(ix.docs))
	for _, thing := range slices.Sorted(maps.Keys(q.things)) { // in order, since rounding depends on it
		for _, p := range ix.things[thing] {
			evidence[p.doc] += thingScale * q.things[thing] * p.score
		}
	}
	seen := make([]int32, len(ix.docs))
	for i, t := range q.terms {
		if ix.lessons.never(t) {
			t.weight *= untaught
		}
		for _, k := range t.keysIn(q.language) {
			for _, p := range ix.words[k] {
				if seen[p.doc] != int32(i)+1 {
					seen[p.doc] = int32(i) + 1
					evidence[p.doc] += wordScale * t.weight * p.score
				}
			}
		}
	}
	taught := ix.taught(q)
	var out []scored
	for i, e := range evidence {
		score := e + ix.fit(q, &ix.docs[i]) + lessonSize*taught[i]
		if e > 0 || score > doubtful && (len(q.terms) > 0 || len(q.small) >= enoughSmall) && ix.docs[i].met {
			out = append(out, scored{int32(i), score})
		}
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if a.score != b.score {
			return a.score > b.score
		}
		return ix.docs[a.doc].op.ID < ix.docs[b.doc].op.ID
	})
	return out
}

// fit is how well what an operation does, and to what, agrees with the phrase.
func (ix *index) fit(q query, d *doc) float32 {
	score := d.prior
	var main float32 // how much the phrase speaks of the main thing
	for _, parts := range d.parts {
		missing := float32(math.MaxFloat32)
		main = 0
		for _, p := range parts {
			missing = min(missing, p.rarity*(1-q.spoken[p.thing]))
			main = max(main, q.spoken[p.thing])
		}
		score -= unasked * missing
	}
	if len(q.things) == 0 {
		main = 1
	}
	var useless float32
	for thing, weight := range q.given {
		if !d.about(thing) {
			useless = max(useless, weight)
		}
	}
	score -= strange * useless
	asked := q.deeds[d.record.Action]
	good := deedScale * asked
	if open := 1 - max(q.reads, q.changes); open > 0 {
		good += deedScale * 0.5 * open * looking(d.record.Action)
	}
	score += good * (aside + (1-aside)*main)
	if d.op.Effect == Reads && q.changes > q.reads || d.op.Effect != Reads && q.reads > q.changes {
		score -= wrongDeed * max(q.reads, q.changes)
	}
	if d.op.Effect == Destroys && asked == 0 {
		score -= needless
	}
	return score
}

// about tells whether a thing is in the resource, or in a value of the path.
func (d *doc) about(thing string) bool {
	for _, names := range d.resource {
		if slices.Contains(names, thing) {
			return true
		}
	}
	return strings.Contains(strings.ToLower(d.op.ID), "{"+thing) || thing == "organisation" && strings.Contains(d.op.ID, "/organisations/")
}

// looking is how likely an action is what somebody wants who names only a thing.
func looking(action string) float32 {
	switch action {
	case "list":
		return 1
	case "get":
		return 0.8
	case "follow", "download", "check", "search", "estimate":
		return 0.5
	}
	return 0
}

// matched names the things and words that a hit owes its place to.
func (ix *index) matched(q query, doc int32) []string {
	var out []string
	has := func(list []posting) bool {
		_, ok := slices.BinarySearchFunc(list, doc, func(p posting, d int32) int { return cmp.Compare(p.doc, d) })
		return ok
	}
	for thing := range q.things {
		if has(ix.things[thing]) {
			out = append(out, thing)
		}
	}
	slices.Sort(out)
	for _, t := range q.terms {
		if t.weight > explained && (has(ix.words["="+t.text]) || has(ix.words["e"+t.en]) || has(ix.words["f"+t.fr])) {
			out = append(out, t.text)
		}
	}
	return out
}
