package catalogue

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestEveryOperationIsDescribed(t *testing.T) {
	t.Parallel()
	if n := len(All()); n != 617 {
		t.Errorf("the catalogue has %d operations", n)
	}
	ids := make([]string, 0, len(All()))
	summaries := map[string]string{}
	for _, op := range All() {
		ids = append(ids, op.ID)
		d, ok := Describe(op.ID)
		if !ok {
			t.Errorf("%s is in the table only", op.ID)
			continue
		}
		if d.Group == "" || d.Resource == "" || d.Action == "" {
			t.Errorf("%s lacks its group, resource or action", op.ID)
		}
		if !strings.HasSuffix(d.Summary, ".") || len(d.Summary) > 260 {
			t.Errorf("%s: the summary is no short sentence: %q", op.ID, d.Summary)
		}
		if other := summaries[d.Summary]; other != "" {
			t.Errorf("%s and %s have the same summary", op.ID, other)
		}
		summaries[d.Summary] = op.ID
		for _, p := range slices.Concat(d.Path, d.Query) {
			if p.Meaning == "" || p.Example == "" || p.Type == "" {
				t.Errorf("%s: parameter %s is not explained: %+v", op.ID, p.Name, p)
			}
		}
		if r := records()[op.ID]; r.SelfOf == "" && r.Goals == "" && !op.Deprecated {
			t.Errorf("%s has no goals: nobody would ask for it", op.ID)
		}
	}
	if !slices.IsSorted(ids) || len(slices.Compact(ids)) != len(All()) {
		t.Error("the table is not sorted, or has an ID twice")
	}
}

// What can be told by rule about effects and secrets. The rest is judgement.
func TestEffects(t *testing.T) {
	t.Parallel()
	for _, op := range All() {
		d, _ := Describe(op.ID)
		if op.Method() == "DELETE" && op.Effect == Reads {
			t.Errorf("%s reads?", op.ID)
		}
		for _, action := range []string{"delete", "revoke", "stop", "renew"} {
			// Preferences of the Console come back by themselves; an expired token has nothing to lose.
			exceptions := []string{"DELETE /v4/console/settings/{name}", "POST /v4/tenants/{tenantId}/container-registry/{registryId}/tokens/{tokenId}/renew", "PUT /v4/tenants/{tenantId}/tokens/{tokenId}/refresh"}
			if d.Action == action && op.Effect != Destroys && !slices.Contains(exceptions, op.ID) {
				t.Errorf("%s: to %s is to destroy", op.ID, action)
			}
		}
		if looking(d.Action) > 0 && op.Effect == Destroys {
			t.Errorf("%s: to %s is not to destroy", op.ID, d.Action)
		}
		if op.Stream && (op.Method() != "GET" || op.Effect != Reads) {
			t.Errorf("%s is no stream", op.ID)
		}
		if op.Host == KVProxy != strings.HasPrefix(op.Path(), "/key") && !strings.HasPrefix(op.Path(), "/command") {
			t.Errorf("%s is on the wrong host", op.ID)
		}
		if op.Billed && op.Effect == Reads {
			t.Errorf("%s costs money by reading?", op.ID)
		}
		for _, name := range []string{
			"apiKey", "apiToken", "authentication", "backendUrl", "biscuit", "clientSecret", "defaultEnv", "env", "envVars", "initialCredentials",
			"password", "privateKey", "pulsar_token", "readToken", "secret", "token", "webhookSecret",
		} {
			if (mentions(d.Request, name) || mentions(d.Response, name)) && !op.Secret {
				t.Errorf("%s holds %s and is not secret", op.ID, name)
			}
		}
	}
	for id, want := range map[string]Effect{
		"PUT /v2/organisations/{id}/applications/{appId}/env":                 Destroys,
		"PUT /v2/organisations/{id}/applications/{appId}/env/{envName}":       Writes,
		"DELETE /v2/organisations/{id}/applications/{appId}/vhosts/favourite": Writes,
		"DELETE /v2/organisations/{id}/applications/{appId}/vhosts/{domain}":  Destroys,
		"DELETE /v2/organisations/{id}/applications/{appId}/instances":        Destroys,
		"POST /keys/_scan": Reads,
		"POST /v2/organisations/{id}/addons/preorders":                                                           Reads,
		"POST /v4/drains/organisations/{ownerId}/resources/{resourceId}/drains/{drainId}/check":                  Reads,
		"POST /v4/keycloak/organisations/{ownerId}/keycloak/{addonKeycloakId}/consumption":                       Reads,
		"GET /v2/self/confirmation_email":                                                                        Writes,
		"PUT /v4/billing/organisations/{id}/invoices/{invoiceNumber}/payments/stripe/{paymentId}":                Destroys,
		"POST /v4/postgresql/organisations/{ownerId}/postgresql/{postgreSQLId}/users/{pgUserId}/rotate-password": Destroys,
		"PATCH /v4/drains/organisations/{ownerId}/applications/{applicationId}/drains/{drainId}/reset-cursor":    Destroys,
	} {
		if got := MustLookup(id).Effect; got != want {
			t.Errorf("%s %s, want %s", id, got, want)
		}
	}
}

