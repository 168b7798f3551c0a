package cli

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// deploying is a client of the whole program, with the progress of each call.
type deploying struct {
	*sdk.ClientSession
	mu   sync.Mutex
	said map[string][]string // the first words of what each call told
	news chan struct{}
}

func newDeploying(t *testing.T, route serveRoute) *deploying {
	t.Helper()
	// A deployment takes some five seconds.
	env, stop := startEmulator(t, "--speed", "12")
	t.Cleanup(stop)
	delete(env, "CLEVER_API_TOKEN")
	d := &deploying{said: map[string][]string{}, news: make(chan struct{}, 1000)}
	d.ClientSession = connect(t, route(t, env), &sdk.ClientOptions{ProgressNotificationHandler: d.take})
	return d
}

func (d *deploying) take(_ context.Context, r *sdk.ProgressNotificationClientRequest) {
	call := r.Params.ProgressToken.(string)
	word, _, _ := strings.Cut(r.Params.Message, ":")
	d.mu.Lock()
	d.said[call] = append(d.said[call], word)
	d.mu.Unlock()
	d.news <- struct{}{}
}

func (d *deploying) told(call string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.said[call], " ")
}

// await returns when a call has told a step. Each news is for whoever waits, so
// it is handed on.
func (d *deploying) await(t *testing.T, call, word string) {
	t.Helper()
	for end := time.After(30 * time.Second); !strings.Contains(d.told(call), word); {
		select {
		case <-d.news:
		case <-time.After(100 * time.Millisecond): // another waiter may have taken the news
		case <-end:
			t.Errorf("%s never told %q", call, word)
			return
		}
	}
}

type deployed struct {
	Deployment, Outcome, Verdict, Next string
	Cause                              string `json:"likely_cause"`
	Log                                string
}

// call calls a tool, with a progress token, and reads its result into out.
func (d *deploying) call(ctx context.Context, token, tool string, args map[string]any, out any) error {
	params := &sdk.CallToolParams{Name: tool, Arguments: args}
	params.SetProgressToken(token)
	res, err := d.CallTool(ctx, params)
	if err != nil {
		return err
	}
	text := res.Content[0].(*sdk.TextContent).Text
	if res.IsError {
		return errors.New(text)
	}
	return json.Unmarshal([]byte(text), out)
}

// outcomeOf reads a deployment by its handle.
func (d *deploying) outcomeOf(t *testing.T, app, deployment string) string {
	t.Helper()
	var out struct{ Deployments []deployed }
	if err := d.call(t.Context(), "look", "list_deployments", map[string]any{"app": app, "deployment": deployment}, &out); err != nil {
		t.Errorf("list_deployments: %v", err)
		return ""
	}
	if len(out.Deployments) != 1 || out.Deployments[0].Deployment != deployment {
		t.Errorf("list_deployments of %s gives %+v", deployment, out)
		return ""
	}
	return out.Deployments[0].Outcome
}

// A deployment ends with its verdict, and every step of it arrives: on each
// transport, for several at once.
func TestDeployOverTransports(t *testing.T) {
	t.Parallel()
	for name, route := range serveRoutes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDeploying(t, route)
			var scenarios sync.WaitGroup
			for _, scenario := range []func(*testing.T, *deploying){
				deployEnds, deployFailsToBuild, deployFailsToStart, deployIsCancelled, deployOutlasts, deployIsNotAwaited, deployLosesItsCall,
			} {
				scenarios.Go(func() { scenario(t, d) })
			}
			scenarios.Wait()
		})
	}
}

// verdict deploys an application and holds what was told and found against what is right.
func (d *deploying) verdict(t *testing.T, app, steps string, want deployed) {
	t.Helper()
	var got deployed
	if err := d.call(t.Context(), app, "deploy_app", map[string]any{"app": app, "rebuild": true}, &got); err != nil {
		t.Errorf("%s: %v", app, err)
		return
	}
	// That the last step is written before the result, the tests of the server hold.
	// This client puts steps into a queue and lets results overtake it.
	last := "queued"
	if want.Outcome == "succeeded" {
		last = steps[strings.LastIndexByte(steps, ' ')+1:]
	}
	d.await(t, app, last)
	// Steps are seen by looking now and then. One that succeeds went through all of
	// them; on a busy machine the last ones of a failure pass unseen.
	if told := d.told(app); told != steps && (want.Outcome == "succeeded" || told == "" || !strings.HasPrefix(steps, told)) {
		t.Errorf("%s: these steps arrived: %q, want %q", app, told, steps)
	}
	if got.Outcome != want.Outcome || !strings.Contains(got.Cause, want.Cause) || !strings.Contains(got.Log, want.Log) {
		t.Errorf("%s: %+v, want %+v", app, got, want)
	}
	if later := d.outcomeOf(t, app, got.Deployment); later != want.Outcome {
		t.Errorf("%s: list_deployments says %q", app, later)
	}
}

