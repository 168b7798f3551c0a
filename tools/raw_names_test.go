package tools

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// The catalogue says of a parameter what it holds in words: none that holds an
// owner, an application or an add-on is missed, and nothing else is taken for one.
func TestReferencesOfParameters(t *testing.T) {
	t.Parallel()
	known := catalogue.Default()
	for _, tt := range []struct {
		op, param string
		want      reference
	}{
		{"GET /v2/organisations/{id}", "id", toOwner},
		{"GET /v2/users/{id}", "id", noReference},
		{"GET /v2/self/applications/{appId}", "appId", toApp},
		{"GET /v2/organisations/{id}/addons/{addonId}", "addonId", toAddon},
		{"GET /v2/backups/{ownerId}/{ref}", "ref", toRealID},
		{"GET /v4/addon-providers/{providerId}/addons/{addonId}", "addonId", toRealID},
		{"DELETE /v2/logs/{appId}/drains/{drainId}", "appId", toEither},
		{"DELETE /v4/drains/organisations/{ownerId}/resources/{resourceId}/drains", "resourceId", toResource},
		{"DELETE /v4/networkgroups/organisations/{ownerId}/networkgroups/{networkGroupId}/members/{memberId}", "memberId", noReference},
	} {
		d, ok := known.Describe(tt.op)
		if !ok {
			t.Fatalf("there is no %s", tt.op)
		}
		for _, p := range d.Path {
			if got := referenceIn(p); p.Name == tt.param && got != tt.want {
				t.Errorf("%s of %s refers to %d, want %d", tt.param, tt.op, got, tt.want)
			}
		}
	}
	for _, op := range known.All() {
		d, _ := known.Describe(op.ID)
		for _, p := range d.Path {
			switch n := referenceIn(p); p.Name {
			case "ownerId", "owner_id", "orgaId", "tenantId":
				if n != toOwner {
					t.Errorf("%s of %s refers to %d", p.Name, op.ID, n)
				}
			case "appId", "applicationId", "dependencyId":
				if n != toApp && n != toEither {
					t.Errorf("%s of %s refers to %d", p.Name, op.ID, n)
				}
			default:
				if n != noReference && !n.isID(p.Example) {
					t.Errorf("the example of %s of %s, %s, is not taken for an id", p.Name, op.ID, p.Example)
				}
			}
		}
	}
}

// Whatever looks like an id of the right kind goes as it is, and costs no request.
func TestIDsAreNotLookedUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	for _, args := range []string{
		`{"operation":"GET /v2/organisations/{id}/applications/{appId}","params":{"id":"orga_00000000-0000-4000-8000-000000000000","appId":"app_1"}}`,
		`{"operation":"GET /v2/backups/{ownerId}/{ref}","params":{"ownerId":"user_1","ref":"kv_01HZXK3T9P6Q2R8V5W7Y0ZABCD"}}`,
	} {
		w.ResetRequests()
		w.runner.Call(t.Context(), "read_api", json.RawMessage(args), Caller{})
		if sent := w.Requests(); len(sent) != 1 || strings.HasSuffix(sent[0].Path, "/summary") {
			t.Errorf("%s sends %v", args, sent)
		}
	}
	for n, values := range map[reference][]string{
		toOwner:    {"app_1", "orga", "orga_", "orga_acme", "orga_1/../2"},
		toApp:      {"docs", "app_docs", "addon_1", "app_my api 2", "orga_1"},
		toAddon:    {"postgresql_1", "shop-db"},
		toRealID:   {"addon_1", "orga_1", "app_1", "shop_db", "2"},
		toResource: {"addon_1", "user_1"},
		toEither:   {"postgresql_1"},
	} {
		for _, v := range values {
			if n.isID(v) {
				t.Errorf("%q is taken for an id of %d", v, n)
			}
		}
	}
}

// A plan of names is the plan of ids, and is void once a name means another thing.
func TestRawPlanOfNamesIsAboutIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	mine := placeOf(t, "Acme Corp")
	docs, err := (&Call{Deps: w.deps}).App(t.Context(), AppRef{App: "docs"})
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range []string{"DELETE /v2/organisations/{id}/applications/{appId}", "DELETE /v2/organisations/{id}/applications/{appId}/instances"} {
		byName := `{"operation":"` + op + `","params":{"id":"acme corp","appId":"docs"}}`
		named, _ := w.planOf(t, "raw_request", byName)
		ids, _ := w.planOf(t, "raw_request", `{"operation":"`+op+`","params":{"id":"`+mine.owner+`","appId":"`+docs.ID+`"}}`)
		if named != ids || !strings.Contains(named, docs.ID) {
			t.Errorf("%s: by names the plan is\n%s\nand by ids\n%s", op, named, ids)
		}
	}
	const stop = `{"operation":"DELETE /v2/organisations/{id}/applications/{appId}/instances","params":{"id":"acme corp","appId":"docs"}}`
	_, handle := w.planOf(t, "raw_request", stop)
	for _, change := range []string{`{"app":"` + docs.ID + `","name":"manual"}`, `{"app":"storefront","name":"docs"}`} {
		if res := w.runner.Call(t.Context(), "update_app", json.RawMessage(change), Caller{ID: "b"}); res.IsError {
			t.Fatal(res.Text)
		}
	}
	w.ResetRequests()
	if res := w.agree(t, "raw_request", stop, handle); !res.IsError || !strings.Contains(res.Text, "nothing was done") {
		t.Errorf("with another application of that name it comes to %s", res.Text)
	}
	for _, r := range w.Requests() {
		if r.Method != http.MethodGet {
			t.Errorf("%s %s was sent", r.Method, r.Path)
		}
	}
}

