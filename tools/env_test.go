package tools

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func newTestCall(s Settings) *Call {
	return &Call{Deps: &Deps{Hide: NewHider(), Settings: s}, tool: Spec{Name: "set_env"}}
}

func TestSuspicious(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, value, want string }{
		{"NODE_ENV", "production", ""},
		{"PORT", "8080", ""},
		{"PORT", "3000", "is not 8080"},
		{"PORT", "http", "has to be a number"},
		{"EMPTY", "", "is empty"},
		{"KEY", "abc\n", "white space"},
		{"KEY", `"abc"`, "quotation marks"},
		{"KEY", "changeme", "placeholder"},
		{"KEY", "${OTHER}", "placeholder"},
		{"DATABASE_URL", "postgres://u:p@localhost:5432/x", "localhost"},
		{"DATABASE_URL", "postgres://u:p@db.example.com/x", ""},
		{"HOST", "127.0.0.1:6379", "localhost"},
		{"CC_HEALTH_CHECK_PATH", "health", "begin with /"},
		{"CC_HEALTH_CHECK_PATH_2", "health", "begin with /"},
		{"CC_TROUBLESHOOT", "yes", "true or false"},
		{"CC_NODE_BUILD_TOOL", "make", "is none of bun, custom, npm"},
		{"CC_PRE_BULD_HOOK", "x", "was CC_PRE_BUILD_HOOK meant"},
		{"CC_SOMETHING_ELSE", "x", ""},
		{"APP_ID", "x", "set by the platform"},
		{"APP_FOLDER", "/srv", "relative"},
	} {
		got := strings.Join(suspicious(tt.name, tt.value), " ")
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%s=%s: %q, want %q", tt.name, tt.value, got, tt.want)
		}
	}
}

func TestWantedEnv(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		in   SetEnvInput
		err  string
	}{
		{"nothing", SetEnvInput{}, "needs something to change"},
		{"twice", SetEnvInput{Set: map[string]string{"A": "1"}, From: map[string]string{"A": "generate:9"}}, "both in set and in from"},
		{"set and unset", SetEnvInput{Dotenv: "A=1", Unset: []string{"A"}}, "to be set and to be removed"},
		{"bad name", SetEnvInput{Set: map[string]string{"A B": "1"}}, `"A B" is not a name`},
		{"a line without =", SetEnvInput{Dotenv: "A=1\nbroken"}, "a line without a name and ="},
		{"bad text", SetEnvInput{Dotenv: "A='1"}, "not the text of a .env file"},
	} {
		if _, err := wantedEnv(tt.in); err == nil || !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: error is %v, want %q", tt.name, err, tt.err)
		}
	}
	got, err := wantedEnv(SetEnvInput{Dotenv: "A=1\nB=2", Set: map[string]string{"B": "3"}})
	if err != nil || got["A"] != "1" || got["B"] != "3" {
		t.Errorf("wanted %v, %v", got, err)
	}
}

func TestDotenv(t *testing.T) {
	t.Parallel()
	got, err := parseDotenv("# comment\r\nexport A=1\r\nB=\"two words\"\nC='it$B'\nD=pa$$word$A # note\nE=\"line\\nbreak\"\nF=\"-----BEGIN\nX\n-----END\"\n")
	want := map[string]string{"A": "1", "B": "two words", "C": "it$B", "D": "pa$$word$A", "E": "line\nbreak", "F": "-----BEGIN\nX\n-----END"}
	if err != nil || len(got) != len(want) {
		t.Fatalf("got %q, %v", got, err)
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s is %q, want %q", k, got[k], v)
		}
	}
}

// An error about a .env text never quotes it.
func FuzzDotenv(f *testing.F) {
	f.Add("A=1\nB=\"x")
	f.Add("export A='$x'")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseDotenv("SECRET_7f=secret-value-7f\n" + text)
		if err != nil && strings.Contains(err.Error(), "secret-value-7f") {
			t.Fatalf("the error quotes a value: %v", err)
		}
		for k, v := range got {
			if strings.Contains(v, dollar) || strings.Contains(k, dollar) && envName.MatchString(k) {
				t.Fatalf("%q=%q has the stand-in", k, v)
			}
		}
	})
}

