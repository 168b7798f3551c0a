package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// GetBillingInput says whose bills, or what to estimate.
type GetBillingInput struct {
	// Id or name; default all.
	Owner string `json:"owner,omitempty"`
	// Only price these, e.g. ["2 node S", "postgresql-addon xs_sml"].
	Estimate []string `json:"estimate,omitempty"`
	// Of the estimate; default par.
	Zone string `json:"zone,omitempty"`
}

// BillingView is what is paid, owed and used.
type BillingView struct {
	// Empty for an estimate.
	Owners   []OwnerBilling `json:"owners"`
	Estimate *EstimateView  `json:"estimate,omitempty"`
	// What the prices assume.
	Prices string `json:"prices"`
	// What could not be read; the rest is complete.
	Incomplete []string `json:"incomplete,omitempty"`
}

// OwnerBilling is one owner's money.
type OwnerBilling struct {
	// The owner id.
	Owner string `json:"owner"`
	Name  string `json:"name"`
	// To be paid, with VAT. 0.00: nothing.
	UnpaidEUR Euros `json:"unpaid_eur"`
	// Unpaid first, then the newest.
	Invoices []InvoiceLine `json:"invoices"`
	// Left out when it could not be read.
	Credits *CreditsView `json:"credits,omitempty"`
	Running *RunningCost `json:"running,omitempty"`
}

// InvoiceLine is one invoice.
type InvoiceLine struct {
	// Number, by which read_api gets its lines.
	Invoice string `json:"invoice"`
	Date    string `json:"date"`
	// paid, unpaid, or as the API calls it.
	Status string `json:"status"`
	Paid   string `json:"paid,omitempty"`
	Kind   string `json:"kind,omitempty"`
	EUR    Euros  `json:"eur"`
	// Amount with VAT.
	WithVAT Euros `json:"eur_with_vat"`
	// Set when it is not in euros.
	Currency string `json:"currency,omitempty"`
}

// CreditsView is what was paid or given in advance.
type CreditsView struct {
	Prepaid  Euros  `json:"prepaid"`
	Free     Euros  `json:"free"`
	Currency string `json:"currency"`
}

// RunningCost is what exists now, by the price list: consumption as it goes on,
// not a bill.
type RunningCost struct {
	// A month at the least and at the most instances.
	MinEURMonth Euros `json:"min_eur_month"`
	MaxEURMonth Euros `json:"max_eur_month"`
	// The dearest, at the least.
	Top []CostLine `json:"top"`
	// What is not in it.
	Without []string `json:"without,omitempty"`
}

// CostLine is what one thing costs.
type CostLine struct {
	// Id and name of the application or add-on, or what was asked.
	ID       string `json:"id,omitempty"`
	Name     string `json:"name"`
	What     string `json:"what"`
	EURMonth Euros  `json:"eur_month"`
}

var getBilling = &Tool[GetBillingInput, BillingView]{
	Name: "get_billing", Title: "Bills and costs", Toolset: "billing",
	Doc:    `Shows invoices (unpaid first), credits and the price a month of what runs now. With estimate: what sizes and plans would cost.`,
	Effect: catalogue.Reads,
	Uses: []string{
		"GET /v2/summary",
		"GET /v2/organisations/{id}/addons",
		"GET /v2/organisations/{id}/applications",
		"GET /v2/products/addonproviders",
		"GET /v2/products/instances",
		"GET /v4/billing/organisations/{id}/credits/summary",
		"GET /v4/billing/organisations/{id}/invoices",
		"GET /v4/billing/organisations/{id}/invoices/unpaid",
		"GET /v4/billing/organisations/{owner_id}/price-system",
	},
	Run: runGetBilling,
}

func runGetBilling(ctx context.Context, c *Call, in GetBillingInput) (BillingView, error) {
	wanted, err := parseEstimate(in.Estimate)
	if err != nil {
		return BillingView{}, err
	}
	if len(wanted) == 0 && in.Zone != "" {
		return BillingView{}, badArgument("get_billing: zone is for an estimate only. Leave it out, or add estimate.")
	}
	owners, err := c.owners(ctx, in.Owner)
	if err != nil {
		return BillingView{}, err
	}
	view := BillingView{Owners: []OwnerBilling{}, Prices: monthNote}
	if len(wanted) > 0 {
		view.Estimate, err = c.estimate(ctx, owners[0].ID, cmp.Or(strings.ToLower(in.Zone), defaultZone), wanted)
		return view, err
	}

	if n := len(owners); n > maxOwners {
		owners = owners[:maxOwners]
		view.Incomplete = append(view.Incomplete, fmt.Sprintf("%d more owners: name one with the argument owner", n-maxOwners))
	}
	view.Owners = make([]OwnerBilling, len(owners))
	var mu sync.Mutex
	_ = parallel(ctx, len(owners), func(ctx context.Context, i int) error {
		bill, missing := c.billing(ctx, owners[i], invoicesShown(len(owners)))
		mu.Lock()
		view.Owners[i], view.Incomplete = bill, append(view.Incomplete, missing...)
		mu.Unlock()
		return nil
	})
	if err := ctx.Err(); err != nil {
		return BillingView{}, err
	}
	slices.Sort(view.Incomplete)
	return view, nil
}

