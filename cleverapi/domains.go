package cleverapi

import (
	"context"
	"errors"
)

// Domains are the host names of applications, each with a path prefix that is
// "/" when there is none. A domain belongs to one application at a time.
type Domains struct{ c *Client }

// LoadBalancer says where the DNS of an application's domains has to point.
type LoadBalancer struct {
	Name string `json:"name"`
	DNS  struct {
		CNAME string   `json:"cname"` // with a dot at its end
		A     []string `json:"a"`
	} `json:"dns"`
}

// List reads the domains of an application.
func (s *Domains) List(ctx context.Context, owner, app string) ([]FQDN, error) {
	return collect[FQDN](ctx, s.c, "GET /v2/organisations/{id}/applications/{appId}/vhosts", params{"id": owner, "appId": app}, nil)
}

// Add gives an application a domain. Twice is an error or nothing, as the API likes.
func (s *Domains) Add(ctx context.Context, owner, app, fqdn string) error {
	return perform(ctx, s.c, "PUT /v2/organisations/{id}/applications/{appId}/vhosts/{domain}",
		params{"id": owner, "appId": app, "domain": fqdn}, nil, nil)
}

// Remove takes a domain off an application, which no longer answers there. The
// domain is then free for anybody.
func (s *Domains) Remove(ctx context.Context, owner, app, fqdn string) error {
	return perform(ctx, s.c, "DELETE /v2/organisations/{id}/applications/{appId}/vhosts/{domain}",
		params{"id": owner, "appId": app, "domain": fqdn}, nil, nil)
}

// Favourite reads the domain that is shown first; "" when none was chosen.
func (s *Domains) Favourite(ctx context.Context, owner, app string) (string, error) {
	d, err := get[FQDN](ctx, s.c, "GET /v2/organisations/{id}/applications/{appId}/vhosts/favourite", params{"id": owner, "appId": app}, nil)
	var e *Error
	if errors.As(err, &e) && e.Code == "4021" {
		return "", nil // no favourite is not an error, though the API says 404
	}
	return d.FQDN, err
}

// SetFavourite chooses the domain that is shown first. It has to be one of the
// application's.
func (s *Domains) SetFavourite(ctx context.Context, owner, app, fqdn string) error {
	return perform(ctx, s.c, "PUT /v2/organisations/{id}/applications/{appId}/vhosts/favourite",
		params{"id": owner, "appId": app}, nil, FQDN{fqdn})
}

// UnsetFavourite chooses none. Twice is an error.
func (s *Domains) UnsetFavourite(ctx context.Context, owner, app string) error {
	return perform(ctx, s.c, "DELETE /v2/organisations/{id}/applications/{appId}/vhosts/favourite",
		params{"id": owner, "appId": app}, nil, nil)
}

// LoadBalancers reads where the DNS of the application's domains has to point.
func (s *Domains) LoadBalancers(ctx context.Context, owner, app string) ([]LoadBalancer, error) {
	return collect[LoadBalancer](ctx, s.c, "GET /v4/load-balancers/organisations/{ownerId}/applications/{appId}/load-balancers/default",
		params{"ownerId": owner, "appId": app}, nil)
}
