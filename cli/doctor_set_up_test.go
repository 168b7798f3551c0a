package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clever-mcp/cli/clients"
)

// What clients would start is looked at with the eyes of a client.
func TestDoctorClients(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		entry   func(m *machine) clients.Entry
		verdict verdict
		says    string
		remedy  string
	}{
		{"this program", func(m *machine) clients.Entry {
			return clients.Entry{Command: m.executable, Args: []string{"--read-only"}}
		}, fine, "starts this program", ""},
		{"with serve", func(m *machine) clients.Entry {
			return clients.Entry{Command: m.executable, Args: []string{"serve", "--profile=work"}}
		}, fine, "starts this program", ""},
		{"a program that is gone", func(m *machine) clients.Entry {
			return clients.Entry{Command: filepath.Join(m.home, "gone", "clever-mcp")}
		}, wrong, "there is no file", "clever-mcp install zed"},
		{"a program that is none", func(m *machine) clients.Entry {
			file := filepath.Join(m.home, "text", "clever-mcp")
			write(t, file, []byte("text"))
			return clients.Entry{Command: file}
		}, wrong, "is no program", "clever-mcp install zed"},
		{"another copy", func(m *machine) clients.Entry {
			file := filepath.Join(m.home, "old", "clever-mcp")
			write(t, file, []byte("#!/bin/sh\n"))
			if err := os.Chmod(file, 0o700); err != nil {
				t.Error(err)
			}
			return clients.Entry{Command: file}
		}, doubt, "another copy", "clever-mcp install zed"},
		{"another program of our name", func(*machine) clients.Entry { return clients.Entry{Command: "/bin/sh"} }, doubt, "another program", "clever-mcp install zed"},
		{"a name that is in no folder", func(*machine) clients.Entry { return clients.Entry{Command: "clever-mcp-of-nobody"} }, wrong, "in the PATH", "clever-mcp install zed"},
		{"a flag that is gone", func(m *machine) clients.Entry {
			return clients.Entry{Command: m.executable, Args: []string{"--readonly"}}
		}, wrong, "unknown flag: --readonly", "--help"},
		{"a policy that is gone", func(m *machine) clients.Entry {
			return clients.Entry{Command: m.executable, Args: []string{"--policy=" + filepath.Join(m.home, "gone.yaml")}}
		}, wrong, "--policy: there is no file", "--help"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := patient(t, nil)
			c, err := clients.ByID("zed")
			if err != nil {
				t.Fatal(err)
			}
			e := tt.entry(m)
			e.Name = usualName
			write(t, m.file(t, c, clients.User), []byte(c.Snippet(e)))
			d, _ := m.diagnose(t, "--demo")
			if f := d.about("zed"); f.Verdict != tt.verdict || !strings.Contains(f.Says, tt.says) || !strings.Contains(f.Remedy, tt.remedy) {
				t.Errorf("%+v", f)
			}
		})
	}
}

// A file that nobody can read, an entry of the working directory, and no client
// at all are told too.
func TestDoctorSurvey(t *testing.T) {
	t.Parallel()
	m := patient(t, nil)
	d, code := m.diagnose(t, "--demo")
	if f := d.about("clients"); code != exitDone || f.Verdict != doubt || !strings.Contains(f.Remedy, "clever-mcp install") {
		t.Errorf("without clients: exit %d: %+v", code, f)
	}
	write(t, filepath.Join(m.home, ".cursor", "mcp.json"), []byte("{"))
	m.must(t, "install", "vscode", "--scope", "project", "--name", "mine", "--yes")
	d, _ = m.diagnose(t, "--demo")
	if f := d.about("cursor"); f.Verdict != doubt || !strings.Contains(f.Says, "mcp.json") || !strings.Contains(f.Remedy, "https://cursor.com") {
		t.Errorf("a broken file: %+v", f)
	}
	if f := d.about("vscode"); f.Verdict != fine || !strings.Contains(f.Says, "mine in ~") {
		t.Errorf("a project: %+v", f)
	}
	if err := os.Remove(m.executable); err != nil {
		t.Fatal(err)
	}
	d, _ = m.diagnose(t, "--demo")
	if f := d.about("vscode"); f.Verdict != wrong || f.Remedy != "Run clever-mcp install vscode --scope project --name mine." {
		t.Errorf("a project without its program: %+v", f)
	}
}

