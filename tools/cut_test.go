package tools

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"clever-mcp/cleverapi/emulator"
)

// Answers are cut in many places. Wherever a secret stands in what is cut, the
// half of it that is left must not show.
func TestNoHalfOfASecret(t *testing.T) {
	t.Parallel()
	const secret = "Tulips-and-bakeries-on-the-quay-9381-Q"
	var says []string
	for at := 60; at < 640; at += 11 {
		says = append(says, fmt.Sprintf("Error: %d %s%s of it", at, strings.Repeat("x", at), secret))
	}
	for _, fails := range []string{"start", "crash"} {
		w := newWorld(t, worldOptions{account: &emulator.Seed{
			User: emulator.SeedUser{Name: strings.Repeat("R", 40) + secret, Email: "robin@example.com", Password: "correct-horse-battery"},
			Organisations: []emulator.SeedOwner{{Name: "acme", Applications: []emulator.SeedApp{{
				Name: "shop", Type: "node", Flavor: "S", Env: map[string]string{"GREETING": secret}, Says: says, Fails: fails,
			}}}},
		}})
		shown := 0
		list := w.runner.Call(t.Context(), "list_deployments", []byte(`{"app":"shop","limit":1}`), Caller{ID: "a"})
		last := regexp.MustCompile(`deployment_[0-9a-f-]{36}`).FindString(list.Text)
		for _, call := range []struct{ tool, args string }{
			{"get_logs", `{"app":"shop","limit":500,"since":"2d"}`},
			{"get_logs", `{"app":"shop","kind":"errors","limit":500,"since":"2d"}`},
			{"get_logs", `{"app":"shop","kind":"build"}`},
			{"get_logs", `{"app":"shop","search":"Tulips-and-bak","since":"2d"}`},
			{"get_logs", `{"app":"shop","search":"/quay-93[0-9]1/","since":"2d"}`},
			{"diagnose_app", `{"app":"shop"}`},
			{"list_deployments", `{"app":"shop","limit":50}`},
			{"list_deployments", `{"app":"shop","deployment":"` + last + `"}`},
			{"get_app", `{"app":"shop"}`},
			{"get_env", `{"app":"shop"}`},
			{"deploy_app", `{"app":"shop","wait":false}`},
			{"read_api", `{"operation":"GET /v2/self","select":".name"}`},
		} {
			res := w.runner.Call(t.Context(), call.tool, []byte(call.args), Caller{ID: "a"})
			if leaks(res.Text, secret) || leaks(w.logged.String(), secret) {
				t.Errorf("fails %q: %s %s shows it: %s", fails, call.tool, call.args, res.Text)
			}
			shown += strings.Count(res.Text, w.deps.Hide.Mark(secret))
			if strings.Contains(call.args, "search") && !strings.Contains(res.Text, `"matches":0`) {
				t.Errorf("fails %q: a search finds what is hidden: %s", fails, res.Text)
			}
		}
		if shown < 2 {
			t.Errorf("fails %q: the secret was to be hidden %d times only: the test looks at nothing", fails, shown)
		}
	}
}

// What the generic tools select from is hidden before: an expression could cut it
// in two, or spell it letter by letter.
func TestSelectSeesNoSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	const secret = "shown-by-nobody-1234"
	w.deps.Hide.LearnValues(secret)
	w.runner.Call(t.Context(), "raw_request", []byte(`{"operation":"PUT /v2/self","body":{"name":"`+secret+`"}}`), Caller{ID: "a"})
	for _, sel := range []string{`.name[0:12]`, `.name|explode`, `.name|@base64`, `[.name|test("nobody")]`} {
		res := w.runner.Call(t.Context(), "read_api", []byte(`{"operation":"GET /v2/self","select":"`+strings.ReplaceAll(sel, `"`, `\"`)+`"}`), Caller{ID: "a"})
		if leaks(res.Text, secret) || strings.Contains(res.Text, "true") || strings.Contains(res.Text, "c2hvd24t") || strings.Contains(res.Text, "115,104,111") {
			t.Errorf("%s: %s", sel, res.Text)
		}
	}
}

// Much is refused without a look at what is in it.
func TestTooLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	c := &Call{Deps: w.deps, tool: Spec{Name: "get_logs"}}
	for _, n := range []int{30_000, 200_000} {
		res := w.runner.succeed(c, map[string]string{"text": strings.Repeat("x", n)})
		if !res.IsError || !strings.Contains(res.Text, "too long") {
			t.Errorf("%d bytes: %.100s", n, res.Text)
		}
	}
	if res := w.runner.fail(c, fmt.Errorf("%s", strings.Repeat("x", 100_000))); len(res.Text) > 300 || !strings.Contains(res.Text, "100000") && !strings.Contains(res.Text, "bytes") {
		t.Errorf("a long error: %.300s", res.Text)
	}
}

// Before the log of a failed deployment is shown, the values of the application's
// own variables are known, although nothing asked for them.
func TestFailedDeploymentKnowsTheVariables(t *testing.T) {
	t.Parallel()
	const secret = "Tulips and bakeries on the quay"
	account := &emulator.Seed{
		User: emulator.SeedUser{Name: "Robin", Email: "robin@example.com", Password: "correct-horse-battery"},
		Organisations: []emulator.SeedOwner{{Name: "acme", Applications: []emulator.SeedApp{{
			Name: "shop", Type: "node", Flavor: "S", Env: map[string]string{"GREETING": secret}, Fails: "start",
		}}}},
	}
	w := newWorld(t, worldOptions{account: account})
	list := w.runner.Call(t.Context(), "list_deployments", []byte(`{"app":"shop","limit":1}`), Caller{ID: "a"})
	last := regexp.MustCompile(`deployment_[0-9a-f-]{36}`).FindString(list.Text)
	again := newWorld(t, worldOptions{account: account}) // the same account, and a server that knows nothing yet
	res := again.runner.Call(t.Context(), "list_deployments", []byte(`{"app":"shop","deployment":"`+last+`"}`), Caller{ID: "a"})
	if last == "" || res.IsError {
		t.Fatal(last, res.Text)
	}
	if text := again.deps.Hide.Text("Error: " + secret); strings.Contains(text, "bakeries") {
		t.Errorf("a log line would read %q", text)
	}
}
