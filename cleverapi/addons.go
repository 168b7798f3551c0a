package cleverapi

import "context"

// Addons are managed services. They belong to an owner.
type Addons struct{ c *Client }

// Addon is a managed service. Its credentials are in its environment, which
// only Env reads.
type Addon struct {
	ID     string `json:"id"`
	RealID string `json:"realId"` // the provider's own id, postgresql_…
	Name   string `json:"name"`
	Zone   string `json:"region"`
	// Provider comes without its plans.
	Provider     AddonProvider `json:"provider"`
	Plan         Plan          `json:"plan"`
	CreationDate Millis        `json:"creationDate"`
	// ConfigKeys are the names of the variables that a linked application gets.
	ConfigKeys []string `json:"configKeys"`
}

// AddonVariable is one variable that an add-on gives; its value is a secret.
type AddonVariable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// NewAddon is what the API wants in order to create an add-on.
type NewAddon struct {
	Name       string            `json:"name"`
	Plan       string            `json:"plan"` // by ID
	ProviderID string            `json:"providerId"`
	Zone       string            `json:"region"`
	Options    map[string]string `json:"options"`
}

// Migration is a change of plan, zone or version of an add-on.
type Migration struct {
	ID          string `json:"migrationId"`
	RequestDate string `json:"requestDate"`
	Status      string `json:"status"` // RUNNING, OK, FAILED, ABORTED, RECOVERING, RECOVERED
	Steps       []struct {
		Value   string `json:"value"`
		Status  string `json:"status"`
		Message string `json:"message"`
	} `json:"steps"`
}

// List hands every add-on of an owner to keep, in the API's order.
func (s *Addons) List(ctx context.Context, owner string, keep func(Addon)) error {
	return list(ctx, s.c, "GET /v2/organisations/{id}/addons", params{"id": owner}, nil, keep)
}

// Get reads one add-on.
func (s *Addons) Get(ctx context.Context, owner, id string) (Addon, error) {
	return get[Addon](ctx, s.c, "GET /v2/organisations/{id}/addons/{addonId}", params{"id": owner, "addonId": id}, nil)
}

// Env reads the variables that an add-on gives, with their values.
func (s *Addons) Env(ctx context.Context, owner, id string) ([]AddonVariable, error) {
	return collect[AddonVariable](ctx, s.c, "GET /v2/organisations/{id}/addons/{addonId}/env", params{"id": owner, "addonId": id}, nil)
}

// Applications reads the applications that an add-on is linked to.
func (s *Addons) Applications(ctx context.Context, owner, id string) ([]Application, error) {
	return collect[Application](ctx, s.c, "GET /v2/organisations/{id}/addons/{addonId}/applications", params{"id": owner, "addonId": id}, nil)
}

// Migrations reads the migrations of an add-on, past and under way.
func (s *Addons) Migrations(ctx context.Context, owner, id string) ([]Migration, error) {
	return collect[Migration](ctx, s.c, "GET /v2/organisations/{id}/addons/{addonId}/migrations", params{"id": owner, "addonId": id}, nil)
}

// Create orders an add-on and waits until it is there. Twice makes two.
func (s *Addons) Create(ctx context.Context, owner string, a NewAddon) (Addon, error) {
	return exchange[Addon](ctx, s.c, "POST /v2/organisations/{id}/addons", params{"id": owner}, nil, a)
}

// Delete ends an add-on and its data for ever. Twice is an error.
func (s *Addons) Delete(ctx context.Context, owner, id string) error {
	return perform(ctx, s.c, "DELETE /v2/organisations/{id}/addons/{addonId}", params{"id": owner, "addonId": id}, nil, nil)
}

// AddonLinks say which applications get the variables of which add-ons.
type AddonLinks struct{ c *Client }

// Of reads the add-ons that an application is linked to.
func (s *AddonLinks) Of(ctx context.Context, owner, app string) ([]Addon, error) {
	return collect[Addon](ctx, s.c, "GET /v2/organisations/{id}/applications/{appId}/addons", params{"id": owner, "appId": app}, nil)
}

// Add links an add-on to an application. Twice is the same as once.
func (s *AddonLinks) Add(ctx context.Context, owner, app, addon string) error {
	return perform(ctx, s.c, "POST /v2/organisations/{id}/applications/{appId}/addons", params{"id": owner, "appId": app}, nil, addon)
}

// Remove ends a link. The add-on stays. Twice is an error.
func (s *AddonLinks) Remove(ctx context.Context, owner, app, addon string) error {
	return perform(ctx, s.c, "DELETE /v2/organisations/{id}/applications/{appId}/addons/{addonId}", params{"id": owner, "appId": app, "addonId": addon}, nil, nil)
}
