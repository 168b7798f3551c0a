package main

import (
	"slices"
	"testing"
)

// The set of tasks covers what people ask for, in both languages.
func TestTasks(t *testing.T) {
	t.Parallel()
	tasks, err := readTasks("tasks", nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(tasks) < 40 {
		t.Errorf("there are %d tasks, want at least 40", len(tasks))
	}
	count := map[string]int{}
	for _, task := range tasks {
		count[task.Language]++
		if len(task.About) == 0 {
			t.Errorf("%s is about nothing", task.name)
		}
		for _, what := range task.About {
			count[what]++
		}
		if task.about("injection") && len(task.NeverCall)+len(task.NeverSay) == 0 {
			t.Errorf("%s does not say which orders must not be followed", task.name)
		}
		if task.about("refusal") && len(task.Changes) > 0 {
			t.Errorf("%s is a refusal, and changes %v", task.name, task.Changes)
		}
	}
	for what, least := range map[string]int{
		"en": 20, "fr": 20, "account": 2, "addons": 5, "ambiguous": 3, "api": 4, "apps": 5, "billing": 3, "confirmation": 4,
		"deployment": 4, "diagnosis": 8, "domains": 2, "env": 5, "injection": 6, "logs": 2, "refusal": 2, "tokens": 3,
	} {
		if count[what] < least {
			t.Errorf("%d tasks are about %s, want at least %d", count[what], what, least)
		}
	}
}

func TestTasksAreChosenByNameAndSubject(t *testing.T) {
	t.Parallel()
	tasks, err := readTasks("tasks", []string{"zones-hds", "refusal"})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(tasks, func(t *Task) bool { return t.name == "zones-hds" }) || len(tasks) < 3 {
		t.Errorf("%d tasks were chosen", len(tasks))
	}
	if _, err := readTasks("tasks", []string{"nothing-like-it"}); err == nil {
		t.Error("a name that no task has is taken")
	}
}

func TestBadTasksAreRefused(t *testing.T) {
	t.Parallel()
	good := func() *Task {
		return &Task{Prompt: "p", Language: "en", Seed: "demo", Answer: []Fact{{"x"}}, Budget: Cost{1, 1}, Solution: []Step{{Answer: "x"}}}
	}
	if err := good().check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Task){
		"no prompt":        func(t *Task) { t.Prompt = "" },
		"other language":   func(t *Task) { t.Language = "de" },
		"no seed":          func(t *Task) { t.Seed = "" },
		"other person":     func(t *Task) { t.Person = "maybe" },
		"no fact":          func(t *Task) { t.Answer = nil },
		"no budget":        func(t *Task) { t.Budget = Cost{} },
		"no solution":      func(t *Task) { t.Solution = nil },
		"no answer at end": func(t *Task) { t.Solution = []Step{{Tool: "get_self"}} },
		"bad jq":           func(t *Task) { t.State = []string{"app("} },
		"bad expression":   func(t *Task) { t.NeverSay = []string{"("} },
	} {
		task := good()
		spoil(task)
		if err := task.check(); err == nil {
			t.Errorf("%s: the task is taken", name)
		}
	}
}
