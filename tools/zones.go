package tools

import (
	"context"
	"slices"
	"sort"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// ListZonesInput filters.
type ListZonesInput struct {
	// All that it must have, e.g. ["region:eu"].
	Tags []string `json:"tags,omitempty"`
}

// ZoneList is where things can run.
type ZoneList struct {
	Zones []ZoneView `json:"zones"`
	Total int        `json:"total"`
}

// ZoneView is one zone.
type ZoneView struct {
	// What other tools take as zone, e.g. par.
	Name        string   `json:"name"`
	City        string   `json:"city"`
	Country     string   `json:"country"`
	CountryCode string   `json:"country_code"`
	DisplayName string   `json:"display_name,omitempty"`
	Tags        []string `json:"tags"`
	Latitude    float64  `json:"latitude"`
	Longitude   float64  `json:"longitude"`
}

var listZones = &Tool[ListZonesInput, ZoneList]{
	Name: "list_zones", Title: "Zones", Toolset: "account",
	Doc:    `Lists the zones where things run: name, city, country, coordinates, and tags, e.g. for:applications (takes applications), region:eu, infra:…, certification:….`,
	Effect: catalogue.Reads,
	Uses:   []string{"GET /v4/products/zones"},
	Run:    runListZones,
}

func runListZones(ctx context.Context, c *Call, in ListZonesInput) (ZoneList, error) {
	zones, err := c.API.Zones.List(ctx)
	if err != nil {
		return ZoneList{}, err
	}
	if err := knownTags(zones, in.Tags); err != nil {
		return ZoneList{}, err
	}
	out := ZoneList{Zones: []ZoneView{}}
	for _, z := range zones {
		if !hasAll(z.Tags, in.Tags) {
			continue
		}
		out.Zones = append(out.Zones, ZoneView{
			Name: z.Name, City: z.City, Country: z.Country, CountryCode: z.CountryCode, DisplayName: z.DisplayName,
			Tags: append([]string{}, z.Tags...), Latitude: z.Lat, Longitude: z.Lon,
		})
	}
	sort.Slice(out.Zones, func(i, j int) bool { return out.Zones[i].Name < out.Zones[j].Name })
	out.Total = len(out.Zones)
	return out, nil
}

// knownTags refuses a tag that no zone has, which would look like an empty
// answer to a good question.
func knownTags(zones []cleverapi.Zone, want []string) error {
	var all []string
	for _, z := range zones {
		all = append(all, z.Tags...)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	for _, tag := range want {
		if !slices.ContainsFunc(all, func(t string) bool { return strings.EqualFold(t, tag) }) {
			return badArgument("No zone has the tag %q. Tags: %s.", tag, strings.Join(all, ", "))
		}
	}
	return nil
}

func hasAll(tags, want []string) bool {
	for _, w := range want {
		if !slices.ContainsFunc(tags, func(t string) bool { return strings.EqualFold(t, w) }) {
			return false
		}
	}
	return true
}

// checkZone refuses a zone that does not exist, with the ones that do.
func checkZone(ctx context.Context, c *Call, name string) error {
	zones, err := c.API.Zones.List(ctx)
	if err != nil {
		return err
	}
	var names []string
	for _, z := range zones {
		if strings.EqualFold(z.Name, name) {
			return nil
		}
		names = append(names, z.Name)
	}
	slices.Sort(names)
	return badArgument("There is no zone %q. Zones: %s.", name, strings.Join(names, ", "))
}
