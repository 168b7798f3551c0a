package tools

import (
	"encoding/json"
	"strings"
	"testing"

	"clever-mcp/cleverapi/emulator"
)

// revealWorld has an application with secrets of its own and of an add-on.
func revealWorld(t *testing.T, reveal bool) *world {
	t.Helper()
	return newWorld(t, worldOptions{Reveal: reveal, account: &emulator.Seed{
		User: emulator.SeedUser{Name: "Robin", Email: "robin@example.com", Password: "correct-horse-battery"},
		Organisations: []emulator.SeedOwner{{Name: "acme",
			Addons: []emulator.SeedAddon{{Name: "db", Provider: "postgresql-addon", Plan: "xxs_sml"}},
			Applications: []emulator.SeedApp{{Name: "shop", Type: "node", Flavor: "S", Addons: []string{"db"}, Env: map[string]string{
				"GREETING": "tulip-bakery-9381", "OTHER": "quay-of-lanterns-55", "ODD": "a\x1b[31mred\u202e \"quoted\" <b>", "BOTH": "tulip-bakery-9381 quay-of-lanterns-55",
			}}},
		}},
	}})
}

func TestRevealShowsOneValueOnce(t *testing.T) {
	t.Parallel()
	w := revealWorld(t, true)
	call := func(args string) Result {
		return w.runner.Call(t.Context(), "get_env", json.RawMessage(args), Caller{ID: "a"})
	}
	res := call(`{"app":"shop","reveal":["GREETING"]}`)
	if res.IsError || !strings.Contains(res.Text, `"value":"tulip-bakery-9381"`) || leaks(res.Text, "quay-of-lanterns-55") {
		t.Fatalf("reveal answers %s", res.Text)
	}
	// Looked at before another call reads the value, and learns it again.
	if got := w.deps.Hide.Text("tulip-bakery-9381"); leaks(got, "tulip-bakery-9381") {
		t.Error("the Hider learned an exception")
	}
	if string(res.Structured) != res.Text {
		t.Error("text and structure differ")
	}
	checkOutput(t, "get_env.reveal", res.Structured)
	// The answers after it hide the value again, and so does all else.
	for _, args := range []string{`{"app":"shop"}`, `{"app":"shop","reveal":["OTHER"]}`, `{"app":"shop","reveal":["NONE"]}`} {
		if again := call(args); leaks(again.Text, "tulip-bakery-9381") {
			t.Errorf("%s shows it too: %s", args, again.Text)
		}
	}
	log := w.logged.String()
	if leaks(log, "tulip-bakery-9381") || !strings.Contains(log, "revealed=GREETING") || !strings.Contains(log, "object=app_") {
		t.Errorf("the audit says %s", log)
	}
	if strings.Contains(log, "revealed=NONE") {
		t.Error("the audit says that something was shown that is not there")
	}
	// A value that holds another one is shown whole: it was asked for.
	if both := call(`{"app":"shop","reveal":["BOTH"]}`); !strings.Contains(both.Text, "tulip-bakery-9381 quay-of-lanterns-55") {
		t.Errorf("%s", both.Text)
	}
	odd := call(`{"app":"shop","reveal":["ODD"]}`)
	if !strings.Contains(odd.Text, `\\u{1b}[31mred\\u{202e} \"quoted\" <b>`) || !strings.Contains(odd.Text, "cannot be seen") || Visible(odd.Text) != odd.Text {
		t.Errorf("%s", odd.Text)
	}
	linked := call(`{"app":"shop","reveal":["POSTGRESQL_ADDON_PASSWORD"]}`)
	if linked.IsError || !strings.Contains(linked.Text, `"from":"db (addon_`) || strings.Contains(linked.Text, "[hidden") {
		t.Errorf("%s", linked.Text)
	}
	for args, want := range map[string]string{
		`{"app":"shop","reveal":["GREETING","OTHER"]}`: "at most 1 items",
		`{"app":"shop","reveal":["NONE"]}`:             "has no variable",
		`{"app":"nobody","reveal":["GREETING"]}`:       "There is no application",
	} {
		if res := call(args); !res.IsError || !strings.Contains(res.Text, want) {
			t.Errorf("%s answers %s", args, res.Text)
		}
	}
}

// Without --reveal the argument does not exist, whichever layer is asked.
func TestRevealNeedsTheOperator(t *testing.T) {
	t.Parallel()
	args := json.RawMessage(`{"app":"shop","reveal":["GREETING"]}`)
	w := revealWorld(t, false)
	res := w.runner.Call(t.Context(), "get_env", args, Caller{ID: "a"})
	if !res.IsError || !strings.Contains(res.Text, `takes no argument "reveal"`) || len(w.Requests()) != 0 {
		t.Errorf("%s", res.Text)
	}
	contracts, err := w.runner.Contracts()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range contracts {
		if strings.Contains(string(c.InputSchema)+c.Description, "reveal") {
			t.Errorf("the contract of %s speaks of revealing", c.Name)
		}
	}
	second := revealWorld(t, true)
	second.deps.Settings.Reveal = false // the tool is there, the setting is not
	res = second.runner.Call(t.Context(), "get_env", args, Caller{ID: "a"})
	if !res.IsError || leaks(res.Text, "tulip-bakery-9381") || len(second.Requests()) != 0 {
		t.Errorf("%s", res.Text)
	}
}

// Nothing that comes from outside can pass for the stand-in of a value.
func TestRevealedStandsInItsPlaceOnly(t *testing.T) {
	t.Parallel()
	r := &revealed{standIn: "STANDIN", value: "secret"}
	raw, err := r.show(json.RawMessage(`{"name":"STANDIN","own":{"STANDIN":"STANDIN"},"revealed":{"name":"STANDIN","value":"STANDIN"}}`))
	if err != nil || string(raw) != `{"name":"STANDIN","own":{"STANDIN":"STANDIN"},"revealed":{"name":"STANDIN","value":"secret"}}` {
		t.Errorf("%s, %v", raw, err)
	}
	if raw, err := r.show(json.RawMessage(`{"revealed":"STANDIN"}`)); err != nil || strings.Contains(string(raw), "secret") {
		t.Errorf("%s, %v", raw, err)
	}
}
