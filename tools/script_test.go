package tools

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"clever-mcp/cleverapi/catalogue"
	"clever-mcp/cleverapi/emulator"

	"golang.org/x/tools/txtar"
)

// A script is testdata/<tool>.txtar: prose, then sections.
//
//	with         JSON of worldOptions: a fresh world for what follows
//	advance      a duration by which the emulator's clock is moved
//	call TOOL    the arguments of a call; "$handle" is the handle of the plan before
//	api          the requests that the emulator saw, sorted
//	result       what came back, or
//	error        what came back instead
//	prose        more prose
//
// -update writes api, result and error after each call. Read what it wrote.
func TestScripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	seen := &performed{by: map[string]map[string]bool{}}
	t.Run("all", func(t *testing.T) {
		for _, path := range files {
			t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
				t.Parallel()
				// In a bubble waiting takes no time, and the same time whenever.
				synctest.Test(t, func(t *testing.T) { runScript(t, path, seen) })
			})
		}
	})
	if !t.Failed() && !*update {
		seen.compare(t)
	}
}

// What the script of every tool shows.
const (
	showsHappy     = "a happy call"
	showsRefusal   = "a refusal by the API"
	showsWrong     = "a wrong argument, for which nothing is sent"
	showsEmpty     = "an empty account"
	showsAmbiguous = "an ambiguous name"
	showsHostile   = "a hostile account"
)

// notShown says why the script of a tool lacks something.
var notShown = map[string]map[string]string{
	"create_token":  {showsAmbiguous: "it names nothing that exists"},
	"get_self":      {showsAmbiguous: "it takes no name"},
	"list_products": {showsAmbiguous: "its name is a filter, and all that fits is listed"},
	"list_tokens":   {showsAmbiguous: "it takes no name"},
	"list_zones":    {showsAmbiguous: "its tags are a filter, and all that fits is listed"},
	"search_api":    {showsAmbiguous: "an operation is named in full", showsRefusal: "it sends nothing"},
}

func TestEveryToolHasAScript(t *testing.T) {
	t.Parallel()
	all := []string{showsHappy, showsRefusal, showsWrong, showsEmpty, showsAmbiguous, showsHostile}
	for _, tool := range All() {
		name := tool.Spec().Name
		raw, err := os.ReadFile(filepath.Join("testdata", name+".txtar"))
		if err != nil {
			t.Errorf("%s has no script", name)
			continue
		}
		script := txtar.Parse(raw)
		shown := shownBy(t, name, script)
		for _, what := range all {
			switch reason := notShown[name][what]; {
			case !shown[what] && reason == "":
				t.Errorf("the script of %s does not show %s", name, what)
			case shown[what] && reason != "":
				t.Errorf("the script of %s shows %s, which notShown says it cannot", name, what)
			}
		}
		if len(bytes.TrimSpace(script.Comment)) < 40 {
			t.Errorf("the script of %s does not say what it shows", name)
		}
	}
}

// refusedStatus finds a request that the API refused.
var refusedStatus = regexp.MustCompile(`(?m) [45]\d\d$`)

// shownBy reads out of a script what it shows of its tool.
func shownBy(t *testing.T, tool string, script *txtar.Archive) map[string]bool {
	t.Helper()
	shown := map[string]bool{}
	var world worldOptions
	called, api := "", ""
	for _, f := range script.Files {
		name, isCall := strings.CutPrefix(f.Name, "call ")
		switch {
		case isCall:
			called = name
		case f.Name == "with":
			world = worldOptions{}
			if err := json.Unmarshal(f.Data, &world); err != nil {
				t.Fatalf("%s: %v", tool, err)
			}
		case f.Name == "api":
			api = string(f.Data)
		case called == tool && (f.Name == "result" || f.Name == "error"):
			shown[showsEmpty] = shown[showsEmpty] || world.Seed == "empty"
			shown[showsHostile] = shown[showsHostile] || world.Seed == "hostile"
			if f.Name == "result" {
				shown[showsHappy] = true
				continue
			}
			shown[showsRefusal] = shown[showsRefusal] || refusedStatus.MatchString(api)
			shown[showsWrong] = shown[showsWrong] || api == ""
			shown[showsAmbiguous] = shown[showsAmbiguous] || bytes.Contains(f.Data, []byte("is ambiguous: "))
		}
	}
	return shown
}

