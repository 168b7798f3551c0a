package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// ListAddonsInput filters and pages.
type ListAddonsInput struct {
	// Id or name; default all.
	Owner string `json:"owner,omitempty"`
	// Part of the name, or an id.
	Name string `json:"name,omitempty"`
	// E.g. postgresql.
	Provider string `json:"provider,omitempty"`
	// At most; default 50.
	Limit int `json:"limit,omitempty"`
	// From the previous answer.
	Cursor string `json:"cursor,omitempty"`
}

// AddonList is add-ons by owner.
type AddonList struct {
	// The fields of a line of addons, in order.
	Columns string        `json:"columns"`
	Owners  []OwnerAddons `json:"owners"`
	// How many add-ons match, on all pages.
	Total int `json:"total"`
	// What the plans of this page cost a month, as far as prices are known; +use
	// comes on top.
	EURMonth Euros `json:"eur_month"`
	// Set when there are more: pass it to get them.
	Cursor string `json:"cursor,omitempty"`
	// What could not be read; the rest is complete.
	Incomplete []string `json:"incomplete,omitempty"`
}

// OwnerAddons is the add-ons of one owner on this page.
type OwnerAddons struct {
	// The owner id.
	Owner string `json:"owner"`
	Name  string `json:"name"`
	// A line for each add-on: the fields of columns, parted by single spaces. Split
	// it at the first five: name is last and may have spaces, the others have none.
	// - is not known, or nothing.
	//
	// addon: the add-on id, addon_….
	// eur_month: euros a month without VAT, for the plan. With +use, what is stored,
	// sent or used is charged besides, as get_addon says: 0+use is not free.
	Addons []string `json:"addons"`
}

// addonColumns are what AddonBasics.line writes.
const addonColumns = "addon provider plan zone eur_month name"

// AddonBasics is what lists and answers about one add-on both say.
type AddonBasics struct {
	// The add-on id, addon_…
	Addon    string `json:"addon"`
	Name     string `json:"name"`
	Provider string `json:"provider"`
	Plan     string `json:"plan,omitempty"`
	Zone     string `json:"zone,omitempty"`
	// Euros a month without VAT, for the plan. Left out: not known.
	EURMonth *Euros `json:"eur_month,omitempty"`
}

func (a AddonBasics) line(c *Call) string {
	price := ""
	if a.EURMonth != nil {
		price = a.EURMonth.short()
		if countedServices(a.Provider) != "" {
			price += "+use"
		}
	}
	return c.line(a.Name, a.Addon, a.Provider, a.Plan, a.Zone, price)
}

var listAddons = &Tool[ListAddonsInput, AddonList]{
	Name: "list_addons", Title: "Add-ons", Toolset: "addons",
	Doc:    `Lists add-ons (databases, storage, services) of all owners or one, with plan, zone and price a month.`,
	Effect: catalogue.Reads,
	Uses: []string{
		"GET /v2/summary",
		"GET /v2/organisations/{id}/addons",
		"GET /v4/billing/organisations/{owner_id}/price-system",
	},
	Run: runListAddons,
}

// maxAddons is what fits into one answer.
const maxAddons = 100

// runListAddons reads the summary, which names everything, and then plans and
// prices of only those owners that are on the page.
func runListAddons(ctx context.Context, c *Call, in ListAddonsInput) (AddonList, error) {
	limit := cmp.Or(in.Limit, defaultLimit)
	if limit < 1 || limit > maxAddons {
		return AddonList{}, badArgument("list_addons: limit is %d; it must be from 1 to %d.", limit, maxAddons)
	}
	at, err := parseCursor(in.Cursor)
	if err != nil {
		return AddonList{}, err
	}
	owners, err := c.owners(ctx, in.Owner)
	if err != nil {
		return AddonList{}, err
	}

	list := ownedAddons(owners, in)
	out := AddonList{Columns: addonColumns, Owners: []OwnerAddons{}, Total: len(list)}
	if in.Provider != "" && len(list) == 0 {
		if err := knownProvider(owners, in.Provider); err != nil {
			return AddonList{}, err
		}
	}
	list, out.Cursor = page(list, at, limit)
	out.Incomplete = readPlans(ctx, c, list)
	if err := ctx.Err(); err != nil {
		return AddonList{}, err
	}
	for _, a := range list {
		if n := len(out.Owners); n == 0 || out.Owners[n-1].Owner != a.owner.ID {
			out.Owners = append(out.Owners, OwnerAddons{Owner: a.owner.ID, Name: a.owner.Name})
		}
		last := &out.Owners[len(out.Owners)-1]
		last.Addons = append(last.Addons, a.row.line(c))
		if a.row.EURMonth != nil {
			out.EURMonth += *a.row.EURMonth
		}
	}
	return out, nil
}

