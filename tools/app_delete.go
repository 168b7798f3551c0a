package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// DeleteAppInput names the application.
type DeleteAppInput struct {
	AppRef
	// From the plan, once agreed.
	Confirm string `json:"confirm,omitempty"`
}

// DeletedApp is an application that is gone.
type DeletedApp struct {
	App   string `json:"app"`
	Name  string `json:"name"`
	Owner string `json:"owner"`
	// What happened.
	Verdict string `json:"verdict"`
	// Add-ons that were linked: they are still there and still cost.
	AddonsLeft []LinkLine `json:"addons_left"`
	Notes      []string   `json:"notes,omitempty"`
}

var deleteApp = &Tool[DeleteAppInput, DeletedApp]{
	Name: "delete_app", Title: "Delete an application", Toolset: "apps",
	Doc:    `Deletes an application for ever. First returns a plan of what is lost, to show to the user. Its add-ons stay and keep costing.`,
	Effect: catalogue.Destroys,
	Uses: []string{
		"GET /v2/summary",
		"GET /v2/organisations/{id}/applications/{appId}",
		"GET /v2/organisations/{id}/applications/{appId}/instances",
		"GET /v2/organisations/{id}/applications/{appId}/deployments",
		"GET /v2/organisations/{id}/applications/{appId}/addons",
		"GET /v2/organisations/{id}/applications/{appId}/dependencies",
		"GET /v2/organisations/{id}/applications/{appId}/dependents",
		"GET /v2/organisations/{id}/applications/{appId}/tcpRedirs",
		"GET /v2/organisations/{id}/applications/{appId}/vhosts/favourite",
		"GET /v4/billing/organisations/{owner_id}/price-system",
		"DELETE /v2/organisations/{id}/applications/{appId}",
	},
	Run: runDeleteApp,
}

func runDeleteApp(ctx context.Context, c *Call, in DeleteAppInput) (DeletedApp, error) {
	if in.App == "" {
		return DeletedApp{}, badArgument("delete_app needs the argument app: what is destroyed has to be named, .clever.json does not count.")
	}
	app, err := c.App(ctx, in.AppRef)
	if err != nil {
		return DeletedApp{}, err
	}
	f, err := readApp(ctx, c, app)
	if err != nil {
		return DeletedApp{}, err
	}
	app.Name = f.detail.Name
	if err := c.ConfirmPlan(c.deletingApp(ctx, app, f)); err != nil {
		return DeletedApp{}, err
	}
	out := DeletedApp{App: app.ID, Name: app.Name, Owner: app.Owner, AddonsLeft: addonLinks(f.addons)}
	if err := c.API.Applications.Delete(ctx, app.Owner, app.ID); lost(err) {
		if err := c.checkDeleted(ctx, app, err); err != nil {
			return DeletedApp{}, err
		}
		out.Notes = append(out.Notes, "The answer to the request was lost, but the application is gone.")
	} else if err != nil {
		return DeletedApp{}, err
	}
	out.Verdict = fmt.Sprintf("The application %s was deleted.", app.Name)
	if len(out.AddonsLeft) > 0 {
		out.Verdict += " Its add-ons are still there and cost as before; delete_addon deletes one with its data."
	}
	return out, nil
}

// checkDeleted looks whether an application is gone whose deletion was sent.
func (c *Call) checkDeleted(ctx context.Context, app App, err error) error {
	look, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTime)
	defer cancel()
	_, lookErr := c.API.Applications.Get(look, app.Owner, app.ID)
	switch {
	case errors.Is(lookErr, cleverapi.ErrNotFound):
		return nil
	case lookErr != nil:
		return fmt.Errorf("whether %s was deleted is not known, list_apps shows it: %w", app.Name, err)
	}
	return badArgument("The answer was lost, and %s (%s) is still there.\nNext: call delete_app again.", app.Name, app.ID)
}

// deletingApp is the plan of deleting an application.
func (c *Call) deletingApp(ctx context.Context, app App, f *appFacts) Plan {
	plan := Plan{Action: "delete the application", Kind: "application", Name: f.detail.Name, ID: app.ID, Losses: f.losses()}
	if cost := sizeOf(f.detail).cost(f.detail.Instance.Flavors, c.prices(ctx, app.Owner, f.detail.Zone)); cost != "" && f.up() > 0 {
		plan.Losses = slices.Insert(plan.Losses, len(plan.Losses)-1, "It stops costing "+cost+".")
	}
	plan.Basis = slices.Concat(domainsOf(f.detail), linkIDs(appLinks(f.dependents)), linkIDs(addonLinks(f.addons)))
	for _, v := range f.detail.Env {
		plan.Basis = append(plan.Basis, "env "+v.Name)
	}
	for _, r := range f.tcp {
		plan.Basis = append(plan.Basis, fmt.Sprint("port ", r.Port))
	}
	return plan
}

func linkIDs(links []LinkLine) []string {
	var out []string
	for _, l := range links {
		out = append(out, l.ID)
	}
	return out
}

// losses says what goes with an application and what stays, from what was read
// just now.
func (f *appFacts) losses() []string {
	d := f.detail
	var said []string
	if n := f.up(); n > 0 {
		said = append(said, fmt.Sprintf("It is in use: %s stop.", plural(n, "running instance")))
	}
	if domains := domainsOf(d); len(domains) > 0 {
		said = append(said, "These domains stop answering and are free for anybody: "+some(domains)+".")
	}
	lost := "Its code on Clever Cloud"
	if n := len(d.Env); n > 0 {
		lost += ", its " + plural(n, "environment variable")
	}
	said = append(said, lost+" and the history of its deployments are lost.")
	if len(f.tcp) > 0 {
		said = append(said, "Its TCP ports are given up: "+ports(f.tcp)+".")
	}
	if len(f.dependents) > 0 {
		said = append(said, "These applications use it and lose the variables that it publishes: "+some(linkNames(appLinks(f.dependents)))+".")
	}
	if len(f.addons) > 0 {
		said = append(said, "These add-ons stay, with their data, and keep costing: "+some(linkNames(addonLinks(f.addons)))+".")
	}
	if d := f.underWay(); d != nil {
		said = append(said, "The deployment "+d.UUID+" is under way and ends.")
	}
	for _, missing := range f.incomplete {
		said = append(said, "Not known, because it could not be read: "+missing+".")
	}
	return append(said, "It cannot be undone: a new application gets another id, git URL and cleverapps.io name, and its variables have to be set again.")
}

func linkNames(links []LinkLine) []string {
	var out []string
	for _, l := range links {
		out = append(out, fmt.Sprintf("%s (%s)", l.Name, l.ID))
	}
	return out
}

// some names at most ten.
func some(names []string) string {
	if n := len(names); n > 10 {
		return strings.Join(names[:10], ", ") + fmt.Sprintf(" and %d more", n-10)
	}
	return strings.Join(names, ", ")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
