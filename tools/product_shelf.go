package tools

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"clever-mcp/cleverapi"
)

// shelf puts prices on what is listed.
type shelf struct {
	lists       priceLists
	owner, zone string
}

// runtimes shows the sizes that most runtimes share once.
func (s shelf) runtimes(list []cleverapi.Runtime) (views []RuntimeView, common []FlavorView) {
	views, common = []RuntimeView{}, []FlavorView{}
	count := map[string]int{}
	for _, r := range list {
		count[flavorNames(r)]++
	}
	most := ""
	for _, names := range slices.Sorted(maps.Keys(count)) {
		if count[names] > count[most] {
			most = names
		}
	}
	for _, r := range list {
		if flavorNames(r) == most {
			common = s.flavors(r)
			break
		}
	}
	for _, r := range list {
		v := RuntimeView{Type: r.Variant.Slug, Name: r.Variant.Name, Default: r.DefaultFlavor.Name}
		if len(list) <= fewRuntimes {
			v.MaxInstances = r.MaxInstances
		}
		if flavorNames(r) != most {
			v.Only, v.Flavors = only(s.flavors(r), common)
		}
		views = append(views, v)
	}
	return views, common
}

// only says which of the common sizes a runtime has, or returns its own when
// they differ in more than that.
func only(own, common []FlavorView) (names string, others []FlavorView) {
	var said []string
	for _, f := range own {
		if !slices.ContainsFunc(common, func(c FlavorView) bool { return c.same(f) }) {
			return "", own
		}
		said = append(said, f.Flavor)
	}
	return strings.Join(said, ", "), nil
}

func (f FlavorView) same(g FlavorView) bool {
	return f.Flavor == g.Flavor && f.MemoryMiB == g.MemoryMiB && f.CPUs == g.CPUs && orElse(f.EURMonth, -1) == orElse(g.EURMonth, -1)
}

func flavorNames(r cleverapi.Runtime) string {
	var b strings.Builder
	for _, f := range r.Flavors {
		if f.Available {
			fmt.Fprintf(&b, "%s %s %d %d,", f.Name, f.PriceID, f.Memory, f.CPUs)
		}
	}
	return b.String()
}

func (s shelf) flavors(r cleverapi.Runtime) []FlavorView {
	out := []FlavorView{}
	for _, f := range r.Flavors {
		if f.Available {
			out = append(out, FlavorView{f.Name, f.Memory, f.CPUs, s.lists.flavor(s.owner, s.zone, f.PriceID)})
		}
	}
	return out
}

func (s shelf) overview(p cleverapi.AddonProvider) ProviderView {
	v := ProviderView{Provider: p.ID, Name: p.Name}
	if p.Status != "RELEASE" {
		v.Status = p.Status
	}
	for _, plan := range p.Plans {
		if !inZone(plan, s.zone) {
			continue
		}
		v.PlanCount++
		if price := s.lists.plan(s.owner, s.zone, plan); price != nil && (v.From == nil || *price < *v.From) {
			v.From = price
		}
	}
	return v
}

// provider shows one kind of add-on in full, with the ids of its plans where it is
// the only one: they are most of a plan's tokens.
func (c *Call) provider(ctx context.Context, s shelf, p cleverapi.AddonProvider, ids bool) (ProviderView, error) {
	v := s.overview(p)
	versions, err := c.versions(ctx, p.ID)
	if err != nil {
		return v, err
	}
	if versions != nil {
		v.Versions = slices.SortedFunc(maps.Keys(versions.Dedicated), compareVersions)
		v.DefaultVersion = versions.Default
	}
	v.Zones = slices.Sorted(slices.Values(p.Zones))
	v.ByUse = byUse(s.lists[priceKey{s.owner, s.zone}], p.ID)

	plans := plansThat(p.Plans, func(plan cleverapi.Plan) bool { return inZone(plan, s.zone) })
	sort.SliceStable(plans, func(i, j int) bool {
		a, b := plans[i], plans[j]
		return cmp.Compare(orElse(s.lists.plan(s.owner, s.zone, a), a.Price), orElse(s.lists.plan(s.owner, s.zone, b), b.Price)) < 0
	})
	if len(plans) > maxPlans {
		v.Columns = fmt.Sprintf("the %d cheapest of %d plans; ", maxPlans, len(plans))
		plans = plans[:maxPlans]
	}
	columns := columns(plans)
	for _, plan := range plans {
		view := PlanView{Plan: plan.Slug, EURMonth: s.lists.plan(s.owner, s.zone, plan), Features: columns.row(plan)}
		if ids {
			view.ID = plan.ID
		}
		v.Plans = append(v.Plans, view)
	}
	v.Common = columns.common
	v.Columns += strings.Join(columns.names, " | ")
	return v, nil
}

// planColumns are the features in which plans differ, and those that all share.
type planColumns struct{ names, common []string }

func columns(plans []cleverapi.Plan) planColumns {
	var order []string
	values := map[string]map[string]int{} // name to value to how many plans
	for _, p := range plans {
		for _, f := range p.Features {
			if values[f.Name] == nil {
				values[f.Name] = map[string]int{}
				order = append(order, f.Name)
			}
			values[f.Name][f.Value]++
		}
	}
	var c planColumns
	for _, name := range order {
		if len(values[name]) == 1 {
			for value, n := range values[name] {
				if n == len(plans) {
					c.common = append(c.common, name+": "+value)
					continue
				}
				c.names = append(c.names, name)
			}
			continue
		}
		c.names = append(c.names, name)
	}
	return c
}

func (c planColumns) row(p cleverapi.Plan) string {
	row := make([]string, len(c.names))
	for i, name := range c.names {
		row[i] = "-"
		for _, f := range p.Features {
			if f.Name == name && f.Value != "" {
				row[i] = f.Value
			}
		}
	}
	return strings.Join(row, " | ")
}
