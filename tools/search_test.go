package tools

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
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
