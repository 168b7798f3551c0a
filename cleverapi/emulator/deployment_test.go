package emulator

import (
	"strings"
	"testing"
	"time"
)

// lifecycle is what a deployment goes through: how long after it was asked,
// and what the API says then.
func TestDeploymentWalksThroughItsStates(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	_, app := c.acme()
	path := app("worker")
	id := at(t, c.want(200, "POST", path+"/instances?useCache=no", nil), "deploymentId").(string)
	v4 := "/v4/orchestration" + strings.TrimPrefix(path, "/v2")
	var passed time.Duration
	for _, tt := range []struct {
		after                           time.Duration
		app, v2, v4, instances, newOnes string
	}{
		{0, "WANTS_TO_BE_UP", "WIP", "QUEUED", "UP", ""},
		{2 * time.Second, "WANTS_TO_BE_UP", "WIP", "WORK_IN_PROGRESS", "UP", ""},
		{27 * time.Second, "WANTS_TO_BE_UP", "WIP", "WORK_IN_PROGRESS", "UP", "BOOTING"},
		{31 * time.Second, "WANTS_TO_BE_UP", "WIP", "WORK_IN_PROGRESS", "UP", "STARTING"},
		{34 * time.Second, "WANTS_TO_BE_UP", "WIP", "WORK_IN_PROGRESS", "UP", "DEPLOYING"},
		{36*time.Second + time.Millisecond, "WANTS_TO_BE_UP", "WIP", "WORK_IN_PROGRESS", "UP", "READY"},
		{38 * time.Second, "SHOULD_BE_UP", "OK", "SUCCEEDED", "STOPPING", "UP"},
		{time.Minute, "SHOULD_BE_UP", "OK", "SUCCEEDED", "", "UP"},
	} {
		c.e.Clock().Advance(tt.after - passed)
		passed = tt.after
		if got := at(t, c.get(path), "state"); got != tt.app {
			t.Errorf("after %v: the application is %v, want %v", tt.after, got, tt.app)
		}
		if got := at(t, c.get(path+"/deployments/"+id), "state"); got != tt.v2 {
			t.Errorf("after %v: v2 says %v, want %v", tt.after, got, tt.v2)
		}
		if got := at(t, c.get(v4+"/deployments/"+id), "state"); got != tt.v4 {
			t.Errorf("after %v: v4 says %v, want %v", tt.after, got, tt.v4)
		}
		var old, fresh string
		for _, i := range c.get(path + "/instances").([]any) {
			if state := at(t, i, "state").(string); at(t, i, "deployId") == id {
				fresh = state
			} else {
				old = state
			}
		}
		if old != tt.instances || fresh != tt.newOnes {
			t.Errorf("after %v: instances are %q and %q, want %q and %q", tt.after, old, fresh, tt.instances, tt.newOnes)
		}
	}
	steps := at(t, c.get(v4+"/deployments/"+id), "steps").([]any)
	if len(steps) != 3 || at(t, steps, 2, "state") != "SUCCEEDED" {
		t.Errorf("steps are %v", steps)
	}
}

func TestStopAndStart(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	_, app := c.acme()
	path := app("api")
	c.want(200, "DELETE", path+"/instances", nil)
	if got := at(t, c.get(path+"/instances"), 0, "state"); got != "STOPPING" {
		t.Errorf("an instance is %v just after the stop, want STOPPING", got)
	}
	c.e.Clock().Advance(time.Minute)
	if got := c.get(path + "/instances").([]any); len(got) != 0 {
		t.Errorf("%d instances of a stopped application", len(got))
	}
	first := at(t, c.get(path+"/deployments?limit=1"), 0)
	if at(t, first, "action") != "UNDEPLOY" || at(t, c.get(path), "state") != "SHOULD_BE_DOWN" {
		t.Errorf("the stop is %v", first)
	}
	c.want(200, "POST", path+"/instances", nil)
	c.e.Clock().Advance(time.Minute)
	if got := c.get(path + "/instances").([]any); len(got) != 2 || at(t, c.get(path), "state") != "SHOULD_BE_UP" {
		t.Errorf("%d instances after the start, want 2", len(got))
	}
}

func TestCancelByNumber(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	_, app := c.acme()
	path := app("admin")
	d := at(t, c.get(path+"/deployments?limit=1"), 0)
	if at(t, d, "state") != "WIP" {
		t.Fatalf("the last deployment of admin is %v, want WIP", at(t, d, "state"))
	}
	number := path + "/deployments/" + jsonNumber(at(t, d, "id")) + "/instances"
	c.want(200, "DELETE", number, nil)
	c.want(400, "DELETE", number, nil)
	if got := at(t, c.get(path+"/deployments/"+at(t, d, "uuid").(string)), "state"); got != "CANCELLED" {
		t.Errorf("the deployment is %v, want CANCELLED", got)
	}
	// What ran before runs on.
	if got := at(t, c.get(path), "state"); got != "SHOULD_BE_UP" {
		t.Errorf("the application is %v, want SHOULD_BE_UP", got)
	}
}

