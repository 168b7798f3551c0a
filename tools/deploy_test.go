package tools

import (
	"strings"
	"testing"
	"time"

	"clever-mcp/cleverapi"
)

const (
	commitA = "3f2a9d0c4b1e5f60718293a4b5c6d7e8f9012345"
	commitB = "3f2a9d0d00000000000000000000000000000000"
	commitC = "c0ffee0000000000000000000000000000000000"
)

func TestOrder(t *testing.T) {
	t.Parallel()
	past := []cleverapi.Deployment{{ID: 3, Commit: commitA}, {ID: 2, Commit: commitB}, {ID: 1}}
	detail := cleverapi.ApplicationDetail{CommitID: commitC}
	empty := cleverapi.ApplicationDetail{}
	empty.Deployment.HTTPURL = "https://push.example.com/app.git"
	for _, tt := range []struct {
		name, commit string
		detail       cleverapi.ApplicationDetail
		past         []cleverapi.Deployment
		want, says   string
	}{
		{"left out", "", detail, past, "", ""},
		{"left out before the first push", "", empty, nil, "", "https://push.example.com/app.git"},
		{"head", "head", detail, past, commitC, ""},
		{"head in capitals", "HEAD", detail, past, commitC, ""},
		{"head before the first push", "head", empty, nil, "", "No commit was pushed"},
		{"whole", commitB, detail, past, commitB, ""},
		{"whole and unknown", strings.Repeat("0", 40), detail, past, strings.Repeat("0", 40), ""},
		{"short", "c0ffee0", detail, past, commitC, ""},
		{"short in capitals", "C0FFEE0", detail, past, commitC, ""},
		{"ambiguous", "3f2a9d0", detail, past, "", commitA + ", " + commitB},
		{"unknown", "abcdef0", detail, past, "", "Give all 40 digits"},
	} {
		got, err := DeployAppInput{Commit: tt.commit}.order(App{ID: "app_1", Name: "web"}, tt.detail, tt.past)
		switch {
		case tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)):
			t.Errorf("%s: error is %v, want %q", tt.name, err, tt.says)
		case tt.says == "" && (err != nil || got.Commit != tt.want):
			t.Errorf("%s: commit is %q, %v, want %q", tt.name, got.Commit, err, tt.want)
		}
	}
}

func TestCheckCommit(t *testing.T) {
	t.Parallel()
	for commit, want := range map[string]bool{
		"": true, "head": true, "HEAD": true, commitA: true, "c0ffee0": true, " C0FFEE0 ": true,
		"3f2a": false, "main": false, commitA + "0": false, "c0ffee0; rm -rf /": false, "../../x": false,
	} {
		if err := (DeployAppInput{Commit: commit}).checkCommit(); (err == nil) != want {
			t.Errorf("%q gives %v", commit, err)
		}
	}
}

