package cleverapi

import (
	"context"
	"net/url"
)

// AddonProviders are the kinds of add-ons that can be had.
type AddonProviders struct{ c *Client }

// AddonProvider is one kind of add-on.
type AddonProvider struct {
	ID     string   `json:"id"` // "postgresql-addon"
	Name   string   `json:"name"`
	Desc   string   `json:"shortDesc"`
	Status string   `json:"status"` // ALPHA, BETA_PRIV, BETA_PUB, RELEASE, DELETED
	Zones  []string `json:"regions"`
	Plans  []Plan   `json:"plans"` // in the list of providers only
}

// Plan is the size of an add-on.
type Plan struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Slug string `json:"slug"`
	// Price is euros a month. The price system, by PriceID, is more exact.
	Price    float64       `json:"price"`
	PriceID  string        `json:"price_id"`
	Zones    []string      `json:"zones"` // empty: all of the provider
	Features []PlanFeature `json:"features"`
}

// PlanFeature is one property of a plan.
type PlanFeature struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Value string `json:"value"` // for people
	Code  string `json:"name_code"`
}

// ProviderVersions says which versions and switches a provider offers.
type ProviderVersions struct {
	Clusters []struct {
		Zone     string    `json:"zone"`
		Version  string    `json:"version"`
		Features []Feature `json:"features"`
	} `json:"clusters"` // of shared plans
	Dedicated map[string]struct {
		Features []Feature `json:"features"`
	} `json:"dedicated"` // by version
	Default string `json:"defaultDedicatedVersion"`
}

// Feature is a switch of an add-on.
type Feature struct {
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
}

// AddonDetails is what a provider says of one add-on. Its credentials are in the
// API's answer and deliberately not here.
type AddonDetails struct {
	Status   string    `json:"status"` // ACTIVE, TO_DELETE, DELETED, QUOTA_EXCEEDED; "" when the provider has none
	Version  string    `json:"version"`
	Features []Feature `json:"features"`
}

// VersionCheck compares the version of an operator's service with what there is.
type VersionCheck struct {
	Installed  string   `json:"installed"`
	Latest     string   `json:"latest"`
	Available  []string `json:"available"`
	NeedUpdate bool     `json:"needUpdate"`
}

// List reads all providers that an owner can order from, with their plans.
func (s *AddonProviders) List(ctx context.Context, owner string) ([]AddonProvider, error) {
	return collect[AddonProvider](ctx, s.c, "GET /v2/products/addonproviders", nil, url.Values{"orgaId": {owner}})
}

// Versions reads the versions of a provider. Those without a choice answer
// ErrNotFound.
func (s *AddonProviders) Versions(ctx context.Context, provider string) (ProviderVersions, error) {
	return get[ProviderVersions](ctx, s.c, "GET /v4/addon-providers/{providerId}", params{"providerId": provider}, nil)
}

// Details reads what a database provider says of one add-on, by its real ID.
func (s *AddonProviders) Details(ctx context.Context, provider, realID string) (AddonDetails, error) {
	return get[AddonDetails](ctx, s.c, "GET /v4/addon-providers/{providerId}/addons/{addonId}", params{"providerId": provider, "addonId": realID}, nil)
}

// Elasticsearch is Details for Elasticsearch, which wants the add-on's ID.
func (s *AddonProviders) Elasticsearch(ctx context.Context, id string) (AddonDetails, error) {
	return get[AddonDetails](ctx, s.c, "GET /v2/providers/{providerId}/{addonId}", params{"providerId": "es-addon", "addonId": id}, nil)
}

// Keycloak compares versions of a Keycloak, by its real ID.
func (s *AddonProviders) Keycloak(ctx context.Context, realID string) (VersionCheck, error) {
	return get[VersionCheck](ctx, s.c, "GET /v4/addon-providers/addon-keycloak/addons/{addonKeycloakId}/version/check", params{"addonKeycloakId": realID}, nil)
}

// Metabase compares versions of a Metabase, by its real ID.
func (s *AddonProviders) Metabase(ctx context.Context, realID string) (VersionCheck, error) {
	return get[VersionCheck](ctx, s.c, "GET /v4/addon-providers/addon-metabase/addons/{addonMetabaseId}/version/check", params{"addonMetabaseId": realID}, nil)
}

// Otoroshi compares versions of an Otoroshi, by its real ID.
func (s *AddonProviders) Otoroshi(ctx context.Context, realID string) (VersionCheck, error) {
	return get[VersionCheck](ctx, s.c, "GET /v4/addon-providers/addon-otoroshi/addons/{OtoroshiId}/version/check", params{"OtoroshiId": realID}, nil)
}
