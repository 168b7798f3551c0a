package emulator

// owner returns the organisation or personal space of the path's {id} or
// {ownerId}. One that the caller may not see is as unknown as one that does not
// exist.
func (c *call) owner() (*owner, error) {
	id := c.params["id"]
	if id == "" {
		id = c.params["ownerId"]
	}
	for _, o := range c.state().ownersOf(c.user) {
		if o.id != id {
			continue
		}
		if err := c.permit(o); err != nil {
			return nil, err
		}
		return o, nil
	}
	return nil, notFound("The owner %s does not exist, or you are not a member of it", id)
}

// app returns the application of the path. Asked by its /v2/self form, it may
// belong to any organisation of the caller.
func (c *call) app() (*application, error) {
	id := c.params["appId"]
	if id == "" {
		id = c.params["applicationId"]
	}
	o, err := c.owner()
	if err != nil {
		return nil, err
	}
	owners := []*owner{o}
	if c.self {
		owners = c.state().ownersOf(c.user)
	}
	for _, o := range owners {
		if a := o.app(id); a != nil {
			if err := c.permit(o); err != nil {
				return nil, err
			}
			a.settle(c.now)
			return a, nil
		}
	}
	return nil, notFound("The application %s does not exist in %s", id, o.id)
}

// app returns the application of this id, nil when there is none. What runs an
// operator counts too.
func (o *owner) app(id string) *application {
	if a := find(o.apps, func(a *application) bool { return a.id == id }); a != nil {
		return a
	}
	if of := find(o.addons, func(a *addon) bool { return a.entry != nil && a.entry.id == id }); of != nil {
		return of.entry
	}
	return nil
}

// addon returns the add-on of the path.
func (c *call) addon() (*addon, error) {
	o, err := c.owner()
	if err != nil {
		return nil, err
	}
	owners := []*owner{o}
	if c.self {
		owners = c.state().ownersOf(c.user)
	}
	id := c.params["addonId"]
	for _, o := range owners {
		if a := find(o.addons, func(a *addon) bool { return a.id == id }); a != nil {
			if err := c.permit(o); err != nil {
				return nil, err
			}
			return a, nil
		}
	}
	return nil, notFound("The add-on %s does not exist in %s", id, o.id)
}
