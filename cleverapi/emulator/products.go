package emulator

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

// products is what can be bought. It never changes.
type products struct {
	Zones     []*zone     `yaml:"zones"`
	Flavors   []*flavor   `yaml:"flavors"`
	Runtimes  []*runtime  `yaml:"runtimes"`
	Providers []*provider `yaml:"providers"`
}

type zone struct {
	Name        string   `yaml:"name"`
	City        string   `yaml:"city"`
	Country     string   `yaml:"country"`
	CountryCode string   `yaml:"code"`
	Lat         float64  `yaml:"lat"`
	Lon         float64  `yaml:"lon"`
	Tags        []string `yaml:"tags"`
}

func (z *zone) id() string { return uuid("zone", z.Name) }

type flavor struct {
	Name  string  `yaml:"name"`
	Mem   int     `yaml:"mem"` // MiB
	CPUs  int     `yaml:"cpus"`
	Price float64 `yaml:"price"`
}

type runtime struct {
	Slug    string `yaml:"slug"`
	Name    string `yaml:"name"`
	Type    string `yaml:"type"`    // default: slug
	Version string `yaml:"version"` // default 20260101
	Flavor  string `yaml:"flavor"`  // default XS
	Min     string `yaml:"min"`     // smallest flavor; default pico
}

type provider struct {
	ID      string   `yaml:"id"`
	Name    string   `yaml:"name"`
	Short   string   `yaml:"short"`
	RealID  string   `yaml:"real_id"` // prefix of real ids
	Regions []string `yaml:"regions"` // default: all public zones
	// Versions that dedicated plans offer, the default first; none: the API
	// knows no version of this provider and answers 404.
	Versions []string `yaml:"versions"`
	Plans    []*plan  `yaml:"plans"`
}

type plan struct {
	Name     string            `yaml:"name"`
	Slug     string            `yaml:"slug"` // default: name in small letters
	Price    float64           `yaml:"price"`
	Shared   bool              `yaml:"shared"`
	Features map[string]string `yaml:"features"`
}

//go:embed products.yaml
var productsYAML []byte

// catalog reads the products once, at the first New.
var catalog = sync.OnceValue(func() *products {
	dec := yaml.NewDecoder(bytes.NewReader(productsYAML))
	dec.KnownFields(true)
	var p products
	if err := dec.Decode(&p); err != nil {
		panic(fmt.Sprintf("products.yaml: %v", err)) // a mistake of the build
	}
	for _, r := range p.Runtimes {
		r.Type, r.Version = either(r.Type, r.Slug), either(r.Version, "20260101")
		r.Flavor, r.Min = either(r.Flavor, "XS"), either(r.Min, "pico")
	}
	for _, v := range p.Providers {
		if v.Regions == nil {
			for _, z := range p.Zones {
				v.Regions = append(v.Regions, z.Name)
			}
		}
		for _, pl := range v.Plans {
			pl.Slug = either(pl.Slug, strings.ToLower(pl.Name))
		}
	}
	return &p
})

func either(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func (p *products) zone(name string) *zone {
	return find(p.Zones, func(z *zone) bool { return z.Name == name })
}

func (p *products) flavor(name string) *flavor {
	return find(p.Flavors, func(f *flavor) bool { return strings.EqualFold(f.Name, name) })
}

func (p *products) runtime(slug string) *runtime {
	return find(p.Runtimes, func(r *runtime) bool { return r.Slug == slug })
}

func (p *products) provider(id string) *provider {
	return find(p.Providers, func(v *provider) bool { return v.ID == id })
}

func (v *provider) planID(p *plan) string { return "plan_" + uuid("plan", v.ID, p.Slug) }

func (v *provider) plan(slug string) *plan {
	return find(v.Plans, func(p *plan) bool { return strings.EqualFold(p.Slug, slug) })
}

func (r *runtime) variantID() string { return uuid("variant", r.Slug) }

// flavors are those that a runtime can have, smallest first.
func (r *runtime) flavors() []*flavor {
	all := catalog().Flavors
	for i, f := range all {
		if f.Name == r.Min {
			return all[i:]
		}
	}
	return all
}
