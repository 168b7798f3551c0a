package tools

import (
	"encoding/json"
	"strings"
	"testing"
)

// A value is shown only where the operator allows it, only the one that was
// asked for, and it stays hidden everywhere else.
func TestReveal(t *testing.T) {
	t.Parallel()
	const value = "robot@acme.example"
	for _, allowed := range []bool{false, true} {
		w := newWorld(t, worldOptions{Reveal: allowed})
		call := func(tool, args string) Result {
			return w.runner.Call(t.Context(), tool, json.RawMessage(args), Caller{})
		}
		if res := call("get_env", `{"app":"worker"}`); res.IsError || strings.Contains(res.Text, value) {
			t.Errorf("without asking, get_env answers %s", res.Text)
		}
		res := call("get_env", `{"app":"worker","reveal":"SMTP_USER"}`)
		if got := strings.Contains(res.Text, `"revealed":{"SMTP_USER":"`+value+`"}`); got != allowed || res.IsError == allowed || strings.Count(res.Text, value) > 1 {
			t.Errorf("allowed %v: get_env answers %s", allowed, res.Text)
		}
		if !res.IsError {
			checkOutput(t, "get_env", res.Structured)
		}
		if after := call("get_env", `{"app":"worker"}`); strings.Contains(after.Text, value) {
			t.Errorf("after it was shown once, get_env answers %s", after.Text)
		}
		if strings.Contains(w.logged.String(), value) || strings.Contains(w.logged.String(), "SMTP_USER") {
			t.Errorf("the log says %s", w.logged)
		}
		if res := call("get_env", `{"app":"worker","reveal":["SMTP_USER","OTHER"]}`); !res.IsError {
			t.Errorf("two at once come to %s", res.Text)
		}
		contracts, err := w.runner.Contracts()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range contracts {
			if c.Name == "get_env" && strings.Contains(string(c.InputSchema), `"reveal"`) != allowed {
				t.Errorf("allowed %v: the contract is %s", allowed, c.InputSchema)
			}
		}
		if served := w.runner.tools["get_env"].served; strings.Contains(served, `"reveal":{"type":"string"`) != allowed || !json.Valid([]byte(served)) {
			t.Errorf("allowed %v: clients get %s", allowed, served)
		}
	}
}

// The tool refuses by itself, should the argument get past the contract.
func TestRevealHoldsTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{Reveal: true})
	w.deps.Settings.Reveal = false
	res := w.runner.Call(t.Context(), "get_env", json.RawMessage(`{"app":"worker","reveal":"SMTP_USER"}`), Caller{})
	if !res.IsError || strings.Contains(res.Text, "robot@acme.example") || !strings.Contains(res.Text, "--reveal") {
		t.Errorf("get_env answers %s", res.Text)
	}
}

// What would steer a terminal is visible in a value that is shown.
func TestRevealShowsControls(t *testing.T) {
	t.Parallel()
	c := newTestCall(Settings{})
	raw := json.RawMessage(`{"v":"` + c.show("a\"\x1b[31m\u202eb") + `"}`)
	raw = c.unveil(raw)
	var got struct{ V string }
	if err := json.Unmarshal(raw, &got); err != nil || strings.ContainsAny(got.V, "\x1b\u202e") || !strings.HasPrefix(got.V, `a"`) {
		t.Errorf("%s: %q, %v", raw, got.V, err)
	}
}
