package emulator

import "slices"

func linkRoutes() routes {
	return routes{
		"GET /v2/organisations/{id}/applications/{appId}/addons":                         listLinkedAddons,
		"POST /v2/organisations/{id}/applications/{appId}/addons":                        linkAddon,
		"DELETE /v2/organisations/{id}/applications/{appId}/addons/{addonId}":            unlinkAddon,
		"GET /v2/organisations/{id}/applications/{appId}/addons/env":                     listLinkedAddonEnv,
		"GET /v2/organisations/{id}/applications/{appId}/dependencies":                   listDependencies,
		"GET /v2/organisations/{id}/applications/{appId}/dependencies/env":               listDependencyEnv,
		"PUT /v2/organisations/{id}/applications/{appId}/dependencies/{dependencyId}":    addDependency,
		"DELETE /v2/organisations/{id}/applications/{appId}/dependencies/{dependencyId}": removeDependency,
		"GET /v2/organisations/{id}/applications/{appId}/dependents":                     listDependents,
		"GET /v2/organisations/{id}/addons/{addonId}/applications":                       listAddonApplications,
	}
}

func listLinkedAddons(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	return each(a.addons, (*addon).view), nil
}

func linkAddon(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	var id string
	if err := c.decode(&id); err != nil {
		return nil, err
	}
	d := find(a.owner.addons, func(d *addon) bool { return d.id == id || d.realID == id })
	if d == nil {
		return nil, notFound("The add-on %s does not exist in %s", id, a.owner.id)
	}
	if !slices.Contains(a.addons, d) {
		a.addons = append(a.addons, d)
	}
	return success("The add-on has successfully been linked"), nil
}

func unlinkAddon(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	id := c.params["addonId"]
	d := find(a.addons, func(d *addon) bool { return d.id == id || d.realID == id })
	if d == nil {
		return nil, notFound("The add-on %s is not linked to %s", id, a.id)
	}
	a.addons = without(a.addons, d)
	return success("The add-on has successfully been unlinked"), nil
}

type linkedAddonEnv struct {
	ProviderID string     `json:"provider_id"`
	AddonID    string     `json:"addon_id"`
	AddonName  string     `json:"addon_name"`
	Env        []variable `json:"env"`
}

func listLinkedAddonEnv(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	return each(a.addons, func(d *addon) linkedAddonEnv {
		return linkedAddonEnv{d.provider.ID, d.id, d.name, d.env().view()}
	}), nil
}

func listDependencies(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	return c.appViews(a.dependencies), nil
}

type dependencyEnv struct {
	AppID   string     `json:"app_id"`
	AppName string     `json:"app_name"`
	Env     []variable `json:"env"`
}

func listDependencyEnv(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	return each(a.dependencies, func(d *application) dependencyEnv {
		return dependencyEnv{d.id, d.name, d.exposed.view()}
	}), nil
}

func addDependency(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	id := c.params["dependencyId"]
	d := find(a.owner.apps, func(d *application) bool { return d.id == id })
	switch {
	case d == nil:
		return nil, notFound("The application %s does not exist in %s", id, a.owner.id)
	case d == a:
		return nil, appInvalid("dependencyId", "An application cannot depend on itself")
	case !slices.Contains(a.dependencies, d):
		a.dependencies = append(a.dependencies, d)
	}
	return success("The dependency has successfully been added"), nil
}

func removeDependency(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	id := c.params["dependencyId"]
	d := find(a.dependencies, func(d *application) bool { return d.id == id })
	if d == nil {
		return nil, notFound("%s does not depend on %s", a.id, id)
	}
	a.dependencies = without(a.dependencies, d)
	return success("The dependency has successfully been removed"), nil
}

func listDependents(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	return c.appViews(selectApps(a.owner, func(d *application) bool { return slices.Contains(d.dependencies, a) })), nil
}

func listAddonApplications(c *call) (any, error) {
	d, err := c.addon()
	if err != nil {
		return nil, err
	}
	return c.appViews(selectApps(d.owner, func(a *application) bool { return slices.Contains(a.addons, d) })), nil
}

func selectApps(o *owner, is func(*application) bool) []*application {
	var out []*application
	for _, a := range o.apps {
		if is(a) {
			out = append(out, a)
		}
	}
	return out
}
