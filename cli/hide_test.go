package cli

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clever-mcp/tools"
)

const learned = "innocent-looking-value"

// Whatever is logged, at whatever level and in whatever type, secrets are hidden
// in it and a line is a line.
func TestLogHides(t *testing.T) {
	t.Parallel()
	hide := tools.NewHider()
	hide.Learn(learned)
	out := &lockedBuffer{}
	log := logger(out, true, hide)
	log.Debug("said "+learned, "text", learned, "error", errors.New("no "+learned), "any", struct{ A string }{learned}, "bytes", []byte("plain"))
	log.With("with", learned).WithGroup("g").Error("b", slog.Group("h", "in", learned), "forged", "x\n\x1b[2Jtime=now level=INFO")
	for i := 0; i+8 <= len(learned); i++ {
		if strings.Contains(out.String(), learned[i:i+8]) {
			t.Fatalf("the log has it: %s", out)
		}
	}
	if got := out.String(); strings.Count(got, "\n") != 2 || strings.Count(got, "[hidden ") != 6 || strings.Contains(got, "\x1b") || !strings.Contains(got, "level=ERROR") {
		t.Errorf("the log is %s", got)
	}
}

func TestPromptsHide(t *testing.T) {
	t.Parallel()
	o, err := open(&Process{Stderr: discard{}, Getenv: func(string) string { return "" }}, &settings{demo: true, confirm: "any"})
	if err != nil {
		t.Fatal(err)
	}
	o.deps.Hide.Learn(learned)
	for _, p := range prompts(o.runner, o.deps.Hide) {
		text, err := p.Text(t.Context(), map[string]string{p.Arguments[0].Name: learned})
		if err != nil || strings.Contains(text, learned) || !strings.Contains(text, "[hidden ") {
			t.Errorf("%s: %q, %v", p.Name, text, err)
		}
	}
}

// The log, at its most verbose, and the audit file say which operation was asked
// for and how it went: no header, body, query or personal data, and no argument.
func TestLogHoldsNoData(t *testing.T) {
	t.Parallel()
	const needle = "to-look-for"
	audit := filepath.Join(t.TempDir(), "audit")
	in := `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}
{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"read_api","arguments":{"path":"/v2/self","query":{"a":"query-` + needle + `"}}}}
{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"raw_request","arguments":{"method":"PUT","path":"/v2/self","body":{"name":"body-` + needle + `"}}}}
{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"raw_request","arguments":{"method":"GET","path":"/v2/path-` + needle + `"}}}
{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"set_env","arguments":{"app":"docs","set":{"WORD":"value-` + needle + `"}}}}
{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"list_apps","arguments":{"name":"argument-` + needle + `"}}}
{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"get_self","arguments":{}}}
`
	out, log, code := run(t, nil, in, "serve", "--demo", "--verbose", "--audit", audit)
	if code != 0 || !strings.Contains(out, "@") {
		t.Fatalf("exit %d: %s%s", code, out, log)
	}
	lines, err := os.ReadFile(audit)
	if err != nil {
		t.Fatal(err)
	}
	for where, text := range map[string]string{"log": log, "audit": string(lines)} {
		if strings.Contains(text, needle) || strings.Contains(text, "@") || strings.Contains(text, "Authorization") || !strings.Contains(text, "set_env") {
			t.Errorf("the %s has %s", where, text)
		}
	}
}
