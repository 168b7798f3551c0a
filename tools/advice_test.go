package tools

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A call that an answer advises is written as a client sends it, and its tool
// takes those arguments: a model repeats it as it stands.
func TestAdvisedCallsFitTheirTools(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(raw)) {
			// In a result the call stands in a JSON string.
			var value string
			if _, v, ok := strings.Cut(strings.TrimSuffix(strings.TrimSpace(line), ","), `": `); ok && json.Unmarshal([]byte(v), &value) == nil {
				line = value
			}
			calls += checkAdvice(t, filepath.Base(file), line)
		}
	}
	if calls < 50 {
		t.Errorf("only %d calls were found", calls)
	}
}

var (
	advisedCall = regexp.MustCompile(`\b([a-z]+_[a-z]+) \{"`)
	looseCall   = regexp.MustCompile(`\b([a-z]+_[a-z]+) [a-z_]+=`)
)

// checkAdvice counts the calls in a text and complains about those that no tool
// would take.
func checkAdvice(t *testing.T, where, text string) (calls int) {
	t.Helper()
	known := map[string]bool{}
	for _, name := range toolNames() {
		known[name] = true
	}
	for _, m := range looseCall.FindAllStringSubmatch(text, -1) {
		if known[m[1]] {
			t.Errorf("%s advises %q: write the arguments as JSON", where, m[0])
		}
	}
	for _, m := range advisedCall.FindAllStringSubmatchIndex(text, -1) {
		name := text[m[2]:m[3]]
		if !known[name] {
			continue
		}
		var args json.RawMessage
		if err := json.NewDecoder(strings.NewReader(text[m[3]+1:])).Decode(&args); err != nil {
			t.Errorf("%s advises %s with what is no JSON: %v", where, name, err)
			continue
		}
		calls++
		if _, err := inputOf(t, name).check(args); err != nil {
			t.Errorf("%s advises %s %s: %v", where, name, args, err)
		}
	}
	return calls
}

func toolNames() (names []string) {
	for _, t := range All() {
		names = append(names, t.Spec().Name)
	}
	return names
}
