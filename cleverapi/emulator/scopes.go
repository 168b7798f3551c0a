package emulator

import (
	"net/http"
	"slices"
)

// ofOwner makes a handler of what an owner has. The owner is in the path under
// one of several names.
//
// This and its like are not inlined: each of two hundred routes would bring a copy.
//
//go:noinline
func ofOwner(h func(c *call, o *owner) (any, error)) handler {
	return func(c *call) (any, error) {
		for _, name := range []string{"orgaId", "owner_id", "tenantId"} {
			if id, ok := c.params[name]; ok {
				c.params["id"] = id
			}
		}
		o, err := c.owner()
		if err != nil {
			return nil, err
		}
		return h(c, o)
	}
}

// ofApp makes a handler of what an application has.
func ofApp(h func(c *call, a *application) (any, error)) handler {
	return func(c *call) (any, error) {
		a, err := c.app()
		if err != nil {
			return nil, err
		}
		return h(c, a)
	}
}

// ofAddon makes a handler of what an add-on has.
func ofAddon(h func(c *call, a *addon) (any, error)) handler {
	return func(c *call) (any, error) {
		a, err := c.addon()
		if err != nil {
			return nil, err
		}
		return h(c, a)
	}
}

// ofRealAddon makes a handler of an add-on that the path names by its real id.
// The owner is in the path, or is any that the caller belongs to.
//
//go:noinline
func ofRealAddon(param string, providers []string, h func(c *call, a *addon) (any, error)) handler {
	return func(c *call) (any, error) {
		owners, id := c.state().ownersOf(c.user), c.params[param]
		if of, named := c.params["ownerId"]; named {
			c.params["id"] = of
			o, err := c.owner()
			if err != nil {
				return nil, err
			}
			owners = []*owner{o}
		}
		for _, o := range owners {
			if a := find(o.addons, func(a *addon) bool { return a.realID == id }); a != nil && slices.Contains(providers, a.provider.ID) {
				if err := c.permit(o); err != nil {
					return nil, err
				}
				return h(c, a)
			}
		}
		return nil, notFound("The add-on %s does not exist, or you may not see it", id)
	}
}

// resource is an application, or an add-on.
type resource struct {
	owner *owner
	app   *application // nil: an add-on
	addon *addon       // nil: an application
}

func (r resource) id() string {
	if r.app != nil {
		return r.app.id
	}
	return r.addon.realID
}

func (r resource) name() string {
	if r.app != nil {
		return r.app.name
	}
	return r.addon.name
}

// ofResource makes a handler of what applications and add-ons both have. An
// add-on is asked by its real id.
//
//go:noinline
func ofResource(param string, h func(c *call, r resource) (any, error)) handler {
	return ofOwner(func(c *call, o *owner) (any, error) {
		r, ok := o.resource(c.params[param])
		if !ok {
			return nil, missingResource(c.params[param])
		}
		if r.app != nil {
			r.app.settle(c.now)
		}
		return h(c, r)
	})
}

func (o *owner) resource(id string) (resource, bool) {
	if a := o.app(id); a != nil {
		return resource{owner: o, app: a}, true
	}
	if a := find(o.addons, func(a *addon) bool { return a.realID == id }); a != nil {
		return resource{owner: o, addon: a}, true
	}
	return resource{}, false
}

// resources are all that an owner has.
func (o *owner) resources() []resource {
	var out []resource
	for _, a := range o.apps {
		out = append(out, resource{owner: o, app: a})
	}
	for _, a := range o.addons {
		out = append(out, resource{owner: o, addon: a})
	}
	return out
}

// missingResource carries the id in its context, which the CLI prints.
func missingResource(id string) error {
	return &apiError{status: http.StatusNotFound, id: http.StatusNotFound, code: codeOf(http.StatusNotFound), message: "The resource " + id + " does not exist",
		context: map[string]any{"OVDErrorFieldContext": map[string]string{"fieldName": "id", "fieldValue": id}}}
}

// urlView is an address to go to.
type urlView struct {
	URL string `json:"url"`
}
