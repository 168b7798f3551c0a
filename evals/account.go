package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/itchyny/gojq"
)

// account is an emulator that runs, and how to look at what is in it.
type account struct {
	api  string
	env  map[string]string // points a program at it
	stop func()
}

// startAccount starts the emulator on a free port with a task's seed.
func startAccount(ctx context.Context, program string, t *Task, home string) (*account, error) {
	ctx, cancel := context.WithCancel(ctx)
	speed := t.Speed
	if speed == 0 {
		speed = 1
	}
	cmd := exec.CommandContext(ctx, program, "emulator", "--listen", "127.0.0.1:0", "--control", "--seed", t.seed(), "--speed", fmt.Sprint(speed))
	cmd.Env = bareEnvironment(home)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	a := &account{stop: func() { cancel(); _ = cmd.Wait() }}
	for lines := bufio.NewScanner(out); a.api == "" && lines.Scan(); {
		a.api, _ = strings.CutPrefix(lines.Text(), "API_HOST=")
	}
	if a.api == "" {
		a.stop()
		return nil, fmt.Errorf("the emulator ended before it said where it serves: %s", said.String())
	}
	var shown struct{ Environment map[string]string }
	if err := a.look(ctx, "environment", &shown); err != nil {
		a.stop()
		return nil, err
	}
	// The token of the bridge would win over the OAuth pair, and cannot make tokens.
	delete(shown.Environment, "CLEVER_API_TOKEN")
	a.env = shown.Environment
	return a, nil
}

// bareEnvironment has a home of its own and nothing of the person who runs this.
func bareEnvironment(home string) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_CONFIG_HOME=" + home + "/config", "TMPDIR=" + home}
}

// look asks the control API, which records nothing of it.
func (a *account) look(ctx context.Context, what string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.api+"/emulator/v1/"+what, nil)
	if err != nil {
		return err
	}
	resp, err := (&http.Client{}).Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the emulator answered %d to %s: %s", resp.StatusCode, what, body)
	}
	return json.Unmarshal(body, into)
}

// prelude is what the expressions of tasks may use, besides jq itself.
const prelude = `
def applications: .owners[].applications[];
def app(n): first(.after | applications | select(.name == n)) // error("no application " + n);
def app(o; n): first(.after.owners[] | select(.name == o) | .applications[] | select(.name == n)) // error("no application " + n);
def addon(n): first(.after.owners[].addons[] | select(.name == n)) // error("no add-on " + n);
def owner(n): first(.after.owners[] | select(.name == n)) // error("no owner " + n);
def was: {after: .before, before, requests};
def names: [.after.owners[] | (.applications + .addons)[].name];
def asked: map(select(.cause | startswith("Monitoring") | not)) | length;
def things:
  [.owners[] | (.applications[], .addons[]) | {id, name, is: (del(.state, .serving, .running) | if .deployments then .deployments |= asked else . end)}]
  + [.owners[] | {id, name, is: [.members, .network_groups, .hooks, .unpaid]}]
  + [.api_tokens[] | {id, name, is: .expires}]
  + [{id: "sign-ins", name: "sign-ins", is: .sign_ins}];
def changes: (.before | things) + (.after | things) | group_by(.id)
  | map(select(length == 1 or .[0].is != .[1].is) | .[-1].name) | unique;
`

func compile(expr string) (*gojq.Code, error) {
	q, err := gojq.Parse(prelude + expr)
	if err != nil {
		return nil, err
	}
	return gojq.Compile(q)
}

// evaluate returns the first value of an expression over plain JSON values.
func evaluate(ctx context.Context, expr string, over any) (any, error) {
	code, err := compile(expr)
	if err != nil {
		return nil, err
	}
	v, ok := code.RunWithContext(ctx, over).Next()
	if !ok {
		return nil, fmt.Errorf("%s has no value", expr)
	}
	if err, is := v.(error); is {
		return nil, fmt.Errorf("%s: %w", expr, err)
	}
	return v, nil
}
