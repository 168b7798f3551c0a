package catalogue

import (
	"maps"
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, method, path, id string
		params                 map[string]string
	}{
		{"no parameter", "GET", "/v2/self", "GET /v2/self", map[string]string{}},
		{"one parameter", "GET", "/v2/organisations/orga_1", "GET /v2/organisations/{id}", map[string]string{"id": "orga_1"}},
		{"a literal wins", "PUT", "/v2/organisations/o/applications/a/vhosts/favourite", "PUT /v2/organisations/{id}/applications/{appId}/vhosts/favourite", map[string]string{"id": "o", "appId": "a"}},
		{"escapes are kept", "PUT", "/v2/organisations/o/applications/a/vhosts/a.b%2Fc", "PUT /v2/organisations/{id}/applications/{appId}/vhosts/{domain}", map[string]string{"id": "o", "appId": "a", "domain": "a.b%2Fc"}},
		{"suffix", "GET", "/v4/billing/organisations/o/invoices/F1.pdf", "GET /v4/billing/organisations/{id}/invoices/{invoiceNumber}.pdf", map[string]string{"id": "o", "invoiceNumber": "F1"}},
		{"two in one segment", "GET", "/v2/products/instances/jar-maven-2024", "GET /v2/products/instances/{type}-{version}", map[string]string{"type": "jar-maven", "version": "2024"}},
		{"unknown", "GET", "/v2/nothing", "", nil},
		{"empty segment", "GET", "/v2/organisations/", "", nil},
		{"other method", "PATCH", "/v2/self", "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			op, params, ok := Match(tt.method, tt.path)
			if ok != (tt.id != "") || op.ID != tt.id || (ok && !maps.Equal(params, tt.params)) {
				t.Errorf("Match(%s, %s) = %q, %v, %v, want %q, %v", tt.method, tt.path, op.ID, params, ok, tt.id, tt.params)
			}
		})
	}
}

// Every template matches itself with its parameters filled in.
func TestMatchEveryOperation(t *testing.T) {
	t.Parallel()
	for _, op := range All() {
		got, params, ok := Match(op.Method(), strings.NewReplacer("{", "x", "}", "y").Replace(op.Path()))
		if !ok || got.ID != op.ID {
			t.Errorf("%s is matched as %q", op.ID, got.ID)
		}
		for _, name := range ParamNames(op.Path()) {
			if params[name] != "x"+name+"y" {
				t.Errorf("%s: parameter %s = %q", op.ID, name, params[name])
			}
		}
	}
}
