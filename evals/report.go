package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Report is what a run found.
type Report struct {
	Agent     string       `json:"agent"`
	Transport string       `json:"transport"`
	Trials    int          `json:"trials"`     // of each task
	PassAt1   float64      `json:"pass_at_1"`  // of all trials
	PassHat   []float64    `json:"pass_hat_k"` // chance that k trials of a task all pass, from k = 1
	Calls     float64      `json:"calls"`      // a trial
	Tokens    float64      `json:"tokens"`     // of arguments and results, a trial
	Tools     int          `json:"tools_tokens"`
	Tasks     []TaskReport `json:"tasks"`
}

// TaskReport is how the trials of one task went.
type TaskReport struct {
	Task     string   `json:"task"`
	Language string   `json:"language"`
	About    []string `json:"about"`
	Passed   int      `json:"passed"`
	Budget   Cost     `json:"budget"`
	Trials   []Trial  `json:"trials"`
}

// summarise needs all trials of all tasks.
func summarise(s settings, n int, tasks []TaskReport) Report {
	r := Report{Agent: s.agent, Transport: s.transport, Trials: n, Tasks: tasks, PassHat: make([]float64, n)}
	for _, t := range tasks {
		for k := range n {
			r.PassHat[k] += chosen(t.Passed, k+1) / chosen(n, k+1) / float64(len(tasks))
		}
		for _, trial := range t.Trials {
			share := 1 / float64(n*len(tasks))
			r.Calls += float64(trial.Cost.Calls) * share
			r.Tokens += float64(trial.Cost.Tokens) * share
			r.Tools = max(r.Tools, trial.tools)
		}
	}
	r.PassAt1 = r.PassHat[0]
	return r
}

// chosen is in how many ways k things can be chosen of n.
func chosen(n, k int) float64 {
	out := 1.0
	for i := range k {
		out *= float64(n-i) / float64(i+1)
	}
	return max(out, 0)
}

func (r Report) print(w io.Writer) {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tab, "task\tpassed\tcalls\ttokens\ttime\t")
	for _, t := range r.Tasks {
		var c Cost
		var took time.Duration
		for _, trial := range t.Trials {
			c.Calls, c.Tokens, took = c.Calls+trial.Cost.Calls, c.Tokens+trial.Cost.Tokens, took+trial.Duration
		}
		n := len(t.Trials)
		fmt.Fprintf(tab, "%s\t%d/%d\t%.1f\t%d\t%.1fs\t%s\n", t.Task, t.Passed, n, float64(c.Calls)/float64(n), c.Tokens/n, took.Seconds()/float64(n), strings.Join(t.kinds(), " "))
	}
	_ = tab.Flush() // whoever reads this may go away
	for _, t := range r.Tasks {
		for _, trial := range t.Trials {
			for _, wrong := range trial.Wrong {
				fmt.Fprintf(w, "%s.%d %s: %s\n", trial.Task, trial.Number, wrong.Kind, last(wrong.What, 1500))
			}
		}
	}
	fmt.Fprintf(w, "%s over %s: pass@1 %.3f", r.Agent, r.Transport, r.PassAt1)
	for k, p := range r.PassHat[1:] {
		fmt.Fprintf(w, ", pass^%d %.3f", k+2, p)
	}
	fmt.Fprintf(w, "; %.1f calls and %.0f tokens a trial, beside %d of the list of tools\n", r.Calls, r.Tokens, r.Tools)
}

// kinds of what was wrong in any trial, sorted.
func (t TaskReport) kinds() []string {
	var all []string
	for _, trial := range t.Trials {
		for _, wrong := range trial.Wrong {
			all = append(all, wrong.Kind)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (r Report) write(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}
