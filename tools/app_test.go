package tools

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clever-mcp/cleverapi"
)

// An application with hundreds of everything fits into an answer, and the answer
// says what it left out.
func TestAppViewIsBounded(t *testing.T) {
	t.Parallel()
	f := &appFacts{}
	if err := json.Unmarshal([]byte(`{"id":"app_1","name":"big","state":"SHOULD_BE_UP"}`), &f.detail); err != nil {
		t.Fatal(err)
	}
	id := func(kind string, i int) string { return fmt.Sprintf("%s_00000000-0000-0000-0000-%012d", kind, i) }
	for i := range 300 {
		f.detail.Domains = append(f.detail.Domains, cleverapi.FQDN{FQDN: fmt.Sprintf("www%03d.example.com/", i)})
		f.detail.Env = append(f.detail.Env, cleverapi.Variable{Name: fmt.Sprintf("A_VARIABLE_OF_THE_APPLICATION_%03d", i)})
		f.instances = append(f.instances, cleverapi.Instance{ID: id("i", i), State: fmt.Sprintf("STATE_%d", i)})
		f.addons = append(f.addons, cleverapi.LinkedAddon{ID: id("addon", i), Name: fmt.Sprintf("database-of-team-%03d", i)})
		f.dependencies = append(f.dependencies, cleverapi.Application{ID: id("app", i), Name: fmt.Sprintf("service-of-team-%03d", i)})
		f.tcp = append(f.tcp, cleverapi.TCPRedirection{Namespace: "default", Port: 4000 + i})
	}
	f.dependents = f.dependencies
	for i := range lastDeployments {
		f.deployments = append(f.deployments, cleverapi.Deployment{UUID: id("deployment", i), State: "OK", Action: "DEPLOY", Commit: commitA, Cause: strings.Repeat("x", 500)})
	}
	v := f.view(lined(), App{ID: "app_1", Owner: id("orga", 1)})
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if n := counter(t)(string(raw)); n > MaxTokens {
		t.Errorf("the answer costs %d tokens", n)
	}
	if len(v.Incomplete) != 7 {
		t.Errorf("it says that it left out %q", v.Incomplete)
	}
}

// Instances that are alike are counted, and a deployment is one line.
func TestAppViewIsShort(t *testing.T) {
	t.Parallel()
	one := func(id, state, flavor string, age time.Duration) cleverapi.Instance {
		i := cleverapi.Instance{ID: id, State: state, CreationDate: cleverapi.Millis(started.Add(-age).UnixMilli())}
		i.Flavor.Name = flavor
		return i
	}
	f := &appFacts{instances: []cleverapi.Instance{
		one("i1", "UP", "S", time.Hour), one("i2", "DEPLOYING", "M", 0), one("i3", "UP", "S", time.Hour), one("i4", "UP", "M", 0), one("i5", "UP", "M", time.Minute), {ID: "i6"},
	}, deployments: []cleverapi.Deployment{
		{ID: 2, UUID: "deployment_2", State: "OK", Action: "DEPLOY", Commit: commitA, Cause: "Git push", Date: cleverapi.Millis(started.UnixMilli())},
		{ID: 1, UUID: "deployment_1", State: "FAIL", Action: "UNDEPLOY", Cause: "x\ndeployment_3 OK"},
	}}
	f.deployments[0].Author.Name, f.deployments[1].Author.Name = "Camille Martin", "hunter2-hunter2"
	c := lined("hunter2-hunter2")
	v := f.view(c, App{ID: "app_1"})
	at := func(age time.Duration) string { return date(started.Add(-age)) }
	running := []string{
		"2 UP S since " + at(time.Hour), "1 DEPLOYING M since " + at(0) + " i2", "2 UP M since " + at(time.Minute) + ", the newest " + at(0), "1 - - i6",
	}
	deployments := []string{
		"deployment_2 " + at(0) + " succeeded deploy " + commitA[:12] + " Git push, by Camille Martin",
		`deployment_1 - failed undeploy - x\u{a}deployment_3 OK, by ` + c.Hide.Mark("hunter2-hunter2"),
	}
	if !slices.Equal(v.Running, running) || !slices.Equal(v.Deployments, deployments) {
		t.Errorf("instances %q, want %q; deployments %q, want %q", v.Running, running, v.Deployments, deployments)
	}
}

