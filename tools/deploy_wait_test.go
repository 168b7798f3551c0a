package tools

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"clever-mcp/cleverapi/emulator"
)

// toldSteps collects progress as a client would get it.
type toldSteps struct {
	mu   sync.Mutex
	said []string
}

func (s *toldSteps) add(step Step) {
	word, _, _ := strings.Cut(step.Message, ":")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.said = append(s.said, word)
}

func (s *toldSteps) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.said, " ")
}

func called[T any](t *testing.T, w *world, tool, args string, caller Caller) (T, Result) {
	t.Helper()
	var out T
	res := w.runner.Call(t.Context(), tool, json.RawMessage(args), caller)
	if !res.IsError {
		if err := json.Unmarshal(res.Structured, &out); err != nil {
			t.Fatal(err)
		}
	}
	return out, res
}

// Every step is told before the verdict, whichever it is.
func TestDeployProgress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ app, want, outcome string }{
		{"storefront", "queued building starting ready", "succeeded"},
		{"search", "queued building", "failed"},
		{"mobile-gateway", "queued building starting", "failed"},
		{"nightly-report", "queued building starting", "task_running"},
	} {
		t.Run(tt.app, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, worldOptions{Speed: 1})
				var told toldSteps
				out, res := called[DeployView](t, w, "deploy_app", `{"app":"`+tt.app+`","rebuild":true}`, Caller{Progress: told.add})
				if out.Outcome != tt.outcome {
					t.Errorf("outcome is %q: %s", out.Outcome, res.Text)
				}
				if got := told.String(); got != tt.want {
					t.Errorf("told %q, want %q", got, tt.want)
				}
			})
		})
	}
}

// Ending the call ends the waiting at once, and not the deployment.
func TestDeployCancelledCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{Speed: 1})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		began := time.Now()
		res := w.runner.Call(ctx, "deploy_app", json.RawMessage(`{"app":"storefront"}`), Caller{})
		if took := time.Since(began); took > 10*time.Second+250*time.Millisecond {
			t.Errorf("the call took %s", took)
		}
		if !res.IsError || !strings.Contains(res.Text, "it goes on") || !strings.Contains(res.Text, "list_deployments {") {
			t.Errorf("the call comes to %s", res.Text)
		}
		time.Sleep(time.Minute)
		out, _ := called[DeploymentList](t, w, "list_deployments", `{"app":"storefront","limit":1}`, Caller{})
		if len(out.Deployments) != 1 || out.Deployments[0].Outcome != "succeeded" || !strings.Contains(res.Text, out.Deployments[0].Deployment) {
			t.Errorf("afterwards there is %+v", out.Deployments)
		}
	})
}

// A deployment that somebody else ends has a verdict too, and one that a newer
// one replaces names it.
func TestDeployCancelledByOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{Speed: 1})
		go func() {
			time.Sleep(5 * time.Second)
			w.runner.Call(t.Context(), "stop_app", json.RawMessage(`{"app":"storefront","cancel":true}`), Caller{})
		}()
		out, res := called[DeployView](t, w, "deploy_app", `{"app":"storefront"}`, Caller{})
		if out.Outcome != "cancelled" || !strings.Contains(out.Next, "Nothing newer") {
			t.Errorf("a cancelled deployment comes to %s", res.Text)
		}
		called[AppChange](t, w, "update_app", `{"app":"storefront","switches":{"cancel_on_push":true}}`, Caller{})
		second := make(chan Result, 1)
		go func() {
			time.Sleep(5 * time.Second)
			second <- w.runner.Call(t.Context(), "deploy_app", json.RawMessage(`{"app":"storefront","wait":false}`), Caller{})
		}()
		out, res = called[DeployView](t, w, "deploy_app", `{"app":"storefront","rebuild":true}`, Caller{})
		var newer DeployView
		if err := json.Unmarshal((<-second).Structured, &newer); err != nil {
			t.Fatal(err)
		}
		if out.Outcome != "cancelled" || newer.Deployment == "" || !strings.Contains(out.Next, newer.Deployment) {
			t.Errorf("a replaced deployment comes to %s", res.Text)
		}
	})
}