// ownedAddon is an add-on on its way into the list.
type ownedAddon struct {
	owner *cleverapi.SummaryOwner
	row   AddonBasics
	plan  cleverapi.Plan
}

func (a *ownedAddon) key() string { return a.owner.ID + "\x00" + a.row.Addon }

// ownedAddons returns the add-ons that match, owner by owner in the API's order,
// by name within an owner.
func ownedAddons(owners []cleverapi.SummaryOwner, in ListAddonsInput) []*ownedAddon {
	var list []*ownedAddon
	name, provider := strings.ToLower(in.Name), strings.ToLower(in.Provider)
	for i := range owners {
		o := &owners[i]
		first := len(list)
		for _, a := range o.Addons {
			if !strings.Contains(strings.ToLower(a.Name), name) && a.ID != in.Name && a.RealID != in.Name ||
				!strings.Contains(strings.ToLower(a.ProviderID), provider) {
				continue
			}
			list = append(list, &ownedAddon{owner: o, row: AddonBasics{Addon: a.ID, Name: a.Name, Provider: a.ProviderID}})
		}
		slices.SortFunc(list[first:], func(a, b *ownedAddon) int {
			return cmp.Or(strings.Compare(a.row.Name, b.row.Name), strings.Compare(a.row.Addon, b.row.Addon))
		})
	}
	return list
}

// knownProvider refuses a provider that no add-on is of, which would look like
// an empty answer to a good question.
func knownProvider(owners []cleverapi.SummaryOwner, want string) error {
	var used []string
	for _, o := range owners {
		for _, a := range o.Addons {
			if strings.Contains(strings.ToLower(a.ProviderID), strings.ToLower(want)) {
				return nil
			}
			used = append(used, a.ProviderID)
		}
	}
	slices.Sort(used)
	if used = slices.Compact(used); len(used) == 0 {
		return nil
	}
	return badArgument("There is no add-on of provider %q. Providers in use: %s.", want, strings.Join(used, ", "))
}

// readPlans fills in what the summary does not say. An owner that cannot be
// read keeps what the summary says and is named in the answer.
func readPlans(ctx context.Context, c *Call, list []*ownedAddon) (incomplete []string) {
	byOwner := map[string]map[string]*ownedAddon{}
	var owners []cleverapi.SummaryOwner
	for _, a := range list {
		if byOwner[a.owner.ID] == nil {
			byOwner[a.owner.ID] = map[string]*ownedAddon{}
			owners = append(owners, *a.owner)
		}
		byOwner[a.owner.ID][a.row.Addon] = a
	}
	var mu sync.Mutex
	_ = parallel(ctx, len(owners), func(ctx context.Context, i int) error {
		addons := byOwner[owners[i].ID]
		err := c.API.Addons.List(ctx, owners[i].ID, func(full cleverapi.Addon) {
			if a := addons[full.ID]; a != nil {
				a.plan = full.Plan
				a.row.Plan, a.row.Zone = full.Plan.Slug, full.Zone
			}
		})
		if err != nil {
			mu.Lock()
			incomplete = append(incomplete, fmt.Sprintf("%s (%s): %s", owners[i].Name, owners[i].ID, err))
			mu.Unlock()
		}
		return nil
	})
	slices.Sort(incomplete)

	var keys []priceKey
	for _, a := range list {
		if a.row.Zone != "" {
			keys = append(keys, priceKey{a.owner.ID, a.row.Zone})
		}
	}
	prices := c.readPrices(ctx, keys)
	for _, a := range list {
		if a.row.Zone != "" {
			a.row.EURMonth = prices.plan(a.owner.ID, a.row.Zone, a.plan)
		}
	}
	return incomplete
}

// date writes a point in time, "" when there is none.
func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
