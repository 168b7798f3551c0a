package catalogue

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// asked are phrases with the operations that answer them, any of which will do.
type asked struct {
	phrase string
	wants  []string
}

func readPhrases(t testing.TB, text string) []asked {
	t.Helper()
	var out []asked
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		phrase, answers, ok := strings.Cut(line, " => ")
		if !ok {
			t.Fatalf("no answer in %q", line)
		}
		a := asked{phrase, strings.Split(answers, "; ")}
		for _, want := range a.wants {
			if _, ok := Describe(want); !ok {
				t.Fatalf("%q wants an operation that is not in the catalogue: %s", phrase, want)
			}
		}
		out = append(out, a)
	}
	return out
}

// recall is the share of the phrases that are answered first, and among five.
// go test -v prints each phrase that is not answered first.
func recall(t testing.TB, set []asked) (first, among float64) {
	t.Helper()
	for _, a := range set {
		hits := Search(a.phrase, 5)
		at := slices.IndexFunc(hits, func(h Hit) bool { return slices.Contains(a.wants, h.Operation.ID) })
		if at == 0 {
			first++
		}
		if at >= 0 {
			among++
		}
		if at != 0 && testing.Verbose() {
			t.Logf("%s\n\twant %s\n\t%s", a.phrase, a.wants, explain(a.phrase, hits))
		}
	}
	n := float64(len(set))
	t.Logf("%d phrases: %.3f first, %.3f among five", len(set), first/n, among/n)
	return first / n, among / n
}

// The set is large enough that a change which helps one phrase and hurts others
// shows.
func TestSearchFindsWhatPeopleAsk(t *testing.T) {
	t.Parallel()
	set := readAsks(t, asksText)
	var some []asked // many differ only in the word for the application
	for i := 0; i < len(set); i += 8 {
		some = append(some, set[i])
	}
	if r1, r5 := recall(t, some); len(some) < 160 || r1 < 0.95 || r5 < 0.98 {
		t.Errorf("%d phrases: %.3f answered first, %.3f among five; want 160, 0.95, 0.98", len(some), r1, r5)
	}
	groups := map[string]bool{}
	for _, a := range set {
		for _, want := range a.wants {
			d, _ := Describe(want)
			groups[d.Group] = true
		}
	}
	for _, op := range All() {
		if d, _ := Describe(op.ID); !groups[d.Group] {
			t.Errorf("no phrase is about %s", d.Group)
			groups[d.Group] = true
		}
	}
}

// Phrases in other words than those that were learnt from show what the search is
// worth to somebody who asks in words of their own. The head of each file says how
// it fared when it was new.
func TestSearchFindsWhatNobodyPreparedFor(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/unseen-*.txt")
	if err != nil {
		t.Fatal(err)
	}
	learnt := map[string]bool{}
	for _, a := range readAsks(t, asksText) {
		learnt[a.phrase] = true
	}
	var all []asked
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		set := slices.DeleteFunc(readPhrases(t, string(text)), func(a asked) bool { return learnt[a.phrase] })
		t.Log(file)
		if first, among := recall(t, set); first < 0.8 || among < 0.95 {
			t.Errorf("%s: %.3f answered first, %.3f among five; want 0.8, 0.95", file, first, among)
		}
		all = append(all, set...)
	}
	if first, among := recall(t, all); len(all) < 400 || first < 0.9 || among < 0.97 {
		t.Errorf("%d phrases: %.3f answered first, %.3f among five; want 400, 0.9, 0.97", len(all), first, among)
	}
}

func explain(phrase string, hits []Hit) string {
	var b strings.Builder
	for _, h := range hits {
		fmt.Fprintf(&b, "%6.2f %s %v\n\t", h.Score, h.Operation.ID, h.Matched)
	}
	q := builtIn().index().ask(phrase)
	fmt.Fprint(&b, q.things, q.deeds)
	return b.String()
}

