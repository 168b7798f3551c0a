package tools

import (
	"cmp"
	"context"
	"slices"
	"sort"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// ListProductsInput filters.
type ListProductsInput struct {
	// runtime or addon.
	Kind string `json:"kind,omitempty"`
	// E.g. node, postgresql.
	Name string `json:"name,omitempty"`
	// Default par.
	Zone string `json:"zone,omitempty"`
}

// ProductList is what can be ordered.
type ProductList struct {
	// The zone that prices are of.
	Zone     string        `json:"zone"`
	Runtimes []RuntimeView `json:"runtimes"`
	// Sizes of instances with their prices, for the runtimes above that say no
	// others.
	Flavors   []FlavorView   `json:"flavors"`
	Providers []ProviderView `json:"providers"`
	// What the prices assume.
	Prices string `json:"prices"`
	// How to see more.
	Next string `json:"next,omitempty"`
}

// RuntimeView is what an application can be built and run with.
type RuntimeView struct {
	// What create_app takes as type.
	Type string `json:"type"`
	Name string `json:"name"`
	// The most instances that an application can have; when few runtimes match.
	MaxInstances int `json:"max_instances,omitempty"`
	// Flavor that applications get without another choice.
	Default string `json:"default,omitempty"`
	// Set when it has only some of the sizes below.
	Only string `json:"only,omitempty"`
	// Set when it has sizes, or prices of them, that others do not have.
	Flavors []FlavorView `json:"flavors,omitempty"`
}

// FlavorView is a size of instances.
type FlavorView struct {
	Flavor    string `json:"flavor"`
	MemoryMiB int    `json:"memory_mib"`
	CPUs      int    `json:"cpus"`
	// One instance, all month.
	EURMonth *Euros `json:"eur_month,omitempty"`
}

// ProviderView is a kind of add-on.
type ProviderView struct {
	// What create_addon takes as provider.
	Provider string `json:"provider"`
	Name     string `json:"name"`
	// ALPHA, BETA_PRIV, BETA_PUB; left out when released.
	Status string `json:"status,omitempty"`
	// How many plans there are, and what the cheapest costs a month.
	PlanCount int    `json:"plan_count"`
	From      *Euros `json:"from_eur_month,omitempty"`
	// What is charged beside the plan.
	ByUse []string `json:"by_use,omitempty"`
	// Only when few providers match:
	Zones    []string `json:"zones,omitempty"`
	Versions []string `json:"versions,omitempty"`
	// Version that add-ons get without another choice.
	DefaultVersion string `json:"default_version,omitempty"`
	// What all plans have.
	Common []string `json:"common,omitempty"`
	// What the features of a plan say, in order.
	Columns string     `json:"columns,omitempty"`
	Plans   []PlanView `json:"plans,omitempty"`
}

// PlanView is a size of add-ons.
type PlanView struct {
	// What create_addon takes as plan.
	Plan string `json:"plan"`
	// What the API takes as planId, as to move an add-on to it; with one provider.
	ID       string `json:"plan_id,omitempty"`
	EURMonth *Euros `json:"eur_month,omitempty"`
	Features string `json:"features,omitempty"`
}

var listProducts = &Tool[ListProductsInput, ProductList]{
	Name: "list_products", Title: "Products and prices", Toolset: "addons",
	Doc:    `Lists what can be ordered, with prices a month: runtimes and instance sizes, add-on providers, plans, versions, zones. Without name, an overview.`,
	Effect: catalogue.Reads,
	Uses: []string{
		"GET /v2/self",
		"GET /v2/products/instances",
		"GET /v2/products/addonproviders",
		"GET /v4/products/zones",
		"GET /v4/addon-providers/{providerId}",
		"GET /v4/billing/organisations/{owner_id}/price-system",
	},
	Run: runListProducts,
}

const (
	// Few are shown in full, more in an overview.
	fewProviders = 2
	fewRuntimes  = 3
	// maxPlans keeps an answer readable; the rest is the same, only larger.
	maxPlans = 40
)

func runListProducts(ctx context.Context, c *Call, in ListProductsInput) (ProductList, error) {
	if in.Kind != "" && in.Kind != "addon" && in.Kind != "runtime" {
		return ProductList{}, badArgument("list_products: kind must be one of addon, runtime, or left out for both, not %q.", in.Kind)
	}
	user, err := c.API.Self.Get(ctx)
	if err != nil {
		return ProductList{}, err
	}
	zone := cmp.Or(strings.ToLower(in.Zone), defaultZone)
	var runtimes []cleverapi.Runtime
	var providers []cleverapi.AddonProvider
	var lists priceLists
	err = atOnce(ctx,
		func(ctx context.Context) error {
			if in.Zone == "" {
				return nil
			}
			return checkZone(ctx, c, zone)
		},
		func(ctx context.Context) (err error) {
			if in.Kind != "addon" {
				runtimes, err = c.API.Runtimes.List(ctx, user.ID)
			}
			return err
		},
		func(ctx context.Context) (err error) {
			if in.Kind != "runtime" {
				providers, err = c.API.AddonProviders.List(ctx, user.ID)
			}
			return err
		},
		func(ctx context.Context) error {
			lists = c.readPrices(ctx, []priceKey{{user.ID, zone}})
			return nil
		},
	)
	if err != nil {
		return ProductList{}, err
	}
	s := shelf{lists, user.ID, zone}
	out := ProductList{Zone: zone, Runtimes: []RuntimeView{}, Flavors: []FlavorView{}, Providers: []ProviderView{}, Prices: monthNote}
	runtimes, providers, err = named(in, runtimes, offered(providers, in.Zone))
	if err != nil {
		return ProductList{}, err
	}
	out.Runtimes, out.Flavors = s.runtimes(runtimes)
	if len(providers) > fewProviders || in.Name == "" {
		for _, p := range providers {
			out.Providers = append(out.Providers, s.overview(p))
		}
		if len(providers) > 0 {
			out.Next = `list_products {"name":"…"} shows the plans of an add-on provider`
		}
		return out, nil
	}
	out.Providers = make([]ProviderView, len(providers))
	err = parallel(ctx, len(providers), func(ctx context.Context, i int) (err error) {
		out.Providers[i], err = c.provider(ctx, s, providers[i], len(providers) == 1)
		return err
	})
	return out, err
}

// offered leaves out what nobody can order, or not in the zone.
func offered(providers []cleverapi.AddonProvider, zone string) []cleverapi.AddonProvider {
	out := slices.DeleteFunc(slices.Clone(providers), func(p cleverapi.AddonProvider) bool {
		return p.Status == "DELETED" || zone != "" && !slices.ContainsFunc(p.Zones, func(z string) bool { return strings.EqualFold(z, zone) })
	})
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

// named keeps what a name fits: exactly when something does, in part otherwise.
func named(in ListProductsInput, runtimes []cleverapi.Runtime, providers []cleverapi.AddonProvider) ([]cleverapi.Runtime, []cleverapi.AddonProvider, error) {
	runtimes = slices.DeleteFunc(slices.Clone(runtimes), func(r cleverapi.Runtime) bool { return !r.Enabled || r.ComingSoon })
	sort.Slice(runtimes, func(i, j int) bool {
		a, b := runtimes[i], runtimes[j]
		return cmp.Or(strings.Compare(a.Variant.Slug, b.Variant.Slug), strings.Compare(b.Version, a.Version)) < 0
	})
	runtimes = slices.CompactFunc(runtimes, func(a, b cleverapi.Runtime) bool { return a.Variant.Slug == b.Variant.Slug })
	want := simple(in.Name)
	if want == "" {
		return runtimes, providers, nil
	}
	for _, fits := range []func(name string) bool{
		func(name string) bool { return name == want },
		func(name string) bool { return strings.Contains(name, want) },
	} {
		var rs []cleverapi.Runtime
		var ps []cleverapi.AddonProvider
		for _, r := range runtimes {
			if fits(simple(r.Variant.Slug)) || fits(simple(r.Variant.Name)) {
				rs = append(rs, r)
			}
		}
		for _, p := range providers {
			if slices.ContainsFunc(providerNames(p), fits) {
				ps = append(ps, p)
			}
		}
		if len(rs)+len(ps) > 0 {
			return rs, ps, nil
		}
	}
	var names []string
	for _, r := range runtimes {
		names = append(names, r.Variant.Slug)
	}
	for _, p := range providers {
		names = append(names, p.ID)
	}
	slices.Sort(names)
	return nil, nil, badArgument("Nothing that is on offer here is named %q. There are: %s. What is neither a runtime nor an add-on, such as Kubernetes and functions, is found by search_api.", in.Name, strings.Join(names, ", "))
}