func runScript(t *testing.T, path string, seen *performed) {
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	script := txtar.Parse(raw)
	out := &txtar.Archive{Comment: script.Comment}
	w := newWorld(t, worldOptions{})
	handle := ""
	for i, f := range script.Files {
		tool, isCall := strings.CutPrefix(f.Name, "call ")
		switch {
		case f.Name == "with":
			var o worldOptions
			d := json.NewDecoder(bytes.NewReader(f.Data))
			d.DisallowUnknownFields()
			if err := d.Decode(&o); err != nil {
				t.Fatalf("section %d (with): %v", i, err)
			}
			w = newWorld(t, o)
			out.Files = append(out.Files, f)
		case f.Name == "advance":
			w.advance(t, strings.TrimSpace(string(f.Data)))
			out.Files = append(out.Files, f)
		case f.Name == "prose":
			out.Files = append(out.Files, f)
		case isCall:
			w.ResetRequests()
			args := bytes.ReplaceAll(f.Data, []byte("$handle"), []byte(handle))
			res := w.runner.Call(t.Context(), tool, args, Caller{ID: "script"})
			if _, h, ok := strings.Cut(res.Text, "\nconfirm: "); ok {
				handle = h
			}
			seen.add(tool, w.operations())
			w.check(t, tool, res)
			kind, text := "result", Indent(res.Structured)
			if res.IsError {
				kind, text = "error", res.Text
			}
			out.Files = append(out.Files, f,
				txtar.File{Name: "api", Data: []byte(w.asked())},
				txtar.File{Name: kind, Data: []byte(w.steady(text) + "\n")})
		case slices.Contains([]string{"api", "result", "error"}, f.Name):
		default:
			t.Fatalf("there is no section %q", f.Name)
		}
	}
	golden(t, path, txtar.Format(out))
}

// unsteady are parts of a result that differ from run to run.
var unsteady = []struct {
	re   *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`(\[hidden (?:empty|under 8|8-15|16-31|32-63|64\+)) [0-9a-f]{8}\]`), "$1 ########]"},
	{regexp.MustCompile(`confirm: [A-Za-z0-9_-]{40,}`), "confirm: $$handle"},
	{regexp.MustCompile(`-[0-9a-f]{8}\.(token|pdf|cfg|yaml)`), "-########.$1"},
	{regexp.MustCompile(`(Trace: |"request_id": ")[0-9A-Z]{26}`), "$1#"},
	{regexp.MustCompile(`reference [0-9a-f]{12}`), "reference ############"},
	{regexp.MustCompile(`END-[A-Z2-7]{12}`), "END-############"},
	{regexp.MustCompile(`undo:[a-z2-7]{26}`), "undo:############"},
}

func (w *world) steady(text string) string {
	text = strings.ReplaceAll(text, w.dir, "$DIR")
	for _, u := range unsteady {
		text = u.re.ReplaceAllString(text, u.with)
	}
	return text
}

// check holds for every result of every script.
func (w *world) check(t *testing.T, tool string, res Result) {
	t.Helper()
	if res.IsError != (res.Structured == nil) {
		t.Errorf("%s: a result is structured and an error is not: %+v", tool, res)
	}
	for _, secret := range w.secrets {
		if leaks(res.Text, secret) || leaks(w.logged.String(), secret) {
			t.Errorf("%s shows the secret %q: %s", tool, secret, res.Text)
		}
	}
	if n := counter(t)(res.Text); n > MaxTokens {
		t.Errorf("%s answers with %d tokens", tool, n)
	}
	if !res.IsError {
		checkOutput(t, tool, res.Structured)
	}
	bound := w.runner.tools[tool]
	if bound == nil {
		return
	}
	for _, op := range w.operations() {
		if !bound.spec.AnyOperation && !slices.Contains(bound.spec.Uses, op) {
			t.Errorf("%s performs %s, which it does not say that it uses", tool, op)
		}
	}
	if bound.spec.Effect != catalogue.Reads {
		return
	}
	for _, r := range w.Requests() {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			t.Errorf("%s only reads, and sent %s %s", tool, r.Method, r.Path)
		}
	}
}

// performed collects which operations each tool performed in all scripts.
type performed struct {
	mu sync.Mutex
	by map[string]map[string]bool
}

func (p *performed) add(tool string, operations []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.by[tool] == nil {
		p.by[tool] = map[string]bool{}
	}
	for _, op := range operations {
		p.by[tool][op] = true
	}
}

// compare holds Uses of each tool against what its scripts made it do.
func (p *performed) compare(t *testing.T) {
	for _, tool := range All() {
		spec := tool.Spec()
		if spec.AnyOperation {
			continue
		}
		want := slices.Sorted(slices.Values(spec.Uses))
		got := slices.Sorted(maps.Keys(p.by[spec.Name]))
		if !slices.Equal(got, want) {
			t.Errorf("%s uses %q, and its scripts made it perform %q", spec.Name, want, got)
		}
	}
}

func seedNamed(name string) (*emulator.Seed, error) {
	switch name {
	case "", "demo":
		return emulator.Demo(), nil
	case "empty":
		return emulator.ReadSeed([]byte("user: {name: Nobody, email: nobody@example.com, password: a-long-password}"))
	case "crowded": // all applications of the large account in one organisation
		seed, err := emulator.SeedNamed("large")
		if err != nil {
			return nil, err
		}
		first := &seed.Organisations[0]
		for i := range seed.Organisations[1:] {
			first.Applications = append(first.Applications, seed.Organisations[i+1].Applications...)
		}
		seed.Organisations = seed.Organisations[:1]
		return seed, nil
	}
	return emulator.SeedNamed(name)
}
