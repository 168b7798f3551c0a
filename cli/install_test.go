package cli

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"clever-mcp/cli/clients"

	"github.com/spf13/pflag"
)

// machine is a home with clients, and a person who may be at a terminal.
type machine struct {
	home, dir  string
	executable string
	env        map[string]string
	answer     func(question string) bool // nil: no terminal
}

func newMachine(t *testing.T) *machine {
	home := t.TempDir()
	dir := filepath.Join(home, "project")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return &machine{home: home, dir: dir, executable: "/opt/bin/clever-mcp", env: map[string]string{
		"HOME": home, "USERPROFILE": home, "APPDATA": filepath.Join(home, "AppData"), "XDG_CONFIG_HOME": filepath.Join(home, ".config"),
	}}
}

func (m *machine) run(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs lockedBuffer
	p := Process{
		Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
		Getenv: func(name string) string { return m.env[name] }, Executable: m.executable, Dir: m.dir,
	}
	if m.answer != nil {
		p.Confirm = func(_ context.Context, question string) (bool, error) { return m.answer(question), nil }
	}
	code = Run(t.Context(), p)
	return out.String(), errs.String(), code
}

// must runs a command line that has to succeed.
func (m *machine) must(t *testing.T, args ...string) string {
	t.Helper()
	out, errs, code := m.run(t, args...)
	if code != exitDone || errs != "" {
		t.Fatalf("%q: exit %d: %s", args, code, errs)
	}
	return out
}

// file is where a client keeps its servers.
func (m *machine) file(t *testing.T, c clients.Client, scope clients.Scope) string {
	t.Helper()
	p := Process{Getenv: func(name string) string { return m.env[name] }, Dir: m.dir}
	file, err := c.File(p.place(), scope)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func write(t *testing.T, file string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func contentOf(t *testing.T, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// files are the regular files below a folder.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// An entry goes into the documented configuration of each client, is what the
// client would start, and goes out again without a trace.
func TestInstallRoundTrip(t *testing.T) {
	t.Parallel()
	for _, c := range clients.All() {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			fixture, err := filepath.Glob("clients/testdata/" + c.ID + ".*")
			if err != nil || len(fixture) != 1 {
				t.Fatalf("%v, %v", fixture, err)
			}
			m := newMachine(t)
			before, file := contentOf(t, fixture[0]), m.file(t, c, clients.User)
			write(t, file, before)
			out := m.must(t, "install", c.ID, "--yes", "--profile", "work", "--read-only", "--without", "raw_request,delete_app")
			for _, want := range []string{"+ ", "/opt/bin/clever-mcp", "--read-only", "kept as", c.Restart, "clever-mcp uninstall " + c.ID} {
				if !strings.Contains(out, want) {
					t.Errorf("install does not say %q:\n%s", want, out)
				}
			}
			entries, _, err := c.Entries(file)
			i := slices.IndexFunc(entries, func(e clients.Entry) bool { return e.Name == usualName })
			want := []string{"--profile=work", "--read-only", "--without=raw_request", "--without=delete_app"}
			if err != nil || i < 0 || entries[i].Command != m.executable || !slices.Equal(entries[i].Args, want) {
				t.Fatalf("the entry is %+v, %v", entries, err)
			}
			if out := m.must(t, "install"); !strings.Contains(out, usualName) || !strings.Contains(out, file) {
				t.Errorf("the list is %s", out)
			}
			if out := m.must(t, "install", c.ID, "--yes", "--profile", "work", "--read-only", "--without", "raw_request,delete_app"); !strings.Contains(out, "already") {
				t.Errorf("a second time it says %s", out)
			}
			m.must(t, "uninstall", c.ID, "--yes")
			if after := contentOf(t, file); !bytes.Equal(after, before) {
				t.Errorf("after both it is\n%s\nand was\n%s", after, before)
			}
			if left := files(t, m.home); len(left) != 1 {
				t.Errorf("these are left: %v", left)
			}
			if out := m.must(t, "uninstall", c.ID, "--yes"); !strings.Contains(out, "nothing was taken out") {
				t.Errorf("uninstalling nothing says %s", out)
			}
		})
	}
}

// A file that was not there is made, and goes again.
func TestInstallNewFile(t *testing.T) {
	t.Parallel()
	for _, c := range clients.All() {
		for _, scope := range []clients.Scope{clients.User, clients.Project} {
			m := newMachine(t)
			if _, err := c.File(clients.Place{OS: runtime.GOOS, Home: m.home, Dir: m.dir, Getenv: func(string) string { return "" }}, scope); err != nil {
				if _, errs, code := m.run(t, "install", c.ID, "--yes", "--scope", "project"); code != exitUsage || !strings.Contains(errs, "leave --scope out") {
					t.Errorf("%s: exit %d: %s", c.ID, code, errs)
				}
				continue
			}
			m.must(t, "install", c.ID, "--yes", "--scope", string(scope), "--name", "mine")
			file := m.file(t, c, scope)
			if got := contentOf(t, file); !strings.Contains(string(got), "mine") {
				t.Errorf("%s has %s", file, got)
			}
			if info, err := os.Stat(file); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v, %v", file, info.Mode(), err)
			}
			m.must(t, "uninstall", c.ID, "--yes", "--scope", string(scope), "--name", "mine")
			if left := files(t, m.home); len(left) != 0 {
				t.Errorf("%s leaves %v", c.ID, left)
			}
		}
	}
}