func TestFetch(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(dir, "key"), "file-secret\n")
	write(filepath.Join(outside, "other"), "outside-secret")
	write(filepath.Join(dir, "large"), strings.Repeat("x", maxValue+1))
	if err := os.Symlink(filepath.Join(outside, "other"), filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("ALLOWED_NAME", "environment-secret")
	t.Setenv("OTHER_NAME", "forbidden-secret")
	c := newTestCall(Settings{EnvNames: []string{"ALLOWED_NAME", "NOT_THERE"}, FileDirs: []string{dir}})
	for _, tt := range []struct{ ref, want, err string }{
		{"env:ALLOWED_NAME", "environment-secret", ""},
		{"env:OTHER_NAME", "", "did not allow the variable OTHER_NAME"},
		{"env:NOT_THERE", "", "has no variable NOT_THERE"},
		{"file:key", "file-secret", ""},
		{"file:" + filepath.Join(dir, "key"), "file-secret", ""},
		{"file:../" + filepath.Base(outside) + "/other", "", "there is no file"},
		{"file:" + filepath.Join(outside, "other"), "", "there is no file"},
		{"file:link", "", "cannot be used"},
		{"file:large", "", "larger than 64 KiB"},
		{"file:.", "", "not an ordinary file"},
		{"file:absent", "", "there is no file"},
		{"generate:7", "", "from 8 to 512"},
		{"generate:many", "", "from 8 to 512"},
		{"addon:x", "", "addon:ID/VARIABLE"},
		{"vault:x", "", "unknown kind"},
		{"plain value", "", "is not a reference"},
	} {
		got, err := c.fetch(t.Context(), App{}, "NAME", tt.ref)
		if tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) || tt.err == "" && err != nil || got != tt.want {
			t.Errorf("%s: %q, %v; want %q, %q", tt.ref, got, err, tt.want, tt.err)
		}
		if err != nil && regexp.MustCompile(`(outside|forbidden|environment|file)-secret`).MatchString(err.Error()) {
			t.Errorf("%s: the error quotes a value: %v", tt.ref, err)
		}
		if got != "" && strings.Contains(c.Hide.Text("x "+got), got) {
			t.Errorf("%s: the value is not hidden", tt.ref)
		}
	}
	a, err := c.fetch(t.Context(), App{}, "NAME", "generate:40")
	b, _ := c.fetch(t.Context(), App{}, "NAME", "generate:40")
	if err != nil || !regexp.MustCompile(`^[A-Za-z0-9]{40}$`).MatchString(a) || a == b {
		t.Errorf("generated %q and %q, %v", a, b, err)
	}
}

func TestDifference(t *testing.T) {
	t.Parallel()
	c := newTestCall(Settings{})
	out := c.difference(map[string]string{"KEPT": "same-value", "OLD": "old-value", "GONE": "gone-value"},
		map[string]string{"KEPT": "same-value", "OLD": "new-value", "NEW": "added-value"}, []string{"GONE", "NEVER", "GONE"})
	var got []string
	for _, d := range out.Changes {
		got = append(got, d.Change+" "+d.Name)
		for _, v := range []string{"value"} {
			if strings.Contains(d.Before+d.After, v) {
				t.Errorf("%s shows a value", d.Name)
			}
		}
	}
	if s := strings.Join(got, ", "); s != "added NEW, changed OLD, removed GONE" {
		t.Errorf("changes are %s", s)
	}
	if len(out.Same) != 1 || out.Same[0] != "KEPT" || len(out.NotSet) != 1 || out.NotSet[0] != "NEVER" {
		t.Errorf("same are %q, not set %q", out.Same, out.NotSet)
	}
}

func TestUnsetTellsOfTypos(t *testing.T) {
	t.Parallel()
	before := map[string]string{"SMTP_HOST": "mail", "API_KEY": "k", "PORT": "8080", "A": "1"}
	for name, want := range map[string]string{
		"SMPT_HOST": "SMTP_HOST", "smtp_host": "SMTP_HOST", "API_KEYS": "API_KEY", "PROT": "", "PORTS": "PORT", "B": "", "DATABASE_URL": "", "FORK": "",
	} {
		out := newTestCall(Settings{}).difference(before, nil, []string{name})
		said := strings.Join(out.Warnings, " ")
		if len(out.NotSet) != 1 || len(out.Changes) != 0 || len(out.Same) != 0 || want == "" && said != "" || want != "" && !strings.Contains(said, "was "+want+" meant?") {
			t.Errorf("unset %s: %+v", name, out)
		}
		if next := nothingToDo(out); !strings.Contains(next, "not set: "+name+".") {
			t.Errorf("unset %s: %s", name, next)
		}
	}
}

// A value that was read once stays hidden wherever else it turns up.
func TestGetEnvLearns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	if res := w.runner.Call(t.Context(), "get_env", json.RawMessage(`{"app":"worker"}`), Caller{}); res.IsError {
		t.Fatal(res.Text)
	}
	// An own variable, and one of the application that it is linked to.
	for _, v := range []string{"robot@acme.example", "https://api.acme.example"} {
		if got := w.deps.Hide.Text("from " + v); strings.Contains(got, v) {
			t.Errorf("shown: %s", got)
		}
	}
}

// All values are learned at once: each time takes as long as what is known already.
func TestManyVariablesTakeNoTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	set := map[string]string{}
	for i := range 4000 {
		set[fmt.Sprintf("NAME_%d", i)] = fmt.Sprintf("some-value-%d", i)
	}
	begin := time.Now()
	w.runner.Call(t.Context(), "set_env", arguments(t, map[string]any{"app": "storefront", "set": set}), Caller{})
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
	begin = time.Now()
	body := []any{}
	for i := range 4000 {
		body = append(body, map[string]any{"name": fmt.Sprintf("NAME_%d", i), "value": fmt.Sprintf("other-value-%d", i)})
	}
	NewHider().Body(body)
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("an answer took %v", took)
	}
	if text := w.deps.Hide.Text("it is some-value-3999"); strings.Contains(text, "some-value") {
		t.Errorf("the log may say %q", text)
	}
}
