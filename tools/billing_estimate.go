package tools

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"clever-mcp/cleverapi"
)

// EstimateView is what something would cost.
type EstimateView struct {
	Zone     string     `json:"zone"`
	Lines    []CostLine `json:"lines"`
	EURMonth Euros      `json:"eur_month"`
	// What is charged beside it.
	ByUse []string `json:"by_use,omitempty"`
}

// wish is one line of an estimate: so many of something in a size.
type wish struct {
	text  string
	count int
	what  string // runtime or provider; "" for any runtime
	size  string // flavor or plan
}

// counted reads the number in front: "2 node S", "2x XS", "2 × M". A flavor may
// begin with a digit (2XL), so a number without a space or sign is none.
var counted = lazily(`^([0-9]{1,4})(?:\s*[x×*]\s+|\s*[×*]\s*|\s+)(\S.*)$`)

const maxWishes = 20

// parseEstimate reads lines such as "2 node S", "XS" and "postgresql-addon dev".
func parseEstimate(lines []string) ([]wish, error) {
	if len(lines) > maxWishes {
		return nil, badArgument("get_billing: estimate has %d items; at most %d at a time.", len(lines), maxWishes)
	}
	var wishes []wish
	for _, line := range lines {
		w := wish{text: strings.Join(strings.Fields(line), " "), count: 1}
		rest := w.text
		if m := counted.FindStringSubmatch(rest); m != nil {
			w.count, _ = strconv.Atoi(m[1]) // at most four digits
			rest = m[2]
		}
		words := strings.Fields(rest)
		switch {
		case len(words) == 0 || w.count == 0:
			return nil, badArgument("get_billing: estimate has %q. Write an optional number, then a runtime and a flavor (2 node S) or an add-on provider and a plan (postgresql-addon xs_sml).", line)
		case len(words) == 1:
			w.size = words[0]
		default:
			w.what, w.size = words[0], strings.Join(words[1:], " ")
		}
		wishes = append(wishes, w)
	}
	return wishes, nil
}

// estimate prices wishes in a zone.
func (c *Call) estimate(ctx context.Context, owner, zone string, wishes []wish) (*EstimateView, error) {
	var runtimes []cleverapi.Runtime
	var providers []cleverapi.AddonProvider
	var prices cleverapi.PriceSystem
	err := atOnce(ctx,
		func(ctx context.Context) (err error) { prices, err = c.API.Prices.Of(ctx, owner, zone); return err },
		func(ctx context.Context) (err error) { runtimes, err = c.API.Runtimes.List(ctx, owner); return err },
		func(ctx context.Context) (err error) {
			providers, err = c.API.AddonProviders.List(ctx, owner)
			return err
		},
	)
	if err != nil {
		return nil, err
	}
	key := priceKey{owner, zone}
	lists := priceLists{key: prices}
	view := &EstimateView{Zone: zone, Lines: []CostLine{}}
	for _, w := range wishes {
		line, provider, err := w.price(lists, key, runtimes, providers)
		if err != nil {
			return nil, err
		}
		view.Lines = append(view.Lines, line)
		view.EURMonth += line.EURMonth
		for _, use := range byUse(prices, provider) {
			view.ByUse = append(view.ByUse, provider+" "+use)
		}
	}
	slices.Sort(view.ByUse)
	view.ByUse = slices.Compact(view.ByUse)
	return view, nil
}

// price finds what a wish means: a flavor when it names a runtime or nothing,
// else the plan of a provider.
func (w wish) price(lists priceLists, key priceKey, runtimes []cleverapi.Runtime, providers []cleverapi.AddonProvider) (line CostLine, provider string, err error) {
	line = CostLine{Name: w.text}
	known := w.what == ""
	var sizes []string
	for _, r := range runtimes {
		if w.what != "" && simple(r.Variant.Slug) != simple(w.what) && simple(r.Type) != simple(w.what) {
			continue
		}
		known = true
		for _, f := range r.Flavors {
			sizes = append(sizes, f.Name)
			if !strings.EqualFold(f.Name, w.size) {
				continue
			}
			month := lists.flavor(key.owner, key.zone, f.PriceID)
			if month == nil {
				return line, "", badArgument("The price list of %s says nothing about %s. list_products shows what is offered there.", key.zone, f.Name)
			}
			line.What = fmt.Sprintf("%d × %s, %d MiB, %d CPUs, %s each", w.count, f.Name, f.Memory, f.CPUs, month)
			line.EURMonth = *month * Euros(w.count)
			return line, "", nil
		}
	}
	if known {
		if err := w.withoutSize(runtimes, providers); err != nil {
			return line, "", err
		}
		slices.Sort(sizes)
		return line, "", badArgument("There is no flavor %q in %q. Flavors: %s.", w.size, w.text, strings.Join(slices.Compact(sizes), ", "))
	}
	p, err := pickProvider(providers, w.what)
	if err != nil {
		return line, "", err
	}
	plan, _, err := pickPlan(p, w.size, key.zone, func(plan cleverapi.Plan) *Euros { return lists.plan(key.owner, key.zone, plan) })
	if err != nil {
		return line, "", err
	}
	month := lists.plan(key.owner, key.zone, plan) // known: the price list was read
	line.What = fmt.Sprintf("%d × %s plan %s (%s), %s each", w.count, p.ID, plan.Slug, plan.Name, month)
	line.EURMonth = *month * Euros(w.count)
	return line, p.ID, nil
}

// withoutSize says so when a single word is no flavor but what it is to be a
// flavor or a plan of.
func (w wish) withoutSize(runtimes []cleverapi.Runtime, providers []cleverapi.AddonProvider) error {
	if w.what != "" {
		return nil
	}
	for _, r := range runtimes {
		if simple(r.Variant.Slug) == simple(w.size) {
			return badArgument("%q is a runtime without a flavor. Write both, such as %s XS.", w.size, r.Variant.Slug)
		}
	}
	p, err := pickProvider(providers, w.size)
	if err != nil {
		return nil
	}
	var slugs []string
	for _, plan := range p.Plans {
		slugs = append(slugs, plan.Slug)
	}
	slices.Sort(slugs)
	return badArgument("%q is an add-on provider without a plan. Write both: %s and one of %s.", w.size, p.ID, strings.Join(slugs, ", "))
}
