package tools

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"clever-mcp/cleverapi"
)

// undone makes a call and then, word for word, the one that it says takes it
// back, agreeing to its plan when it has one.
func (w *world) undone(t *testing.T, tool, args string, between func()) (back Result) {
	t.Helper()
	who := Caller{ID: "a"}
	res := w.runner.Call(t.Context(), tool, json.RawMessage(args), who)
	if res.IsError {
		t.Fatalf("%s %s comes to %s", tool, args, res.Text)
	}
	var said struct{ Undo string }
	if err := json.Unmarshal(res.Structured, &said); err != nil || said.Undo == "" {
		t.Fatalf("%s %s says no way back: %s", tool, args, res.Text)
	}
	if between != nil {
		between()
	}
	name, arguments, _ := strings.Cut(said.Undo, " ")
	back = w.runner.Call(t.Context(), name, json.RawMessage(arguments), who)
	if _, handle, ok := strings.Cut(back.Text, "\nconfirm: "); ok {
		arguments = strings.TrimSuffix(arguments, "}") + `,"confirm":"` + handle + `"}`
		back = w.runner.Call(t.Context(), name, json.RawMessage(arguments), who)
	}
	if back.IsError {
		t.Fatalf("the undo %s comes to %s", said.Undo, back.Text)
	}
	return back
}

var countsDeployments = lazily(`"last_deploy":\d+,?`)

// picture is all that the API shows of the account: its things, and how each is
// set up. What only counts requests and dates is not looked at.
func (w *world) picture(t *testing.T) map[string]string {
	t.Helper()
	seen := map[string]string{}
	read := func(path string) {
		resp, err := w.deps.API.Raw(t.Context(), cleverapi.RawRequest{Method: "GET", Path: path})
		if errors.Is(err, cleverapi.ErrNotFound) {
			seen[path] = "none"
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		seen[path] = countsDeployments.ReplaceAllString(string(resp.Body), "")
	}
	summary, err := w.deps.API.Summary.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := w.deps.API.APITokens.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range tokens {
		seen["token "+token.ID] = token.Name
	}
	for _, o := range summary.Owners {
		for _, a := range o.Applications {
			app := "/v2/organisations/" + o.ID + "/applications/" + a.ID
			for _, part := range []string{"", "/env", "/vhosts", "/vhosts/favourite", "/addons", "/addons/env", "/dependencies", "/tcpRedirs"} {
				read(app + part)
			}
		}
		for _, a := range o.Addons {
			addon := "/v2/organisations/" + o.ID + "/addons/" + a.ID
			for _, part := range []string{"", "/env", "/applications"} {
				read(addon + part)
			}
		}
	}
	return seen
}

// What a write says takes it back brings the account to where it was, whole.
func TestUndoBringsBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ tool, args string }{
		{"set_env", `{"app":"docs","set":{"NEW_ONE":"a-value"}}`},
		{"set_env", `{"app":"worker","set":{"SMTP_USER":"somebody@else.example"}}`},
		{"set_env", `{"app":"worker","unset":["SMTP_USER"]}`},
		{"set_env", `{"app":"worker","set":{"SMTP_USER":"x","NEW_ONE":"y","PORT":"8080"},"unset":["CELERY_CONCURRENCY"]}`},
		{"update_app", `{"app":"docs","name":"other","description":"another"}`},
		{"update_app", `{"app":"storefront","flavor":"M-L","instances":"3-5"}`},
		{"update_app", `{"app":"docs","switches":{"sticky_sessions":true,"force_https":true,"zero_downtime":false,"cancel_on_push":true}}`},
		{"update_app", `{"app":"docs","build_flavor":"M"}`},
		{"update_domains", `{"app":"storefront","add":["new.example.com"],"favourite":"new.example.com"}`},
		{"update_domains", `{"app":"storefront","favourite":"none"}`},
		{"link_addon", `{"app":"docs","addon":"shop-cache"}`},
		{"create_app", `{"name":"fresh","type":"node","owner":"Acme Corp"}`},
		{"create_addon", `{"name":"fresh","provider":"redis","owner":"Acme Corp"}`},
		{"create_token", `{"name":"fresh"}`},
	} {
		t.Run(tt.tool+" "+tt.args, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, worldOptions{})
			before := w.picture(t)
			changed := false
			w.undone(t, tt.tool, tt.args, func() { changed = !maps.Equal(before, w.picture(t)) })
			if !changed {
				t.Error("the write changed nothing")
			}
			after := w.picture(t)
			for _, at := range slices.Sorted(maps.Keys(before)) {
				if after[at] != before[at] {
					t.Errorf("%s is\n%s\nand was\n%s", at, after[at], before[at])
				}
				delete(after, at)
			}
			for at := range after {
				t.Errorf("%s is new", at)
			}
		})
	}
}

// running tells what an application runs, once all is settled.
func (w *world) running(t *testing.T, app string) (state, commit string) {
	t.Helper()
	w.advance(t, "30m")
	res := w.runner.Call(t.Context(), "get_app", json.RawMessage(`{"app":"`+app+`"}`), Caller{})
	var view struct{ State string }
	if err := json.Unmarshal(res.Structured, &view); err != nil {
		t.Fatalf("%v: %s", err, res.Text)
	}
	res = w.runner.Call(t.Context(), "list_deployments", json.RawMessage(`{"app":"`+app+`","limit":1}`), Caller{})
	var list struct{ Deployments []struct{ Commit string } }
	if err := json.Unmarshal(res.Structured, &list); err != nil || len(list.Deployments) == 0 {
		t.Fatalf("%v: %s", err, res.Text)
	}
	return view.State, list.Deployments[0].Commit
}