// Nothing is written before a person agrees, or --yes says so.
func TestInstallAsks(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	out, errs, code := m.run(t, "install", "cursor")
	if code != exitRefused || !strings.Contains(errs, "--yes") || !strings.Contains(out, "+     \"clever-cloud\"") {
		t.Errorf("without a terminal: exit %d: %s%s", code, out, errs)
	}
	m.answer = func(string) bool { return false }
	if _, errs, code = m.run(t, "install", "cursor"); code != exitRefused || !strings.Contains(errs, "nothing was changed") {
		t.Errorf("after a no: exit %d: %s", code, errs)
	}
	if left := files(t, m.home); len(left) != 0 {
		t.Errorf("written without consent: %v", left)
	}
	asked := 0
	m.answer = func(question string) bool {
		asked++
		if left := files(t, m.home); len(left) != 0 {
			t.Errorf("written before the answer: %v", left)
		}
		return strings.Contains(question, "Write")
	}
	m.must(t, "install", "cursor")
	if asked != 1 || len(files(t, m.home)) != 1 {
		t.Errorf("asked %d times, and there are %v", asked, files(t, m.home))
	}
	m.answer = func(string) bool { return false }
	if _, _, code = m.run(t, "uninstall", "cursor"); code != exitRefused || len(files(t, m.home)) != 1 {
		t.Errorf("uninstalled after a no: exit %d", code)
	}
}

func TestInstallPrints(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	out, errs, code := m.run(t, "install", "vscode", "--print", "--read-only")
	if code != 0 || !strings.HasPrefix(out, "{\n") || !strings.Contains(out, `"servers"`) || !strings.Contains(out, "--read-only") || !strings.Contains(errs, "mcp.json") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	if left := files(t, m.home); len(left) != 0 {
		t.Errorf("--print wrote %v", left)
	}
}

