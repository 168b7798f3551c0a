package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clever-mcp/server"
	"clever-mcp/tools"
)

// auditedAt opens an audit file that says what goes wrong.
func auditedAt(t *testing.T, path string) (*auditFile, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	a, err := openAudit(path, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.close() })
	return a, &log
}

func readLines(t *testing.T, path string) []auditLine {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out []auditLine
	for line := range strings.Lines(string(raw)) {
		var l auditLine
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&l); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		out = append(out, l)
	}
	return out
}

// One line for each call, with what it was about and how it ended, and nothing
// of its arguments.
func TestAuditLines(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	for _, args := range [][]string{
		{"list_zones"},
		{"set_env", "app=docs", `set:={"A_NAME":"a-value-to-look-for"}`},
		{"get_app", "app=no-such-app-to-look-for"},
		{"delete_app", "app=docs"},
		{"raw_request", "method=DELETE", "path=/v2/self/keys/a-key-to-look-for"},
		{"no_tool_to_look_for"},
	} {
		run(t, nil, "", append([]string{"call", "--demo", "--audit", path}, args...)...)
	}
	var got []string
	for _, l := range readLines(t, path) {
		object, _, _ := strings.Cut(l.Object, "_")
		got = append(got, strings.Join([]string{l.Tool, l.Operation, object, l.Effect, string(l.Outcome), l.Caller}, "|"))
		if l.Time.IsZero() || l.Millis < 0 || time.Since(l.Time) > time.Minute {
			t.Errorf("%s took %f ms at %s", l.Tool, l.Millis, l.Time)
		}
	}
	want := []string{
		"list_zones|||reads|done|terminal",
		"set_env||app|writes|done|terminal",
		"get_app|||reads|refused|terminal",
		"delete_app||app|destroys|asked|terminal",
		"raw_request|DELETE /v2/self/keys/{key}||destroys|asked|terminal",
		"(unknown)|||unknown|refused|terminal",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the audit is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	raw, _ := os.ReadFile(path)
	if bytes.Contains(raw, []byte("look")) || bytes.Contains(raw, []byte("A_NAME")) {
		t.Errorf("the audit has an argument in it: %s", raw)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the audit file is %v, %v", info.Mode(), err)
	}
}

// A file that others read or own, a link or something that is no file is not
// written to.
func TestAuditFileRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open := filepath.Join(dir, "open")
	link := filepath.Join(dir, "link")
	dangling := filepath.Join(dir, "dangling")
	for _, err := range []error{
		os.WriteFile(open, nil, 0o644), os.Chmod(open, 0o644),
		os.WriteFile(filepath.Join(dir, "good"), nil, 0o600), os.Symlink(filepath.Join(dir, "good"), link),
		os.Symlink(filepath.Join(dir, "absent"), dangling),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{open, link, dangling, dir, filepath.Join(dir, "no", "folder"), "/dev/null"} {
		stdout, stderr, code := run(t, nil, "", "call", "--demo", "--audit", path, "list_zones")
		if code != exitStart || !strings.Contains(stderr, "--audit") || stdout != "" {
			t.Errorf("%s: exit %d: %s%s", path, code, stdout, stderr)
		}
	}
	if _, err := os.Lstat(filepath.Join(dir, "absent")); err == nil {
		t.Error("a file was made through a link")
	}
}

// What rotation moves away is kept, and the next line begins a new file. A link
// that is put in its place is not followed.
func TestAuditSurvivesRotation(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	a, log := auditedAt(t, path)
	a.call(tools.Entry{Tool: "one", Outcome: tools.OutcomeDone})
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	a.call(tools.Entry{Tool: "two", Outcome: tools.OutcomeDone})
	a.refusal(server.Refusal{Method: "POST", Route: "/mcp", Status: 401, Reason: "bearer"})
	if old, now := readLines(t, path+".1"), readLines(t, path); len(old) != 1 || len(now) != 2 || now[1].HTTP != "POST /mcp" || now[1].Status != 401 {
		t.Errorf("after rotation there are %+v and %+v", old, now)
	}
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	for _, err := range []error{os.WriteFile(elsewhere, nil, 0o600), os.Rename(path, path+".2"), os.Symlink(elsewhere, path)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	a.call(tools.Entry{Tool: "three", Outcome: tools.OutcomeDone})
	if raw, _ := os.ReadFile(elsewhere); len(raw) > 0 || len(readLines(t, path+".2")) != 3 || log.Len() == 0 {
		t.Errorf("through a link went %q, the log says %q", raw, log)
	}
}

func TestAuditLinesAreWhole(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	a, _ := auditedAt(t, path)
	done := make(chan bool)
	for i := range 20 {
		go func() {
			for range 50 {
				a.call(tools.Entry{Tool: strings.Repeat("x", i*10), Outcome: tools.OutcomeDone})
			}
			done <- true
		}()
	}
	for range 20 {
		<-done
	}
	if n := len(readLines(t, path)); n != 1000 {
		t.Errorf("%d lines of 1000 are whole", n)
	}
}

const auditSample = `{"time":"2026-11-20T10:00:00Z","tool":"delete_app","object":"app_1","effect":"destroys","outcome":"done","ms":120,"request":"r1","caller":"http:bearer"}
{"time":"2026-11-22T10:00:00Z","tool":"raw_request","operation":"GET /v2/self","effect":"reads","outcome":"failed","ms":4,"trace":"01J"}
{"time":"2026-11-22T11:00:00Z","http":"POST /mcp","status":401,"reason":"bearer","outcome":"refused","ms":0}
{"time":"2026-11-22T12:00:00Z","tool":"\u001b[31mred","outcome":"done","ms":0}
tampered with
`

func TestAuditPrinted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	if err := os.WriteFile(path, []byte(auditSample), 0o600); err != nil {
		t.Fatal(err)
	}
	out, stderr, code := run(t, nil, "", "audit", path)
	want := "2026-11-20 10:00:00Z  done     destroys delete_app  app_1  120 ms  by http:bearer  request r1\n" +
		"2026-11-22 10:00:00Z  failed   reads    raw_request GET /v2/self  4 ms  trace 01J\n" +
		"2026-11-22 11:00:00Z  refused  –        POST /mcp answered 401 for its bearer\n" +
		"2026-11-22 12:00:00Z  done     –        \"\\x1b[31mred\"  0 ms\n" +
		"line 5 is no audit line: \"tampered with\\n\"\n"
	if code != exitDone || out != want {
		t.Errorf("exit %d: %s\n%s\nwant\n%s", code, stderr, out, want)
	}
	for _, tt := range []struct {
		args  []string
		lines int
	}{
		{[]string{"--tool", "delete_app"}, 2},
		{[]string{"--outcome", "refused,failed"}, 3},
		{[]string{"--since", "2026-11-22"}, 4},
		{[]string{"--since", "2026-11-22T10:30:00Z", "--outcome", "refused"}, 2},
		{[]string{"--json", "--tool", "raw_request"}, 2},
	} {
		out, _, code := run(t, map[string]string{"CLEVER_MCP_AUDIT": path}, "", append([]string{"audit"}, tt.args...)...)
		if n := strings.Count(out, "\n"); code != exitDone || n != tt.lines {
			t.Errorf("%v prints %d lines, want %d: %s", tt.args, n, tt.lines, out)
		}
	}
	for _, args := range [][]string{{}, {path, "--tool", "nothing"}, {path, "--outcome", "well"}, {path, "--since", "yesterday"}, {path, "--since", "-3h"}} {
		if _, stderr, code := run(t, nil, "", append([]string{"audit"}, args...)...); code != exitUsage {
			t.Errorf("%v: exit %d: %s", args, code, stderr)
		}
	}
}

// Following goes on with what is written later, also into a new file.
func TestAuditFollowed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	a, _ := auditedAt(t, path)
	a.call(tools.Entry{Tool: "get_self", Outcome: tools.OutcomeDone})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- (&auditView{follow: true, json: true}).print(ctx, path, w) }()
	next := json.NewDecoder(r)
	expect := func(tool string) {
		t.Helper()
		var l auditLine
		if err := next.Decode(&l); err != nil || l.Tool != tool {
			t.Fatalf("the next line is %+v, %v; want %s", l, err, tool)
		}
	}
	expect("get_self")
	a.call(tools.Entry{Tool: "list_apps", Outcome: tools.OutcomeDone})
	expect("list_apps")
	for i := range 3 {
		a.call(tools.Entry{Tool: fmt.Sprint("before", i), Outcome: tools.OutcomeDone})
		if err := os.Rename(path, fmt.Sprint(path, ".", i)); err != nil {
			t.Fatal(err)
		}
		a.call(tools.Entry{Tool: fmt.Sprint("after", i), Outcome: tools.OutcomeDone})
		expect(fmt.Sprint("before", i))
		expect(fmt.Sprint("after", i))
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
