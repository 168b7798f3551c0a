package tools

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// rawPlan says what a raw request destroys. What its path names is read before,
// so that the plan is as good as that of the tool for it.
func (c *Call) rawPlan(ctx context.Context, raw cleverapi.RawRequest, req cleverapi.Sending) (Plan, error) {
	plan := plainPlan(raw, req.Operation, req.Known)
	if req.Operation.Host != catalogue.API {
		return plan, nil
	}
	t, err := c.target(ctx, req)
	switch {
	case err != nil:
		return Plan{}, err
	case t.app != nil:
		return c.planOnApp(ctx, plan, req.Operation, *t.app)
	case t.addon != nil:
		return c.planOnAddon(ctx, plan, req.Operation, *t.addon)
	case t.owner != nil && deletesLast(req.Operation, "/v2/organisations/{id}"):
		return planOnOwner(plan, *t.owner), nil
	}
	return plan, nil
}

// plainPlan is a plan of what is known without asking anybody.
func plainPlan(raw cleverapi.RawRequest, op catalogue.Operation, known bool) Plan {
	target := raw.Path
	// In the order of the path: the plan must be the same when it is confirmed.
	for _, name := range catalogue.ParamNames(raw.Path) {
		target += " " + raw.Params[name]
	}
	plan := Plan{Action: "send " + raw.Method + " " + raw.Path, Kind: "object", ID: target, Name: lastNamed(raw, op)}
	if known {
		plan.Losses = []string{"The catalogue says that this operation destroys something or stops a service: " + op.ID + "."}
	} else {
		plan.Losses = []string{"The catalogue does not know this operation, so nobody can say what it does."}
	}
	secret := !known || op.Secret
	if said := asks(raw.Query, secret); said != "" {
		plan.Losses = append(plan.Losses, "Its query has "+said+".")
	}
	if said := sends(raw.Body, secret); said != "" {
		plan.Losses = append(plan.Losses, "It sends "+said+".")
	}
	return plan
}

// asks says what is in a query, and sends does for a body.
func asks(query url.Values, secret bool) string {
	var said []string
	for _, name := range slices.Sorted(maps.Keys(query)) {
		text := clip(name, 64)
		if !secret {
			text += fmt.Sprintf(" %q", clip(strings.Join(query[name], ", "), 100))
		}
		said = append(said, text)
	}
	return some(said)
}

// sends says what is in a body, since the path does not tell a larger plan from a
// smaller one. Of an operation with secrets it names the fields only.
func sends(body []byte, secret bool) string {
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil {
		return ""
	}
	var said []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		text := clip(name, 64)
		switch v := fields[name].(type) {
		case string:
			text += fmt.Sprintf(" %q", clip(v, 100))
		case float64, bool:
			text += fmt.Sprintf(" %v", v)
		}
		if secret {
			text = clip(name, 64)
		}
		said = append(said, text)
	}
	return some(said)
}

// target is what a path names, the innermost of it.
type target struct {
	app   *App
	addon *Addon
	owner *cleverapi.SummaryOwner
}

// target finds what the path of a request names among what the user can see.
func (c *Call) target(ctx context.Context, req cleverapi.Sending) (target, error) {
	var t target
	summary, err := c.summary(ctx)
	if err != nil {
		return t, err
	}
	apps, addons := summaryApps(summary), summaryAddons(summary)
	for segment := range strings.SplitSeq(req.Path, "/") {
		id, err := url.PathUnescape(segment)
		if err != nil || id == "" {
			continue
		}
		if i := slices.IndexFunc(summary.Owners, func(o cleverapi.SummaryOwner) bool { return o.ID == id }); i >= 0 {
			t.owner = &summary.Owners[i]
		}
		if i := slices.IndexFunc(apps, func(a App) bool { return a.ID == id }); i >= 0 {
			t.app = &apps[i]
		}
		if i := slices.IndexFunc(addons, func(a Addon) bool { return slices.Contains(a.ids(), id) }); i >= 0 {
			t.app, t.addon = nil, &addons[i]
		}
	}
	return t, nil
}

