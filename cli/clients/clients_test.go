package clients

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var entry = Entry{Name: "clever-cloud", Command: "/usr/local/bin/clever-mcp", Args: []string{"--profile", `the "work" one`, "--read-only"}}

// fixture is a configuration as the client's documentation shows them.
func fixture(t *testing.T, c Client) []byte {
	t.Helper()
	files, err := filepath.Glob("testdata/" + c.ID + ".*")
	if err != nil || len(files) != 1 {
		t.Fatalf("fixtures of %s: %v, %v", c.ID, files, err)
	}
	content, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// variants are the same configuration as different systems and editors leave it.
func variants(content []byte) map[string][]byte {
	v := map[string][]byte{
		"as it is":          content,
		"CRLF":              bytes.ReplaceAll(content, []byte("\n"), []byte("\r\n")),
		"BOM":               append(append([]byte{}, bom...), content...),
		"no newline at end": bytes.TrimRight(content, "\n"),
	}
	return v
}

// An entry goes in and out again, and everything else stays as it was to the byte.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, c := range All() {
		for name, before := range variants(fixture(t, c)) {
			t.Run(c.ID+"/"+name, func(t *testing.T) {
				t.Parallel()
				with, err := c.format.put(before, entry)
				if err != nil {
					t.Fatal(err)
				}
				got, ok, err := c.Find(with, entry.Name)
				if err != nil || !ok || got.Command != entry.Command || strings.Join(got.Args, "|") != strings.Join(entry.Args, "|") {
					t.Fatalf("the entry reads %+v, %v, %v in\n%s", got, ok, err, with)
				}
				lines(t, before, with)
				again, err := c.format.put(with, entry)
				if err != nil || !bytes.Equal(again, with) {
					t.Errorf("a second time it becomes (%v)\n%s\nand was\n%s", err, again, with)
				}
				out, err := c.format.drop(with, entry.Name)
				if err != nil {
					t.Fatal(err)
				}
				if want := before; !bytes.Equal(bytes.TrimRight(out, "\r\n"), bytes.TrimRight(want, "\r\n")) {
					t.Errorf("without the entry it is\n%s\nand was\n%s", out, want)
				}
			})
		}
	}
}

// lines holds that every line of before is there after, in its order, but for a
// comma where something follows now.
func lines(t *testing.T, before, after []byte) {
	t.Helper()
	rest := strings.Split(string(after), "\n")
	for _, line := range strings.Split(strings.TrimRight(string(before), "\r\n"), "\n") {
		want := strings.TrimRight(line, ", \r")
		for {
			if len(rest) == 0 {
				if !strings.Contains(string(before), "\n") || bytes.Count(before, []byte("\n")) < 2 {
					return // all on one line
				}
				t.Fatalf("the line %q is gone:\n%s", line, after)
			}
			got := strings.TrimRight(rest[0], ", \r")
			rest = rest[1:]
			if got == want || strings.HasPrefix(got, strings.Replace(want, " //", ", //", 1)) || strings.HasPrefix(want, got) && strings.HasSuffix(want, "{}") {
				break
			}
			if strings.HasSuffix(want, "{}") && strings.HasPrefix(got, strings.TrimSuffix(want, "}")) {
				break
			}
		}
	}
}

// Files: installed with a backup, through links, taken back to the byte.
func TestInstallAndUninstall(t *testing.T) {
	t.Parallel()
	for _, c := range All() {
		for name, before := range variants(fixture(t, c)) {
			t.Run(c.ID+"/"+name, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				kept := filepath.Join(dir, "dotfiles")
				if err := os.WriteFile(kept, before, 0o640); err != nil {
					t.Fatal(err)
				}
				file := filepath.Join(dir, "link")
				if err := os.Symlink(kept, file); err != nil {
					t.Fatal(err)
				}
				apply(t, func() (*Change, error) { return c.Install(file, entry) })
				if info, err := os.Lstat(file); err != nil || info.Mode().Type() != os.ModeSymlink {
					t.Errorf("the link became %v, %v", info, err)
				}
				if info, err := os.Stat(kept); err != nil || info.Mode().Perm() != 0o640 {
					t.Errorf("the mode became %v, %v", info, err)
				}
				backup, err := os.ReadFile(kept + ".before-clever-mcp")
				if err != nil || !bytes.Equal(backup, before) {
					t.Errorf("the backup is %q, %v", backup, err)
				}
				apply(t, func() (*Change, error) { return c.Uninstall(file, entry.Name) })
				if after, err := os.ReadFile(kept); err != nil || !bytes.Equal(after, before) {
					t.Errorf("it became (%v)\n%s\nand was\n%s", err, after, before)
				}
				if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 2 {
					t.Errorf("left behind: %v", left)
				}
			})
		}
	}
}

func apply(t *testing.T, change func() (*Change, error)) {
	t.Helper()
	c, err := change()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Apply(); err != nil {
		t.Fatal(err)
	}
}

// What was changed by hand in between stays changed.
func TestUninstallKeepsWhatCameAfter(t *testing.T) {
	t.Parallel()
	c, err := ByID("cursor")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "mcp.json")
	if err := os.WriteFile(file, fixture(t, c), 0o600); err != nil {
		t.Fatal(err)
	}
	apply(t, func() (*Change, error) { return c.Install(file, entry) })
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	edited := bytes.Replace(content, []byte(`"mcp/postgres"`), []byte(`"mcp/postgres:2"`), 1)
	if err := os.WriteFile(file, edited, 0o600); err != nil {
		t.Fatal(err)
	}
	apply(t, func() (*Change, error) { return c.Uninstall(file, entry.Name) })
	want := bytes.Replace(fixture(t, c), []byte(`"mcp/postgres"`), []byte(`"mcp/postgres:2"`), 1)
	if after, err := os.ReadFile(file); err != nil || !bytes.Equal(after, want) {
		t.Errorf("it became (%v)\n%s\nwant\n%s", err, after, want)
	}
}

