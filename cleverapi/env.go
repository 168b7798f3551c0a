package cleverapi

import "context"

// Env is the environment of applications: names and values that they are given
// when they start. A change is seen by instances that start after it.
type Env struct{ c *Client }

// Variable is one environment variable. Its value is to be treated as a secret.
type Variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// LinkedEnv is what a linked add-on or application gives to an application.
type LinkedEnv struct {
	AddonID   string     `json:"addon_id"` // or AppID
	AddonName string     `json:"addon_name"`
	Provider  string     `json:"provider_id"`
	AppID     string     `json:"app_id"`
	AppName   string     `json:"app_name"`
	Variables []Variable `json:"env"`
}

// List reads the variables that were set on an application itself.
func (s *Env) List(ctx context.Context, owner, app string) ([]Variable, error) {
	return collect[Variable](ctx, s.c, "GET /v2/organisations/{id}/applications/{appId}/env", params{"id": owner, "appId": app}, nil)
}

// OfAddons reads the variables that linked add-ons give to an application.
func (s *Env) OfAddons(ctx context.Context, owner, app string) ([]LinkedEnv, error) {
	return collect[LinkedEnv](ctx, s.c, "GET /v2/organisations/{id}/applications/{appId}/addons/env", params{"id": owner, "appId": app}, nil)
}

// OfDependencies reads the variables that linked applications give to an application.
func (s *Env) OfDependencies(ctx context.Context, owner, app string) ([]LinkedEnv, error) {
	return collect[LinkedEnv](ctx, s.c, "GET /v2/organisations/{id}/applications/{appId}/dependencies/env", params{"id": owner, "appId": app}, nil)
}

// OfAddon reads what an add-on gives to the applications that are linked to it.
func (s *Env) OfAddon(ctx context.Context, owner, addon string) ([]Variable, error) {
	return collect[Variable](ctx, s.c, "GET /v2/organisations/{id}/addons/{addonId}/env", params{"id": owner, "addonId": addon}, nil)
}

// Set gives one variable a value. Twice is the same as once.
func (s *Env) Set(ctx context.Context, owner, app, name, value string) error {
	return perform(ctx, s.c, "PUT /v2/organisations/{id}/applications/{appId}/env/{envName}",
		params{"id": owner, "appId": app, "envName": name}, nil, map[string]string{"value": value})
}

// Unset removes one variable. Its value is lost.
func (s *Env) Unset(ctx context.Context, owner, app, name string) error {
	return perform(ctx, s.c, "DELETE /v2/organisations/{id}/applications/{appId}/env/{envName}",
		params{"id": owner, "appId": app, "envName": name}, nil, nil)
}

// Replace makes variables the whole environment: what is not among them is lost.
func (s *Env) Replace(ctx context.Context, owner, app string, variables map[string]string) error {
	return perform(ctx, s.c, "PUT /v2/organisations/{id}/applications/{appId}/env", params{"id": owner, "appId": app}, nil, variables)
}