// Files with secrets that others can read are named, with the command that helps.
func TestDoctorFiles(t *testing.T) {
	t.Parallel()
	if !privateModes {
		t.Skip("modes say nothing here")
	}
	m := patient(t, nil)
	login := m.login(t, time.Now().Add(100*24*time.Hour), 0o644)
	token := filepath.Join(m.home, ".config", "clever-mcp", "tokens", "it's.token")
	password := filepath.Join(m.home, "password")
	m.env["CLEVER_PASSWORD_FILE"] = password
	for _, file := range []string{token, password} {
		write(t, file, []byte("secret"))
		if err := os.Chmod(file, 0o640); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"--token-dir", filepath.Dir(token)}
	// In folders that nobody else can enter they are safe.
	if d, _ := m.diagnose(t, args...); d.about("files").Verdict != doubt || !strings.Contains(d.about("files").Says, "password") {
		t.Errorf("in a closed folder: %+v", d.Findings)
	}
	for _, dir := range []string{filepath.Dir(login), filepath.Dir(token)} {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	d, _ := m.diagnose(t, args...)
	var said []string
	for _, f := range d.Findings {
		if f.Subject == "files" {
			said = append(said, f.Says+" → "+f.Remedy)
		}
	}
	all := strings.Join(said, "\n")
	if len(said) != 3 || !strings.Contains(all, "clever-tools.json has the mode 0644") || !strings.Contains(all, `chmod 600 ~/'.config/clever-mcp/tokens/it'\''s.token'`) || !strings.Contains(all, "chmod 600 ~/password") {
		t.Errorf("in open folders:\n%s", all)
	}
}

// The server is tried as a client would, and what it complains about is told.
func TestDoctorServer(t *testing.T) {
	t.Parallel()
	fake := func(name string) func(*testing.T, *machine) {
		return func(t *testing.T, m *machine) {
			file := filepath.Join(m.home, name)
			if err := os.Rename(m.executable, file); err != nil {
				t.Fatal(err)
			}
			m.executable = file
		}
	}
	for _, tt := range []struct {
		name    string
		set     func(*testing.T, *machine)
		args    []string
		verdict verdict
		says    string
	}{
		{"as it is", nil, nil, fine, "speaks 2025-11-25 and has 29 tools"},
		{"one tool", nil, []string{"--tools", "get_self"}, fine, "has 1 tool"},
		{"from a variable", func(_ *testing.T, m *machine) { m.env["CLEVER_MCP_TOOLSETS"] = "api" }, nil, fine, "has 3 tools"},
		{"a setting that is wrong", nil, []string{"--tools", "get_me"}, wrong, `ends with: --tools: there is no "get_me"`},
		{"no program", func(_ *testing.T, m *machine) { m.executable = filepath.Join(m.home, "gone") }, nil, wrong, "cannot be started"},
		{"a program that prints", fake("prints"), nil, wrong, "no message of the protocol"},
		{"a program that ends", fake("ends"), nil, wrong, "ended before it answered initialize"},
		{"a program that refuses", fake("refuses"), nil, wrong, "not today"},
		{"another version", fake("older"), nil, doubt, "0.0.1"},
		{"no tool", fake("toolless"), nil, wrong, "no tool"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := patient(t, nil)
			if tt.set != nil {
				tt.set(t, m)
			}
			d, code := m.diagnose(t, append(tt.args, "--demo")...)
			if f := d.about("server"); f.Verdict != tt.verdict || !strings.Contains(f.Says, tt.says) {
				t.Errorf("exit %d: %+v", code, f)
			}
		})
	}
}

// A server that says nothing is ended when the time is over.
func TestDoctorSilentServer(t *testing.T) {
	t.Parallel()
	m := patient(t, nil)
	file := filepath.Join(m.home, "silent")
	if err := os.Rename(m.executable, file); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := selfTest(ctx, file, nil); err == nil || !strings.Contains(err.Error(), "did not answer in time") || time.Since(start) > 30*time.Second {
		t.Errorf("after %s: %v", time.Since(start), err)
	}
}

// What the server is started with is no credential of this process.
func TestDoctorChildHasNoCredential(t *testing.T) {
	t.Setenv("CLEVER_SECRET", " and a secret")
	m := patient(t, nil)
	file := filepath.Join(m.home, "refuses")
	if err := os.Rename(m.executable, file); err != nil {
		t.Fatal(err)
	}
	if _, err := selfTest(t.Context(), file, nil); err == nil || !strings.HasSuffix(err.Error(), "with: not today") {
		t.Errorf("it says %v", err)
	}
}
