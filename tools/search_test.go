package tools

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"clever-mcp/cleverapi/catalogue"
)

// phrasesOf reads what the tests of the catalogue ask that nothing was learnt from.
func phrasesOf(t testing.TB) []string {
	t.Helper()
	const dir = "../cleverapi/catalogue/testdata/"
	files, err := filepath.Glob(dir + "unseen-*.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if said, _, isAsk := strings.Cut(line, " => "); isAsk && !strings.HasPrefix(line, "#") {
				out = append(out, said)
			}
		}
	}
	return out
}

// What comes back of a search is read by a model each time.
func TestSearchAnswersAreShort(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	tokens := counter(t)
	var sizes []int
	for _, phrase := range phrasesOf(t) {
		res := w.runner.Call(t.Context(), "search_api", arguments(t, map[string]any{"phrase": phrase}), Caller{})
		if res.IsError {
			t.Errorf("%q: %s", phrase, res.Text)
		}
		sizes = append(sizes, tokens(res.Text))
	}
	slices.Sort(sizes)
	median, most := sizes[len(sizes)/2], sizes[len(sizes)-1]
	t.Logf("%d answers: %d tokens in the middle, %d at most", len(sizes), median, most)
	if len(sizes) < 400 || median > 700 || most > 1000 {
		t.Errorf("%d answers have %d tokens in the middle and %d at most, want 400, 700 and 1000", len(sizes), median, most)
	}
	if sent := w.Requests(); len(sent) > 0 {
		t.Errorf("searching sends %d requests", len(sent))
	}
}

// Before a write it is the body that matters, which is whole; of a long answer only
// the outermost fields are told. What a read answers is whole, to select from.
func TestAnswersOfWritesAreShort(t *testing.T) {
	t.Parallel()
	known := catalogue.Default()
	shortened := 0
	for _, op := range known.All() {
		d, _ := known.Describe(op.ID)
		out, err := describe(known, op.ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		if d.Request != nil && string(out.Body) != string(d.Request.Fields) {
			t.Errorf("the body of %s is not whole", op.ID)
		}
		if d.Response == nil {
			continue
		}
		whole := string(d.Response.Fields)
		if string(out.Answer) == whole {
			if op.Effect != catalogue.Reads && len(whole) > longAnswer {
				t.Errorf("the answer of %s has %d bytes", op.ID, len(whole))
			}
			continue
		}
		shortened++
		var fields map[string]any
		if op.Effect == catalogue.Reads || json.Unmarshal([]byte(strings.Trim(string(out.Answer), "[]")), &fields) != nil || len(out.Answer) > len(whole) {
			t.Errorf("%s answers %s", op.ID, out.Answer)
		}
		for name := range fields {
			if !strings.Contains(whole, `"`+name+`"`) {
				t.Errorf("%s answers no %s", op.ID, name)
			}
		}
	}
	if shortened < 20 {
		t.Errorf("%d answers are shortened", shortened)
	}
	if got := string(outermost(json.RawMessage(`[{"b":{"c":"string"},"a?":[{"d":"any"}],"e":["string"]}]`))); got != `[{"a?":"[…]","b":"{…}","e":["string"]}]` {
		t.Errorf("the outermost fields are %s", got)
	}
}
