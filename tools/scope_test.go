package tools

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"clever-mcp/cleverapi"
)

// eachLayer runs a test with both layers of the operator's bounds, and with
// either of them alone.
func eachLayer(t *testing.T, o worldOptions, test func(t *testing.T, w *world)) {
	for _, layer := range []string{"both", "tools alone", "requests alone"} {
		t.Run(layer, func(t *testing.T) {
			t.Parallel()
			one := o
			one.NoToolLayer, one.NoRequestLayer = layer == "requests alone", layer == "tools alone"
			test(t, newWorld(t, one))
		})
	}
}

// holding is where something of the demo account is.
type holding struct{ owner, app, addon, realID string }

// placeOf finds an owner with an application and an add-on.
func placeOf(t *testing.T, name string) holding {
	t.Helper()
	s, err := newWorld(t, worldOptions{}).deps.API.Summary.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range s.Owners {
		if o.Name == name {
			return holding{o.ID, o.Applications[0].ID, o.Addons[0].ID, o.Addons[0].RealID}
		}
	}
	t.Fatalf("there is no owner %s", name)
	return holding{}
}

// refusedWithout runs a call that must be refused without a request that changes
// or shows anything of another owner.
func (w *world) refusedWithout(t *testing.T, tool, args string, foreign ...string) {
	t.Helper()
	w.ResetRequests()
	res := w.runner.Call(t.Context(), tool, json.RawMessage(args), Caller{ID: "c"})
	if _, handle, ok := strings.Cut(res.Text, "\nconfirm: "); ok {
		agreed := strings.TrimSuffix(args, "}") + `,"confirm":"` + handle + `"}`
		res = w.runner.Call(t.Context(), tool, json.RawMessage(agreed), Caller{ID: "c"})
	}
	if !res.IsError {
		t.Errorf("%s %s comes to %s", tool, args, res.Text)
	}
	for _, r := range w.Requests() {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s sent %s %s", tool, args, r.Method, r.Path)
		}
		for _, id := range foreign {
			if strings.Contains(r.Path, id) || strings.Contains(r.Query, id) {
				t.Errorf("%s %s sent %s %s?%s", tool, args, r.Method, r.Path, r.Query)
			}
		}
	}
}

