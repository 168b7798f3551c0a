package tools

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
)

// simple makes spellings of one name equal: "XS Small Space", "xs-small_space".
func simple(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(strings.TrimSpace(s)))
}

// providerNames are the spellings by which people know a provider: its id with
// and without the word addon, and its name.
func providerNames(p cleverapi.AddonProvider) []string {
	id := strings.TrimSuffix(strings.TrimPrefix(p.ID, "addon-"), "-addon")
	return []string{simple(p.ID), simple(id), simple(p.Name)}
}

// pickProvider finds the one provider that ref names.
func pickProvider(all []cleverapi.AddonProvider, ref string) (cleverapi.AddonProvider, error) {
	want := simple(ref)
	var exact, part []cleverapi.AddonProvider
	var ids []string
	for _, p := range all {
		if p.Status == "DELETED" {
			continue
		}
		ids = append(ids, p.ID)
		names := providerNames(p)
		switch {
		case slices.Contains(names, want):
			exact = append(exact, p)
		case want != "" && slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, want) || n != "" && strings.HasPrefix(want, n) }):
			part = append(part, p)
		}
	}
	if len(exact) == 1 {
		return exact[0], nil
	}
	slices.Sort(ids)
	if found := append(exact, part...); len(found) > 0 {
		var candidates []string
		for _, p := range found {
			candidates = append(candidates, fmt.Sprintf("%s (%s)", p.ID, p.Name))
		}
		slices.Sort(candidates)
		return cleverapi.AddonProvider{}, badArgument("The add-on provider %q is not exact. Did you mean %s? Nothing was done.", ref, strings.Join(candidates, " or "))
	}
	return cleverapi.AddonProvider{}, badArgument("There is no add-on provider %q. Providers: %s.", ref, strings.Join(ids, ", "))
}

// defaultZone is where the clever CLI puts what nobody says a zone for.
const defaultZone = "par"

func pickZone(p cleverapi.AddonProvider, want string) (string, error) {
	zones := slices.Sorted(slices.Values(p.Zones))
	if want == "" {
		if len(zones) == 0 || slices.Contains(zones, defaultZone) {
			return defaultZone, nil
		}
		return "", badArgument("%s is not offered in %s, the default zone: say a zone. Zones: %s.", p.Name, defaultZone, strings.Join(zones, ", "))
	}
	for _, z := range zones {
		if strings.EqualFold(z, want) {
			return z, nil
		}
	}
	return "", badArgument("%s is not offered in the zone %q. Zones: %s.", p.Name, want, strings.Join(zones, ", "))
}

// inZone tells whether a plan can be had in a zone. A plan without zones can be
// had wherever its provider is.
func inZone(p cleverapi.Plan, zone string) bool {
	return len(p.Zones) == 0 || slices.Contains(p.Zones, zone)
}

// pickPlan finds the plan that want names by slug, name or id; left out, it is
// the cheapest in the zone, and why says so.
func pickPlan(p cleverapi.AddonProvider, want, zone string, price func(cleverapi.Plan) *Euros) (plan cleverapi.Plan, why string, err error) {
	var slugs []string
	offered := plansThat(p.Plans, func(plan cleverapi.Plan) bool { return inZone(plan, zone) })
	for _, plan := range offered {
		slugs = append(slugs, plan.Slug)
	}
	slices.Sort(slugs)
	if len(offered) == 0 {
		return plan, "", badArgument("%s has no plan in the zone %s. list_products {\"name\":%q} shows what is where.", p.Name, zone, p.ID)
	}
	if want == "" {
		return cheapest(offered, price, zone)
	}
	named := plansThat(p.Plans, func(plan cleverapi.Plan) bool { return plan.ID == want || strings.EqualFold(plan.Slug, want) })
	if len(named) == 0 {
		named = plansThat(p.Plans, func(plan cleverapi.Plan) bool {
			return simple(plan.Slug) == simple(want) || simple(plan.Name) == simple(want)
		})
	}
	switch {
	case len(named) == 0:
		return plan, "", badArgument("%s has no plan %q in %s. Plans: %s.", p.Name, want, zone, strings.Join(slugs, ", "))
	case len(named) > 1:
		return plan, "", badArgument("%s has several plans %q: name one by its slug. Plans: %s.", p.Name, want, strings.Join(slugs, ", "))
	case !inZone(named[0], zone):
		return plan, "", badArgument("The plan %s of %s is not offered in %s, but in %s. Plans in %s: %s.", named[0].Slug, p.Name, zone,
			strings.Join(slices.Sorted(slices.Values(named[0].Zones)), ", "), zone, strings.Join(slugs, ", "))
	}
	return named[0], "", nil
}

