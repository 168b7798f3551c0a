package cli

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A file with the bearer is new and its owner's, and never goes where something
// is already.
func TestWriteNew(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "state")
	path := filepath.Join(dir, "token")
	if err := writeNew(path, "secret"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{path: 0o600, dir: os.ModeDir | 0o700} {
		if info, err := os.Lstat(name); err != nil || info.Mode() != want {
			t.Errorf("%s is %v, %v, want %v", name, info.Mode(), err, want)
		}
	}
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	for _, taken := range []string{path, link} {
		if err := writeNew(taken, "other"); err == nil {
			t.Errorf("%s was written over", taken)
		}
	}
	if raw, err := os.ReadFile(path); err != nil || string(raw) != "secret" {
		t.Errorf("the file holds %q, %v", raw, err)
	}
	if _, err := os.Lstat(target); err == nil {
		t.Error("the link was followed")
	}
}

// A bearer is random, in a file that only its owner reads, and never short.
func TestBearer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	env := func(name string) string {
		if name == "XDG_STATE_HOME" {
			return dir
		}
		return ""
	}
	p := &Process{Getenv: env, Stderr: io.Discard}
	first, file, err := (&serving{http: "127.0.0.1:1"}).bearer(p)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info, err)
	}
	second, _, err := (&serving{http: "127.0.0.1:1"}).bearer(p)
	if err != nil || first == second || len(first) < 43 {
		t.Errorf("bearers are %q and %q, %v: want 256 random bits each", first, second, err)
	}
	named := filepath.Join(dir, "named")
	v := &serving{http: "127.0.0.1:1", tokenFile: named}
	made, _, err := v.bearer(p)
	if err != nil {
		t.Fatal(err)
	}
	if again, _, err := v.bearer(p); err != nil || again != made {
		t.Errorf("the named file gives %q and then %q, %v", made, again, err)
	}
	for _, text := range []string{"", "too-short"} {
		path := filepath.Join(t.TempDir(), "short")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := (&serving{tokenFile: path}).bearer(p); err == nil {
			t.Errorf("the bearer %q is taken", text)
		}
	}
}

// The credentials of the process are hidden from the first request on.
func TestCredentialsAreLearned(t *testing.T) {
	t.Parallel()
	for name, env := range map[string]map[string]string{
		"OAuth": {"CLEVER_TOKEN": "tok-0123456789abcdef", "CLEVER_SECRET": "sec-0123456789abcdef"},
		"API":   {"CLEVER_API_TOKEN": "api-0123456789abcdef"},
	} {
		o, err := open(&Process{Stderr: io.Discard, Getenv: func(n string) string { return env[n] }}, &settings{confirm: "any"})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := o.client.Origins(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, secret := range env {
			if got := o.deps.Hide.Text("it is " + secret); strings.Contains(got, secret) {
				t.Errorf("%s: shown: %s", name, got)
			}
		}
	}
}

// A secret on a command line is in the list of processes and in the history of the
// shell: no flag takes one. Flags name files that hold them.
func TestNoFlagTakesASecret(t *testing.T) {
	t.Parallel()
	secret := regexp.MustCompile(`passw|secret|token|credential|code|key|bearer`)
	// The key of a consumer is its name; the secret beside it has no flag.
	place := regexp.MustCompile(`-(file|dir)$|^(tls|consumer)-key$`)
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		for _, flags := range []*pflag.FlagSet{c.Flags(), c.PersistentFlags()} {
			flags.VisitAll(func(f *pflag.Flag) {
				if f.Value.Type() != "bool" && secret.MatchString(f.Name) && !place.MatchString(f.Name) {
					t.Errorf("%s takes --%s: %s", c.CommandPath(), f.Name, f.Usage)
				}
			})
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(newRoot(&Process{Getenv: func(string) string { return "" }}))
}