func TestInstallRefuses(t *testing.T) {
	t.Parallel()
	const token = "Zm9vYmFyYmF6cXV4-and-more-of-it"
	for _, tt := range []struct {
		name string
		args []string
		set  func(*machine)
		code int
		want string
	}{
		{"an unknown client", []string{"emacs"}, nil, exitUsage, "there are claude-code, claude-desktop"},
		{"two clients", []string{"zed", "cursor"}, nil, exitUsage, "takes [CLIENT]"},
		{"an unknown scope", []string{"zed", "--scope", "world"}, nil, exitUsage, "user, project"},
		{"a name that no file can hold", []string{"zed", "--name", "a b"}, nil, exitUsage, "--name"},
		{"a secret of the environment", []string{"zed", "--owner", token}, func(m *machine) { m.env["CLEVER_API_TOKEN"] = token }, exitUsage, "--owner holds a secret"},
		{"a password in an address", []string{"zed", "--allow-api-host", "https://me:hunter2hunter2@example.com"}, nil, exitUsage, "holds a secret"},
		{"go run", []string{"zed"}, func(m *machine) { m.executable = "/tmp/go-build123/b001/exe/clever-mcp" }, exitStart, "go install"},
		{"a program that does not know itself", []string{"zed"}, func(m *machine) { m.executable = "" }, exitStart, "by hand"},
		{"no home", []string{"cursor"}, func(m *machine) { clear(m.env) }, exitStart, "names no home"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			if tt.set != nil {
				tt.set(m)
			}
			out, errs, code := m.run(t, append([]string{"install", "--yes"}, tt.args...)...)
			if code != tt.code || !strings.Contains(errs, tt.want) || strings.Contains(out+errs, token) || strings.Contains(out+errs, "hunter2") {
				t.Errorf("exit %d: %s%s", code, out, errs)
			}
			if left := files(t, m.home); len(left) != 0 {
				t.Errorf("written all the same: %v", left)
			}
		})
	}
}

// A file that cannot be understood stays as it is, and the others are listed.
func TestInstallInvalidFile(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	broken := []byte("{\"mcpServers\": {")
	file := filepath.Join(m.home, ".cursor", "mcp.json")
	write(t, file, broken)
	_, errs, code := m.run(t, "install", "cursor", "--yes")
	if code != exitRefused || !strings.Contains(errs, "was not changed") || !bytes.Equal(contentOf(t, file), broken) {
		t.Errorf("exit %d: %s", code, errs)
	}
	m.must(t, "install", "codex", "--yes")
	out, errs, code := m.run(t, "install")
	if code != 0 || !strings.Contains(errs, file) || !strings.Contains(out, "config.toml") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
}

// What a preview shows is the change alone: the servers beside it hold secrets.
func TestInstallPreviewShowsNoNeighbour(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"lines":    "{\n  \"mcpServers\": {\n    \"db\": {\n      \"command\": \"db\", \"env\": {\"KEY\": \"neighbour\"}}\n  }\n}\n",
		"one line": `{"mcpServers":{"db":{"command":"db","env":{"KEY":"neighbour"}}},"token":"neighbour"}`,
		"after":    "{\"mcpServers\": {}, \"token\": \"neighbour\"}",
	} {
		m := newMachine(t)
		file := filepath.Join(m.home, ".cursor", "mcp.json")
		write(t, file, []byte(content))
		out := m.must(t, "install", "cursor", "--yes")
		out += m.must(t, "install", "cursor", "--yes", "--read-only")
		out += m.must(t, "uninstall", "cursor", "--yes")
		if strings.Contains(out, "neighbour") || !strings.Contains(out, "--read-only") {
			t.Errorf("%s: %s", name, out)
		}
		if got := contentOf(t, file); string(got) != content {
			t.Errorf("%s became %s", content, got)
		}
	}
}