func plansThat(plans []cleverapi.Plan, fit func(cleverapi.Plan) bool) []cleverapi.Plan {
	return slices.DeleteFunc(slices.Clone(plans), func(p cleverapi.Plan) bool { return !fit(p) })
}

// cheapest goes by the price list, and by the provider's own prices where it
// could not be read: a free plan must not lose to one that costs.
func cheapest(plans []cleverapi.Plan, price func(cleverapi.Plan) *Euros, zone string) (cleverapi.Plan, string, error) {
	best := slices.MinFunc(plans, func(a, b cleverapi.Plan) int {
		return cmp.Compare(orElse(price(a), a.Price), orElse(price(b), b.Price))
	})
	said := "by its provider's own price, because the price list could not be read"
	if p := price(best); p != nil {
		said = p.String() + " a month"
	}
	return best, fmt.Sprintf("No plan was given: %s (%s) is the cheapest of %d in %s, %s.", best.Slug, best.Name, len(plans), zone, said), nil
}

func orElse(known *Euros, otherwise float64) Euros {
	if known == nil {
		return Euros(otherwise)
	}
	return *known
}

// pickVersion checks version and options against what the provider offers, and
// returns the version to ask for; "" where there is no choice.
func pickVersion(p cleverapi.AddonProvider, plan cleverapi.Plan, offer *cleverapi.ProviderVersions, zone, want string, options map[string]string) (string, error) {
	if given, ok := options["version"]; ok {
		if want != "" && want != given {
			return "", badArgument("create_addon: version is %q and options.version is %q. Give one of them.", want, given)
		}
		want = given
	}
	if offer == nil || len(offer.Dedicated) == 0 && len(offer.Clusters) == 0 {
		if want != "" {
			return "", badArgument("%s has no choice of versions: leave version out.", p.Name)
		}
		return "", nil
	}
	if sharedPlan(plan) {
		for _, cluster := range offer.Clusters {
			if cluster.Zone != zone {
				continue
			}
			if want != "" && want != cluster.Version {
				return "", badArgument("The plan %s runs on a shared server, which in %s has version %s, not %s. Leave version out, or choose a dedicated plan.", plan.Slug, zone, cluster.Version, want)
			}
			return cluster.Version, knownOptions(p, options, cluster.Features)
		}
		if len(offer.Clusters) > 0 {
			var zones []string
			for _, cluster := range offer.Clusters {
				zones = append(zones, cluster.Zone)
			}
			slices.Sort(zones)
			return "", badArgument("The plan %s runs on shared servers, and there is none in %s. Zones that have one: %s.", plan.Slug, zone, strings.Join(slices.Compact(zones), ", "))
		}
	}
	if want == "" {
		want = offer.Default
	}
	dedicated, ok := offer.Dedicated[want]
	if !ok && want != "" {
		return "", badArgument("%s has no version %q. Versions: %s.", p.Name, want, strings.Join(slices.SortedFunc(maps.Keys(offer.Dedicated), compareVersions), ", "))
	}
	return want, knownOptions(p, options, dedicated.Features)
}

// knownOptions refuses switches that the provider does not have.
func knownOptions(p cleverapi.AddonProvider, options map[string]string, features []cleverapi.Feature) error {
	names := []string{}
	for _, f := range features {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	for _, name := range slices.Sorted(maps.Keys(options)) {
		switch {
		case name == "version":
		case len(names) == 0:
			return badArgument("%s takes no options with this plan and version: leave %q out.", p.Name, name)
		case !slices.Contains(names, name):
			return badArgument("%s has no option %q with this plan and version. Options: %s.", p.Name, name, strings.Join(names, ", "))
		case options[name] != "true" && options[name] != "false":
			return badArgument("The option %q must be \"true\" or \"false\".", name)
		}
	}
	return nil
}
