package tools

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// phrasesOf reads what the tests of the catalogue ask.
func phrasesOf(t testing.TB) []string {
	t.Helper()
	const dir = "../cleverapi/catalogue/testdata/"
	files, err := filepath.Glob(dir + "unseen-*.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, file := range append(files, dir+"asks.txt") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			line = strings.TrimRight(line, "\n")
			said, isAsk := strings.CutPrefix(line, "\t")
			if !isAsk {
				said, _, isAsk = strings.Cut(line, " => ")
			}
			if isAsk && !strings.HasPrefix(line, "#") && !strings.Contains(said, "{") {
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
	phrases := phrasesOf(t)
	var sizes []int
	for i, phrase := range phrases {
		if i%4 > 0 { // enough for a median, in a quarter of the time
			continue
		}
		res := w.runner.Call(t.Context(), "search_api", arguments(t, map[string]any{"phrase": phrase}), Caller{})
		if res.IsError {
			t.Errorf("%q: %s", phrase, res.Text)
		}
		sizes = append(sizes, Tokens(res.Text)) // rather more than there are
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