func TestDeploymentsThatFail(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	_, app := c.acme()
	last := func(path string) any {
		t.Helper()
		c.want(200, "POST", path+"/instances", nil)
		c.e.Clock().Advance(2 * time.Minute)
		return at(t, c.get(path+"/deployments?limit=1"), 0, "state")
	}
	if got := last(app("search")); got != "FAIL" {
		t.Errorf("a build that fails is %v", got)
	}
	gateway := app("mobile-gateway")
	if got := last(gateway); got != "FAIL" {
		t.Errorf("a start without a needed variable is %v", got)
	}
	c.want(200, "PUT", gateway+"/env/PUSH_API_KEY", map[string]string{"value": "k"})
	if got := last(gateway); got != "OK" {
		t.Errorf("the start with the needed variable is %v", got)
	}
	c.want(400, "POST", app("next-shop")+"/instances", nil)
	if got := at(t, c.want(400, "POST", app("next-shop")+"/instances", nil), "id"); got != 4014.0 {
		t.Errorf("the id of a redeploy of nothing is %v, want 4014", got)
	}
	studio := "/v2/organisations/" + named(t, c.get("/v2/organisations"), "Studio Nuage")["id"].(string) + "/applications"
	c.want(403, "POST", studio+"/"+named(t, c.get(studio), "customer-portal")["id"].(string)+"/instances", nil)
}

func TestWhatCrashesIsRedeployed(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	_, app := c.acme()
	path := app("recommendations")
	count := func() int { return len(c.get(path + "/deployments").([]any)) }
	before := count()
	if got := at(t, c.get(path+"/deployments"), 0, "cause"); got != "Monitoring/Unreachable" {
		t.Errorf("the last deployment has the cause %v", got)
	}
	c.e.Clock().Advance(time.Hour)
	if n := count() - before; n < 3 || n > 4 {
		t.Errorf("%d deployments in an hour, want 3 or 4", n)
	}
	// A long sleep does not make thousands of them.
	c.e.Clock().Advance(300 * day)
	if n := count() - before; n > 60 {
		t.Errorf("%d deployments after 300 days", n)
	}
}

func TestScale(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	_, app := c.acme()
	path := app("storefront")
	// The CLI sends back the whole instance object, with flavors as objects.
	body := at(t, c.get(path), "instance").(map[string]any)
	body["minInstances"], body["maxInstances"], body["minFlavor"] = 3, 4, "M"
	c.want(200, "PUT", path, body)
	c.e.Clock().Advance(time.Minute)
	got := c.get(path + "/instances").([]any)
	if len(got) != 3 || at(t, got, 0, "flavor", "name") != "M" {
		t.Errorf("%d instances of size %v, want 3 of M", len(got), at(t, got, 0, "flavor", "name"))
	}
	for name, wrong := range map[string]any{
		"too many":               map[string]any{"maxInstances": 41},
		"none":                   map[string]any{"minInstances": 0},
		"more least than most":   map[string]any{"minInstances": 5},
		"unknown flavor":         map[string]any{"minFlavor": "XXXL"},
		"smallest above largest": map[string]any{"minFlavor": "3XL"},
	} {
		if got := at(t, c.want(400, "PUT", path, wrong), "id"); got != 3004.0 {
			t.Errorf("%s: id %v, want 3004", name, got)
		}
	}
	if got := at(t, c.get(path), "instance", "minInstances"); got != 3.0 {
		t.Errorf("a refused change left %v instances at least, want 3", got)
	}
}

func TestTask(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	_, app := c.acme()
	path := app("nightly-report")
	c.want(200, "POST", path+"/instances", nil)
	c.e.Clock().Advance(25 * time.Second)
	if got := at(t, c.get(path+"/deployments?limit=1"), 0, "state"); got != "TASK_RUNNING" {
		t.Errorf("the task is %v, want TASK_RUNNING", got)
	}
	c.e.Clock().Advance(time.Minute)
	if got := c.get(path + "/instances").([]any); len(got) != 0 || at(t, c.get(path), "state") != "SHOULD_BE_DOWN" {
		t.Errorf("%d instances after the task, state %v", len(got), at(t, c.get(path), "state"))
	}
}
