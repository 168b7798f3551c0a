package tools

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"clever-mcp/cleverapi"
)

// planOf returns the plan that a destroying call is answered with, and its handle.
func (w *world) planOf(t *testing.T, tool, args string) (text, handle string) {
	t.Helper()
	res := w.runner.Call(t.Context(), tool, json.RawMessage(args), Caller{ID: "a"})
	text, handle, ok := strings.Cut(res.Text, "\nconfirm: ")
	if !ok {
		t.Fatalf("%s %s comes to %s", tool, args, res.Text)
	}
	return text, handle
}

func (w *world) agree(t *testing.T, tool, args, handle string) Result {
	t.Helper()
	return w.runner.Call(t.Context(), tool, json.RawMessage(strings.TrimSuffix(args, "}")+`,"confirm":"`+handle+`"}`), Caller{ID: "a"})
}

// A raw deletion is planned like that of the tool for it, under its own name.
func TestRawPlanIsTheToolsPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	summary, err := w.deps.API.Summary.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range summary.Owners {
		base := "/v2/organisations/" + o.ID
		if o.Personal {
			base = "/v2/self"
		}
		for _, a := range o.Applications {
			typed, _ := w.planOf(t, "delete_app", `{"app":"`+a.ID+`"}`)
			raw, _ := w.planOf(t, "raw_request", `{"method":"DELETE","path":"`+base+`/applications/`+a.ID+`"}`)
			if raw != typed {
				t.Errorf("%s: the raw plan is\n%s\nand the tool's\n%s", a.Name, raw, typed)
			}
		}
		for _, a := range o.Addons {
			typed, _ := w.planOf(t, "delete_addon", `{"addon":"`+a.ID+`"}`)
			raw, _ := w.planOf(t, "raw_request", `{"operation":"DELETE /v2/organisations/{id}/addons/{addonId}","params":{"id":"`+o.ID+`","addonId":"`+a.ID+`"}}`)
			if raw != typed {
				t.Errorf("%s: the raw plan is\n%s\nand the tool's\n%s", a.Name, raw, typed)
			}
		}
	}
}

