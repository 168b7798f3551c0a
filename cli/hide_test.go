package cli

import (
	"errors"
	"log/slog"
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