// What is secret when it is read is so when a change answers it.
func TestSameAnswersAreAsSecret(t *testing.T) {
	t.Parallel()
	for _, op := range All() {
		d, _ := Describe(op.ID)
		if !op.Secret || op.Method() != "GET" || d.Response == nil {
			continue
		}
		for _, other := range All() {
			o, _ := Describe(other.ID)
			if o.Response == nil || other.Secret || !strings.HasPrefix(other.Path(), op.Path()) {
				continue
			}
			if string(o.Response.Fields) == string(d.Response.Fields) {
				t.Errorf("%s answers the same as %s and is not secret", other.ID, op.ID)
			}
		}
	}
}

func mentions(b *Body, name string) bool {
	return b != nil && (strings.Contains(string(b.Fields), `"`+name+`":`) || strings.Contains(string(b.Fields), `"`+name+`?":`))
}

func TestForbidden(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"POST /api-tokens":                    true,
		"GET /api-tokens":                     false,
		"DELETE /api-tokens/{apiTokenId}":     false,
		"GET /v2/self/cli_tokens":             true,
		"PUT /v2/self/change_password":        true,
		"POST /v2/oauth/access_token":         true,
		"GET /v2/oauth/authorize":             true,
		"GET /v2/oauth/rights":                false,
		"DELETE /v2/self/mfa/{kind}":          true,
		"GET /v2/self/mfa/{kind}/backupcodes": true,
	} {
		d, _ := Describe(id)
		if d.Forbidden != want || want && d.Why == "" {
			t.Errorf("%s: forbidden %t because %q, want %t", id, d.Forbidden, d.Why, want)
		}
	}
}

func TestDeprecatedNamesWhatReplacesIt(t *testing.T) {
	t.Parallel()
	for _, op := range All() {
		d, _ := Describe(op.ID)
		if !op.Deprecated {
			if d.ReplacedBy != "" {
				t.Errorf("%s is replaced but not deprecated", op.ID)
			}
			continue
		}
		better, ok := Lookup(d.ReplacedBy)
		if !ok || better.Deprecated || d.Why == "" {
			t.Errorf("%s is deprecated because %q, in favour of %q", op.ID, d.Why, d.ReplacedBy)
		}
	}
}

func TestSelfForms(t *testing.T) {
	t.Parallel()
	pairs := 0
	for _, op := range All() {
		d, _ := Describe(op.ID)
		if d.SelfOf == "" {
			continue
		}
		pairs++
		of, ok := Describe(d.SelfOf)
		if !ok || of.Self != op.ID || strings.Replace(d.SelfOf, "/v2/organisations/{id}", "/v2/self", 1) != op.ID {
			t.Errorf("%s and %s do not point at each other", op.ID, d.SelfOf)
		}
		if op.Effect != of.Effect || op.Secret != of.Secret || op.Deprecated != of.Deprecated || op.Billed != of.Billed || op.File != of.File {
			t.Errorf("%s and %s differ: %+v, %+v", op.ID, d.SelfOf, op, of.Operation)
		}
	}
	if pairs != 79 {
		t.Errorf("%d pairs", pairs)
	}
}

// An example is matched by its own operation, and has all that is required.
func TestExamples(t *testing.T) {
	t.Parallel()
	for _, op := range All() {
		d, _ := Describe(op.ID)
		e := d.Example
		got, _, ok := Match(e.Method, e.Path)
		kind := strings.Replace(op.ID, "{applicationId}/load-balancers/{loadBalancerKind}", "{appId}/load-balancers/default", 1)
		if !ok || got.ID != kind { // the kind "default" has an operation of its own
			t.Errorf("the example of %s is a request for %s: %s", op.ID, got.ID, e.Path)
		}
		for _, q := range d.Query {
			if q.Required != (e.Query[q.Name] != "") {
				t.Errorf("the example of %s: query %s = %q", op.ID, q.Name, e.Query[q.Name])
			}
		}
		if d.Request == nil {
			if e.Body != nil {
				t.Errorf("the example of %s has a body and no need of one", op.ID)
			}
			continue
		}
		var body any
		if err := json.Unmarshal(e.Body, &body); err != nil {
			t.Errorf("the example of %s has a body that is no JSON: %v: %s", op.ID, err, e.Body)
		}
		if strings.Contains(string(e.Body), "enum(") || strings.Contains(string(e.Body), "one-of(") {
			t.Errorf("the example of %s has a type for a value: %s", op.ID, e.Body)
		}
		var fields map[string]json.RawMessage
		object, isObject := body.(map[string]any)
		if json.Unmarshal(d.Request.Fields, &fields) != nil || !isObject || records()[op.ID].ExampleBody != nil {
			continue
		}
		for name := range fields {
			if _, has := object[name]; !has && !strings.HasSuffix(name, "?") && name != "note" && name != "oneOf" && name != "*" {
				t.Errorf("the example of %s lacks %s: %s", op.ID, name, e.Body)
			}
		}
	}
}

func TestDescribeUnknown(t *testing.T) {
	t.Parallel()
	if d, ok := Describe("GET /v2/nothing"); ok {
		t.Errorf("Describe finds %+v", d)
	}
	defer func() {
		if recover() == nil {
			t.Error("MustLookup takes an operation that does not exist")
		}
	}()
	MustLookup("GET /v2/nothing")
}