func deployEnds(t *testing.T, d *deploying) {
	d.verdict(t, "storefront", "queued building starting ready", deployed{Outcome: "succeeded"})
}

func deployFailsToBuild(t *testing.T, d *deploying) {
	d.verdict(t, "search", "queued building", deployed{Outcome: "failed", Cause: "does not compile", Log: "unresolved import"})
}

func deployFailsToStart(t *testing.T, d *deploying) {
	d.verdict(t, "mobile-gateway", "queued building starting", deployed{Outcome: "failed", Cause: "PUSH_API_KEY is missing", Log: "missing environment variable"})
}

// Somebody else cancels what this call waits for.
func deployIsCancelled(t *testing.T, d *deploying) {
	const app = "recommendations"
	var got deployed
	var call sync.WaitGroup
	call.Go(func() {
		if err := d.call(t.Context(), app, "deploy_app", map[string]any{"app": app}, &got); err != nil {
			t.Errorf("%s: %v", app, err)
		}
	})
	d.await(t, app, "queued")
	var stopped struct{}
	if err := d.call(t.Context(), "stop", "stop_app", map[string]any{"app": app, "cancel": true}, &stopped); err != nil {
		t.Errorf("stop_app: %v", err)
	}
	if call.Wait(); got.Outcome != "cancelled" {
		t.Errorf("%s: %+v, want one that was cancelled", app, got)
	}
}

func deployOutlasts(t *testing.T, d *deploying) {
	d.underWay(t, "worker", map[string]any{"app": "worker", "timeout": 1})
}

func deployIsNotAwaited(t *testing.T, d *deploying) {
	d.underWay(t, "portfolio", map[string]any{"app": "portfolio", "wait": false})
}

// underWay deploys what goes on after the call; the handle in the result finds it.
func (d *deploying) underWay(t *testing.T, app string, args map[string]any) {
	t.Helper()
	var got deployed
	if err := d.call(t.Context(), app, "deploy_app", args, &got); err != nil {
		t.Errorf("%s: %v", app, err)
		return
	}
	if got.Outcome != "under_way" || !strings.Contains(got.Next, got.Deployment) {
		t.Errorf("%s: %+v, want one under way and how to look again", app, got)
		return
	}
	if later := d.outcomeOf(t, app, got.Deployment); later != "under_way" {
		t.Errorf("%s: list_deployments says %q", app, later)
	}
}

// Going away from a call leaves its deployment alone.
func deployLosesItsCall(t *testing.T, d *deploying) {
	const app = "blog"
	ctx, cancel := context.WithCancel(t.Context())
	var call sync.WaitGroup
	call.Go(func() {
		var got deployed
		if err := d.call(ctx, app, "deploy_app", map[string]any{"app": app}, &got); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: the call ends with %v, %+v", app, err, got)
		}
	})
	d.await(t, app, "queued")
	cancel()
	call.Wait()
	var newest struct{ Deployments []deployed }
	if err := d.call(t.Context(), "look", "list_deployments", map[string]any{"app": app, "limit": 1}, &newest); err != nil {
		t.Errorf("list_deployments: %v", err)
		return
	}
	if len(newest.Deployments) != 1 || newest.Deployments[0].Outcome != "under_way" {
		t.Errorf("%s: the deployment does not go on: %+v", app, newest.Deployments)
	}
}

// A folder that is named from where the server starts is known by its whole path,
// which is how tools name what is in it.
func TestFoldersAreNamedWhole(t *testing.T) {
	t.Parallel()
	o, err := open(&Process{Stderr: discard{}, Getenv: func(string) string { return "" }}, &settings{demo: true, deployDirs: []string{"."}, allowDirs: []string{"testdata/.."}})
	if err != nil {
		t.Fatal(err)
	}
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	if s := o.deps.Settings; len(s.DeployDirs) != 1 || s.DeployDirs[0] != here || len(s.FileDirs) != 1 || s.FileDirs[0] != here {
		t.Errorf("repositories in %q, values in %q, want both in %s", s.DeployDirs, s.FileDirs, here)
	}
}
