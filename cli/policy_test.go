package cli

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"clever-mcp/cleverapi"
)

// Read-only binds the client itself, whatever the tools above it allow.
func TestReadOnlyBindsTheClient(t *testing.T) {
	t.Parallel()
	p := &Process{Stderr: io.Discard, Getenv: func(string) string { return "" }}
	o, err := open(p, &settings{demo: true, readOnly: true, confirm: "any"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.client.Zones.List(t.Context()); err != nil {
		t.Errorf("a read comes to %v", err)
	}
	if err := o.client.APITokens.Revoke(t.Context(), "api_tokens_1"); !errors.Is(err, cleverapi.ErrPolicy) {
		t.Errorf("a write comes to %v, want a refusal by policy", err)
	}
	asking := cleverapi.RawRequest{Method: http.MethodPost, Path: "/v2/self/addons/preorders", Body: []byte("{}"), ContentType: "application/json"}
	if _, err := o.client.Raw(t.Context(), asking); !errors.Is(err, cleverapi.ErrPolicy) {
		t.Errorf("a POST that only reads comes to %v, want a refusal by policy", err)
	}
}
