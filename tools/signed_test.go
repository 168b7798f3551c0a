package tools

import (
	"encoding/json"
	"testing"

	"clever-mcp/cleverapi/emulator"
)

// Every request of the first five tools is accepted by an emulator that checks
// each signature strictly, with every signature and with an API token.
func TestEverySignatureIsAccepted(t *testing.T) {
	t.Parallel()
	calls := map[string]string{
		"get_self":     `{}`,
		"list_apps":    `{"state":"running","limit":3}`,
		"list_zones":   `{"tags":["region:eu"]}`,
		"create_token": `{"name":"signed","expires":"1d"}`,
		"raw_request":  `{"method":"GET","path":"/v4/products/zones","query":{"tag":["region:eu","infra:ovh"],"odd":["a b","é&=+%","a b"]},"select":"length"}`,
	}
	kinds := map[string]emulator.CredentialKind{}
	for name, o := range map[string]worldOptions{
		"HMAC-SHA512": {Method: "HMAC-SHA512"}, "HMAC-SHA1": {Method: "HMAC-SHA1"}, "PLAINTEXT": {Method: "PLAINTEXT"},
		"by itself": {}, "API token": {Credential: "api_token"},
	} {
		w := newWorld(t, o)
		for tool, args := range calls {
			res := w.runner.Call(t.Context(), tool, json.RawMessage(args), Caller{})
			if tool == "create_token" && o.Credential == "api_token" {
				if !res.IsError {
					t.Errorf("%s: an API token makes an API token", name)
				}
				continue
			}
			if res.IsError {
				t.Errorf("%s: %s comes to %s", name, tool, res.Text)
			}
		}
		for _, r := range w.Requests() {
			if r.Status >= 400 {
				t.Errorf("%s: %s %s?%s was answered %d", name, r.Method, r.Path, r.Query, r.Status)
			}
			kinds[name] = r.Credential
		}
	}
	different := map[emulator.CredentialKind]bool{}
	for _, kind := range kinds {
		different[kind] = true
	}
	if len(different) != 4 {
		t.Errorf("the credentials that were sent are %v, want four kinds", kinds)
	}
}