// A server for one owner neither shows nor touches another's things, by name or
// by id, through typed tools or generic ones, with either layer alone.
func TestOwnersHoldTwice(t *testing.T) {
	t.Parallel()
	mine, other := placeOf(t, "Acme Corp"), placeOf(t, "Camille Martin")
	eachLayer(t, worldOptions{Bounds: cleverapi.Bounds{Owners: [][]string{{"acme corp"}}}}, func(t *testing.T, w *world) {
		for tool, args := range map[string]string{
			"get_app":          `{"app":"` + other.app + `","owner":"` + other.owner + `"}`,
			"get_env":          `{"app":"blog"}`,
			"get_logs":         `{"app":"` + other.app + `"}`,
			"get_metrics":      `{"app":"blog"}`,
			"diagnose_app":     `{"app":"blog"}`,
			"list_deployments": `{"app":"blog"}`,
			"list_apps":        `{"owner":"Camille Martin"}`,
			"list_addons":      `{"owner":"` + other.owner + `"}`,
			"get_addon":        `{"addon":"` + other.addon + `"}`,
			"get_billing":      `{"owner":"` + other.owner + `"}`,
			"create_app":       `{"name":"x","type":"node","owner":"` + other.owner + `"}`,
			"create_addon":     `{"provider":"redis","name":"x","owner":"Camille Martin"}`,
			"update_app":       `{"app":"` + other.app + `","owner":"` + other.owner + `","description":"x"}`,
			"update_domains":   `{"app":"blog","add":["x.example.com"]}`,
			"set_env":          `{"app":"` + other.app + `","owner":"` + other.owner + `","set":{"A":"b"}}`,
			"stop_app":         `{"app":"` + other.app + `","owner":"` + other.owner + `"}`,
			"deploy_app":       `{"app":"` + other.app + `","owner":"` + other.owner + `"}`,
			"delete_app":       `{"app":"` + other.app + `","owner":"` + other.owner + `"}`,
			"delete_addon":     `{"addon":"blog-files"}`,
			"link_addon":       `{"app":"docs","addon":"` + other.addon + `"}`,
			"create_token":     `{"name":"x"}`,
			"list_tokens":      `{}`,
			"revoke_token":     `{"token":"ci"}`,
		} {
			w.refusedWithout(t, tool, args, other.app, other.addon, other.owner)
		}
		for _, args := range []string{
			`{"method":"GET","path":"/v2/organisations/` + other.owner + `/applications"}`,
			`{"operation":"GET /v2/organisations/{id}/applications/{appId}/env","params":{"id":"` + other.owner + `","appId":"` + other.app + `"}}`,
			`{"operation":"GET /v2/organisations/{id}/applications/{appId}/env","params":{"id":"` + mine.owner + `","appId":"` + other.app + `"}}`,
			`{"method":"GET","path":"/v2/self/applications"}`,
			`{"method":"GET","path":"/v2/summary"}`,
			`{"method":"GET","path":"/v2/organisations"}`,
			`{"method":"HEAD","path":"/v2/organisations/` + other.owner + `"}`,
			`{"method":"GET","path":"/v4/addon-providers/cellar-addon/addons/` + other.realID + `"}`,
			`{"method":"POST","path":"/v2/organisations/` + mine.owner + `/applications/` + mine.app + `/addons","body":"` + other.addon + `"}`,
			`{"method":"DELETE","path":"/v2/self/applications/` + other.app + `"}`,
			`{"method":"POST","path":"/v2/organisations","body":{"name":"x"}}`,
		} {
			w.refusedWithout(t, "raw_request", args, other.app, other.addon, "/v2/self/app")
		}
		self := w.runner.Call(t.Context(), "get_self", nil, Caller{})
		if self.IsError || strings.Contains(self.Text, `"personal":true`) || !strings.Contains(self.Text, "Acme Corp") {
			t.Errorf("get_self answers %s", self.Text)
		}
		apps := w.runner.Call(t.Context(), "list_apps", nil, Caller{})
		if apps.IsError || strings.Contains(apps.Text, other.app) || !strings.Contains(apps.Text, mine.app) {
			t.Errorf("list_apps answers %s", apps.Text)
		}
		names, err := w.runner.Names(t.Context())
		if err != nil || len(names.Owners) != 1 {
			t.Errorf("completion offers the owners %q, %v", names.Owners, err)
		}
	})
}

// What is in bounds goes as before, also what was made a moment ago.
func TestOwnersLetTheirOwnThrough(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{Bounds: cleverapi.Bounds{Owners: [][]string{{"Acme Corp"}}}})
	calls := []struct{ tool, args string }{
		{"list_products", `{}`}, {"list_zones", `{}`}, {"get_billing", `{}`}, {"get_app", `{"app":"storefront"}`}, {"diagnose_app", `{"app":"storefront"}`},
		{"create_app", `{"name":"fresh","type":"node"}`}, {"set_env", `{"app":"fresh","set":{"A":"b"}}`},
		{"create_addon", `{"name":"fresh-cache","provider":"redis","app":"fresh"}`}, {"get_addon", `{"addon":"fresh-cache"}`},
		{"raw_request", `{"method":"GET","path":"/v2/self","select":".id"}`},
	}
	for _, call := range calls {
		if res := w.runner.Call(t.Context(), call.tool, json.RawMessage(call.args), Caller{}); res.IsError {
			t.Errorf("%s %s comes to %s", call.tool, call.args, res.Text)
		}
	}
}