func TestSearch(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, phrase, want string }{
		{"an operation", "DELETE /v2/organisations/{id}", "DELETE /v2/organisations/{id}"},
		{"a request", "put /v2/organisations/orga_1/applications/app_1/vhosts/www.example.com?x=1", "PUT /v2/organisations/{id}/applications/{appId}/vhosts/{domain}"},
		{"a path reads", "/v2/summary", "GET /v2/summary"},
		{"accents and capitals do not matter", "RÉDÉMARRER L'APPLICATION", "POST /v2/organisations/{id}/applications/{appId}/instances"},
		{"nor does leaving them out", "redemarrer l application", "POST /v2/organisations/{id}/applications/{appId}/instances"},
		{"a slip", "list the vhsots of an aplication", "GET /v2/organisations/{id}/applications/{appId}/vhosts"},
		{"a name of the API", "tcpRedirs", "GET /v2/organisations/{id}/applications/{appId}/tcpRedirs"},
		{"with an underscore", "exposed_env", "GET /v2/organisations/{id}/applications/{appId}/exposed_env"},
		{"an id says what is meant", "delete app_0d9a3c64-0f52-4d0c-8a55-61f6a0c1a111", "DELETE /v2/organisations/{id}/applications/{appId}"},
		{"so does a real id", "backups postgresql_1c5e7a90-8d34-4a2b-b6f1-0e9d8c7b6a54", "GET /v2/backups/{ownerId}/{ref}"},
		{"a domain name", "add www.example.com", "PUT /v2/organisations/{id}/applications/{appId}/vhosts/{domain}"},
		{"the opposite deed", "enable the drain", "PUT /v4/drains/organisations/{ownerId}/resources/{resourceId}/drains/{drainId}/enable"},
		{"and the other", "disable the drain", "PUT /v4/drains/organisations/{ownerId}/resources/{resourceId}/drains/{drainId}/disable"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			hits := Search(tt.phrase, 3)
			if len(hits) == 0 || hits[0].Operation.ID != tt.want {
				t.Errorf("Search(%q) = %s\nwant %s first", tt.phrase, explain(tt.phrase, hits), tt.want)
			}
		})
	}
}

func TestSearchHasOneHitForBothForms(t *testing.T) {
	t.Parallel()
	hits := Search("list the domains of an app in my personal space", 50)
	want := "GET /v2/organisations/{id}/applications/{appId}/vhosts"
	at := slices.IndexFunc(hits, func(h Hit) bool { return h.Operation.ID == want })
	if at < 0 || hits[at].Self != "GET /v2/self/applications/{appId}/vhosts" {
		t.Errorf("%s is not a hit with its personal space form: %v", want, hits)
	}
	for _, h := range hits {
		if d, _ := Describe(h.Operation.ID); d.SelfOf != "" {
			t.Errorf("%s and %s are two hits", h.Operation.ID, d.SelfOf)
		}
	}
}

func TestSearchAnswersDiffer(t *testing.T) {
	t.Parallel()
	for _, phrase := range []string{"deployments of the app", "access log of the app", "send the logs to datadog", "unpaid invoices", "which zones are there"} {
		seen := map[string]string{}
		for _, h := range Search(phrase, 5) {
			r := builtIn().records()[h.Operation.ID]
			if other, ok := seen[r.Action+" "+r.Resource]; ok {
				t.Errorf("%q finds both %s and %s", phrase, other, h.Operation.ID)
			}
			seen[r.Action+" "+r.Resource] = h.Operation.ID
		}
	}
}

func TestSearchLimits(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{-1, 0, 1, 7, 10_000} {
		if n := len(Search("list applications", limit)); n > max(limit, 0) || limit == 7 && n != 7 {
			t.Errorf("limit %d gives %d hits", limit, n)
		}
	}
	for _, phrase := range []string{"", " ", "the of and", "zzzzqqq xyzzy", "🙂", "'"} {
		if hits := Search(phrase, 5); len(hits) != 0 {
			t.Errorf("Search(%q) finds %v", phrase, hits)
		}
	}
}

func TestSearchIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	list, err := decode(unpack("operations.json"))
	if err != nil {
		t.Fatal(err)
	}
	ix := newIndex(All(), byID(list), learned())
	for i, a := range readAsks(t, asksText) {
		if i%50 > 0 {
			continue
		}
		phrase := a.phrase
		got, want := ix.rank(ix.ask(phrase)), builtIn().index().rank(builtIn().index().ask(phrase))
		for i := range want {
			if got[i].doc != want[i].doc || math.Abs(float64(got[i].score-want[i].score)) > 1e-4 {
				t.Fatalf("%q: two indexes rank it differently at %d", phrase, i)
			}
		}
	}
}

func FuzzSearch(f *testing.F) {
	f.Add("remove a vhost from app_0d9a3c64")
	f.Add("suprimer l'add-on «mon-pg» & PUT /v2/{x}")
	f.Add(strings.Repeat("stop the add on ", 200))
	f.Add("é\u0301œﬁ\xff\x00")
	f.Fuzz(func(t *testing.T, phrase string) {
		hits := Search(phrase, 5)
		if len(hits) > 5 {
			t.Errorf("%d hits", len(hits))
		}
		for i, h := range hits {
			if _, ok := Lookup(h.Operation.ID); !ok || math.IsNaN(h.Score) {
				t.Errorf("hit %v", h)
			}
			if i > 1 && h.Score > hits[i-1].Score {
				t.Errorf("hit %d is better than the one before", i)
			}
		}
	})
}