// deletesLast tells an operation that deletes what its path ends with.
func deletesLast(op catalogue.Operation, paths ...string) bool {
	return op.Method() == http.MethodDelete && slices.Contains(paths, op.Path())
}

func (c *Call) planOnApp(ctx context.Context, plan Plan, op catalogue.Operation, app App) (Plan, error) {
	c.about(app.ID)
	f, err := readApp(ctx, c, app)
	if errors.Is(err, cleverapi.ErrNotFound) {
		return plan, nil // the API will say so
	}
	if err != nil {
		return Plan{}, err
	}
	if deletesLast(op, "/v2/organisations/{id}/applications/{appId}", "/v2/self/applications/{appId}") {
		return c.deletingApp(ctx, app, f), nil
	}
	said := fmt.Sprintf("It is about the application %q (%s) of %q: %s.", f.detail.Name, app.ID, app.OwnerName, plural(f.up(), "running instance"))
	if domains := domainsOf(f.detail); len(domains) > 0 {
		said += " It answers to " + some(domains) + "."
	}
	plan.Losses = append(plan.Losses, said)
	if plan.Name == app.ID {
		plan.Kind, plan.Name = "application", f.detail.Name
	}
	plan.Basis = []string{app.ID, f.detail.Name}
	return plan, nil
}

func (c *Call) planOnAddon(ctx context.Context, plan Plan, op catalogue.Operation, ref Addon) (Plan, error) {
	c.about(ref.ID)
	f, err := readLosses(ctx, c, ref)
	if errors.Is(err, cleverapi.ErrNotFound) {
		return plan, nil
	}
	if err != nil {
		return Plan{}, err
	}
	if deletesLast(op, "/v2/organisations/{id}/addons/{addonId}", "/v2/self/addons/{addonId}") {
		return f.deleting(ref, c.Now()), nil
	}
	plan.Losses = append(plan.Losses, fmt.Sprintf("It is about the add-on %q (%s, %s) of %q.", f.addon.Name, ref.ID, ref.Provider, ref.OwnerName))
	if slices.Contains(ref.ids(), plan.Name) {
		plan.Kind, plan.Name = "add-on", f.addon.Name
	}
	for _, app := range f.apps {
		plan.Losses = append(plan.Losses, fmt.Sprintf("The application %q (%s) uses it.", app.Name, app.ID))
	}
	if op.ID == cleverapi.RotatesPassword {
		plan.Losses = append(plan.Losses, "The old password stops working at once: whatever connects as this user loses the database until it has the new one. Applications that are linked get it when they are deployed again, with deploy_app; what uses the database from elsewhere has to be told.")
	}
	switch {
	case len(f.backups) > 0:
		newest, _ := newestAndOldest(f.backups)
		plan.Losses = append(plan.Losses, fmt.Sprintf("Its newest backup is %s old (%s).", age(c.Now().Sub(newest.Creation)), date(newest.Creation)))
	case backedUp(ref.Provider) && f.backups != nil:
		plan.Losses = append(plan.Losses, "There is no backup of it.")
	}
	plan.Basis = f.basis()
	return plan, nil
}

// planOnOwner says what goes with an organisation.
func planOnOwner(plan Plan, o cleverapi.SummaryOwner) Plan {
	plan.Action, plan.Kind, plan.Name, plan.ID = "delete the organisation", "organisation", o.Name, o.ID
	var apps, addons []string
	for _, a := range o.Applications {
		apps = append(apps, fmt.Sprintf("%q (%s)", a.Name, a.ID))
		plan.Basis = append(plan.Basis, a.ID)
	}
	for _, a := range o.Addons {
		addons = append(addons, fmt.Sprintf("%q (%s, %s)", a.Name, a.ID, a.ProviderID))
		plan.Basis = append(plan.Basis, a.ID)
	}
	plan.Losses = []string{
		"Its applications go: " + cmp.Or(some(apps), "none") + ".",
		"Its add-ons go with their data and backups: " + cmp.Or(some(addons), "none") + ".",
		"Its members lose their access. It cannot be undone.",
	}
	return plan
}