// What runs comes back too: what was stopped starts, what was started stops, and
// another commit makes way for the one before.
func TestUndoBringsBackWhatRan(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ tool, args, app, between string }{
		{"stop_app", `{"app":"storefront"}`, "storefront", "stopped"},
		{"deploy_app", `{"app":"scratchpad","wait":false}`, "scratchpad", "running"},
		{"deploy_app", `{"app":"storefront","commit":"0123456789012345678901234567890123456789","wait":false}`, "storefront", "running"},
	} {
		t.Run(tt.tool+" "+tt.app, func(t *testing.T) {
			t.Parallel()
			// In a bubble waiting for a deployment takes no time.
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, worldOptions{})
				state, commit := w.running(t, tt.app)
				w.undone(t, tt.tool, tt.args, func() {
					is, runs := w.running(t, tt.app)
					if is != tt.between || is == state && runs == commit {
						t.Errorf("after %s it is %s with %s", tt.tool, is, runs)
					}
				})
				if is, runs := w.running(t, tt.app); is != state || runs != commit {
					t.Errorf("it is %s with %s, and was %s with %s", is, runs, state, commit)
				}
			})
		})
	}
}

// An old value goes back to where it was from, by the hand that changed it, and
// nowhere else. It is never shown.
func TestUndoKeepsValuesClose(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	changed := w.runner.Call(t.Context(), "set_env", json.RawMessage(`{"app":"worker","set":{"SMTP_USER":"x"},"unset":["CELERY_CONCURRENCY"]}`), Caller{ID: "a"})
	_, rest, ok := strings.Cut(changed.Text, "undo:")
	if !ok || strings.Contains(changed.Text, "robot@acme.example") {
		t.Fatalf("set_env answers %s", changed.Text)
	}
	handle := rest[:26]
	for _, tt := range []struct{ name, app, variable, caller string }{
		{"another caller", "worker", "SMTP_USER", "b"},
		{"another application", "docs", "SMTP_USER", "a"},
		{"another variable", "worker", "OTHER", "a"},
		{"a variable that did not change", "worker", "LOG_LEVEL", "a"},
	} {
		args := `{"app":"` + tt.app + `","from":{"` + tt.variable + `":"undo:` + handle + `"}}`
		if res := w.runner.Call(t.Context(), "set_env", json.RawMessage(args), Caller{ID: tt.caller}); !res.IsError || !strings.Contains(res.Text, "no old value") {
			t.Errorf("%s: %s", tt.name, res.Text)
		}
	}
	// Another process knows nothing of it.
	other := newWorld(t, worldOptions{})
	if res := other.runner.Call(t.Context(), "set_env", json.RawMessage(`{"app":"worker","from":{"SMTP_USER":"undo:`+handle+`"}}`), Caller{ID: "a"}); !res.IsError {
		t.Errorf("another process: %s", res.Text)
	}
	// A process that ends with the call keeps nothing and promises nothing.
	other.deps.Settings.OneShot = true
	if res := other.runner.Call(t.Context(), "set_env", json.RawMessage(`{"app":"worker","set":{"SMTP_USER":"y"}}`), Caller{ID: "a"}); res.IsError || strings.Contains(res.Text, "undo:") {
		t.Errorf("a process of one call: %s", res.Text)
	}
}

// A tool that the operator left out is not named as the way back.
func TestUndoKnowsWhatIsOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.deps.Settings.Off = []string{"delete_app"}
	res := w.runner.Call(t.Context(), "create_app", json.RawMessage(`{"name":"fresh","type":"node","owner":"Acme Corp"}`), Caller{})
	if res.IsError || strings.Contains(res.Text, "delete_app") {
		t.Errorf("create_app answers %s", res.Text)
	}
}

// What is kept is bounded: the oldest goes first.
func TestKeeperIsBounded(t *testing.T) {
	t.Parallel()
	k := newKeeper()
	of := func(value string) kept { return kept{caller: "a", app: "b", values: map[string]string{"N": value}} }
	first := k.keep(of("first"))
	for range maxKept - 1 {
		k.keep(of("other"))
	}
	if _, ok := k.value(first, "a", "b", "N"); !ok {
		t.Error("the first of as many as fit is gone")
	}
	k.keep(of("one more"))
	if _, ok := k.value(first, "a", "b", "N"); ok || len(k.changes) != maxKept || len(k.order) != maxKept {
		t.Errorf("%d changes are kept", len(k.changes))
	}
	large := k.keep(of(strings.Repeat("x", maxKeptSize-1)))
	if _, ok := k.value(large, "a", "b", "N"); !ok || len(k.changes) != 1 || k.size != maxKeptSize {
		t.Errorf("%d changes are kept, %d bytes", len(k.changes), k.size)
	}
	if handle := k.keep(of(strings.Repeat("x", maxKeptSize))); handle != "" || len(k.changes) != 1 {
		t.Error("more than fits is kept")
	}
}