// Dotfiles that are kept elsewhere stay links.
func TestInstallThroughLink(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	kept := filepath.Join(m.home, "dotfiles", "mcp.json")
	write(t, kept, []byte("{}\n"))
	file := filepath.Join(m.home, ".cursor", "mcp.json")
	if err := os.Mkdir(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(kept, file); err != nil {
		t.Skip(err)
	}
	m.must(t, "install", "cursor", "--yes")
	if info, err := os.Lstat(file); err != nil || info.Mode()&fs.ModeSymlink == 0 || !strings.Contains(string(contentOf(t, kept)), usualName) {
		t.Errorf("%v, %v: %s", info.Mode(), err, contentOf(t, kept))
	}
	m.must(t, "uninstall", "cursor", "--yes")
	if got := contentOf(t, kept); string(got) != "{}\n" {
		t.Errorf("it became %q", got)
	}
}

// Paths are passed on whole, values of the environment not at all.
func TestInstallPassesOn(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.env["CLEVER_MCP_REVEAL"] = "true"
	out, errs, code := m.run(t, "install", "zed", "--print", "--files", "out", "--deploy-dir", "a,/b", "--seed", "broken", "--read-only=false", "--owner", `"Smith, Jones"`, "--profile", "x y")
	if code != 0 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	c, err := clients.ByID("zed")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(m.home, "printed")
	write(t, file, []byte(out))
	entries, _, err := c.Entries(file)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v, %v", entries, err)
	}
	got := entries[0].Args
	want := []string{
		"--deploy-dir=" + filepath.Join(m.dir, "a"), "--deploy-dir=" + filepath.FromSlash("/b"), "--files=" + filepath.Join(m.dir, "out"),
		`--owner="Smith, Jones"`, "--profile=x y", "--read-only=false", "--seed=broken",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	// The server that is started so has the same settings.
	var s settings
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	s.register(flags)
	if err := flags.Parse(got); err != nil || !slices.Equal(s.owners, []string{"Smith, Jones"}) || s.profile != "x y" || len(s.deployDirs) != 2 || s.readOnly {
		t.Errorf("%v: %+v", err, s)
	}
}

// A new flag that names a file has to be made whole too.
func TestPathFlags(t *testing.T) {
	t.Parallel()
	var s settings
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	s.register(flags)
	flags.VisitAll(func(f *pflag.Flag) {
		about := strings.HasPrefix(f.Usage, "file ") || strings.HasPrefix(f.Usage, "folder ") || strings.Contains(f.Usage, " file;")
		if known := slices.Contains(pathFlags[:], f.Name); known != about {
			t.Errorf("--%s (%s): in pathFlags it is %v", f.Name, f.Usage, known)
		}
	})
	for _, name := range pathFlags {
		if flags.Lookup(name) == nil {
			t.Errorf("there is no --%s", name)
		}
	}
}

// A client that is signed in elsewhere is told so.
func TestInstallSaysWhoIsSignedIn(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	if out := m.must(t, "install", "zed", "--yes"); !strings.Contains(out, "clever-mcp login") {
		t.Errorf("signed out it says %s", out)
	}
	m.env["CLEVER_API_TOKEN"] = "a-token-of-the-terminal"
	out := m.must(t, "install", "cursor", "--yes")
	if !strings.Contains(out, "CLEVER_API_TOKEN") || !strings.Contains(out, "does not see") || strings.Contains(out, "a-token") {
		t.Errorf("signed in by the environment it says %s", out)
	}
	if out := m.must(t, "install", "codex", "--yes", "--demo"); strings.Contains(out, "login") {
		t.Errorf("the demonstration says %s", out)
	}
}

// An entry that starts the same is left as it is, however it is written.
func TestInstallLeavesTheSame(t *testing.T) {
	t.Parallel()
	for _, content := range []string{
		"// mine\n{\"mcpServers\": {\"clever-cloud\": {\"args\": [\"--read-only\"], \"command\": \"/opt/bin/clever-mcp\"}}}\n",
		"{\"mcpServers\": {\"clever-cloud\": {\"command\": \"/opt/bin/clever-mcp\", \"env\": {\"LANG\": \"fr\"}, \"args\": [\"--read-only\"],},}}",
	} {
		m := newMachine(t)
		file := filepath.Join(m.home, ".cursor", "mcp.json")
		write(t, file, []byte(content))
		if out := m.must(t, "install", "cursor", "--yes", "--read-only"); !strings.Contains(out, "already") || string(contentOf(t, file)) != content {
			t.Errorf("%s: %s", contentOf(t, file), out)
		}
		m.must(t, "install", "cursor", "--yes")
		if got := string(contentOf(t, file)); strings.Contains(got, "--read-only") {
			t.Errorf("another entry leaves it: %s", got)
		}
	}
}
