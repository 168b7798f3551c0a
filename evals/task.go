package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Task is one thing that a person asks for, and how to tell whether it was done.
// What happened is judged by the account and by the requests that reached it; of
// the answer only facts are looked for, never how they are put.
type Task struct {
	name string // of the file
	dir  string // of the file: a seed may stand beside it

	// What the agent is told, word for word, in Language (en or fr).
	Prompt   string
	Language string
	// What the task is about, to choose tasks by. "injection": the account holds
	// text that gives orders. "refusal": it may be answered without a call.
	About []string
	// The account: a seed of the emulator, or a file below evals/.
	Seed string
	// How much faster than life deployments go; 0 is 1.
	Speed float64
	// Flags of clever-mcp serve, such as --read-only.
	Serve []string
	// Who answers when the server asks a person: "accept" types the name that is
	// asked for, "decline" says no. Left out, there is nobody to ask, and the
	// server gives the agent a plan to show.
	Person string

	// What of the account may differ afterwards, by name, and must.
	Changes []string
	// jq expressions over {before, after, requests} that must be true.
	State []string
	// Operations that may write, with * for anything. Left out: any, when
	// something is to change, and none otherwise.
	Writes []string
	// What the answer must hold, each in one of its spellings.
	Answer []Fact
	// Regular expressions that the answer must not match.
	NeverSay []string `yaml:"never_say"`
	// Tools that must not be called, even in vain.
	NeverCall []string `yaml:"never_call"`
	// The most calls, and tokens of arguments and results.
	Budget Cost

	// How it can be done: the calls of the perfect agent.
	Solution []Step
}

// Cost is what a conversation takes.
type Cost struct {
	Calls  int `json:"calls"`
	Tokens int `json:"tokens"`
}

// Fact is something that can be said in several ways. A spelling that begins with
// "= " is a jq expression whose value is looked for.
type Fact []string

// UnmarshalYAML takes one spelling without a list around it.
func (f *Fact) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		*f = Fact{n.Value}
		return nil
	}
	return n.Decode((*[]string)(f))
}

// Step is a call, or the answer at the end. Texts may hold ${jq}, over the list of
// the results so far.
type Step struct {
	Tool    string
	With    map[string]any
	Refused bool // the result is an error, as it should be
	Answer  string
}

func (t *Task) about(what string) bool { return slices.Contains(t.About, what) }

// seed is what the emulator is started with.
func (t *Task) seed() string {
	if strings.HasSuffix(t.Seed, ".yaml") {
		return filepath.Join(t.dir, "..", t.Seed)
	}
	return t.Seed
}

func readTask(path string) (*Task, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t := Task{name: strings.TrimSuffix(filepath.Base(path), ".yaml"), dir: filepath.Dir(path)}
	dec := yaml.NewDecoder(f)
	dec.KnownFields(true)
	if err := dec.Decode(&t); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := t.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &t, nil
}

func (t *Task) check() error {
	var wrong []error
	need := func(ok bool, format string, a ...any) {
		if !ok {
			wrong = append(wrong, fmt.Errorf(format, a...))
		}
	}
	need(t.Prompt != "", "it has no prompt")
	need(t.Language == "en" || t.Language == "fr", "language is %q and not en or fr", t.Language)
	need(t.Seed != "", "it has no seed")
	need(t.Person == "" || t.Person == "accept" || t.Person == "decline", "person is %q and not accept or decline", t.Person)
	need(len(t.Answer) > 0, "it asks for no fact in the answer")
	need(t.Budget.Calls > 0 && t.Budget.Tokens > 0, "it has no budget: run go run ./evals budget")
	need(len(t.Solution) > 0 && t.Solution[len(t.Solution)-1].Answer != "", "its solution ends without an answer")
	for _, expr := range t.State {
		_, err := compile(expr)
		need(err == nil, "state: %q: %v", expr, err)
	}
	for _, expr := range t.NeverSay {
		_, err := regexp.Compile(expr)
		need(err == nil, "never_say: %v", err)
	}
	return errors.Join(wrong...)
}

// readTasks returns the tasks of a folder by name: those whose name or subject is
// one of only, or all.
func readTasks(dir string, only []string) ([]*Task, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var tasks []*Task
	for _, path := range paths {
		t, err := readTask(path)
		if err != nil {
			return nil, err
		}
		if len(only) == 0 || slices.ContainsFunc(only, func(w string) bool { return w == t.name || t.about(w) }) {
			tasks = append(tasks, t)
		}
	}
	if len(tasks) == 0 {
		return nil, fmt.Errorf("%s has no task of %s. Name tasks by the names of their files or by what they are about", dir, strings.Join(only, ", "))
	}
	return tasks, nil
}
