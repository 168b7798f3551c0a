package tools

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// SetEnvInput says what changes.
type SetEnvInput struct {
	AppRef
	// {NAME: value}
	Set map[string]string `json:"set,omitempty"`
	// {NAME: source}, the value unseen: env:X, file:PATH, addon:ID/X or generate:LENGTH.
	From map[string]string `json:"from,omitempty"`
	// Names to remove.
	Unset []string `json:"unset,omitempty"`
	// Text of a .env file.
	Dotenv string `json:"dotenv,omitempty"`
	// Only show the difference.
	DryRun bool `json:"dry_run,omitempty"`
}

// EnvChange is the difference that was made, or would be.
type EnvChange struct {
	App  string `json:"app"`
	Name string `json:"name,omitempty"`
	// False: nothing was written, because of dry_run or because nothing differs.
	Applied bool       `json:"applied"`
	Changes []EnvDelta `json:"changes"`
	// Names whose value was the wanted one already.
	Same []string `json:"same,omitempty"`
	// Names that were to be removed and are not variables of the application.
	NotSet   []string `json:"not_set,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
	// What to do next, and how to go back.
	Next string `json:"next"`
	Undo string `json:"undo,omitempty"`
}

// EnvDelta is one variable that differs.
type EnvDelta struct {
	Name string `json:"name"`
	// added, changed or removed
	Change string `json:"change"`
	// Length class and fingerprint.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// What the platform does with it.
	Note string `json:"note,omitempty"`
}

var setEnv = &Tool[SetEnvInput, EnvChange]{
	Name: "set_env", Title: "Set environment variables", Toolset: "observe",
	Doc:        `Sets and removes environment variables; instances see it after deploy_app.`,
	Effect:     catalogue.Writes,
	Idempotent: false, // generate draws a new value each time
	Uses: []string{
		"GET /v2/summary",
		"GET /v2/organisations/{id}/addons/{addonId}/env",
		"GET /v2/organisations/{id}/applications/{appId}/env",
		"PUT /v2/organisations/{id}/applications/{appId}/env",
		"PUT /v2/organisations/{id}/applications/{appId}/env/{envName}",
		"DELETE /v2/organisations/{id}/applications/{appId}/env/{envName}",
	},
	Run: runSetEnv,
}

func runSetEnv(ctx context.Context, c *Call, in SetEnvInput) (EnvChange, error) {
	wanted, err := wantedEnv(in)
	if err != nil {
		return EnvChange{}, err
	}
	app, err := c.App(ctx, in.AppRef)
	if err != nil {
		return EnvChange{}, err
	}
	for _, name := range slices.Sorted(maps.Keys(in.From)) {
		if wanted[name], err = c.fetch(ctx, app, name, in.From[name]); err != nil {
			return EnvChange{}, err
		}
	}
	own, err := c.API.Env.List(ctx, app.Owner, app.ID)
	if err != nil {
		return EnvChange{}, err
	}
	c.learn(own)
	before := map[string]string{}
	for _, v := range own {
		before[v.Name] = v.Value
	}
	out := c.difference(before, wanted, in.Unset)
	out.App, out.Name = app.ID, app.Name
	switch {
	case len(out.Changes) == 0:
		out.Next = nothingToDo(out)
		return out, nil
	case in.DryRun:
		out.Next = "Nothing was written. Repeat the call without dry_run to make these changes."
		return out, nil
	}
	if err := c.writeEnv(ctx, app, before, wanted, out.Changes); err != nil {
		return EnvChange{}, err
	}
	out.Applied = true
	out.Next = fmt.Sprintf("Running instances keep the old values: deploy_app {\"app\":%q,\"owner\":%q} restarts with the new ones.", app.ID, app.Owner)
	if app.Default {
		out.Next = "This is the application of the working directory. " + out.Next
	}
	out.Undo = c.undoEnv(app, before, out.Changes)
	return out, nil
}

// nothingToDo says why a call changes nothing. A name that is not set is told from a
// value that is the wanted one, because it may be another name's misspelling.
func nothingToDo(e EnvChange) string {
	same, missing := "every value is the wanted one already", "what was to be removed is not set: "+strings.Join(atMost(e.NotSet, 5), ", ")
	switch {
	case len(e.NotSet) == 0:
		return "Nothing to do: " + same + "."
	case len(e.Same) == 0:
		return "Nothing was done: " + missing + ". get_env shows the names that are."
	}
	return "Nothing was done: " + same + ", and " + missing + ". get_env shows the names that are."
}

// envName is what the API and the clever CLI take for a name.
var envName = lazily(`^[A-Za-z0-9_.-]+$`)

// wantedEnv puts together what is set by value, and refuses what contradicts
// itself before anything is asked.
func wantedEnv(in SetEnvInput) (map[string]string, error) {
	wanted := map[string]string{}
	if in.Dotenv != "" {
		parsed, err := parseDotenv(in.Dotenv)
		if err != nil {
			return nil, err
		}
		wanted = parsed
	}
	maps.Copy(wanted, in.Set) // what is said by name wins over an import
	for name := range in.From {
		if _, twice := in.Set[name]; twice {
			return nil, badArgument("%s is both in set and in from. Leave it in one of them.", clip(name, 64))
		}
	}
	for _, name := range in.Unset {
		_, set := wanted[name]
		_, from := in.From[name]
		if set || from {
			return nil, badArgument("%s is to be set and to be removed. Say one of the two.", clip(name, 64))
		}
	}
	names := slices.Concat(slices.Collect(maps.Keys(wanted)), slices.Collect(maps.Keys(in.From)), in.Unset)
	if len(names) == 0 {
		return nil, badArgument("set_env needs something to change: set, from, unset or dotenv.")
	}
	for _, name := range slices.Sorted(slices.Values(names)) {
		if !envName.MatchString(name) || len(name) > 256 {
			return nil, badArgument("%q is not a name for a variable: use letters, digits, _, - and . only.", clip(name, 64))
		}
	}
	return wanted, nil
}

// difference compares what is with what is wanted, by name.
func (c *Call) difference(before, wanted map[string]string, unset []string) EnvChange {
	out := EnvChange{Changes: []EnvDelta{}}
	c.Hide.LearnValues(slices.Collect(maps.Values(wanted))...)
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		value := wanted[name]
		old, had := before[name]
		if had && old == value {
			out.Same = append(out.Same, name)
			continue
		}
		d := EnvDelta{Name: name, Change: "added", After: c.Hide.Mark(value), Note: meaning(name)}
		if had {
			d.Change, d.Before = "changed", c.Hide.Mark(old)
		}
		out.Changes = append(out.Changes, d)
		out.Warnings = append(out.Warnings, suspicious(name, value)...)
	}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(unset))) {
		old, had := before[name]
		if !had {
			out.NotSet = append(out.NotSet, name)
			if near := closest(name, slices.Sorted(maps.Keys(before))); near != "" {
				out.Warnings = append(out.Warnings, fmt.Sprintf("%s is not set, so it was not removed: was %s meant?", name, near))
			}
			continue
		}
		out.Changes = append(out.Changes, EnvDelta{Name: name, Change: "removed", Before: c.Hide.Mark(old), Note: meaning(name)})
	}
	out.Same, out.NotSet, out.Warnings = atMost(out.Same, 50), atMost(out.NotSet, 50), atMost(out.Warnings, 20)
	return out
}

// writeEnv makes the changes in one request, so that they happen all or not at
// all: one variable by its own operation, several by replacing the whole.
func (c *Call) writeEnv(ctx context.Context, app App, before, wanted map[string]string, changes []EnvDelta) error {
	after := maps.Clone(before)
	for _, d := range changes {
		if d.Change == "removed" {
			delete(after, d.Name)
		} else {
			after[d.Name] = wanted[d.Name]
		}
	}
	var err error
	switch first := changes[0]; {
	case len(changes) > 1:
		err = c.API.Env.Replace(ctx, app.Owner, app.ID, after)
	case first.Change == "removed":
		err = c.API.Env.Unset(ctx, app.Owner, app.ID, first.Name)
	default:
		err = c.API.Env.Set(ctx, app.Owner, app.ID, first.Name, wanted[first.Name])
	}
	if !errors.Is(err, cleverapi.ErrUnknownOutcome) {
		return err
	}
	now, readErr := c.API.Env.List(ctx, app.Owner, app.ID)
	if readErr != nil {
		return err
	}
	c.learn(now)
	is := map[string]string{}
	for _, v := range now {
		is[v.Name] = v.Value
	}
	if maps.Equal(is, after) {
		return nil
	}
	if maps.Equal(is, before) {
		return badArgument("The answer to the write was lost. The environment was read again: nothing has changed.\nNext: repeat the call.")
	}
	return badArgument("The answer to the write was lost. The environment was read again: it is neither the old nor the wanted one, so somebody else changes it too.\nNext: look with get_env before going on.")
}

// undoEnv is the call that brings back what was. Old values are kept here and
// named by a handle; they never pass through the conversation.
func (c *Call) undoEnv(app App, before map[string]string, changes []EnvDelta) string {
	args := map[string]any{"app": app.ID, "owner": app.Owner}
	var added []string
	old := kept{caller: c.Caller.ID, app: app.ID, values: map[string]string{}}
	for _, d := range changes {
		if d.Change == "added" {
			added = append(added, d.Name)
		} else {
			old.values[d.Name] = before[d.Name]
		}
	}
	if len(added) > 0 {
		args["unset"] = added
	}
	if len(old.values) > 0 {
		handle := ""
		if !c.Settings.OneShot {
			handle = c.kept.keep(old)
		}
		if handle == "" {
			return ""
		}
		from := map[string]string{}
		for name := range old.values {
			from[name] = "undo:" + handle
		}
		args["from"] = from
	}
	return c.undo("set_env", args)
}