// A file that is not there is made, and goes again; an empty one stays empty.
func TestInstallWithoutAFile(t *testing.T) {
	t.Parallel()
	for _, c := range All() {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "below", "config")
			apply(t, func() (*Change, error) { return c.Install(file, entry) })
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
				t.Fatal(info, err)
			}
			apply(t, func() (*Change, error) { return c.Uninstall(file, entry.Name) })
			if _, err := os.Stat(file); !os.IsNotExist(err) {
				t.Errorf("the file is still there: %v", err)
			}
			if err := os.WriteFile(file, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			apply(t, func() (*Change, error) { return c.Install(file, entry) })
			apply(t, func() (*Change, error) { return c.Uninstall(file, entry.Name) })
			if after, err := os.ReadFile(file); err != nil || len(after) != 0 {
				t.Errorf("the empty file became %q, %v", after, err)
			}
		})
	}
}

// What cannot be understood is left alone.
func TestInstallRefuses(t *testing.T) {
	t.Parallel()
	for id, contents := range map[string][]string{
		"cursor": {`{"mcpServers": `, `[]`, `{"mcpServers": []}`, `nonsense`},
		"codex":  {`[mcp_servers`, `mcp_servers = 3`, `mcp_servers = { a = { command = "x" } }`},
		"goose":  {"a: [", "- list", "extensions: text", "extensions: {a: {cmd: x}}"},
	} {
		for _, content := range contents {
			t.Run(id+"/"+content, func(t *testing.T) {
				t.Parallel()
				c, err := ByID(id)
				if err != nil {
					t.Fatal(err)
				}
				file := filepath.Join(t.TempDir(), "config")
				if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
				if change, err := c.Install(file, entry); err == nil {
					t.Errorf("it would become\n%s", change.After)
				}
				if after, err := os.ReadFile(file); err != nil || string(after) != content {
					t.Errorf("it became %q, %v", after, err)
				}
			})
		}
	}
	c := All()[0]
	for _, name := range []string{"", "a b", "a.b", `a"b`, strings.Repeat("a", 65)} {
		if _, err := c.Install(filepath.Join(t.TempDir(), "f"), Entry{Name: name, Command: "/x"}); err == nil {
			t.Errorf("the name %q is taken", name)
		}
	}
}

// A file that changes between the preview and the writing is not overwritten.
func TestApplyNoticesAnotherWriter(t *testing.T) {
	t.Parallel()
	c := All()[0]
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	change, err := c.Install(file, entry)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(`{"a":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := change.Apply(); err == nil {
		t.Error("it was overwritten")
	}
	if after, err := os.ReadFile(file); err != nil || string(after) != `{"a":1}` {
		t.Errorf("it became %q, %v", after, err)
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	env := map[string]string{"APPDATA": `C:\Users\camille\AppData\Roaming`, "XDG_CONFIG_HOME": ""}
	getenv := func(n string) string { return env[n] }
	linux := Place{OS: "linux", Home: "/home/camille", Dir: "/src", Getenv: getenv}
	mac := Place{OS: "darwin", Home: "/Users/camille", Dir: "/src", Getenv: getenv}
	windows := Place{OS: "windows", Home: `C:\Users\camille`, Dir: `C:\src`, Getenv: getenv}
	for _, tt := range []struct {
		id    string
		place Place
		scope Scope
		want  string
	}{
		{"claude-desktop", linux, User, "/home/camille/.config/Claude/claude_desktop_config.json"},
		{"claude-desktop", mac, User, "/Users/camille/Library/Application Support/Claude/claude_desktop_config.json"},
		{"claude-desktop", windows, User, `C:\Users\camille\AppData\Roaming\Claude\claude_desktop_config.json`},
		{"claude-desktop", linux, Project, ""},
		{"claude-code", linux, User, "/home/camille/.claude.json"},
		{"claude-code", windows, User, `C:\Users\camille\.claude.json`},
		{"claude-code", mac, Project, "/src/.mcp.json"},
		{"vscode", linux, User, "/home/camille/.config/Code/User/mcp.json"},
		{"vscode", mac, User, "/Users/camille/Library/Application Support/Code/User/mcp.json"},
		{"vscode", windows, User, `C:\Users\camille\AppData\Roaming\Code\User\mcp.json`},
		{"vscode", windows, Project, `C:\src\.vscode\mcp.json`},
		{"cursor", mac, User, "/Users/camille/.cursor/mcp.json"},
		{"windsurf", windows, User, `C:\Users\camille\.codeium\windsurf\mcp_config.json`},
		{"zed", mac, User, "/Users/camille/.config/zed/settings.json"},
		{"zed", windows, User, `C:\Users\camille\AppData\Roaming\Zed\settings.json`},
		{"gemini", linux, Project, "/src/.gemini/settings.json"},
		{"codex", linux, User, "/home/camille/.codex/config.toml"},
		{"goose", linux, User, "/home/camille/.config/goose/config.yaml"},
		{"goose", windows, User, `C:\Users\camille\AppData\Roaming\Block\goose\config\config.yaml`},
	} {
		c, err := ByID(tt.id)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.File(tt.place, tt.scope); got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("%s on %s, %s: %q, %v; want %q", tt.id, tt.place.OS, tt.scope, got, err, tt.want)
		}
	}
}
