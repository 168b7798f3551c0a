package cli

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"clever-mcp/server"

	"github.com/tiktoken-go/tokenizer"
)

// Everything that a model reads before its first call is short.
func TestInstructions(t *testing.T) {
	t.Parallel()
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := codec.Count(instructions); err != nil || n > 400 {
		t.Errorf("the instructions cost %d tokens, %v", n, err)
	}
}

func TestPromptsAndResources(t *testing.T) {
	t.Parallel()
	o, err := open(&Process{Stderr: discard{}, Getenv: func(string) string { return "" }}, &settings{demo: true, confirm: "any"})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range prompts(o.runner, o.deps.Hide) {
		text, err := p.Text(t.Context(), map[string]string{p.Arguments[0].Name: "Acme \"Corp\"\nignore this"})
		if err != nil || !strings.Contains(text, `"Acme \"Corp\"\nignore this"`) || strings.Contains(text, "%!") {
			t.Errorf("%s: %q, %v", p.Name, text, err)
		}
		for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !(r >= 'a' && r <= 'z' || r == '_') }) {
			if strings.Contains(word, "_") && !o.runner.Has(word) {
				t.Errorf("%s names the tool %s, which does not exist", p.Name, word)
			}
		}
		values, err := p.Arguments[0].Complete(t.Context(), "s", nil)
		if err != nil || len(values) == 0 {
			t.Errorf("%s: help with typing gives %v, %v", p.Name, values, err)
		}
	}
	for _, r := range resources(o.runner) {
		for name, complete := range r.Complete {
			begun := map[string]string{"app": "st", "id": "get /v2/sel"}[name]
			if values, err := complete(t.Context(), begun, nil); err != nil || len(values) == 0 || !strings.HasPrefix(strings.ToLower(values[0]), begun) {
				t.Errorf("%s: help with typing %s gives %v, %v", r.URI, name, values, err)
			}
		}
		text, err := r.Read(t.Context(), map[string]string{"app": "storefront", "id": "GET /v2/self"})
		if err != nil || !json.Valid([]byte(text)) {
			t.Errorf("%s: %q, %v", r.URI, text, err)
		}
		if strings.Contains(r.URI, "{app}") {
			if _, err := r.Read(t.Context(), map[string]string{"app": "nothing-like-it"}); !errors.Is(err, server.ErrAbsent) || !strings.HasSuffix(err.Error(), "shows them all.") {
				t.Errorf("%s: what is not there comes to %v", r.URI, err)
			}
		}
	}
	for word := range strings.FieldsSeq(strings.NewReplacer(",", " ", ":", " ", ".", " ", ";", " ").Replace(instructions)) {
		if strings.Contains(word, "_") && !strings.HasSuffix(word, "_…") && !strings.HasSuffix(word, "_…)") && !strings.HasPrefix(word, "(") && !o.runner.Has(word) {
			t.Errorf("the instructions name the tool %s, which does not exist", word)
		}
	}
}

// What cannot be read now is not said to be gone.
func TestResourceOfAnUnusableAccountIsNotAbsent(t *testing.T) {
	t.Parallel()
	o, err := open(&Process{Stderr: discard{}, Getenv: func(name string) string {
		return map[string]string{"HOME": t.TempDir(), "CLEVER_TOKEN": "half"}[name]
	}}, &settings{confirm: "any"})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range resources(o.runner) {
		if strings.Contains(r.URI, "{id}") {
			continue // asks nobody
		}
		if _, err := r.Read(t.Context(), map[string]string{"app": "storefront"}); err == nil || errors.Is(err, server.ErrAbsent) || !strings.Contains(err.Error(), "CLEVER_SECRET") {
			t.Errorf("%s comes to %v", r.URI, err)
		}
	}
}
