package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"

	"clever-mcp/cleverapi"
)

// running prices what an owner has now.
func (c *Call) running(ctx context.Context, o cleverapi.SummaryOwner, top int) (RunningCost, error) {
	var apps []cleverapi.Application
	var addons []cleverapi.Addon
	err := atOnce(ctx,
		func(ctx context.Context) error {
			return c.API.Applications.List(ctx, o.ID, func(a cleverapi.Application) { apps = append(apps, a) })
		},
		func(ctx context.Context) error {
			return c.API.Addons.List(ctx, o.ID, func(a cleverapi.Addon) { addons = append(addons, a) })
		},
	)
	if err != nil {
		return RunningCost{}, err
	}
	var keys []priceKey
	for _, a := range apps {
		keys = append(keys, priceKey{o.ID, a.Zone})
	}
	for _, a := range addons {
		keys = append(keys, priceKey{o.ID, a.Zone})
	}
	return sumRunning(o.ID, apps, addons, c.readPrices(ctx, keys), top), nil
}

// sumRunning adds up applications that are meant to run, and add-ons.
func sumRunning(owner string, apps []cleverapi.Application, addons []cleverapi.Addon, prices priceLists, top int) RunningCost {
	out := RunningCost{Top: []CostLine{}}
	unknown, tasks, metered := 0, 0, 0
	for _, a := range apps {
		if a.Archived || a.State != "SHOULD_BE_UP" && a.State != "WANTS_TO_BE_UP" {
			continue
		}
		if a.Instance.Lifetime == "TASK" {
			tasks++
			continue
		}
		least, most := prices.flavor(owner, a.Zone, appPrice(a.Instance.MinFlavor)), prices.flavor(owner, a.Zone, appPrice(a.Instance.MaxFlavor))
		if least == nil || most == nil {
			unknown++
			continue
		}
		price := *least * Euros(a.Instance.MinInstances)
		out.MinEURMonth += price
		out.MaxEURMonth += *most * Euros(a.Instance.MaxInstances)
		out.Top = append(out.Top, CostLine{a.ID, a.Name, fmt.Sprintf("%d × %s", a.Instance.MinInstances, a.Instance.MinFlavor.Name), price})
	}
	for _, a := range addons {
		price := prices.plan(owner, a.Zone, a.Plan)
		if price == nil {
			unknown++
			continue
		}
		if countedServices(a.Provider.ID) != "" {
			metered++
		}
		out.MinEURMonth += *price
		out.MaxEURMonth += *price
		out.Top = append(out.Top, CostLine{a.ID, a.Name, a.Provider.ID + " " + a.Plan.Slug, *price})
	}
	sort.SliceStable(out.Top, func(i, j int) bool {
		a, b := out.Top[i], out.Top[j]
		return cmp.Or(cmp.Compare(b.EURMonth, a.EURMonth), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID)) < 0
	})
	out.Top = slices.DeleteFunc(out.Top, func(l CostLine) bool { return l.EURMonth == 0 })
	if len(out.Top) > top {
		out.Top = out.Top[:top]
	}
	for _, w := range []struct {
		n    int
		said string
	}{
		{tasks, plural(tasks, "task") + ", charged while running"},
		{metered, plural(metered, "add-on") + " charged by use, on top of the plan"},
		{unknown, fmt.Sprintf("%d of unknown price", unknown)},
	} {
		if w.n > 0 {
			out.Without = append(out.Without, w.said)
		}
	}
	return out
}

// appPrice is the price ID of a flavor. Lists name the flavor only.
func appPrice(f cleverapi.Flavor) string { return "apps." + f.Name }
