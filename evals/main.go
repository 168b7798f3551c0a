// The evals measure agents: whether one that is connected to clever-mcp does what
// a person asks, in how many calls and tokens, and what it does when the account
// holds text that wants something else. README.md says how to run them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := command(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		stop()
		os.Exit(1)
	}
}

func command(ctx context.Context, args []string) error {
	name := ""
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	switch name {
	case "run":
		return runRun(ctx, args)
	case "prove":
		return runProve(ctx, args)
	case "budget":
		return runBudget(ctx, args)
	case "agent":
		return runAgent(ctx, args)
	case "record":
		return runRecord(args)
	}
	return errors.New("evals takes run, prove or budget. evals/README.md says what they do")
}

// options are the flags of the commands that hold trials.
type options struct {
	settings
	tasks    string
	report   string
	trials   int
	parallel int
	flags    *flag.FlagSet
}

func newOptions(name string) *options {
	o := &options{flags: flag.NewFlagSet(name, flag.ContinueOnError)}
	f := o.flags
	f.StringVar(&o.program, "program", "", "the clever-mcp to try; default: built from this source")
	f.StringVar(&o.tasks, "tasks", "evals/tasks", "folder of the tasks")
	f.StringVar(&o.transport, "transport", "stdio", "stdio or http")
	f.DurationVar(&o.timeout, "timeout", 5*time.Minute, "the longest that an agent may take for a task")
	f.IntVar(&o.parallel, "parallel", 2, "trials that run at once")
	return o
}

// prepare reads the arguments and returns the tasks that they name.
func (o *options) prepare(ctx context.Context, args []string) ([]*Task, func(), error) {
	if err := o.flags.Parse(args); err != nil {
		return nil, nil, err
	}
	if o.transport != "stdio" && o.transport != "http" {
		return nil, nil, fmt.Errorf("--transport is %q and not stdio or http", o.transport)
	}
	tasks, err := readTasks(o.tasks, o.flags.Args())
	if err != nil {
		return nil, nil, err
	}
	for _, t := range tasks {
		if t.dir, err = filepath.Abs(t.dir); err != nil {
			return nil, nil, err
		}
	}
	if o.self, err = os.Executable(); err != nil {
		return nil, nil, err
	}
	if o.program != "" {
		o.program, err = filepath.Abs(o.program)
		return tasks, func() {}, err
	}
	dir, err := os.MkdirTemp("", "clever-mcp-evals-")
	if err != nil {
		return nil, nil, err
	}
	o.program = filepath.Join(dir, "clever-mcp")
	if said, err := exec.CommandContext(ctx, "go", "build", "-o", o.program, ".").CombinedOutput(); err != nil {
		return nil, nil, fmt.Errorf("clever-mcp cannot be built here; run this in the root of its source or name one with --program: %w\n%s", err, said)
	}
	return tasks, func() { os.RemoveAll(dir) }, nil
}

// hold tries each task as often as asked.
func (o *options) hold(ctx context.Context, tasks []*Task) (Report, error) {
	reports := make([]TaskReport, len(tasks))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(o.parallel)
	for i, t := range tasks {
		reports[i] = TaskReport{Task: t.name, Language: t.Language, About: t.About, Budget: t.Budget, Trials: make([]Trial, o.trials)}
		for n := range o.trials {
			group.Go(func() error {
				trial, err := o.try(ctx, t, n+1)
				if err != nil {
					return fmt.Errorf("%s: %w", t.name, err)
				}
				reports[i].Trials[n] = trial
				return nil
			})
		}
	}
	if err := group.Wait(); err != nil {
		return Report{}, err
	}
	for i, r := range reports {
		for _, trial := range r.Trials {
			if trial.Passed {
				reports[i].Passed++
			}
		}
	}
	return summarise(o.settings, o.trials, reports), nil
}

// runRun measures one agent.
func runRun(ctx context.Context, args []string) error {
	o := newOptions("run")
	o.flags.StringVar(&o.agent, "agent", "", "shell command that answers the prompt on its standard input with the server of $MCP_CONFIG; or perfect, obedient, lazy")
	o.flags.IntVar(&o.trials, "trials", 1, "tries at each task")
	o.flags.StringVar(&o.report, "report", "", "file to write the report to, as JSON")
	least := o.flags.Float64("least", 0, "end with an error when pass@1 is below this, such as 1")
	o.flags.StringVar(&o.keep, "traces", "", "folder to keep the messages of each trial in")
	tasks, done, err := o.prepare(ctx, args)
	if err != nil {
		return err
	}
	defer done()
	if strings.TrimSpace(o.agent) == "" || o.trials < 1 {
		return errors.New("run takes --agent COMMAND, and at least one of --trials")
	}
	if o.keep != "" {
		if err := os.MkdirAll(o.keep, 0o700); err != nil {
			return err
		}
	}
	r, err := o.hold(ctx, tasks)
	if err != nil {
		return err
	}
	r.print(os.Stdout)
	if o.report != "" {
		if err := r.write(o.report); err != nil {
			return err
		}
	}
	if r.PassAt1 < *least {
		return fmt.Errorf("pass@1 is %.3f, and at least %.3f is wanted", r.PassAt1, *least)
	}
	return nil
}
