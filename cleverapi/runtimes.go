package cleverapi

import (
	"context"
	"net/url"
)

// Runtimes are what applications can be written in.
type Runtimes struct{ c *Client }

// Runtime is one version of a kind of instance.
type Runtime struct {
	Type         string `json:"type"`
	Version      string `json:"version"`
	Name         string `json:"name"`
	Enabled      bool   `json:"enabled"`
	ComingSoon   bool   `json:"comingSoon"`
	MaxInstances int    `json:"maxInstances"`
	Variant      struct {
		ID   string `json:"id"`
		Slug string `json:"slug"` // what people type: node, php, docker
		Name string `json:"name"`
	} `json:"variant"`
	Flavors       []SizedFlavor `json:"flavors"`
	DefaultFlavor SizedFlavor   `json:"defaultFlavor"`
	BuildFlavor   SizedFlavor   `json:"buildFlavor"`
}

// List reads the runtimes that an owner can use.
func (s *Runtimes) List(ctx context.Context, owner string) ([]Runtime, error) {
	return collect[Runtime](ctx, s.c, "GET /v2/products/instances", nil, url.Values{"for": {owner}})
}