func TestVerdictOf(t *testing.T) {
	t.Parallel()
	failed := &appFacts{deployments: []cleverapi.Deployment{{UUID: "deployment_9", State: "FAIL"}}}
	fine := &appFacts{deployments: []cleverapi.Deployment{{UUID: "deployment_9", State: "OK"}}}
	for _, tt := range []struct {
		state string
		facts *appFacts
		says  string // "" all is well
	}{
		{"running", fine, ""}, {"running", failed, "still runs"}, {"running", &appFacts{}, ""}, {"idle", fine, ""},
		{"failed", failed, "deployment_9"}, {"deploying", fine, "deployment_9"}, {"down", fine, "diagnose_app"}, {"stopped", fine, "deploy_app"},
		{"never_deployed", &appFacts{}, "git_url"}, {"suspended", fine, "support"}, {"unpaid", fine, "get_billing"}, {"archived", fine, "archived"},
	} {
		got := verdictOf(tt.state, tt.facts)
		if (got == "") != (tt.says == "") || !strings.Contains(got, tt.says) {
			t.Errorf("%s: verdict is %q", tt.state, got)
		}
	}
}

func TestSiteURL(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, domains, favourite, want string }{
		{"none", "", "", ""},
		{"the one it was born with", "app-1.cleverapps.io/", "", "https://app-1.cleverapps.io"},
		{"its own before that", "app-1.cleverapps.io/ www.example.com/", "", "https://www.example.com"},
		{"no wildcard", "*.example.com/ app-1.cleverapps.io/", "", "https://app-1.cleverapps.io"},
		{"the favourite before all", "www.example.com/ app-1.cleverapps.io/", "app-1.cleverapps.io/", "https://app-1.cleverapps.io"},
		{"with its path", "www.example.com/shop", "", "https://www.example.com/shop"},
	} {
		d := cleverapi.ApplicationDetail{}
		for _, name := range strings.Fields(tt.domains) {
			d.Domains = append(d.Domains, cleverapi.FQDN{FQDN: name})
		}
		if got := siteURL(d, tt.favourite); got != tt.want {
			t.Errorf("%s: URL is %q, want %q", tt.name, got, tt.want)
		}
	}
}

// The default application of a working directory is read without being named,
// and a tool that writes says which one it took; deleting wants a name.
func TestDefaultApp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	found, _ := called[AppView](t, w, "get_app", `{"app":"docs"}`, Caller{})
	w.deps.DefaultApp = func() (string, string, bool) { return found.App, found.Owner, true }
	if got, res := called[AppView](t, w, "get_app", `{}`, Caller{}); got.Name != "docs" {
		t.Errorf("get_app comes to %s", res.Text)
	}
	for _, tt := range []struct{ tool, args string }{
		{"deploy_app", `{"wait":false}`}, {"stop_app", `{}`}, {"update_app", `{"description":"New"}`},
	} {
		res := w.runner.Call(t.Context(), tt.tool, json.RawMessage(tt.args), Caller{})
		if res.IsError || !strings.Contains(res.Text, ".clever.json") || !strings.Contains(res.Text, found.App) {
			t.Errorf("%s comes to %s", tt.tool, res.Text)
		}
	}
	if res := w.runner.Call(t.Context(), "delete_app", nil, Caller{}); !res.IsError || !strings.Contains(res.Text, "has to be named") {
		t.Errorf("delete_app comes to %s", res.Text)
	}
}

// What add-ons and variables hold is in no answer of these tools, whatever the
// programs write into their logs.
func TestAppToolsHideValues(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	for _, call := range [][2]string{
		{"get_app", `{"app":"storefront"}`}, {"list_deployments", `{"app":"mobile-gateway","deployment":"2"}`},
		{"update_app", `{"app":"storefront","description":"x"}`}, {"deploy_app", `{"app":"worker","wait":false}`},
		{"stop_app", `{"app":"worker"}`}, {"delete_app", `{"app":"worker"}`},
	} {
		res := w.runner.Call(t.Context(), call[0], json.RawMessage(call[1]), Caller{})
		for _, secret := range w.Secrets() {
			if len(secret) >= shortest && strings.Contains(res.Text, secret) {
				t.Errorf("%s shows %q", call[0], secret)
			}
		}
	}
}

// An ordinary application is told in few tokens.
func TestAppAnswersAreShort(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	list, _ := called[AppList](t, w, "list_apps", `{}`, Caller{})
	count, n := counter(t), 0
	for _, owner := range list.Owners {
		for _, line := range owner.Apps {
			n++
			app := fields(t, list.Columns, line)
			for _, tool := range []string{"get_app", "list_deployments", "delete_app"} {
				res := w.runner.Call(t.Context(), tool, json.RawMessage(`{"app":"`+app["app"]+`"}`), Caller{})
				if tokens := count(res.Text); tokens > 1500 {
					t.Errorf("%s of %s costs %d tokens", tool, app["name"], tokens)
				}
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d applications were tried", n)
	}
}
