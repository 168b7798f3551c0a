package emulator

import (
	"net/http"
	"slices"
	"strings"
)

func addonRoutes() routes {
	return routes{
		"GET /v2/organisations/{id}/addons":              listAddons,
		"POST /v2/organisations/{id}/addons":             createAddon,
		"GET /v2/organisations/{id}/addons/{addonId}":    getAddon,
		"PUT /v2/organisations/{id}/addons/{addonId}":    updateAddon,
		"DELETE /v2/organisations/{id}/addons/{addonId}": deleteAddon,
	}
}

func listAddons(c *call) (any, error) {
	o, err := c.owner()
	if err != nil {
		return nil, err
	}
	return each(o.addons, (*addon).view), nil
}

func getAddon(c *call) (any, error) {
	a, err := c.addon()
	if err != nil {
		return nil, err
	}
	return a.view(), nil
}

func createAddon(c *call) (any, error) {
	o, err := c.owner()
	if err != nil {
		return nil, err
	}
	var b struct {
		Name, Plan, ProviderID, Region, LinkedApp, Version string
		Options                                            map[string]string
	}
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	v := catalog().provider(b.ProviderID)
	if v == nil {
		return nil, notFound("The add-on provider %s does not exist", b.ProviderID)
	}
	p := find(v.Plans, func(p *plan) bool { return v.planID(p) == b.Plan })
	if p == nil {
		return nil, notFound("The plan %s does not exist for %s", b.Plan, v.ID)
	}
	z := catalog().zone(b.Region)
	if z == nil || !slices.Contains(v.Regions, z.Name) {
		return nil, invalid("The region %q is not available for %s", b.Region, v.ID)
	}
	if strings.TrimSpace(b.Name) == "" {
		return nil, invalid("The name of an add-on cannot be empty")
	}
	version := either(b.Options["version"], b.Version)
	if version != "" && !v.offers(version) {
		return nil, fail(http.StatusServiceUnavailable, idProviderFailure, "Error from provider: [The version %s is not supported]", version)
	}
	a := newAddon(o, v, p, z, b.Name, version, uuid("addon", o.id, c.state().unique()), c.now)
	a.keyValue = c.state().keyValue
	a.assemble(c.user)
	if b.LinkedApp != "" {
		app := find(o.apps, func(a *application) bool { return a.id == b.LinkedApp })
		if app == nil {
			return nil, notFound("The application %s does not exist in %s", b.LinkedApp, o.id)
		}
		app.addons = append(app.addons, a)
	}
	o.addons = append(o.addons, a)
	return a.view(), nil
}

func updateAddon(c *call) (any, error) {
	a, err := c.addon()
	if err != nil {
		return nil, err
	}
	var b struct{ Name *string }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if b.Name != nil {
		if strings.TrimSpace(*b.Name) == "" {
			return nil, invalid("The name of an add-on cannot be empty")
		}
		a.name = *b.Name
	}
	return a.view(), nil
}

func deleteAddon(c *call) (any, error) {
	a, err := c.addon()
	if err != nil {
		return nil, err
	}
	a.owner.addons = without(a.owner.addons, a)
	for _, app := range a.owner.apps {
		app.addons = without(app.addons, a)
	}
	return success("The add-on has successfully been removed"), nil
}
