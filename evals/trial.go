package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// settings are the same for all trials of a run.
type settings struct {
	program   string // clever-mcp
	self      string // this program
	agent     string // a shell command, or the name of one of agents.go
	transport string // stdio or http
	timeout   time.Duration
	keep      string // folder that the traces of the trials stay in; "" none
}

// Trial is how one try at a task went.
type Trial struct {
	Task     string        `json:"task"`
	Number   int           `json:"trial"`
	Passed   bool          `json:"passed"`
	Wrong    []Wrong       `json:"wrong"`
	Cost     Cost          `json:"cost"`
	Calls    []string      `json:"calls"` // tools in their order
	Answer   string        `json:"answer"`
	Duration time.Duration `json:"duration_ns"`
	tools    int           // tokens of the list of tools
}

// The password of the accounts that come with the emulator, which is no secret.
const password = "correct-horse-battery-staple"

// try gives a task to the agent, with an account and a server of its own. An
// error means that the trial could not be held.
func (s settings) try(ctx context.Context, t *Task, number int) (Trial, error) {
	out := Trial{Task: t.name, Number: number, Wrong: []Wrong{}, Calls: []string{}}
	dir, err := os.MkdirTemp("", "clever-mcp-eval-")
	if err != nil {
		return out, err
	}
	defer os.RemoveAll(dir)
	account, err := startAccount(ctx, s.program, t, dir)
	if err != nil {
		return out, err
	}
	defer account.stop()
	var e evidence
	if err := account.look(ctx, "account", &e.before); err != nil {
		return out, err
	}
	journal := filepath.Join(dir, "messages.jsonl")
	config, stop, err := s.serve(ctx, t, account, dir, journal)
	if err != nil {
		return out, err
	}
	started := time.Now()
	answer, failed := s.ask(ctx, t, config)
	out.Duration = time.Since(started)
	stop()

	e.answer, out.Answer = answer, answer
	if err := e.gather(ctx, account, journal); err != nil {
		return out, err
	}
	if failed != nil {
		out.Wrong = append(out.Wrong, Wrong{wrongAgent, failed.Error()})
	}
	out.Wrong = append(out.Wrong, judge(ctx, t, e)...)
	out.Passed, out.Cost, out.tools = len(out.Wrong) == 0, e.transcript.cost(), tokens(e.transcript.tools)
	for _, c := range e.transcript.calls {
		out.Calls = append(out.Calls, c.tool)
	}
	return out, s.keepTrace(journal, out)
}

func (e *evidence) gather(ctx context.Context, a *account, journal string) error {
	if err := a.look(ctx, "account", &e.after); err != nil {
		return err
	}
	var asked struct{ Requests []any }
	if err := a.look(ctx, "requests", &asked); err != nil {
		return err
	}
	e.requests = asked.Requests
	var err error
	e.transcript, err = readTranscript(journal)
	return err
}

// serve writes the client configuration of the trial, and starts what has to run
// before the agent does.
func (s settings) serve(ctx context.Context, t *Task, a *account, dir, journal string) (config string, stop func(), err error) {
	env := a.env
	env["HOME"], env["XDG_CONFIG_HOME"], env["TMPDIR"] = dir, dir+"/config", dir
	env["CLEVER_PASSWORD_FILE"] = filepath.Join(dir, "password")
	if err := os.WriteFile(env["CLEVER_PASSWORD_FILE"], []byte(password), 0o600); err != nil {
		return "", nil, err
	}
	command := append([]string{s.program, "serve"}, t.Serve...)
	var entry map[string]any
	stop = func() {}
	// Over HTTP nobody plays the person.
	if s.transport == "http" && t.Person == "" {
		w, err := startWeb(ctx, command, env, dir, journal)
		if err != nil {
			return "", nil, err
		}
		stop = w.stop
		entry = map[string]any{"type": "http", "url": w.url, "headers": map[string]string{"Authorization": "Bearer " + w.bearer}}
	} else {
		args := append([]string{"record", "--to", journal, "--person", t.Person, "--"}, command...)
		entry = map[string]any{"command": s.self, "args": args, "env": env}
	}
	text, err := json.MarshalIndent(map[string]any{"mcpServers": map[string]any{"clever-cloud": entry}}, "", "  ")
	if err != nil {
		return "", nil, err
	}
	config = filepath.Join(dir, "mcp.json")
	return config, stop, os.WriteFile(config, text, 0o600)
}

// ask runs the agent and returns what it printed.
func (s settings) ask(ctx context.Context, t *Task, config string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", s.agent)
	if scripted(s.agent) {
		cmd = exec.CommandContext(ctx, s.self, "agent", s.agent, "--task", filepath.Join(t.dir, t.name+".yaml"))
	}
	cmd.Env = append(os.Environ(), "MCP_CONFIG="+config, "PROMPT="+t.Prompt)
	cmd.Dir = filepath.Dir(config)
	cmd.Stdin = strings.NewReader(t.Prompt)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	var answer, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &answer, &said
	err := cmd.Run()
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = fmt.Errorf("it had no answer after %s", s.timeout)
	}
	if err != nil {
		err = fmt.Errorf("%w: %s", err, last(said.String(), 500))
	}
	return strings.TrimSpace(answer.String()), err
}

// last is the end of a text.
func last(s string, n int) string {
	s = strings.TrimSpace(s)
	return s[max(0, len(s)-n):]
}

func (s settings) keepTrace(journal string, out Trial) error {
	if s.keep == "" {
		return nil
	}
	text, err := os.ReadFile(journal)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	return os.WriteFile(filepath.Join(s.keep, fmt.Sprintf("%s.%d.jsonl", out.Task, out.Number)), text, 0o600)
}
