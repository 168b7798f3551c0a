package tools

import (
	"context"
	"strings"
)

// resource is an application or an add-on: what writes logs and is measured.
type resource struct {
	ID, Name         string // ID as v4 wants it: app_…, or an add-on's real id
	Owner, OwnerName string
	addonID          string // "" for an application
	Default          bool
}

func (r resource) IsAddon() bool { return r.addonID != "" }

func (r resource) ids() []string                   { return []string{r.ID, r.addonID} }
func (r resource) names() (string, string, string) { return r.Name, r.Owner, r.OwnerName }

// resource resolves a reference to an application or an add-on, like App.
func (c *Call) resource(ctx context.Context, ref AppRef) (resource, error) {
	if ref.App == "" || strings.HasPrefix(ref.App, "app_") {
		app, err := c.App(ctx, ref)
		return resource{ID: app.ID, Name: app.Name, Owner: app.Owner, OwnerName: app.OwnerName, Default: app.Default}, err
	}
	summary, err := c.summary(ctx)
	if err != nil {
		return resource{}, err
	}
	var all []resource
	for _, o := range summary.Owners {
		for _, a := range o.Applications {
			all = append(all, resource{ID: a.ID, Name: a.Name, Owner: o.ID, OwnerName: o.Name})
		}
		for _, a := range o.Addons {
			all = append(all, resource{ID: a.RealID, addonID: a.ID, Name: a.Name, Owner: o.ID, OwnerName: o.Name})
		}
	}
	found, err := pick(summary, "application or add-on", "get_self, list_apps or list_addons", ref.App, ref.Owner, all)
	c.about(found.ID)
	return found, err
}
