package tools

import (
	"context"
	"maps"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// reference is what a parameter of a path holds, when it is something that has a name.
type reference int

const (
	noReference reference = iota
	toOwner
	toApp
	toAddon    // addon_…
	toRealID   // the real id of an add-on
	toResource // app_…, or the real id of an add-on
	toEither   // app_… or addon_…
)

// referenceIn reads it off what the catalogue says of the parameter.
func referenceIn(p catalogue.Parameter) reference {
	kind, _, _ := strings.Cut(p.Example, "_")
	switch {
	case kind == "orga":
		return toOwner
	case strings.HasPrefix(p.Meaning, "application id, app_…, or real id"):
		return toResource
	case strings.HasPrefix(p.Meaning, "application id, app_…, or add-on id"):
		return toEither
	case strings.HasPrefix(p.Meaning, "application id, app_…"):
		return toApp
	case strings.HasPrefix(p.Meaning, "add-on id, addon_…"):
		return toAddon
	case strings.HasPrefix(p.Meaning, "real id of "):
		return toRealID
	}
	return noReference
}

// isID tells whether a value looks like an id that such a parameter takes: it is
// then nobody's business but the API's.
func (n reference) isID(value string) bool {
	kind, rest, ok := strings.Cut(value, "_")
	odd := func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-')
	}
	if !ok || !strings.ContainsAny(rest, "0123456789") || strings.ContainsFunc(rest, odd) {
		return false
	}
	owner := kind == "orga" || kind == "user"
	switch n {
	case toOwner:
		return owner
	case toApp:
		return kind == "app"
	case toAddon:
		return kind == "addon"
	case toEither:
		return kind == "app" || kind == "addon"
	case toRealID:
		return !owner && kind != "app" && kind != "addon"
	case toResource:
		return !owner && kind != "addon"
	}
	return true
}

// byIDs returns params with the ids of what they name: owners first, since the
// owner tells two applications of one name apart. Nothing is asked where all are
// ids. It comes before anything is judged, so that the limits, the plan and what
// is agreed to are all about what is sent.
func (c *Call) byIDs(ctx context.Context, op catalogue.Operation, params map[string]string) (map[string]string, error) {
	d, _ := c.API.Catalogue().Describe(op.ID)
	var wanting []catalogue.Parameter
	ownerRef := ""
	for _, p := range d.Path {
		n := referenceIn(p)
		if n == toOwner {
			ownerRef = params[p.Name]
		}
		if !n.isID(params[p.Name]) && n != noReference {
			wanting = append(wanting, p)
		}
	}
	if len(wanting) == 0 {
		return params, nil
	}
	summary, err := c.summary(ctx)
	if err != nil {
		return nil, err
	}
	resolved := maps.Clone(params)
	if ownerRef != "" {
		o, err := owner(summary, ownerRef)
		if err != nil {
			return nil, err
		}
		ownerRef = o.ID
	}
	for _, p := range wanting {
		if resolved[p.Name], err = idOf(summary, p, params[p.Name], ownerRef); err != nil {
			return nil, err
		}
	}
	return resolved, nil
}

// idOf returns the id, in the form that the parameter takes, of what ref names.
func idOf(summary cleverapi.Summary, p catalogue.Parameter, ref, ownerID string) (string, error) {
	n := referenceIn(p)
	if n == toOwner {
		return ownerID, nil
	}
	app, noApp := pick(summary, "application", "list_apps", ref, ownerID, summaryApps(summary))
	if n == toApp {
		return app.ID, noApp
	}
	addon, noAddon := pickAddon(summary, p, ref, ownerID)
	if n == toResource || n == toEither {
		switch {
		case noApp == nil && noAddon == nil:
			return "", badArgument("%q is an application and an add-on: %s, %s. Name it by id.", ref, candidates([]App{app}), candidates([]Addon{addon}))
		case noApp == nil:
			return app.ID, nil
		case noAddon != nil:
			return "", badArgument("%s %s", noApp, noAddon)
		}
	}
	switch {
	case noAddon != nil:
		return "", noAddon
	case n == toAddon, n == toEither:
		return addon.ID, nil
	case addon.RealID == "":
		return "", badArgument("The add-on %q (%s) has no real id, which %s takes. Nothing was sent.", addon.Name, addon.ID, p.Name)
	}
	return addon.RealID, nil
}

// pickAddon prefers add-ons of the kind that an operation is for: a Cellar may have
// the name of a database.
func pickAddon(summary cleverapi.Summary, p catalogue.Parameter, ref, ownerID string) (Addon, error) {
	all := summaryAddons(summary)
	if kind, _, _ := strings.Cut(p.Example, "_"); referenceIn(p) == toRealID && !strings.Contains(p.Meaning, "such as") {
		others := func(a Addon) bool { return !strings.HasPrefix(a.RealID, kind+"_") }
		if addon, err := pick(summary, "add-on", "list_addons", ref, ownerID, slices.DeleteFunc(slices.Clone(all), others)); err == nil {
			return addon, nil
		}
	}
	return pick(summary, "add-on", "list_addons", ref, ownerID, all)
}