// A name is looked for among what the operator allows, whichever layer is left.
func TestNamesStayWithinOwners(t *testing.T) {
	t.Parallel()
	other := placeOf(t, "Camille Martin")
	eachLayer(t, worldOptions{Bounds: cleverapi.Bounds{Owners: [][]string{{"acme corp"}}}}, func(t *testing.T, w *world) {
		for _, params := range []string{`{"id":"Camille Martin","appId":"blog"}`, `{"id":"Acme Corp","appId":"blog"}`, `{"id":"` + other.owner + `","appId":"blog"}`} {
			for _, op := range []string{"GET /v2/organisations/{id}/applications/{appId}", "DELETE /v2/organisations/{id}/applications/{appId}"} {
				w.refusedWithout(t, "raw_request", `{"operation":"`+op+`","params":`+params+`}`, other.owner, other.app)
			}
		}
	})
}

// Where two things have the name, both are named, unless the owner or the
// operation tells them apart.
func TestNamesOfSeveral(t *testing.T) {
	t.Parallel()
	summary := cleverapi.Summary{Owners: []cleverapi.SummaryOwner{
		{ID: "orga_1", Name: "One", Applications: []cleverapi.SummaryApplication{{ID: "app_1", Name: "shop"}}, Addons: []cleverapi.SummaryAddon{
			{ID: "addon_1", RealID: "postgresql_1", Name: "shop"}, {ID: "addon_2", RealID: "cellar_2", Name: "shop"}, {ID: "addon_3", Name: "new"},
		}},
		{ID: "orga_2", Name: "Two", Applications: []cleverapi.SummaryApplication{{ID: "app_2", Name: "shop"}}},
	}}
	for _, tt := range []struct{ op, param, ref, owner, want string }{
		{"GET /v2/self/applications/{appId}", "appId", "shop", "", `The application "shop" is ambiguous: app_1 shop of One (orga_1), app_2 shop of Two (orga_2). Name it by id.`},
		{"GET /v2/organisations/{id}/applications/{appId}", "appId", "shop", "orga_2", "app_2"},
		{"GET /v4/cellar/organisations/{ownerId}/cellar/{CellarId}/buckets", "CellarId", "shop", "orga_1", "cellar_2"},
		{"GET /v4/cellar/organisations/{ownerId}/cellar/{CellarId}/buckets", "CellarId", "addon_2", "orga_1", "cellar_2"},
		{"GET /v2/backups/{ownerId}/{ref}", "ref", "shop", "orga_1", `The add-on "shop" is ambiguous: addon_1 shop of One (orga_1), addon_2 shop of One (orga_1). Name it by id.`},
		{"GET /v2/backups/{ownerId}/{ref}", "ref", "new", "orga_1", `The add-on "new" (addon_3) has no real id, which ref takes. Nothing was sent.`},
		{"GET /v2/organisations/{id}/addons/{addonId}", "addonId", "postgresql_1", "orga_1", "addon_1"},
		{"DELETE /v4/drains/organisations/{ownerId}/resources/{resourceId}/drains", "resourceId", "shop", "orga_2", "app_2"},
		{"DELETE /v4/drains/organisations/{ownerId}/resources/{resourceId}/drains", "resourceId", "cellar_2", "orga_1", "cellar_2"},
		{"DELETE /v4/drains/organisations/{ownerId}/resources/{resourceId}/drains", "resourceId", "nil", "orga_1", `There is no application "nil" that this user can see. list_apps shows them all. There is no add-on "nil" that this user can see. list_addons shows them all.`},
		{"DELETE /v2/logs/{appId}/drains/{drainId}", "appId", "new", "", "addon_3"},
	} {
		d, _ := catalogue.Describe(tt.op)
		for _, p := range d.Path {
			if p.Name != tt.param {
				continue
			}
			got, err := idOf(summary, p, tt.ref, tt.owner)
			if err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("%s of %s: %q comes to %s, want %s", tt.param, tt.op, tt.ref, got, tt.want)
			}
		}
	}
}
