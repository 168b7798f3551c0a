package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clever-mcp/cleverapi/emulator"
	"clever-mcp/tools"
)

// A third party's program is set up in a conversation: its consumer is created, its
// secret goes to a file, and with both somebody signs in to it. Nothing that is said
// holds the secret.
func TestConsumerInAConversation(t *testing.T) {
	t.Parallel()
	d, h := newDesk(t, emulator.Options{}), newPerson(t)
	d.open = h.console
	if _, errs, code := d.run(t, "login"); code != 0 {
		t.Fatal(errs)
	}
	files := filepath.Join(d.home, "files")
	log := &lockedBuffer{}
	o, err := open(&Process{Stderr: log, Getenv: func(n string) string { return d.env[n] }}, &settings{confirm: "any", filesDir: files, verbose: true})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	call := func(tool string, args map[string]any) tools.Result {
		t.Helper()
		raw, err := json.Marshal(args)
		if err != nil {
			t.Fatal(err)
		}
		res := o.runner.Call(t.Context(), tool, raw, tools.Caller{ID: "test"})
		told = append(told, res.Text)
		return res
	}
	answer := func(res tools.Result) (out tools.RawAnswer, body map[string]any) {
		t.Helper()
		if err := json.Unmarshal(res.Structured, &out); err != nil {
			t.Fatalf("%v: %s", err, res.Text)
		}
		_ = json.Unmarshal(out.Body, &body) // some answers have none
		return out, body
	}

	callback := "http://" + freeAddress(t)
	_, made := answer(call("raw_request", map[string]any{"operation": "POST /v2/self/consumers", "body": map[string]any{
		"name": "Shop", "description": "The shop", "url": callback, "picture": "", "baseUrl": callback,
		"rights": map[string]bool{"access_personal_information": true, "access_organisations": true},
	}}))
	key, _ := made["key"].(string)
	if len(key) < 20 || strings.Contains(key, "hidden") {
		t.Fatalf("the key is %q", key)
	}
	params := map[string]any{"key": key}
	read, _ := answer(call("read_api", map[string]any{"operation": "GET /v2/self/consumers/{key}/secret", "params": params}))
	if read.File == nil || !read.File.Secret {
		t.Fatalf("the secret went to %+v", read)
	}
	secret, err := os.ReadFile(read.File.Path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(read.File.Path); err != nil || info.Mode().Perm() != 0o600 || filepath.Dir(read.File.Path) != files {
		t.Errorf("%s: mode %v, %v", read.File.Path, info.Mode(), err)
	}
	d.open = h.consent
	out, errs, code := d.run(t, "login", "--profile", "shop", "--consumer-key", key, "--consumer-secret-file", read.File.Path, "--callback", callback)
	if code != 0 || !strings.Contains(out, "Signed in as camille.martin@example.com, profile shop") {
		t.Fatalf("the dance: exit %d: %s%s", code, out, errs)
	}
	if self, errs, code := d.run(t, "call", "get_self", "--profile", "shop"); code != 0 {
		t.Errorf("the program's sign-in: %s%s", self, errs)
	}

	if _, errs, code := d.run(t, "profiles", "use", "default"); code != 0 {
		t.Fatal(errs)
	}

	// Renamed it is the same; a new secret is a new consumer, and the old one ends.
	_, changed := answer(call("raw_request", map[string]any{"operation": "PUT /v2/self/consumers/{key}", "params": params, "body": map[string]any{"name": "Shop 2"}}))
	if changed["key"] != key || changed["name"] != "Shop 2" {
		t.Errorf("changed: %v", changed)
	}
	_, second := answer(call("raw_request", map[string]any{"operation": "POST /v2/self/consumers", "body": map[string]any{
		"name": "Shop 2", "description": "", "url": callback, "picture": "", "baseUrl": callback, "rights": map[string]bool{"access_personal_information": true},
	}}))
	if second["key"] == key || second["key"] == nil {
		t.Errorf("the second key is %v", second["key"])
	}
	plan := call("raw_request", map[string]any{"operation": "DELETE /v2/self/consumers/{key}", "params": params})
	_, handle, _ := strings.Cut(plan.Text, "confirm: ")
	if res := call("raw_request", map[string]any{"operation": "DELETE /v2/self/consumers/{key}", "params": params, "confirm": handle}); res.IsError {
		t.Errorf("the first is not deleted: %s", res.Text)
	}
	if _, errs, code := d.run(t, "call", "get_self", "--profile", "shop"); code != 1 {
		t.Errorf("the old sign-in still works: %s", errs)
	}
	for _, text := range append(told, log.String(), out, errs) {
		if strings.Contains(text, strings.TrimSpace(string(secret))) {
			t.Errorf("the secret is in %.200s", text)
		}
	}
}
