package tools

import (
	"encoding/json"
	"strings"
	"testing"
)

// What an error repeats of an argument is cut, and half a secret is a secret too.
func TestErrorsRepeatNoPartOfASecret(t *testing.T) {
	t.Parallel()
	secret := `s3cr3t "value" \ ` + strings.Repeat("0123456789abcdefghijklmnopqrstuvwxyz", 12)
	w := newWorld(t, worldOptions{})
	w.deps.Hide.Learn(secret)
	for tool, args := range map[string]map[string]any{
		"search_api":       {"operation": "GET /v2/" + secret},
		"read_api":         {"operation": secret},
		"raw_request":      {"method": "GET", "path": "/v2/" + secret},
		"list_deployments": {"app": "blog", "deployment": secret},
		"set_env":          {"app": "blog", "set": map[string]any{secret: "x"}},
		"create_app":       {"name": "x", "owner": "acme corp", "type": secret},
		"update_domains":   {"app": "blog", "add": []string{secret}},
		"get_logs":         {"app": "blog", "search": "/(" + secret + "/"},
		"list_apps":        {"owner": secret},
		"get_app":          {"app": secret},
	} {
		raw, err := json.Marshal(args)
		if err != nil {
			t.Fatal(err)
		}
		res := w.runner.Call(t.Context(), tool, raw, Caller{})
		if !res.IsError || leaks(res.Text, secret[20:]) || strings.Contains(res.Text, "s3cr3t") {
			t.Errorf("%s: %v %s", tool, res.IsError, res.Text)
		}
	}
}

func TestHideBeginnings(t *testing.T) {
	t.Parallel()
	const s, quoted = `0123456789"abcde`, `0123456789\"abcde`
	for text, want := range map[string]string{
		"":                        "",
		"0123456":                 "0123456",
		"01234567":                "*",
		"a 0123456789… b " + s:    "a *… b *",
		s + quoted + "x" + quoted: "**x*",
		"0123456x01234567x":       "0123456x*x",
	} {
		if got := hideBeginnings(text, s, quoted, "*"); got != want {
			t.Errorf("%q comes to %q, want %q", text, got, want)
		}
	}
}
