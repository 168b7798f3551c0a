package cleverapi

import (
	"context"
	"net/url"
	"strconv"
	"time"
)

// Invoices are bills and credit notes of an owner.
type Invoices struct{ c *Client }

// Invoice is one bill.
type Invoice struct {
	Number   string     `json:"invoice_number"`
	Kind     string     `json:"kind"`   // INVOICE, CREDITNOTE, …
	Status   string     `json:"status"` // PAID, PENDING, …
	Emission time.Time  `json:"emission_date"`
	Paid     *time.Time `json:"pay_date"` // nil: not yet
	Currency string     `json:"currency"`
	Net      Amount     `json:"total_tax_excluded"`
	Tax      Amount     `json:"total_tax"`
}

// Amount is money.
type Amount struct {
	Currency string  `json:"currency"`
	Amount   float64 `json:"amount"`
}

// Credits is what an owner has in advance.
type Credits struct {
	Prepaid  float64 `json:"prepaidCredit"`
	Free     float64 `json:"freeCredit"`
	Currency string  `json:"currency"`
}

// Latest reads the newest invoices of an owner, newest first.
func (s *Invoices) Latest(ctx context.Context, owner string, limit int) ([]Invoice, error) {
	return collect[Invoice](ctx, s.c, "GET /v4/billing/organisations/{id}/invoices", params{"id": owner}, url.Values{"limit": {strconv.Itoa(limit)}})
}

// Unpaid reads the invoices of an owner that are to be paid.
func (s *Invoices) Unpaid(ctx context.Context, owner string) ([]Invoice, error) {
	return collect[Invoice](ctx, s.c, "GET /v4/billing/organisations/{id}/invoices/unpaid", params{"id": owner}, nil)
}

// Credits reads what an owner has in advance.
func (s *Invoices) Credits(ctx context.Context, owner string) (Credits, error) {
	return get[Credits](ctx, s.c, "GET /v4/billing/organisations/{id}/credits/summary", params{"id": owner}, nil)
}
