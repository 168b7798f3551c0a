package emulator

import (
	"math"
	"strings"
)

func priceRoutes() routes {
	return routes{
		"GET /v4/billing/price-system":                          getPriceSystem,
		"GET /v4/billing/organisations/{owner_id}/price-system": ofOwner(getOwnerPriceSystem),
	}
}

type runtimePriceView struct {
	RuntimePolicyID string  `json:"runtime_policy_id"`
	Source          string  `json:"source"`
	Flavor          string  `json:"flavor"`
	TimeUnit        string  `json:"time_unit"`
	Price           float64 `json:"price"`
	SlugID          string  `json:"slug_id"`
}

type quantityView struct {
	Secability string `json:"secability"`
	Quantity   int64  `json:"quantity"`
}

type intervalView struct {
	Secability string `json:"secability"`
	Interval   string `json:"interval"`
}

type pricePlanView struct {
	PlanID      string  `json:"plan_id"`
	MaxQuantity *int64  `json:"max_quantity"`
	Price       float64 `json:"price"`
}

type countablePriceView struct {
	CountablePolicyID    string          `json:"countable_policy_id"`
	Service              string          `json:"service"`
	DataUnit             string          `json:"data_unit"`
	DataQuantityForPrice quantityView    `json:"data_quantity_for_price"`
	TimeIntervalForPrice *intervalView   `json:"time_interval_for_price"`
	PricePlans           []pricePlanView `json:"price_plans"`
}

type priceSystemView struct {
	OwnerID   *string              `json:"owner_id"`
	ZoneID    string               `json:"zone_id"`
	Currency  string               `json:"currency"`
	StartDate string               `json:"start_date"`
	EndDate   *string              `json:"end_date"`
	Runtime   []runtimePriceView   `json:"runtime"`
	Countable []countablePriceView `json:"countable"`
}

// hoursPerMonth turns the prices of plans, which are by month, into prices by hour.
const hoursPerMonth = 30 * 24

// hourly is the price of an instance; that of the flavor is by day.
func (f *flavor) hourly() float64 { return f.Price / 24 }

func (p *plan) hourly() float64 { return p.Price / hoursPerMonth }

func getOwnerPriceSystem(c *call, o *owner) (any, error) {
	v, err := c.priceSystem()
	v.OwnerID = &o.id
	return v, err
}

func getPriceSystem(c *call) (any, error) { return c.priceSystem() }

func (c *call) priceSystem() (priceSystemView, error) {
	z := catalog().zone(strings.ToLower(either(c.query("zone_id"), "par")))
	if z == nil {
		return priceSystemView{}, notFound("The zone %s does not exist", c.query("zone_id"))
	}
	if currency := c.query("currency"); currency != "" && !strings.EqualFold(currency, "EUR") {
		return priceSystemView{}, invalid("There are prices in EUR only, not in %q", currency)
	}
	v := priceSystemView{ZoneID: z.Name, Currency: "EUR", StartDate: "2025-01-01T00:00:00.000Z", Runtime: []runtimePriceView{}, Countable: countablePrices(z)}
	runtimePrice := func(source, flavor, slug string, price float64) {
		v.Runtime = append(v.Runtime, runtimePriceView{uuid("runtime policy", z.Name, slug), source, flavor, "PT1H", precise(price * z.dearness()), slug})
	}
	for _, f := range catalog().Flavors {
		runtimePrice("apps", f.Name, "apps."+f.Name, f.hourly())
	}
	for _, p := range catalog().Providers {
		for _, plan := range p.Plans {
			runtimePrice(p.RealID, plan.Slug, p.RealID+"."+plan.Slug, plan.hourly())
		}
	}
	return v, nil
}

// dearness is more than 1 in the zones that are certified for health data.
func (z *zone) dearness() float64 {
	if strings.HasSuffix(z.Name, "hds") {
		return 1.2
	}
	return 1
}

// precise keeps the digits that a price by hour needs.
func precise(v float64) float64 { return math.Round(v*1e6) / 1e6 }

// countablePrices are those of what is counted and not reserved.
func countablePrices(z *zone) []countablePriceView {
	const gigabyte = 1_000_000_000
	hour := &intervalView{"INSECABLE", "PT1H"}
	price := func(service, unit string, quantity int64, per *intervalView, plans ...pricePlanView) countablePriceView {
		for i := range plans {
			plans[i].PlanID = uuid("price plan", z.Name, service, plans[i].PlanID)
			if plans[i].Price *= z.dearness(); per == hour {
				plans[i].Price /= hoursPerMonth
			}
		}
		return countablePriceView{uuid("countable policy", z.Name, service), service, unit, quantityView{"SECABLE", quantity}, per, plans}
	}
	upTo := func(n int64) *int64 { return &n }
	return []countablePriceView{
		price("cellar.storage", "B", gigabyte, hour, pricePlanView{"small", upTo(1000 * gigabyte), 0.02}, pricePlanView{"large", nil, 0.015}),
		price("cellar.outbound", "B", gigabyte, nil, pricePlanView{"all", nil, 0.09}),
		price("fsbucket.storage", "B", gigabyte, hour, pricePlanView{"free", upTo(gigabyte / 10), 0}, pricePlanView{"paid", nil, 1.5}),
		price("pulsar_storage_size", "B", gigabyte, hour, pricePlanView{"free", upTo(gigabyte / 4), 0}, pricePlanView{"paid", nil, 0.2}),
		price("pulsar_throughput_out", "B", gigabyte, nil, pricePlanView{"all", nil, 0.09}),
	}
}
