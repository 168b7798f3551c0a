package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// GetEnvInput names the application.
type GetEnvInput struct{ AppRef }

// EnvView is the environment of an application, values hidden.
type EnvView struct {
	App       string    `json:"app"`
	Name      string    `json:"name,omitempty"`
	Variables []EnvLine `json:"variables"`
	// Variables that were left off because there are too many; all names are shown.
	Omitted []string `json:"omitted,omitempty"`
	// What looks wrong.
	Warnings []string `json:"warnings,omitempty"`
}

// EnvLine is one variable.
type EnvLine struct {
	Name string `json:"name"`
	// Length class and fingerprint: equal fingerprints, equal values.
	Value string `json:"value"`
	// The linked add-on or application that gives it. Left out: set on the
	// application itself.
	From string `json:"from,omitempty"`
	// What the platform does with it.
	Note string `json:"note,omitempty"`
}

// maxEnvLines keeps an answer below 6,000 tokens.
const maxEnvLines = 150

var getEnv = Tool[GetEnvInput, EnvView]{
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
	out := EnvView{App: app.ID, Name: app.Name, Variables: []EnvLine{}}
	given := map[string]string{}
	for _, l := range linked {
		for _, v := range l.Variables {
			given[v.Name] = source(l)
		}
	}
	for _, v := range own {
		line := EnvLine{Name: v.Name, Value: c.Hide.Mark(v.Value), Note: meaning(v.Name)}
		if from := given[v.Name]; from != "" {
			out.Warnings = append(out.Warnings, fmt.Sprintf("%s is set on the application and given by %s too.", v.Name, from))
		}
		out.Warnings = append(out.Warnings, suspicious(v.Name, v.Value)...)
		out.Variables = append(out.Variables, line)
	}
	for _, l := range linked {
		for _, v := range l.Variables {
			out.Variables = append(out.Variables, EnvLine{Name: v.Name, Value: c.Hide.Mark(v.Value), From: source(l)})
		}
	}
	slices.SortStableFunc(out.Variables, func(a, b EnvLine) int { return strings.Compare(a.Name, b.Name) })
	slices.Sort(out.Warnings)
	out.Warnings = atMost(out.Warnings, 20)
	if len(out.Variables) > maxEnvLines {
		for _, v := range out.Variables[maxEnvLines:] {
			out.Omitted = append(out.Omitted, v.Name)
		}
		out.Variables, out.Omitted = out.Variables[:maxEnvLines], atMost(out.Omitted, 400)
	}
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
	c.Hide.Learn(values...)
}

func source(l cleverapi.LinkedEnv) string {
	if l.AddonID != "" {
		return fmt.Sprintf("%s (%s)", l.AddonName, l.AddonID)
	}
	return fmt.Sprintf("%s (%s)", l.AppName, l.AppID)
}

// atMost keeps a list of sentences or names from growing without end.
func atMost(list []string, n int) []string {
	if len(list) <= n {
		return list
	}
	return append(list[:n:n], fmt.Sprintf("and %d more", len(list)-n))
}