// Whatever else destroys names the application, the add-on or the organisation
// that it is about, read just before.
func TestRawPlanNamesWhatItIsAbout(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	mine := placeOf(t, "Acme Corp")
	app, err := (&Call{Deps: w.deps}).App(t.Context(), AppRef{App: "storefront"})
	if err != nil {
		t.Fatal(err)
	}
	db, err := (&Call{Deps: w.deps}).Addon(t.Context(), AddonRef{Addon: "shop-db"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args string
		want []string
	}{
		{`{"method":"DELETE","path":"/v2/organisations/` + mine.owner + `/applications/` + app.ID + `/instances"}`, []string{`"storefront"`, "running instance", "It answers to "}},
		{`{"method":"DELETE","path":"/v2/organisations/` + mine.owner + `"}`, []string{`delete the organisation: organisation "Acme Corp"`, `"storefront"`, `"shop-db"`}},
		{`{"method":"DELETE","path":"/v4/drains/organisations/` + mine.owner + `/resources/` + db.RealID + `/drains"}`, []string{`"shop-db"`, "uses it", "newest backup is"}},
	} {
		plan, _ := w.planOf(t, "raw_request", tt.args)
		for _, want := range tt.want {
			if !strings.Contains(plan, want) {
				t.Errorf("%s: the plan does not say %s:\n%s", tt.args, want, plan)
			}
		}
	}
}

// A plan is void once what it said has changed: who depends, what answers.
func TestPlanIsVoidWhenTheObjectChanged(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, tool, args, change, changed string }{
		{"another application is linked", "delete_addon", `{"addon":"shop-cache"}`, "link_addon", `{"app":"docs","addon":"shop-cache"}`},
		{"another domain answers", "delete_app", `{"app":"docs"}`, "update_domains", `{"app":"docs","add":["new.example.com"]}`},
		{"it has another name", "delete_app", `{"app":"docs"}`, "update_app", `{"app":"docs","name":"production"}`},
		{"it has a variable more", "delete_app", `{"app":"docs"}`, "set_env", `{"app":"docs","set":{"NEW_ONE":"x"}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, worldOptions{})
			id := ""
			if app, err := (&Call{Deps: w.deps}).App(t.Context(), AppRef{App: "docs"}); err == nil && tt.tool == "delete_app" {
				id = app.ID
			}
			args := tt.args
			if id != "" {
				args = `{"app":"` + id + `"}`
			}
			_, handle := w.planOf(t, tt.tool, args)
			if res := w.runner.Call(t.Context(), tt.change, json.RawMessage(tt.changed), Caller{ID: "b"}); res.IsError {
				t.Fatal(res.Text)
			}
			w.ResetRequests()
			res := w.agree(t, tt.tool, args, handle)
			if !res.IsError || !strings.Contains(res.Text, "nothing was done") {
				t.Errorf("it comes to %s", res.Text)
			}
			for _, r := range w.Requests() {
				if r.Method != http.MethodGet {
					t.Errorf("%s %s was sent", r.Method, r.Path)
				}
			}
			// A new plan of what is now goes through.
			_, handle = w.planOf(t, tt.tool, args)
			if res := w.agree(t, tt.tool, args, handle); res.IsError {
				t.Errorf("the new plan comes to %s", res.Text)
			}
		})
	}
}

// What an application costs is in the plan to delete it.
func TestDeletePlanSaysTheCost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	if plan, _ := w.planOf(t, "delete_app", `{"app":"storefront"}`); !strings.Contains(plan, "It stops costing ") || !strings.Contains(plan, "euros a month") {
		t.Errorf("the plan is %s", plan)
	}
}

// What is sent decides what happens, so the plan says it; of an operation with
// secrets only the names of the fields.
func TestRawPlanSaysWhatIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	ids := idsOf(t, w)
	at := "/v2/organisations/" + ids["id"]
	plan, _ := w.planOf(t, "raw_request", `{"method":"POST","path":"`+at+`/addons/`+ids["addonId"]+`/migrations","body":{"planId":"plan_1","region":"par","version":"16"}}`)
	if !strings.Contains(plan, `- It sends planId "plan_1", region "par", version "16".`) {
		t.Errorf("the plan is %s", plan)
	}
	if got := sends([]byte(`{"b":"hunter22","a":[1],"c":2}`), true); got != "a, b, c" {
		t.Errorf("with secrets it says %q", got)
	}
	for _, body := range []string{``, `"x"`, `[1]`, `{}`} {
		if got := sends([]byte(body), false); got != "" {
			t.Errorf("of %s it says %q", body, got)
		}
	}
	plan, _ = w.planOf(t, "raw_request", `{"method":"DELETE","path":"/v4/cellar/organisations/`+ids["id"]+`/cellar/cellar_1/buckets/photos","query":{"purgeObjects":"true"}}`)
	if !strings.Contains(plan, `- Its query has purgeObjects "true".`) {
		t.Errorf("the plan is %s", plan)
	}
	if got := asks(url.Values{"id": {"x"}}, true); got != "id" {
		t.Errorf("with secrets it says %q", got)
	}
}

// Who agrees types what the path names, and no word of the operation: the name of an
// application or add-on, whose id the path has.
func TestRawPlanSaysWhatToType(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	ids := idsOf(t, w)
	at := "/v2/organisations/" + ids["id"]
	for args, want := range map[string]string{
		`{"method":"POST","path":"` + at + `/addons/` + ids["addonId"] + `/migrations","body":{"planId":"p","region":"par","version":"16"}}`: `: add-on "shop-db" (`,
		`{"method":"DELETE","path":"` + at + `/applications/` + ids["appId"] + `/instances"}`:                                                `: application "storefront" (`,
		`{"method":"DELETE","path":"` + at + `/applications/` + ids["appId"] + `/vhosts/a.example.com"}`:                                     `: object "a.example.com" (`,
		`{"method":"DELETE","path":"` + at + `/members/user_1"}`:                                                                             `: object "user_1" (`,
	} {
		if plan, _ := w.planOf(t, "raw_request", args); !strings.Contains(plan, want) {
			t.Errorf("%s: the plan does not name %s:\n%s", args, want, plan)
		}
	}
}

// A change answers with all that there is to say of an add-on, its first password too.
func TestChangesOfAnAddonHideItsCredentials(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{Seed: "demo"})
	var made struct {
		RealID string `json:"real_id"`
	}
	const args = `{"provider":"otoroshi","plan":"base","name":"gateway","zone":"par","owner":"Acme Corp"}`
	if res := w.runner.Call(t.Context(), "create_addon", json.RawMessage(args), Caller{}); json.Unmarshal(res.Structured, &made) != nil || made.RealID == "" {
		t.Fatal(res.Text)
	}
	for _, change := range []string{"networkgroup", "version/update"} {
		args := fmt.Sprintf(`{"method":"POST","path":"/v4/addon-providers/addon-otoroshi/addons/%s/%s","body":{"targetVersion":"17.0.0"}}`, made.RealID, change)
		res := w.agreed(t.Context(), "raw_request", json.RawMessage(args))
		if res.IsError || !strings.Contains(res.Text, `"password":"[hidden `) {
			t.Errorf("%s: %s", change, res.Text)
		}
		w.check(t, "raw_request", res)
	}
}

// A database gets a new password after a plan that names who must be deployed
// again. The new one is hidden in the answer, and wherever else it turns up.
func TestRotateDatabasePassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	db, err := (&Call{Deps: w.deps}).Addon(t.Context(), AddonRef{Addon: "shop-db"})
	if err != nil {
		t.Fatal(err)
	}
	users := w.runner.Call(t.Context(), "read_api", json.RawMessage(`{"operation":"GET /v4/postgresql/organisations/{ownerId}/postgresql/{postgreSQLId}/users","params":{"ownerId":"Acme Corp","postgreSQLId":"shop-db"},"select":".[0].id"}`), Caller{})
	var found RawAnswer
	if err := json.Unmarshal(users.Structured, &found); err != nil {
		t.Fatal(users.Text)
	}
	env := func() string {
		t.Helper()
		vars, err := w.deps.API.Addons.Env(t.Context(), db.Owner, db.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range vars {
			if v.Name == "POSTGRESQL_ADDON_PASSWORD" {
				return v.Value
			}
		}
		t.Fatal("the database has no password")
		return ""
	}
	before := env()
	args := `{"operation":"` + cleverapi.RotatesPassword + `","params":{"ownerId":"Acme Corp","postgreSQLId":"shop-db","pgUserId":` + string(found.Body) + `}}`
	plan, handle := w.planOf(t, "raw_request", args)
	for _, want := range []string{`"shop-db"`, `The application "api" (app_`, "stops working at once", "deploy_app"} {
		if !strings.Contains(plan, want) {
			t.Errorf("the plan does not say %s:\n%s", want, plan)
		}
	}
	if env() != before {
		t.Fatal("the plan changed the password")
	}
	res := w.agree(t, "raw_request", args, handle)
	after := env()
	if res.IsError || after == before || !strings.Contains(res.Text, "[hidden") {
		t.Errorf("it comes to %s", res.Text)
	}
	if strings.Contains(res.Text+string(res.Structured), after) || strings.Contains(w.deps.Hide.Text("it is "+after), after) {
		t.Error("the new password is shown")
	}
}
