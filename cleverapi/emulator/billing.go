package emulator

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

func billingRoutes() routes {
	return routes{
		"GET /v4/billing/organisations/{id}/invoices":        listInvoices,
		"GET /v4/billing/organisations/{id}/invoices/unpaid": listUnpaidInvoices,
		"GET /v4/billing/organisations/{id}/credits/summary": getCredits,
	}
}

const vatPercent = 20

// invoice is one bill in euros.
type invoice struct {
	number  string
	owner   *owner
	emitted time.Time
	paid    time.Time // zero while it is not
	status  string
	amount  float64 // without tax
	kind    string  // "": INVOICE
}

func newInvoice(o *owner, emitted time.Time, amount float64, status string) *invoice {
	i := &invoice{
		number: fmt.Sprintf("F%s-%06d", emitted.UTC().Format("20060102"), number(1_000_000, "invoice", o.id, fmt.Sprint(len(o.invoices)))),
		owner:  o, emitted: emitted, status: status, amount: amount,
	}
	if status == "PAID" {
		i.paid = emitted.Add(36 * time.Hour)
	}
	return i
}

type moneyView struct {
	Currency        string  `json:"currency"`
	Amount          float64 `json:"amount"`
	AmountFormatted string  `json:"amount_formatted"`
	DefaultDisplay  bool    `json:"default_display"`
}

func euros(v float64) moneyView {
	v = math.Round(v*100) / 100
	return moneyView{"EUR", v, fmt.Sprintf("€%.2f", v), true}
}

type addressView struct {
	AddressID             string  `json:"address_id"`
	Name                  string  `json:"name"`
	Company               *string `json:"company"`
	Address               string  `json:"address"`
	City                  string  `json:"city"`
	Zipcode               string  `json:"zipcode"`
	CountryAlpha2         string  `json:"country_alpha2"`
	VATNumber             *string `json:"vat_number"`
	VATPercent            float64 `json:"vat_percent"`
	CustomerCostCenter    *string `json:"customer_cost_center"`
	CustomerPurchaseOrder *string `json:"customer_purchase_order"`
}

type invoiceView struct {
	InvoiceNumber    string      `json:"invoice_number"`
	Kind             string      `json:"kind"`
	Category         string      `json:"category"`
	OwnerID          string      `json:"owner_id"`
	Address          addressView `json:"address"`
	EmissionDate     string      `json:"emission_date"`
	PayDate          *string     `json:"pay_date"`
	Status           string      `json:"status"`
	Currency         string      `json:"currency"`
	PriceFactor      float64     `json:"price_factor"`
	Discount         float64     `json:"discount"`
	VATPercent       float64     `json:"vat_percent"`
	KPIComputeMonths float64     `json:"kpi_compute_months"`
	TotalTaxExcluded moneyView   `json:"total_tax_excluded"`
	TotalTax         moneyView   `json:"total_tax"`
	PaymentProvider  *string     `json:"payment_provider"`
	TransactionID    *string     `json:"transaction_id"`
	CustomerOrderID  *string     `json:"customer_order_id"`
	InvoiceDayPlan   *string     `json:"invoice_day_plan"`
}

func (i *invoice) view() invoiceView {
	b := i.owner.billing
	v := invoiceView{
		InvoiceNumber: i.number, Kind: either(i.kind, kindInvoice), Category: "CONSUMPTION", OwnerID: i.owner.id,
		Address: addressView{AddressID: "address_" + uuid("address", i.owner.id), Name: b.contact, Company: orNull(b.company), Address: b.address,
			City: b.city, Zipcode: b.zipcode, CountryAlpha2: b.countryCode, VATNumber: orNull(b.vat), VATPercent: vatPercent},
		EmissionDate: iso(i.emitted), PayDate: isoOrNull(i.paid), Status: i.status, Currency: "EUR", PriceFactor: 1, VATPercent: vatPercent,
		KPIComputeMonths: 1, TotalTaxExcluded: euros(i.amount), TotalTax: euros(i.amount * vatPercent / 100),
	}
	if !i.paid.IsZero() {
		v.PaymentProvider, v.TransactionID = orNull("STRIPE"), orNull("pi_"+letters(24, "transaction", i.number))
	}
	return v
}

// listInvoices tells those of the period that was asked for, newest first.
func listInvoices(c *call) (any, error) {
	o, err := c.owner()
	if err != nil {
		return nil, err
	}
	since, err := c.queryTime("since")
	if err != nil {
		return nil, err
	}
	until, err := c.queryTime("until")
	if err != nil {
		return nil, err
	}
	limit, err := c.queryNumber("limit", len(o.invoices))
	if err != nil {
		return nil, err
	}
	kind := c.query("type")
	out := []invoiceView{}
	for _, i := range newestFirst(o.invoices) {
		if i.emitted.Before(since) || !until.IsZero() && i.emitted.After(until) || kind != "" && !strings.EqualFold(kind, either(i.kind, kindInvoice)) {
			continue
		}
		if len(out) < limit {
			out = append(out, i.view())
		}
	}
	return out, nil
}

func newestFirst(list []*invoice) []*invoice {
	return slices.SortedFunc(slices.Values(list), func(a, b *invoice) int { return b.emitted.Compare(a.emitted) })
}

// queryTime reads a date; the zero time when there is none.
func (c *call) queryTime(name string) (time.Time, error) {
	s := c.query(name)
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, invalid("The query parameter %s should be a date such as 2026-06-01T10:00:00Z, not %q", name, s)
	}
	return t, nil
}

func listUnpaidInvoices(c *call) (any, error) {
	o, err := c.owner()
	if err != nil {
		return nil, err
	}
	out := []invoiceView{}
	for _, i := range newestFirst(o.invoices) {
		if i.paid.IsZero() {
			out = append(out, i.view())
		}
	}
	return out, nil
}

func getCredits(c *call) (any, error) {
	o, err := c.owner()
	if err != nil {
		return nil, err
	}
	return map[string]any{"prepaidCredit": o.prepaid, "freeCredit": o.free, "currency": "EUR"}, nil
}
