package cleverapi

import (
	"context"
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Prices are what things cost.
type Prices struct{ c *Client }

// HourlyPrices is what running costs an hour in one zone, in euros without VAT,
// by price ID in lower case ("apps.xs").
type HourlyPrices map[string]float64

// PriceSystem is what an owner pays in a zone, in euros without VAT.
type PriceSystem struct {
	// Hourly has flavors and plans, by price ID in lower case.
	Hourly HourlyPrices
	// Counted has what is measured: storage, traffic, users.
	Counted []CountedPrice
}

// CountedPrice is the price of a quantity, which falls in steps.
type CountedPrice struct {
	Service string `json:"service"`   // "cellar.storage"
	Unit    string `json:"data_unit"` // "B"
	// For is the quantity that a price of Steps is for, in Unit.
	For struct {
		Quantity float64 `json:"quantity"`
	} `json:"data_quantity_for_price"`
	// Interval is how long the quantity is held for that price; nil for what happens
	// once, such as traffic.
	Interval *PriceInterval `json:"time_interval_for_price"`
	Steps    []PriceStep    `json:"price_plans"`
}

// PriceInterval is the time that a price is for.
type PriceInterval struct {
	ISO any `json:"interval"` // "PT1H", "P30D"
}

var isoInterval = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^P(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?)?$`)
})

// Hours returns how long it is, with months of 30 days; 1 where that is not said in
// ISO 8601, because the other prices of the list are by the hour.
func (i *PriceInterval) Hours() float64 {
	text, _ := i.ISO.(string)
	parts := isoInterval().FindStringSubmatch(text)
	hours := 0.0
	for at, each := range []float64{30 * 24, 24, 1} {
		if parts != nil && parts[at+1] != "" {
			n, _ := strconv.ParseFloat(parts[at+1], 64) // digits
			hours += n * each
		}
	}
	if hours == 0 || math.IsInf(hours, 0) {
		return 1
	}
	return hours
}

// PriceStep is a price up to a quantity.
type PriceStep struct {
	Max   *float64 `json:"max_quantity"` // nil: without end
	Price float64  `json:"price"`
}

// Of reads what an owner pays in a zone.
func (s *Prices) Of(ctx context.Context, owner, zone string) (PriceSystem, error) {
	raw, err := get[struct {
		Runtime []struct {
			TimeUnit string  `json:"time_unit"`
			Price    float64 `json:"price"`
			SlugID   string  `json:"slug_id"`
		} `json:"runtime"`
		Countable []CountedPrice `json:"countable"`
	}](ctx, s.c, "GET /v4/billing/organisations/{owner_id}/price-system", params{"owner_id": owner}, url.Values{"zone_id": {zone}})
	prices := PriceSystem{Hourly: HourlyPrices{}, Counted: raw.Countable}
	for _, r := range raw.Runtime {
		if r.TimeUnit == "PT1H" {
			prices.Hourly[strings.ToLower(r.SlugID)] = r.Price
		}
	}
	return prices, err
}