func TestUndoDeploy(t *testing.T) {
	t.Parallel()
	app := App{ID: "app_1", Owner: "orga_1"}
	ok := cleverapi.Deployment{State: "OK", Action: "DEPLOY", Commit: commitA}
	failed := cleverapi.Deployment{State: "FAIL", Action: "DEPLOY", Commit: commitB}
	stopped := cleverapi.Deployment{State: "OK", Action: "UNDEPLOY"}
	for _, tt := range []struct {
		name, commit string
		past         []cleverapi.Deployment
		want         string
	}{
		{"another commit ran", commitC, []cleverapi.Deployment{failed, ok}, `deploy_app {"app":"app_1","commit":"` + commitA + `","owner":"orga_1"}`},
		{"the same commit ran", commitA, []cleverapi.Deployment{ok}, ""},
		{"a restart", "", []cleverapi.Deployment{ok}, ""},
		{"it was stopped", "", []cleverapi.Deployment{stopped, ok}, `stop_app {"app":"app_1","owner":"orga_1"}`},
		{"the first one", commitA, nil, ""},
	} {
		if got := (&Call{Deps: &Deps{}}).undoDeploy(app, cleverapi.NewDeployment{Commit: tt.commit}, tt.past); got != tt.want {
			t.Errorf("%s: undo is %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	no, yes := false, true
	for _, tt := range []struct {
		wait    *bool
		timeout int
		want    time.Duration
		bad     bool
	}{
		{nil, 0, 5 * time.Minute, false}, {&yes, 60, time.Minute, false}, {&no, 60, 0, false}, {nil, 1800, 30 * time.Minute, false},
		{nil, -1, 0, true}, {nil, 1801, 0, true}, {nil, 1 << 40, 0, true},
	} {
		got, err := DeployAppInput{Wait: tt.wait, Timeout: tt.timeout}.wait()
		if (err != nil) != tt.bad || !tt.bad && got != tt.want {
			t.Errorf("timeout %d gives %s, %v", tt.timeout, got, err)
		}
	}
}

// Steps are told once each, in order, and none is left out however fast it went.
func TestStepper(t *testing.T) {
	t.Parallel()
	var told []string
	var at []float64
	c := &Call{Deps: &Deps{Hide: NewHider()}, Caller: Caller{Progress: func(s Step) {
		word, _, _ := strings.Cut(s.Message, ":")
		told, at = append(told, word), append(at, s.Progress)
	}}}
	s := stepper{c: c}
	for _, p := range []phase{queued, queued, starting, building, ready, ready} {
		s.tell(p)
	}
	if got := strings.Join(told, " "); got != "queued building starting ready" {
		t.Errorf("told %s", got)
	}
	for i := 1; i < len(at); i++ {
		if at[i] <= at[i-1] {
			t.Errorf("progress does not grow: %v", at)
		}
	}
}

func TestPhase(t *testing.T) {
	t.Parallel()
	old := cleverapi.Instance{DeployID: "deployment_1", State: "UP"}
	for _, tt := range []struct {
		name   string
		queued bool
		state  string
		want   phase
	}{
		{"waits", true, "", queued}, {"works, nothing to see", false, "", building}, {"boots", false, "BOOTING", starting},
		{"starts", false, "STARTING", starting}, {"is checked", false, "DEPLOYING", starting}, {"is ready", false, "READY", ready},
		{"is up", false, "UP", ready}, {"an instance tells more than the queue", true, "UP", ready}, {"goes away", false, "STOPPING", building},
	} {
		p := progress{Deployment: cleverapi.Deployment{UUID: "deployment_2"}, queued: tt.queued, instances: []cleverapi.Instance{old}}
		if tt.state != "" {
			p.instances = append(p.instances, cleverapi.Instance{DeployID: "deployment_2", State: tt.state})
		}
		if got := p.phase(); got != tt.want {
			t.Errorf("%s: the phase is %s, want %s", tt.name, got.words(), tt.want.words())
		}
	}
}

func TestActivityCursor(t *testing.T) {
	t.Parallel()
	want := place{20, 113}
	if got, err := parseActivityCursor(activityCursor(want)); err != nil || got != want {
		t.Errorf("the cursor comes back as %+v, %v", got, err)
	}
	for _, bad := range []string{"x", cursorVersion, cursorVersion + "MSAy!", activityCursor(place{-1, 3}), activityCursor(place{1 << 30, 3}), activityCursor(place{1, 0}), cursorVersion + "YQ"} {
		if got, err := parseActivityCursor(bad); err == nil {
			t.Errorf("the cursor %q is taken for %+v", bad, got)
		}
	}
}

func FuzzActivityCursor(f *testing.F) {
	f.Add(activityCursor(place{20, 113}))
	f.Add("p1.")
	f.Fuzz(func(t *testing.T, cursor string) {
		p, err := parseActivityCursor(cursor)
		if err == nil && p != (place{}) && (p.offset < 0 || p.offset > deepest || p.after < 1) {
			t.Errorf("the cursor %q is taken for %+v", cursor, p)
		}
	})
}