// A platform that stumbles while one waits does not end the waiting; one that
// stays away ends it with the handle.
func TestDeployThroughTrouble(t *testing.T) {
	t.Parallel()
	const poll = "GET /v2/organisations/{id}/applications/{appId}/deployments/{deploymentId}"
	for _, tt := range []struct {
		name          string
		fault         emulator.Fault
		outcome, says string
	}{
		{"stumbles", emulator.Fault{Operation: poll, Status: 502, Count: 10, Skip: 1}, "succeeded", "succeeded"},
		{"is not there yet", emulator.Fault{Operation: poll, Status: 404, Count: 3}, "succeeded", "succeeded"},
		{"stays away", emulator.Fault{Operation: poll, Status: 502, Count: -1}, "under_way", "could not be read"},
		{"says no", emulator.Fault{Operation: poll, Status: 403, ID: 6453, Count: -1}, "under_way", "could not be read"},
		{"hides how far it is", emulator.Fault{Operation: "GET /v2/organisations/{id}/applications/{appId}/instances", Status: 500, Count: -1}, "succeeded", "succeeded"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, worldOptions{Speed: 1, Faults: []emulator.Fault{tt.fault}})
				out, res := called[DeployView](t, w, "deploy_app", `{"app":"storefront"}`, Caller{})
				if out.Outcome != tt.outcome || !strings.Contains(out.Verdict, tt.says) || out.Deployment == "" {
					t.Errorf("comes to %s", res.Text)
				}
			})
		})
	}
}

// A wait ends when it should, to the second, and a log that cannot be read does
// not hide the failure.
func TestDeployBounds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{Speed: 0}) // nothing ever ends
		for _, seconds := range []string{"1", "7", "90"} {
			began := time.Now()
			out, res := called[DeployView](t, w, "deploy_app", `{"app":"storefront","timeout":`+seconds+`}`, Caller{})
			if took := time.Since(began).String(); out.Outcome != "under_way" || !strings.HasPrefix(took+"s", map[string]string{"1": "1s", "7": "7s", "90": "1m30s"}[seconds]) {
				t.Errorf("a wait of %s s took %s: %s", seconds, took, res.Text)
			}
		}
	})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{Speed: 1, Faults: []emulator.Fault{{Operation: "GET /v4/logs/organisations/{ownerId}/applications/{applicationId}/logs", Status: 404, Count: -1}}})
		out, res := called[DeployView](t, w, "deploy_app", `{"app":"search"}`, Caller{})
		if out.Outcome != "failed" || !strings.Contains(out.Next, "could not be read") {
			t.Errorf("without its log a failure comes to %s", res.Text)
		}
	})
}

// Pages neither repeat nor skip, also when a deployment starts between two.
func TestActivityPages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{Speed: 1})
		found, _ := called[AppView](t, w, "get_app", `{"app":"storefront"}`, Caller{})
		seen, cursor := []int{}, ""
		for page := 0; ; page++ {
			out, res := called[DeploymentList](t, w, "list_deployments", `{"app":"`+found.App+`","owner":"`+found.Owner+`","limit":2,"cursor":"`+cursor+`"}`, Caller{})
			if res.IsError || page > 10 || out.Name != "storefront" {
				t.Fatalf("page %d: %s", page, res.Text)
			}
			for _, d := range out.Deployments {
				seen = append(seen, d.Number)
			}
			if cursor = out.Cursor; cursor == "" {
				break
			}
			if page < 3 {
				called[DeployView](t, w, "deploy_app", `{"app":"storefront","wait":false}`, Caller{})
			}
		}
		if len(seen) != 9 {
			t.Errorf("saw %v", seen)
		}
		for i, n := range seen {
			if n != 9-i {
				t.Errorf("saw %v", seen)
				break
			}
		}
	})
}

// The log of a failure is found although this machine's clock is behind the
// platform's, by which deployments and lines are dated.
func TestDeployWithAClockBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{Speed: 1})
		w.deps.Now = func() time.Time { return started.Add(-time.Hour) }
		out, res := called[DeployView](t, w, "deploy_app", `{"app":"mobile-gateway"}`, Caller{})
		if !strings.Contains(out.LikelyCause, "PUSH_API_KEY") {
			t.Errorf("a failure comes to %s", res.Text)
		}
	})
}
