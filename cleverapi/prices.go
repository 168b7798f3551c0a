package cleverapi

import (
	"context"
	"net/url"
	"strings"
)

// Prices are what things cost, without what an owner negotiated.
type Prices struct{ c *Client }

// HourlyPrices is what an instance costs an hour in one zone, in euros without
// VAT, by price ID in lower case ("apps.xs").
type HourlyPrices map[string]float64

// OfInstances reads the prices of a zone. Prices per anything but an hour are
// left out.
func (s *Prices) OfInstances(ctx context.Context, zone string) (HourlyPrices, error) {
	system, err := get[struct {
		Runtime []struct {
			TimeUnit string  `json:"time_unit"`
			Price    float64 `json:"price"`
			SlugID   string  `json:"slug_id"`
		} `json:"runtime"`
	}](ctx, s.c, "GET /v4/billing/price-system", nil, url.Values{"zone_id": {zone}, "currency": {"EUR"}})
	prices := HourlyPrices{}
	for _, r := range system.Runtime {
		if r.TimeUnit == "PT1H" {
			prices[strings.ToLower(r.SlugID)] = r.Price
		}
	}
	return prices, err
}
