package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// CreateAddonInput describes an add-on.
type CreateAddonInput struct {
	// E.g. postgresql, redis, cellar.
	Provider string `json:"provider"`
	// Its name.
	Name string `json:"name"`
	// Id or name.
	Owner string `json:"owner,omitempty"`
	// Default the cheapest.
	Plan string `json:"plan,omitempty"`
	// Default par.
	Zone string `json:"zone,omitempty"`
	// E.g. 16.
	Version string `json:"version,omitempty"`
	// E.g. {"encryption":"true"}.
	Options map[string]string `json:"options,omitempty"`
	// Application to link.
	App string `json:"app,omitempty"`
}

// NewAddonView is an add-on that was made.
type NewAddonView struct {
	AddonBasics
	RealID    string `json:"real_id"`
	Owner     string `json:"owner"`
	OwnerName string `json:"owner_name"`
	Version   string `json:"version,omitempty"`
	// Why this plan, when none was given.
	PlanChoice string `json:"plan_choice,omitempty"`
	// What is charged beside the plan.
	ByUse []string `json:"by_use,omitempty"`
	// What it costs from now on.
	Cost string `json:"cost"`
	// Variables that linked applications get.
	Variables []string `json:"variables"`
	// The application that it was linked to.
	Linked *LinkedApp `json:"linked,omitempty"`
	// What did not go as asked, and what is unusual.
	Warnings []string `json:"warnings,omitempty"`
	// The call that comes next, and the one that takes this back, with its data.
	Next string `json:"next"`
	Undo string `json:"undo,omitempty"`
}

var createAddon = &Tool[CreateAddonInput, NewAddonView]{
	Name: "create_addon", Title: "Create an add-on", Toolset: "addons",
	Doc:    `Creates an add-on, which costs money from then on: tell the user the price first (list_products). Answers the price and the variables it gives.`,
	Effect: catalogue.Writes,
	Uses: []string{
		"GET /v2/summary",
		"GET /v2/products/addonproviders",
		"GET /v4/addon-providers/{providerId}",
		"GET /v4/billing/organisations/{owner_id}/price-system",
		"GET /v2/organisations/{id}/addons",
		"POST /v2/organisations/{id}/addons",
		"GET /v2/organisations/{id}/addons/{addonId}/env",
		"POST /v2/organisations/{id}/applications/{appId}/addons",
	},
	Run: runCreateAddon,
}

// order is an add-on that was chosen, ready to be created.
type order struct {
	owner    cleverapi.SummaryOwner
	app      *App
	provider cleverapi.AddonProvider
	plan     cleverapi.Plan
	why      string
	zone     string
	version  string
	options  map[string]string
	month    *Euros
	byUse    []string
}

func runCreateAddon(ctx context.Context, c *Call, in CreateAddonInput) (NewAddonView, error) {
	if strings.TrimSpace(in.Name) == "" {
		return NewAddonView{}, badArgument("create_addon: name is empty. Give the add-on a name, such as my-database.")
	}
	o, err := c.order(ctx, in)
	if err != nil {
		return NewAddonView{}, err
	}
	if err := c.Settings.Ceilings.AllowMonthly(o.plan.Slug, (*float64)(o.month)); err != nil {
		return NewAddonView{}, err
	}
	addon, err := c.API.Addons.Create(ctx, o.owner.ID, cleverapi.NewAddon{
		Name: in.Name, Plan: o.plan.ID, ProviderID: o.provider.ID, Zone: o.zone, Options: o.options,
	})
	if err != nil {
		return NewAddonView{}, c.notCreated(ctx, o, in.Name, err)
	}

	c.about(addon.ID)
	view := NewAddonView{
		AddonBasics: AddonBasics{Addon: addon.ID, Name: cmp.Or(addon.Name, in.Name), Provider: o.provider.ID,
			Plan: o.plan.Slug, Zone: cmp.Or(addon.Zone, o.zone), EURMonth: o.month},
		RealID: addon.RealID, Owner: o.owner.ID, OwnerName: o.owner.Name, Version: o.version, PlanChoice: o.why, ByUse: o.byUse,
		Cost: cost(o.month, o.byUse), Variables: []string{},
		Next: fmt.Sprintf(`link_addon {"addon":%q,"app":"…"} gives its variables to an application`, addon.ID),
		Undo: c.undo("delete_addon", map[string]any{"addon": addon.ID}),
	}
	for _, other := range o.owner.Addons {
		if other.Name == view.Name && other.ProviderID == o.provider.ID {
			view.Warnings = append(view.Warnings, fmt.Sprintf("The owner has another add-on of this provider with the same name, %s: name them by id.", other.ID))
		}
	}
	ref := Addon{ID: addon.ID, RealID: addon.RealID, Name: view.Name, Provider: o.provider.ID, Owner: o.owner.ID, OwnerName: o.owner.Name}
	view.Variables, err = c.addonVariables(ctx, ref, addon)
	if err != nil {
		view.Warnings = append(view.Warnings, "Its variables could not be read: "+err.Error())
	}
	if o.app != nil {
		c.linkNew(ctx, &view, *o.app)
	}
	return view, nil
}

