package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What the API publishes and this program does not know is found, called and
// judged from the file that update writes.
func TestCatalogueUpdate(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "new", "catalogue.json")
	out, errs, code := run(t, nil, "", "catalogue", "update", "--demo", "--file", file)
	if code != 0 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	for _, want := range []string{
		"New: 2\n  GET /v2/emulator/clock\n  POST /v4/emulator/clock\n",
		"Changed: 1\n  GET /v2/organisations/{id}/applications/{appId}/vhosts (answer: +emulated)\n",
		"DELETE /v2/github/link\n", "more\n", file,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the report lacks %q:\n%s", want, out)
		}
	}
	for _, tt := range []struct {
		name, want string
		code       int
		args       []string
	}{
		{"found", "GET /v2/emulator/clock", 0, []string{"search", "--json", "read the emulated time"}},
		{"described", "Set the emulated time forward", 0, []string{"call", "--demo", "search_api", "operation=POST /v4/emulator/clock"}},
		{"read", `"now": "2`, 0, []string{"call", "--demo", "read_api", "operation=GET /v2/emulator/clock"}},
		{"read by path", `"operation": "GET /v2/emulator/clock"`, 0, []string{"call", "--demo", "read_api", "path=/v2/emulator/clock"}},
		{"judged as destroying", "this server was started read-only", 1, []string{"call", "--demo", "--read-only", "raw_request", "operation=POST /v4/emulator/clock"}},
		{"body checked", "body.by is missing", 1, []string{"call", "--demo", "raw_request", "operation=POST /v4/emulator/clock", "body:={}"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, errs, code := run(t, map[string]string{"CLEVER_MCP_CATALOGUE": file}, "", tt.args...)
			if code != tt.code || !strings.Contains(out+errs, tt.want) {
				t.Errorf("exit %d, without %q: %s%s", code, tt.want, out, errs)
			}
			if out, _, code := run(t, nil, "", tt.args...); code == 0 && strings.Contains(out, tt.want) {
				t.Errorf("it is so without the file too: %s", out)
			}
		})
	}
}

func TestCatalogueFileIsChecked(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.json")
	if err := os.WriteFile(bad, []byte(`[{"id":"FETCH /v2/x"}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"call", "--demo", "--catalogue", bad, "get_self"}, 3, "no method and path"},
		{[]string{"search", "--catalogue", filepath.Join(dir, "none.json"), "domains"}, 3, "clever-mcp catalogue update"},
		{[]string{"catalogue", "update"}, 2, "--file"},
		{[]string{"catalogue", "upgrade"}, 2, `there is no command "upgrade"`},
	} {
		if out, errs, code := run(t, nil, "", tt.args...); code != tt.code || !strings.Contains(errs, tt.want) {
			t.Errorf("%q: exit %d: %s%s", tt.args, code, out, errs)
		}
	}
}

// An update that fails leaves the file that is there.
func TestCatalogueUpdateFails(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "catalogue.json")
	if err := os.WriteFile(file, []byte("[]"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"API_HOST": "http://127.0.0.1:1", "AUTH_BRIDGE_HOST": "http://127.0.0.1:1"}
	_, errs, code := run(t, env, "", "catalogue", "update", "--file", file)
	if code != 1 || !strings.Contains(errs, "was left as it is") {
		t.Errorf("exit %d: %s", code, errs)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != "[]" {
		t.Errorf("the file holds %q, %v", got, err)
	}
}
