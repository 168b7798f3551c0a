package tools

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"clever-mcp/cleverapi"
	"clever-mcp/schemas"
)

// RevealEnvInput is GetEnvInput of a server whose operator lets values be shown.
type RevealEnvInput struct {
	AppRef
	// One name, to see its value. Only when the user asks for it.
	Reveal []string `json:"reveal,omitempty" jsonschema:"maxItems=1"`
}

// RevealedVariable is a variable with its value.
type RevealedVariable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	// The linked add-on or application that gives it; left out for own variables.
	From string `json:"from,omitempty"`
	Note string `json:"note,omitempty"`
}

// RevealEnv is EnvView with the one value that was asked for.
type RevealEnv struct {
	EnvView
	Revealed *RevealedVariable `json:"revealed,omitempty"`
}

// getEnvRevealing takes the place of getEnv when the operator says --reveal.
var getEnvRevealing = &Tool[RevealEnvInput, RevealEnv]{
	Name: getEnv.Name, File: getEnv.Name + ".reveal", Title: getEnv.Title, Toolset: getEnv.Toolset,
	Doc:    getEnv.Doc[:len(getEnv.Doc)-1] + `, unless one is asked for with reveal: it then stands in the conversation.`,
	Effect: getEnv.Effect, Uses: getEnv.Uses,
	Run: runRevealEnv,
}

// Revealing returns the set with the tools that can show a secret.
func Revealing(set []Any) []Any {
	out := make([]Any, len(set))
	for i, t := range set {
		if out[i] = t; t.Spec().Name == getEnvRevealing.Name {
			out[i] = getEnvRevealing
		}
	}
	return out
}

func runRevealEnv(ctx context.Context, c *Call, in RevealEnvInput) (RevealEnv, error) {
	if len(in.Reveal) == 0 {
		view, err := runGetEnv(ctx, c, GetEnvInput{in.AppRef})
		return RevealEnv{EnvView: view}, err
	}
	// The argument exists only with --reveal, and is refused here all the same.
	if !c.Settings.Reveal {
		return RevealEnv{}, badArgument("The operator of this server did not allow values to be shown (--reveal). Nothing was read.")
	}
	name := in.Reveal[0]
	app, err := c.App(ctx, in.AppRef)
	if err != nil {
		return RevealEnv{}, err
	}
	own, linked, err := readEnv(ctx, c, app)
	if err != nil {
		return RevealEnv{}, err
	}
	value, from, ok := findVariable(name, own, linked)
	if !ok {
		return RevealEnv{}, badArgument("%s has no variable %q. get_env without reveal lists the names.", cmp.Or(app.Name, app.ID), clip(name, 64))
	}
	out := RevealEnv{
		EnvView:  EnvView{App: app.ID, Name: app.Name, Own: map[string]string{}, Linked: []EnvSource{}},
		Revealed: &RevealedVariable{Name: name, From: from, Value: c.reveal(app.ID, name, value)},
	}
	if Visible(value) != value {
		out.Revealed.Note = `Characters that cannot be seen are written \u{…}.`
	}
	return out, nil
}

func findVariable(name string, own []cleverapi.Variable, linked []cleverapi.LinkedEnv) (value, from string, ok bool) {
	for _, v := range own {
		if v.Name == name {
			return v.Value, "", true
		}
	}
	for _, l := range linked {
		for _, v := range l.Variables {
			if v.Name == name {
				return v.Value, source(l), true
			}
		}
	}
	return "", "", false
}

// revealed is a value that the operator lets out in one answer. A stand-in that
// nobody can know passes the Hider in its place, so the Hider never learns an
// exception.
type revealed struct{ standIn, value, name string }

// reveal returns what to put in a result where a value is to be shown.
func (c *Call) reveal(app, name, value string) string {
	c.about(app)
	c.revealed = &revealed{standIn: rand.Text(), value: Visible(value), name: name}
	return c.revealed.standIn
}

// show puts the value into a result that was hidden.
func (r *revealed) show(raw json.RawMessage) (json.RawMessage, error) {
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("show a value: %w", err)
	}
	if shown, ok := doc["revealed"].(map[string]any); ok && shown["value"] == r.standIn {
		shown["value"] = r.value
	}
	return schemas.Compact(doc)
}