// order chooses provider, plan, zone and version, and refuses what does not go
// together before anything is ordered.
func (c *Call) order(ctx context.Context, in CreateAddonInput) (order, error) {
	o := order{options: maps.Clone(in.Options)}
	if o.options == nil {
		o.options = map[string]string{}
	}
	var err error
	if o.owner, o.app, err = c.ownerAndApp(ctx, in); err != nil {
		return o, err
	}
	providers, err := c.API.AddonProviders.List(ctx, o.owner.ID)
	if err != nil {
		return o, err
	}
	if o.provider, err = pickProvider(providers, in.Provider); err != nil {
		return o, err
	}
	if o.zone, err = pickZone(o.provider, in.Zone); err != nil {
		return o, err
	}

	var versions *cleverapi.ProviderVersions
	var prices priceLists
	key := priceKey{o.owner.ID, o.zone}
	err = atOnce(ctx,
		func(ctx context.Context) (err error) { versions, err = c.versions(ctx, o.provider.ID); return err },
		func(ctx context.Context) error { prices = c.readPrices(ctx, []priceKey{key}); return nil },
	)
	if err != nil {
		return o, err
	}
	price := func(p cleverapi.Plan) *Euros { return prices.plan(o.owner.ID, o.zone, p) }
	if o.plan, o.why, err = pickPlan(o.provider, in.Plan, o.zone, price); err != nil {
		return o, err
	}
	if o.version, err = pickVersion(o.provider, o.plan, versions, o.zone, in.Version, o.options); err != nil {
		return o, err
	}
	if o.version != "" {
		o.options["version"] = o.version
	}
	o.month, o.byUse = price(o.plan), byUse(prices[key], o.provider.ID)
	return o, nil
}

// versions reads which versions a provider offers, nil when there is no choice.
// Operators, Materia KV and Pulsar choose by themselves.
func (c *Call) versions(ctx context.Context, provider string) (*cleverapi.ProviderVersions, error) {
	if operator(provider) || provider == "kv" || provider == "addon-pulsar" {
		return nil, nil
	}
	v, err := c.API.AddonProviders.Versions(ctx, provider)
	if errors.Is(err, cleverapi.ErrNotFound) {
		return nil, nil
	}
	return &v, err
}

// ownerAndApp resolves who the add-on will belong to: the owner of the
// application that it is for, when there is one.
func (c *Call) ownerAndApp(ctx context.Context, in CreateAddonInput) (cleverapi.SummaryOwner, *App, error) {
	if in.App == "" {
		o, err := c.OwnerForNew(ctx, in.Owner)
		return o, nil, err
	}
	summary, err := c.summary(ctx)
	if err != nil {
		return cleverapi.SummaryOwner{}, nil, err
	}
	app, err := pick(summary, "application", "list_apps", in.App, in.Owner, summaryApps(summary))
	if err != nil {
		return cleverapi.SummaryOwner{}, nil, err
	}
	o, err := owner(summary, app.Owner)
	return o, &app, err
}

// notCreated says what a failed order comes to. When the answer was lost, the
// add-ons of the owner tell whether it was made.
func (c *Call) notCreated(ctx context.Context, o order, name string, err error) error {
	if !errors.Is(err, cleverapi.ErrUnknownOutcome) {
		return err
	}
	before := map[string]bool{}
	for _, a := range o.owner.Addons {
		before[a.ID] = true
	}
	var made []string
	look := c.API.Addons.List(ctx, o.owner.ID, func(a cleverapi.Addon) {
		if a.Name == name && a.Provider.ID == o.provider.ID && !before[a.ID] {
			made = append(made, a.ID)
		}
	})
	switch {
	case look != nil:
		return err
	case len(made) == 0:
		return badArgument("The answer to the order was lost, and %s (%s) has no new add-on %q: it was probably not created.\nNext: look with list_addons in a minute, then order again if it is still not there.", o.owner.Name, o.owner.ID, name)
	}
	return badArgument("The answer to the order was lost, but the add-on %q was created: %s. It costs %s.\nNext: get_addon {\"addon\":%q} shows it; do not order again.", name, strings.Join(made, ", "), cost(o.month, o.byUse), made[0])
}

// linkNew links an add-on that was just made. It exists already, so a link that
// fails is a warning and not an error.
func (c *Call) linkNew(ctx context.Context, view *NewAddonView, app App) {
	if err := c.API.AddonLinks.Add(ctx, app.Owner, app.ID, view.Addon); err != nil {
		view.Warnings = append(view.Warnings, "The add-on was created, but linking it failed: "+sentence(err.Error()))
		view.Next = fmt.Sprintf(`link_addon {"addon":%q,"app":%q}`, view.Addon, app.ID)
		return
	}
	view.Linked = &LinkedApp{App: app.ID, Name: app.Name}
	view.Next = redeploy(app)
}

func redeploy(app App) string {
	return fmt.Sprintf(`deploy_app {"app":%q}: %s sees the change when it is deployed again`, app.ID, cmp.Or(app.Name, "the application"))
}

// addonVariables returns the names of what an add-on gives. The add-on itself
// names them, except where its owner fills them in.
func (c *Call) addonVariables(ctx context.Context, ref Addon, addon cleverapi.Addon) ([]string, error) {
	names := slices.Clone(addon.ConfigKeys)
	if len(names) == 0 {
		env, err := c.addonEnv(ctx, ref)
		if err != nil {
			return []string{}, err
		}
		for _, v := range env {
			names = append(names, v.Name)
		}
	}
	slices.Sort(names)
	return append([]string{}, slices.Compact(names)...), nil
}

// cost says what a plan costs in a sentence that cannot be overlooked.
func cost(month *Euros, byUse []string) string {
	said := "an unknown amount: the price list could not be read"
	switch {
	case month != nil && *month > 0:
		said = month.String() + " a month, without VAT"
	case month != nil && len(byUse) > 0:
		said = "nothing by itself"
	case month != nil:
		said = "nothing"
	}
	if len(byUse) > 0 {
		said += "; and by use: " + strings.Join(byUse, "; ")
	}
	return said
}
