package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// GetEnvInput names the application.
type GetEnvInput struct{ AppRef }

// EnvView is the environment of an application, values hidden.
type EnvView struct {
	App  string `json:"app"`
	Name string `json:"name,omitempty"`
	// Set on the application itself: name to length class and fingerprint. Equal
	// fingerprints are equal values.
	Own map[string]string `json:"own"`
	// Given by linked add-ons and applications.
	Linked []EnvSource `json:"linked"`
	// What the platform does with own variables.
	Notes map[string]string `json:"notes,omitempty"`
	// Names that are shown without their fingerprints because there are so many.
	Omitted []string `json:"omitted,omitempty"`
	// What looks wrong.
	Warnings []string `json:"warnings,omitempty"`
}

// EnvSource is a linked add-on or application with what it gives.
type EnvSource struct {
	ID        string            `json:"id"`
	Name      string            `json:"name"`
	Variables map[string]string `json:"variables"`
}

// maxEnvLines keeps an answer below 6,000 tokens.
const maxEnvLines = 120

var getEnv = &Tool[GetEnvInput, EnvView]{
	Name: "get_env", Title: "Environment variables", Toolset: "observe",
	Doc:    `Lists environment variables, own and linked: names and fingerprints, never values.`,
	Effect: catalogue.Reads,
	Uses: []string{
		"GET /v2/summary",
		"GET /v2/organisations/{id}/applications/{appId}/env",
		"GET /v2/organisations/{id}/applications/{appId}/addons/env",
		"GET /v2/organisations/{id}/applications/{appId}/dependencies/env",
	},
	Run: runGetEnv,
}

func runGetEnv(ctx context.Context, c *Call, in GetEnvInput) (EnvView, error) {
	app, err := c.App(ctx, in.AppRef)
	if err != nil {
		return EnvView{}, err
	}
	own, linked, err := readEnv(ctx, c, app)
	if err != nil {
		return EnvView{}, err
	}
	out := EnvView{App: app.ID, Name: app.Name, Own: map[string]string{}, Linked: []EnvSource{}, Notes: map[string]string{}}
	given := map[string]string{}
	for _, l := range linked {
		for _, v := range l.Variables {
			given[v.Name] = source(l)
		}
	}
	room := maxEnvLines
	marks := func(variables []cleverapi.Variable) map[string]string {
		m := map[string]string{}
		for _, v := range variables {
			if room--; room < 0 {
				out.Omitted = append(out.Omitted, v.Name)
				continue
			}
			m[v.Name] = c.Hide.Mark(v.Value)
		}
		return m
	}
	out.Own = marks(own)
	for _, v := range own {
		if from := given[v.Name]; from != "" {
			out.Warnings = append(out.Warnings, fmt.Sprintf("%s is set on the application and given by %s too.", v.Name, from))
		}
		if note := meaning(v.Name); note != "" {
			out.Notes[v.Name] = note
		}
		out.Warnings = append(out.Warnings, suspicious(v.Name, v.Value)...)
	}
	for _, l := range linked {
		out.Linked = append(out.Linked, EnvSource{ID: cmp.Or(l.AddonID, l.AppID), Name: cmp.Or(l.AddonName, l.AppName), Variables: marks(l.Variables)})
	}
	slices.Sort(out.Warnings)
	out.Warnings, out.Omitted = atMost(out.Warnings, 20), atMost(out.Omitted, 300)
	return out, nil
}

// readEnv reads all that an application is given, and keeps every value secret
// from then on.
func readEnv(ctx context.Context, c *Call, app App) (own []cleverapi.Variable, linked []cleverapi.LinkedEnv, err error) {
	var addons, apps []cleverapi.LinkedEnv
	err = parallel(ctx, 3, func(ctx context.Context, i int) (err error) {
		switch i {
		case 0:
			own, err = c.API.Env.List(ctx, app.Owner, app.ID)
		case 1:
			addons, err = c.API.Env.OfAddons(ctx, app.Owner, app.ID)
		case 2:
			apps, err = c.API.Env.OfDependencies(ctx, app.Owner, app.ID)
		}
		return err
	})
	linked = append(addons, apps...)
	c.learn(own)
	for _, l := range linked {
		c.learn(l.Variables)
	}
	return own, linked, err
}

func (c *Call) learn(variables []cleverapi.Variable) {
	values := make([]string, 0, len(variables))
	for _, v := range variables {
		values = append(values, v.Value)
	}
	c.Hide.LearnValues(values...)
}

// learnFor makes secret all that a resource was given, because programs like to
// write it to their logs. What cannot be read is still hidden where it looks
// like a secret.
func (c *Call) learnFor(ctx context.Context, r resource) {
	if r.IsAddon() {
		given, _ := c.API.Env.OfAddon(ctx, r.Owner, r.addonID)
		c.learn(given)
		return
	}
	_ = parallel(ctx, 3, func(ctx context.Context, i int) error {
		var linked []cleverapi.LinkedEnv
		switch i {
		case 0:
			own, _ := c.API.Env.List(ctx, r.Owner, r.ID)
			c.learn(own)
		case 1:
			linked, _ = c.API.Env.OfAddons(ctx, r.Owner, r.ID)
		case 2:
			linked, _ = c.API.Env.OfDependencies(ctx, r.Owner, r.ID)
		}
		for _, l := range linked {
			c.learn(l.Variables)
		}
		return nil
	})
}

func source(l cleverapi.LinkedEnv) string {
	return fmt.Sprintf("%s (%s)", cmp.Or(l.AddonName, l.AppName), cmp.Or(l.AddonID, l.AppID))
}

// atMost keeps a list of sentences or names from growing without end.
func atMost(list []string, n int) []string {
	if len(list) <= n {
		return list
	}
	return append(list[:n:n], fmt.Sprintf("and %d more", len(list)-n))
}
