package emulator

import (
	"slices"
)

func productRoutes() routes {
	return routes{
		"GET /v2/products/instances":                    listRuntimes,
		"GET /v2/products/instances/{type}-{version}":   getRuntime,
		"GET /v2/products/flavors":                      listFlavors,
		"GET /v2/products/addonproviders":               listProviders,
		"GET /v2/products/addonproviders/{provider_id}": getProvider,
		"GET /v2/products/zones":                        listZonesV2,
		"GET /v4/products/zones":                        listZones,
		"GET /v4/products/zones/{zoneName}":             getZone,
		"GET /v4/addon-providers/{providerId}":          getProviderVersions,
	}
}

type runtimeView struct {
	Type          string       `json:"type"`
	Version       string       `json:"version"`
	Name          string       `json:"name"`
	Description   string       `json:"description"`
	Enabled       bool         `json:"enabled"`
	ComingSoon    bool         `json:"comingSoon"`
	MaxInstances  int          `json:"maxInstances"`
	Variant       variantView  `json:"variant"`
	Tags          []string     `json:"tags"`
	Deployments   []string     `json:"deployments"`
	Flavors       []flavorView `json:"flavors"`
	DefaultFlavor flavorView   `json:"defaultFlavor"`
	BuildFlavor   flavorView   `json:"buildFlavor"`
}

func (r *runtime) view() runtimeView {
	return runtimeView{
		Type: r.Type, Version: r.Version, Name: r.Name, Description: r.Name, Enabled: true, MaxInstances: maxInstances,
		Variant: r.variant(), Tags: []string{"buildable"}, Deployments: []string{"git"},
		Flavors: each(r.flavors(), (*flavor).view), DefaultFlavor: catalog().flavor(r.Flavor).view(), BuildFlavor: catalog().flavor("M").view(),
	}
}

func listRuntimes(*call) (any, error) { return each(catalog().Runtimes, (*runtime).view), nil }

func getRuntime(c *call) (any, error) {
	r := find(catalog().Runtimes, func(r *runtime) bool { return r.Type == c.params["type"] && r.Version == c.params["version"] })
	if r == nil {
		return nil, notFound("The instance type %s-%s does not exist", c.params["type"], c.params["version"])
	}
	return r.view(), nil
}

func listFlavors(*call) (any, error) { return each(catalog().Flavors, (*flavor).view), nil }

func listProviders(*call) (any, error) {
	return each(catalog().Providers, func(v *provider) providerView { return v.view(true) }), nil
}

func getProvider(c *call) (any, error) {
	v := catalog().provider(c.params["provider_id"])
	if v == nil {
		return nil, notFound("The add-on provider %s does not exist", c.params["provider_id"])
	}
	return v.view(true), nil
}

type zoneV2 struct {
	Name                string `json:"name"`
	Internal            bool   `json:"internal"`
	CorrespondingRegion string `json:"correspondingRegion"`
}

func listZonesV2(*call) (any, error) {
	return each(catalog().Zones, func(z *zone) zoneV2 { return zoneV2{z.Name, false, z.Name} }), nil
}

type zoneView struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Country     string   `json:"country"`
	CountryCode string   `json:"countryCode"`
	City        string   `json:"city"`
	DisplayName *string  `json:"displayName"`
	Lat         float64  `json:"lat"`
	Lon         float64  `json:"lon"`
	OutboundIPs []string `json:"outboundIPs"`
	Tags        []string `json:"tags"`
}

func (z *zone) view() zoneView {
	return zoneView{
		ID: z.id(), Name: z.Name, Country: z.Country, CountryCode: z.CountryCode, City: z.City, Lat: z.Lat, Lon: z.Lon,
		// Addresses that documentation may use.
		OutboundIPs: []string{"203.0.113." + digits(0, z.id()), "198.51.100." + digits(1, z.id())},
		Tags:        z.Tags,
	}
}

// listZones returns the zones that have every tag that was asked for.
func listZones(c *call) (any, error) {
	tags := c.r.URL.Query()["tag"]
	out := []zoneView{}
	for _, z := range catalog().Zones {
		if !slices.ContainsFunc(tags, func(t string) bool { return !slices.Contains(z.Tags, t) }) {
			out = append(out, z.view())
		}
	}
	return out, nil
}

func getZone(c *call) (any, error) {
	z := catalog().zone(c.params["zoneName"])
	if z == nil {
		return nil, notFound("The zone %s does not exist", c.params["zoneName"])
	}
	return z.view(), nil
}

type providerFeature struct {
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
}

type clusterView struct {
	ID       string            `json:"id"`
	Label    string            `json:"label"`
	Zone     string            `json:"zone"`
	Version  string            `json:"version"`
	Features []providerFeature `json:"features"`
}

type dedicatedView struct {
	Features []providerFeature `json:"features"`
}

type providerVersions struct {
	Clusters                []clusterView            `json:"clusters"`
	Dedicated               map[string]dedicatedView `json:"dedicated"`
	DefaultDedicatedVersion string                   `json:"defaultDedicatedVersion"`
}

func getProviderVersions(c *call) (any, error) {
	v := catalog().provider(c.params["providerId"])
	if v == nil || len(v.Versions) == 0 {
		return nil, notFound("The add-on provider %s has no versions", c.params["providerId"])
	}
	out := providerVersions{Clusters: []clusterView{}, Dedicated: map[string]dedicatedView{}, DefaultDedicatedVersion: v.Versions[0]}
	encryption := providerFeature{"encryption", false}
	if slices.ContainsFunc(v.Plans, func(p *plan) bool { return p.Shared }) {
		for _, zone := range v.Regions {
			out.Clusters = append(out.Clusters, clusterView{
				ID: uuid("cluster", v.ID, zone), Label: zone + "-shared", Zone: zone, Version: v.Versions[0], Features: []providerFeature{encryption},
			})
		}
	}
	for _, version := range v.Versions {
		out.Dedicated[version] = dedicatedView{[]providerFeature{encryption, {"direct-host-only", false}}}
	}
	return out, nil
}
