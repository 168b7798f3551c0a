package cli

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCallSavesAPicture(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "cpu.png")
	plot := []string{"call", "get_metrics", "--demo", "app=storefront", "plot:=true", "--image", path}
	if out, errs, code := run(t, nil, "", plot...); code != 0 || !strings.Contains(out, `"plot"`) {
		t.Fatalf("exit %d, %s", code, errs)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := png.Decode(bytes.NewReader(raw)); err != nil || m.Bounds().Dx() != 800 {
		t.Errorf("the picture does not open: %v", err)
	}
	if _, errs, code := run(t, nil, "", plot...); code == 0 || !strings.Contains(errs, "new file") {
		t.Errorf("an existing file is written over: exit %d, %s", code, errs)
	}
	if _, errs, code := run(t, nil, "", "call", "list_zones", "--demo", "--image", path+"2"); code == 0 || !strings.Contains(errs, "no picture") {
		t.Errorf("exit %d, %s", code, errs)
	}
}

// What the operator allows reaches the tool, and the audit says what was shown.
func TestCallReveals(t *testing.T) {
	t.Parallel()
	audit := filepath.Join(t.TempDir(), "audit.jsonl")
	args := []string{"call", "get_env", "--demo", "--audit", audit, "app=storefront", "reveal=NODE_ENV", "--json"}
	if out, _, code := run(t, nil, "", args...); code == 0 {
		t.Errorf("without --reveal: %s", out)
	}
	out, errs, code := run(t, nil, "", append(args, "--reveal")...)
	if code != 0 || !strings.Contains(out, `"revealed":{"name":"NODE_ENV","value":"production"}`) {
		t.Errorf("exit %d, %s %s", code, out, errs)
	}
	lines, err := os.ReadFile(audit)
	if err != nil || strings.Count(string(lines), `"revealed":"NODE_ENV"`) != 1 || strings.Contains(string(lines), "production") {
		t.Errorf("the audit says %s, %v", lines, err)
	}
	if out, _, _ := run(t, nil, "", "tools", "get_env", "--reveal"); !strings.Contains(out, `"reveal"`) {
		t.Errorf("clever-mcp tools shows %s", out)
	}
}
