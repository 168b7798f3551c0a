package tools

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"clever-mcp/cleverapi"
)

// What the hostile account holds gains nothing by being shown: the one value that
// the user asked for stands in the one answer, made visible, and no other value
// comes with it. Whatever is called afterwards hides it again.
func TestRevealOnTheHostileAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{Seed: "hostile", Reveal: true})
	call := func(tool string, args map[string]any) Result {
		return w.runner.Call(t.Context(), tool, arguments(t, args), Caller{ID: "a"})
	}
	summary, err := w.deps.API.Summary.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	type variable struct {
		owner, app string
		cleverapi.Variable
	}
	var all []variable
	for _, o := range summary.Owners {
		for _, a := range o.Applications {
			own, err := w.deps.API.Env.List(t.Context(), o.ID, a.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range own {
				all = append(all, variable{o.ID, a.ID, v})
			}
		}
	}
	shown := 0
	for _, v := range all {
		res := call("get_env", map[string]any{"app": v.app, "owner": v.owner, "reveal": []string{v.Name}})
		var view RevealEnv
		if err := json.Unmarshal(res.Structured, &view); err != nil || res.IsError || view.Revealed == nil {
			t.Fatalf("%s of %s: %v: %s", v.Name, v.app, err, res.Text)
		}
		if view.Revealed.Value != Visible(v.Value) || Visible(res.Text) != res.Text {
			t.Errorf("%s is shown as %q", v.Name, res.Text)
		}
		for _, other := range all {
			if len(other.Value) >= 8 && !strings.Contains(v.Value, other.Value) && strings.Contains(res.Text, other.Value) {
				t.Errorf("the answer about %s shows %s too: %s", v.Name, other.Name, res.Text)
			}
		}
		if len(v.Value) < 8 {
			continue
		}
		shown++
		env := "/v2/organisations/" + v.owner + "/applications/" + v.app + "/env"
		later := []Result{
			call("get_env", map[string]any{"app": v.app, "owner": v.owner}),
			call("read_api", map[string]any{"path": env}),
			call("raw_request", map[string]any{"method": "GET", "path": env}),
			call("read_api", map[string]any{"path": env, "select": "map(.value|@base64)"}),
			call("list_apps", map[string]any{"owner": v.Value}),
			call("get_env", map[string]any{"app": v.app, "owner": v.owner, "reveal": []string{v.Value}}),
			call("diagnose_app", map[string]any{"app": v.app, "owner": v.owner}),
			call("get_logs", map[string]any{"app": v.app, "owner": v.owner}),
		}
		for _, res := range later {
			if shows(res.Text, v.Value) {
				t.Errorf("%s is shown afterwards: %s", v.Name, res.Text)
			}
		}
		if shows(w.logged.String(), v.Value) {
			t.Errorf("the log has %s", v.Name)
		}
	}
	if shown < 5 {
		t.Errorf("only %d values were shown", shown)
	}
}

// shows tells whether a text has a value: any part of one that was drawn, and the
// whole of one that is words, of which our own answers are made too.
func shows(text, value string) bool {
	if credentialLike(value) {
		return leaks(text, value)
	}
	return strings.Contains(text, value) || strings.Contains(text, Visible(value))
}

// One name at a time, however it is asked.
func TestRevealTakesOneName(t *testing.T) {
	t.Parallel()
	w := revealWorld(t, true)
	for args, want := range map[string]string{
		`{"app":"shop","reveal":["GREETING","OTHER"]}`: "", `{"app":"shop","reveal":["*"]}`: "", `{"app":"shop","reveal":true}`: "",
		`{"app":"shop","reveal":["GREETING","GREETING"]}`: "", `{"app":"shop","reveal":["GREETING"],"Reveal":["OTHER"]}`: "",
		`{"app":"shop","reveal":["GREETING,OTHER"]}`: "", `{"app":"shop","reveal":[["GREETING"]]}`: "", `{"app":"shop","reveal":["greeting"]}`: "",
		`{"app":"shop","reveal":"GREETING"}`: "tulip-bakery-9381", `{"app":"shop","reveal":["GREETING"],"reveal":["OTHER"]}`: "",
	} {
		res := w.runner.Call(t.Context(), "get_env", json.RawMessage(args), Caller{})
		for _, value := range []string{"tulip-bakery-9381", "quay-of-lanterns-55"} {
			if leaks(res.Text, value) != (value == want) {
				t.Errorf("%s answers %s", args, res.Text)
			}
		}
	}
}

// Each tool that writes says the call that takes it back, or that nothing does.
func TestEveryWriteSaysItsWayBack(t *testing.T) {
	t.Parallel()
	// What any operation changes is not known to us.
	without := []string{"raw_request"}
	for _, tool := range All() {
		spec := tool.Spec()
		if writing[spec.Name] == "" || slices.Contains(without, spec.Name) {
			continue
		}
		t.Run(spec.Name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, worldOptions{Speed: 1000})
			args := json.RawMessage(writing[spec.Name])
			if spec.Name == "deploy_app" { // the same commit once more leaves nothing to take back
				args = json.RawMessage(`{"app":"storefront","commit":"0123456789012345678901234567890123456789","wait":false}`)
			}
			res := w.runner.Call(t.Context(), spec.Name, args, Caller{})
			if strings.Contains(res.Text, "\nconfirm: ") {
				if strings.Contains(res.Text, "annot be undone") {
					return // it is said before anything happens
				}
				res = w.agreed(t.Context(), spec.Name, args)
			}
			var view struct{ Undo string }
			if err := json.Unmarshal(res.Structured, &view); err != nil || view.Undo == "" {
				t.Fatalf("%v: %s", err, res.Text)
			}
			name, back, _ := strings.Cut(view.Undo, " ")
			if !w.runner.Has(name) || !json.Valid([]byte(back)) {
				t.Errorf("the way back is no call: %s", view.Undo)
			}
		})
	}
}