// Ceilings hold for typed and generic tools, with either layer alone.
func TestCeilingsHoldTwice(t *testing.T) {
	t.Parallel()
	mine := placeOf(t, "Acme Corp")
	most := 10.0
	eachLayer(t, worldOptions{Bounds: cleverapi.Bounds{Ceilings: cleverapi.Ceilings{Instances: 2, Flavor: "S", Monthly: &most}}}, func(t *testing.T, w *world) {
		for _, call := range []struct{ tool, args string }{
			{"create_app", `{"name":"x","type":"node","owner":"Acme Corp","instances":"1-3"}`},
			{"create_app", `{"name":"x","type":"node","owner":"Acme Corp","flavor":"XS-M"}`},
			{"create_app", `{"name":"x","type":"node","owner":"Acme Corp","build_flavor":"XL"}`},
			{"update_app", `{"app":"docs","instances":"3"}`},
			{"update_app", `{"app":"docs","flavor":"M"}`},
			{"update_app", `{"app":"docs","build_flavor":"M"}`},
			{"create_addon", `{"provider":"postgresql","name":"x","owner":"Acme Corp","plan":"s_med"}`},
			{"raw_request", `{"method":"PUT","path":"/v2/organisations/` + mine.owner + `/applications/` + mine.app + `","body":{"maxInstances":3}}`},
			{"raw_request", `{"method":"PUT","path":"/v2/organisations/` + mine.owner + `/applications/` + mine.app + `/buildflavor","body":{"flavorName":"XL"}}`},
			{"raw_request", `{"method":"POST","path":"/v4/kubernetes/organisations/` + mine.owner + `/clusters","body":{"name":"x"}}`},
		} {
			w.refusedWithout(t, call.tool, call.args)
		}
		for _, call := range []struct{ tool, args string }{
			{"create_app", `{"name":"x","type":"node","owner":"Acme Corp","instances":"2","flavor":"S"}`},
			{"update_app", `{"app":"docs","description":"within"}`},
			{"create_addon", `{"provider":"postgresql","name":"y","owner":"Acme Corp","plan":"dev"}`},
		} {
			if res := w.runner.Call(t.Context(), call.tool, json.RawMessage(call.args), Caller{}); res.IsError {
				t.Errorf("%s %s comes to %s", call.tool, call.args, res.Text)
			}
		}
	})
}

// The price of a plan is not in a raw request, so the client looks it up.
func TestCeilingOfARawOrder(t *testing.T) {
	t.Parallel()
	mine := placeOf(t, "Acme Corp")
	most := 10.0
	w := newWorld(t, worldOptions{Bounds: cleverapi.Bounds{Ceilings: cleverapi.Ceilings{Monthly: &most}}})
	providers, err := w.deps.API.AddonProviders.List(t.Context(), mine.owner)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range providers {
		if p.ID != "postgresql-addon" {
			continue
		}
		for _, plan := range p.Plans {
			args := `{"method":"POST","path":"/v2/organisations/` + mine.owner + `/addons","body":{"name":"x","plan":"` + plan.ID + `","providerId":"postgresql-addon","region":"par"}}`
			w.ResetRequests()
			res := w.runner.Call(t.Context(), "raw_request", json.RawMessage(args), Caller{})
			if res.IsError == (plan.Price <= most) {
				t.Errorf("%s for %.2f comes to %s", plan.Slug, plan.Price, res.Text)
			}
			if res.IsError {
				w.refusedWithout(t, "raw_request", args)
			}
		}
	}
	w.refusedWithout(t, "raw_request", `{"method":"POST","path":"/v2/organisations/`+mine.owner+`/addons","body":{"name":"x","plan":"plan_unheard_of","providerId":"postgresql-addon","region":"par"}}`)
}

// A forbidden operation is not sent by any tool.
func TestForbiddenHoldsTwice(t *testing.T) {
	t.Parallel()
	mine := placeOf(t, "Acme Corp")
	eachLayer(t, worldOptions{Bounds: cleverapi.Bounds{Forbidden: []string{"* /v2/organisations/{id}/members*"}}}, func(t *testing.T, w *world) {
		w.refusedWithout(t, "raw_request", `{"method":"GET","path":"/v2/organisations/`+mine.owner+`/members"}`, "/members")
		w.refusedWithout(t, "read_api", `{"path":"/v2/organisations/`+mine.owner+`/members"}`, "/members")
	})
	w := newWorld(t, worldOptions{Bounds: cleverapi.Bounds{Forbidden: []string{"DELETE *"}}, NoToolLayer: true})
	res := w.runner.Call(t.Context(), "stop_app", json.RawMessage(`{"app":"storefront"}`), Caller{})
	if !res.IsError || !strings.Contains(res.Text, "forbids") {
		t.Errorf("a typed tool comes to %s", res.Text)
	}
}
