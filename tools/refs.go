package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
)

// AppRef names one application.
type AppRef struct {
	// Id or name.
	App string `json:"app,omitempty"`
	// If ambiguous.
	Owner string `json:"owner,omitempty"`
}

// AddonRef names one add-on.
type AddonRef struct {
	// Id, real id or name.
	Addon string `json:"addon"`
	// If ambiguous.
	Owner string `json:"owner,omitempty"`
}

// App is an application that an AppRef was resolved to.
type App struct {
	ID, Name         string
	Owner, OwnerName string
	// Default is set when the reference named nothing and the working directory's
	// .clever.json did. A tool that writes says so in its answer.
	Default bool
}

// Addon is an add-on that an AddonRef was resolved to.
type Addon struct {
	ID, RealID, Name, Provider string
	Owner, OwnerName           string
}

// publicDomains says the same of the addresses at which applications answer.
func (d *Deps) publicDomains(domains []cleverapi.FQDN) {
	var names []string
	for _, d := range domains {
		name := strings.TrimSuffix(d.FQDN, "/")
		names = append(names, name, "https://"+name, "https://"+name+"/", "http://"+name)
	}
	d.Hide.Public(names...)
}

// App resolves a reference. It makes no request when both IDs are given;
// otherwise the summary names everything. It never guesses: a name that fits
// several applications is answered by their IDs.
func (c *Call) App(ctx context.Context, ref AppRef) (App, error) {
	isDefault := false
	if ref.App == "" {
		id, owner, ok := c.defaultApp()
		if !ok {
			return App{}, badArgument("%s needs the argument app: an application's id or name. list_apps shows them.", c.tool.Name)
		}
		ref, isDefault = AppRef{App: id, Owner: owner}, true
	}
	if strings.HasPrefix(ref.App, "app_") && isOwnerID(ref.Owner) && c.Settings.Scope == nil {
		c.about(ref.App)
		return App{ID: ref.App, Owner: ref.Owner, Default: isDefault}, nil
	}
	summary, err := c.summary(ctx)
	if err != nil {
		return App{}, err
	}
	app, err := pick(summary, "application", "list_apps", ref.App, ref.Owner, summaryApps(summary))
	app.Default = isDefault
	c.about(app.ID)
	return app, err
}

func summaryApps(summary cleverapi.Summary) []App {
	var all []App
	for _, o := range summary.Owners {
		for _, a := range o.Applications {
			all = append(all, App{ID: a.ID, Name: a.Name, Owner: o.ID, OwnerName: o.Name})
		}
	}
	return all
}

// Addon resolves a reference, like App.
func (c *Call) Addon(ctx context.Context, ref AddonRef) (Addon, error) {
	summary, err := c.summary(ctx)
	if err != nil {
		return Addon{}, err
	}
	addon, err := pick(summary, "add-on", "list_addons", ref.Addon, ref.Owner, summaryAddons(summary))
	c.about(addon.ID)
	return addon, err
}

func summaryAddons(summary cleverapi.Summary) []Addon {
	var all []Addon
	for _, o := range summary.Owners {
		for _, a := range o.Addons {
			all = append(all, Addon{ID: a.ID, RealID: a.RealID, Name: a.Name, Provider: a.ProviderID, Owner: o.ID, OwnerName: o.Name})
		}
	}
	return all
}

// OwnerForNew resolves the owner that something new will belong to. Left out, it
// is the only owner there is; with several, the caller has to say.
func (c *Call) OwnerForNew(ctx context.Context, ref string) (cleverapi.SummaryOwner, error) {
	summary, err := c.summary(ctx)
	if err != nil {
		return cleverapi.SummaryOwner{}, err
	}
	if ref != "" {
		return owner(summary, ref)
	}
	if len(summary.Owners) == 1 {
		return summary.Owners[0], nil
	}
	return cleverapi.SummaryOwner{}, badArgument("%s needs the argument owner, because it could be any of: %s.", c.tool.Name, ownerList(summary.Owners))
}

func (c *Call) defaultApp() (id, owner string, ok bool) {
	if c.DefaultApp == nil {
		return "", "", false
	}
	return c.DefaultApp()
}

// candidate is what a reference can fit.
type candidate interface {
	ids() []string
	names() (name, ownerID, ownerName string)
}

func (a App) ids() []string                     { return []string{a.ID} }
func (a App) names() (string, string, string)   { return a.Name, a.Owner, a.OwnerName }
func (a Addon) ids() []string                   { return []string{a.ID, a.RealID} }
func (a Addon) names() (n, owner, oName string) { return a.Name, a.Owner, a.OwnerName }

// pick finds the one element that ref fits: by ID, else by exact name, else by
// the part of a name that only one has.
func pick[T candidate](summary cleverapi.Summary, kind, lister, ref, ownerRef string, all []T) (T, error) {
	var none T
	if ownerRef != "" {
		o, err := owner(summary, ownerRef)
		if err != nil {
			return none, err
		}
		all = slices.DeleteFunc(all, func(e T) bool { _, id, _ := e.names(); return id != o.ID })
	}
	want := strings.ToLower(strings.TrimSpace(ref))
	var exact, part []T
	for _, e := range all {
		name, _, _ := e.names()
		name = strings.ToLower(name)
		switch {
		case slices.Contains(e.ids(), ref):
			return e, nil
		case name == want:
			exact = append(exact, e)
		case want != "" && strings.Contains(name, want):
			part = append(part, e)
		}
	}
	found := exact
	if len(found) == 0 {
		found = part
	}
	switch {
	case len(found) == 1 && len(exact) == 1:
		return found[0], nil
	case len(found) == 1:
		// Part of a name is enough to find a thing, not to act on it.
		return none, badArgument("There is no %s named %q. Did you mean %s? Name it by id or full name.", kind, ref, candidates(found))
	case len(found) > 1:
		return none, badArgument("The %s %q is ambiguous: %s. Name it by id.", kind, ref, candidates(found))
	}
	return none, badArgument("There is no %s %q that this user can see. %s shows them all.", kind, ref, lister)
}

// candidates names at most ten elements with their IDs and owners, sorted.
func candidates[T candidate](found []T) string {
	var said []string
	for _, e := range found {
		name, ownerID, ownerName := e.names()
		said = append(said, fmt.Sprintf("%s %s of %s (%s)", e.ids()[0], name, ownerName, ownerID))
	}
	slices.Sort(said)
	if n := len(said); n > 10 {
		said = append(said[:10], fmt.Sprintf("and %d more", n-10))
	}
	return strings.Join(said, ", ")
}
