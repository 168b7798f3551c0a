package emulator

import (
	"maps"
	"slices"
	"strings"
)

type featureView struct {
	Name            string `json:"name"`
	Type            string `json:"type"`
	Value           string `json:"value,omitempty"`
	ComputableValue string `json:"computable_value,omitempty"`
	NameCode        string `json:"name_code"`
}

type planView struct {
	ID       string        `json:"id"`
	Name     string        `json:"name"`
	Slug     string        `json:"slug"`
	Price    float64       `json:"price"`
	PriceID  string        `json:"price_id"`
	Features []featureView `json:"features"`
	Zones    []string      `json:"zones"`
}

type providerView struct {
	ID             string        `json:"id"`
	Name           string        `json:"name"`
	Website        string        `json:"website"`
	SupportEmail   string        `json:"supportEmail"`
	GooglePlusName string        `json:"googlePlusName"`
	TwitterName    string        `json:"twitterName"`
	AnalyticsID    string        `json:"analyticsId"`
	ShortDesc      string        `json:"shortDesc"`
	LongDesc       string        `json:"longDesc"`
	LogoURL        string        `json:"logoUrl"`
	Status         string        `json:"status"`
	OpenInNewTab   bool          `json:"openInNewTab"`
	CanUpgrade     bool          `json:"canUpgrade"`
	Regions        []string      `json:"regions"`
	Plans          []planView    `json:"plans,omitempty"`
	Features       []featureView `json:"features"`
}

type addonView struct {
	ID           string       `json:"id"`
	Name         string       `json:"name"`
	RealID       string       `json:"realId"`
	Region       string       `json:"region"`
	ZoneID       string       `json:"zoneId"`
	Provider     providerView `json:"provider"`
	Plan         planView     `json:"plan"`
	CreationDate int64        `json:"creationDate"`
	ConfigKeys   []string     `json:"configKeys"`
}

func (a *addon) view() addonView {
	return addonView{
		ID: a.id, Name: a.name, RealID: a.realID, Region: a.zone.Name, ZoneID: a.zone.id(),
		Provider: a.provider.view(false), Plan: a.provider.planView(a.plan), CreationDate: millis(a.created),
		ConfigKeys: each(a.env(), func(v variable) string { return v.Name }),
	}
}

func (v *provider) logo() string { return "https://assets.clever-cloud.com/logos/" + v.RealID + ".svg" }

func (v *provider) view(plans bool) providerView {
	out := providerView{
		ID: v.ID, Name: v.Name, Website: "https://www.clever-cloud.com", SupportEmail: "support@clever-cloud.com",
		ShortDesc: v.Short, LongDesc: v.Short + ".", LogoURL: v.logo(), Status: "RELEASE", OpenInNewTab: true,
		CanUpgrade: len(v.Plans) > 1, Regions: v.Regions,
		Features: []featureView{{Name: "Type", Type: "STRING", NameCode: "type"}},
	}
	if plans {
		out.Plans = each(v.Plans, v.planView)
	}
	names := map[string]bool{}
	for _, p := range v.Plans {
		for name := range p.Features {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		out.Features = append(out.Features, featureView{Name: name, Type: "STRING", NameCode: code(name)})
	}
	return out
}

func code(name string) string { return strings.ReplaceAll(strings.ToLower(name), " ", "-") }

func (v *provider) planView(p *plan) planView {
	// The CLI stops with an internal error when a plan has no such feature.
	kind := "Dedicated"
	if p.Shared {
		kind = "Shared"
	}
	features := []featureView{{Name: "Type", Type: "STRING", Value: kind, ComputableValue: strings.ToLower(kind), NameCode: "type"}}
	for _, name := range slices.Sorted(maps.Keys(p.Features)) {
		features = append(features, featureView{Name: name, Type: "STRING", Value: p.Features[name], ComputableValue: p.Features[name], NameCode: code(name)})
	}
	return planView{
		ID: v.planID(p), Name: p.Name, Slug: p.Slug, Price: p.Price, PriceID: v.RealID + "." + p.Slug,
		Features: features, Zones: v.Regions,
	}
}
