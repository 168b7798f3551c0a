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

// LinkAddonInput names both ends.
type LinkAddonInput struct {
	AddonRef
	// Application, id or name.
	App string `json:"app,omitempty"`
	// Undo a link.
	Unlink bool `json:"unlink,omitempty"`
}

// LinkView is a link as it is now.
type LinkView struct {
	// linked, unlinked, or unchanged when it was so before.
	Outcome   string `json:"outcome"`
	Addon     string `json:"addon"`
	AddonName string `json:"addon_name"`
	App       string `json:"app"`
	AppName   string `json:"app_name"`
	// Variables that the application gains with its next deployment.
	Gains []string `json:"gains"`
	// Variables that it loses with its next deployment.
	Loses    []string `json:"loses"`
	Warnings []string `json:"warnings,omitempty"`
	Next     string   `json:"next,omitempty"`
	Undo     string   `json:"undo,omitempty"`
}

var linkAddon = &Tool[LinkAddonInput, LinkView]{
	Name: "link_addon", Title: "Link an add-on", Toolset: "addons",
	Doc:    `Links an add-on to an application, or unlinks it. Says which variables the application gains or loses at its next deployment.`,
	Effect: catalogue.Writes, Idempotent: true,
	Uses: []string{
		"GET /v2/summary",
		"GET /v2/organisations/{id}/applications/{appId}/addons",
		"GET /v2/organisations/{id}/addons/{addonId}",
		"GET /v2/organisations/{id}/addons/{addonId}/env",
		"POST /v2/organisations/{id}/applications/{appId}/addons",
		"DELETE /v2/organisations/{id}/applications/{appId}/addons/{addonId}",
	},
	Run: runLinkAddon,
}

func runLinkAddon(ctx context.Context, c *Call, in LinkAddonInput) (LinkView, error) {
	ref, app, err := c.ends(ctx, in)
	if err != nil {
		return LinkView{}, err
	}

	var addon cleverapi.Addon
	var links []cleverapi.Addon
	err = atOnce(ctx,
		func(ctx context.Context) (err error) {
			addon, err = c.API.Addons.Get(ctx, ref.Owner, ref.ID)
			return err
		},
		func(ctx context.Context) (err error) {
			links, err = c.API.AddonLinks.Of(ctx, app.Owner, app.ID)
			return err
		},
	)
	if err != nil {
		return LinkView{}, err
	}
	view := LinkView{Outcome: "unchanged", Addon: ref.ID, AddonName: addon.Name, App: app.ID, AppName: app.Name, Gains: []string{}, Loses: []string{}}
	if app.Default {
		view.Warnings = append(view.Warnings, "The application is the one of the working directory's .clever.json.")
	}
	if linked(links, ref.ID) != in.Unlink {
		return view, nil // it is as asked already
	}
	names, err := c.addonVariables(ctx, ref, addon)
	if err != nil {
		return LinkView{}, err
	}
	if err := c.changeLink(ctx, app, ref, in.Unlink); err != nil {
		return LinkView{}, err
	}
	view.Next = redeploy(app)
	back := map[string]any{"addon": ref.ID, "app": app.ID}
	if in.Unlink {
		view.Outcome, view.Loses, view.Undo = "unlinked", names, c.undo("link_addon", back)
		view.Warnings = append(view.Warnings, "The add-on stays, with its data and its price.")
		return view, nil
	}
	back["unlink"] = true
	view.Outcome, view.Gains, view.Undo = "linked", names, c.undo("link_addon", back)
	view.Warnings = append(view.Warnings, clashes(links, names)...)
	return view, nil
}

// ends resolves both ends of a link. The owner of the add-on makes the name of
// an application clear that several owners have.
func (c *Call) ends(ctx context.Context, in LinkAddonInput) (Addon, App, error) {
	wanted, isDefault := in.App, false
	if wanted == "" {
		if wanted, _, isDefault = c.defaultApp(); !isDefault {
			return Addon{}, App{}, badArgument("link_addon needs the argument app: an application's id or name. list_apps shows them.")
		}
	}
	summary, err := c.summary(ctx)
	if err != nil {
		return Addon{}, App{}, err
	}
	ref, err := pick(summary, "add-on", "list_addons", in.Addon, in.Owner, summaryAddons(summary))
	if err != nil {
		return Addon{}, App{}, err
	}
	app, err := pick(summary, "application", "list_apps", wanted, ref.Owner, summaryApps(summary))
	if err == nil {
		app.Default = isDefault
		c.about(app.ID)
		return ref, app, nil
	}
	if other, elsewhere := pick(summary, "application", "list_apps", wanted, "", summaryApps(summary)); elsewhere == nil {
		return ref, other, badArgument("The add-on %s belongs to %s (%s) and the application %s to %s (%s): only what belongs to the same owner can be linked. Nothing was done.",
			ref.Name, ref.OwnerName, ref.Owner, other.Name, other.OwnerName, other.Owner)
	}
	return ref, app, err
}

func linked(links []cleverapi.Addon, id string) bool {
	return slices.ContainsFunc(links, func(a cleverapi.Addon) bool { return a.ID == id })
}

// changeLink links or unlinks. When the answer was lost, the links tell whether
// it happened.
func (c *Call) changeLink(ctx context.Context, app App, ref Addon, unlink bool) error {
	change := c.API.AddonLinks.Add
	if unlink {
		change = c.API.AddonLinks.Remove
	}
	err := change(ctx, app.Owner, app.ID, ref.ID)
	if !errors.Is(err, cleverapi.ErrUnknownOutcome) {
		return err
	}
	links, look := c.API.AddonLinks.Of(ctx, app.Owner, app.ID)
	switch {
	case look != nil:
		return err
	case linked(links, ref.ID) == unlink:
		return badArgument("The answer was lost, and the links of %s (%s) are as before: it was probably not done.\nNext: repeat the call; twice is the same as once.", app.Name, app.ID)
	}
	return nil
}

// clashes warns of variables that another add-on gives too: of two databases of
// one kind, an application sees only one.
func clashes(links []cleverapi.Addon, names []string) []string {
	var said []string
	for _, other := range links {
		var both []string
		for _, name := range other.ConfigKeys {
			if slices.Contains(names, name) {
				both = append(both, name)
			}
		}
		if len(both) > 0 {
			slices.Sort(both)
			said = append(said, fmt.Sprintf("The application is linked to %s (%s) too, which gives the same variables (%s): only one value of each arrives.", other.Name, other.ID, strings.Join(both, ", ")))
		}
	}
	slices.Sort(said)
	return said
}