// maxOwners keeps the answer readable for who sees very many.
const maxOwners = 20

// invoicesShown is how many invoices of each owner are shown: many of one, few
// of many.
func invoicesShown(owners int) int {
	switch {
	case owners == 1:
		return 12
	case owners <= 4:
		return 4
	}
	return 2
}

// billing reads one owner's money, everything at once. What a role may not see
// is named and left out.
func (c *Call) billing(ctx context.Context, o cleverapi.SummaryOwner, shown int) (OwnerBilling, []string) {
	out := OwnerBilling{Owner: o.ID, Name: o.Name, Invoices: []InvoiceLine{}}
	var latest, unpaid []cleverapi.Invoice
	reads := []reading{
		{"invoices", func(ctx context.Context) (err error) {
			latest, err = c.API.Invoices.Latest(ctx, o.ID, shown)
			return err
		}},
		{"unpaid invoices", func(ctx context.Context) (err error) {
			unpaid, err = c.API.Invoices.Unpaid(ctx, o.ID)
			return err
		}},
		{"credits", func(ctx context.Context) error {
			credits, err := c.API.Invoices.Credits(ctx, o.ID)
			return keep(&out.Credits, &CreditsView{Euros(credits.Prepaid), Euros(credits.Free), credits.Currency}, err)
		}},
		{"what runs", func(ctx context.Context) error {
			running, err := c.running(ctx, o, shown)
			return keep(&out.Running, &running, err)
		}},
	}
	missing := make([]string, len(reads))
	_ = parallel(ctx, len(reads), func(ctx context.Context, i int) error {
		if err := reads[i].read(ctx); err != nil {
			missing[i] = fmt.Sprintf("%s of %s (%s): %s", reads[i].what, o.Name, o.ID, err)
		}
		return nil
	})
	out.Invoices, out.UnpaidEUR = invoiceLines(latest, unpaid, shown)
	return out, slices.DeleteFunc(missing, func(s string) bool { return s == "" })
}

// invoiceLines puts unpaid invoices first, newest first among each, and sums up
// what is to be paid. All that is unpaid counts, shown or not.
func invoiceLines(latest, unpaid []cleverapi.Invoice, shown int) ([]InvoiceLine, Euros) {
	var owed Euros
	isUnpaid := map[string]bool{}
	for _, i := range unpaid {
		if isUnpaid[i.Number] {
			continue
		}
		isUnpaid[i.Number] = true
		owed += Euros(i.Net.Amount + i.Tax.Amount)
	}
	for _, list := range [][]cleverapi.Invoice{unpaid, latest} {
		sort.SliceStable(list, func(i, j int) bool { return list[j].Emission.Before(list[i].Emission) })
	}
	lines, seen := []InvoiceLine{}, map[string]bool{}
	for _, i := range append(unpaid, latest...) {
		if len(lines) == shown {
			break
		}
		if !seen[i.Number] {
			seen[i.Number] = true
			lines = append(lines, invoiceLine(i, isUnpaid[i.Number]))
		}
	}
	return lines, owed
}

func invoiceLine(i cleverapi.Invoice, unpaid bool) InvoiceLine {
	line := InvoiceLine{Invoice: i.Number, Date: date(i.Emission), Status: strings.ToLower(i.Status), EUR: Euros(i.Net.Amount), WithVAT: Euros(i.Net.Amount + i.Tax.Amount)}
	switch {
	case unpaid:
		line.Status = "unpaid"
	case i.Paid != nil:
		line.Status, line.Paid = "paid", date(*i.Paid)
	}
	if i.Kind != "INVOICE" {
		line.Kind = strings.ToLower(i.Kind)
	}
	if i.Currency != "EUR" {
		line.Currency = i.Currency
	}
	return line
}
