package emulator

import (
	"slices"
	"strconv"
	"time"
)

func consumptionRoutes() routes {
	return routes{
		"GET /v2/organisations/{id}/consumptions":                                          ofOwner(getConsumption),
		"GET /v2/organisations/{id}/credits":                                               ofOwner(getDrops),
		"GET /v2/organisations/{id}/payments/monthlyinvoice":                               ofOwner(getMonthlyInvoice),
		"PUT /v2/organisations/{id}/payments/monthlyinvoice/maxcredit":                     ofOwner(setMonthlyLimit),
		"GET /v2/organisations/{id}/payments/fullprice/{price}":                            ofOwner(getFullPrice),
		"GET /v4/cellar/organisations/{ownerId}/cellar/consumptions":                       ofOwner(listCellarConsumptions),
		"GET /v4/pulsar/organisations/{ownerId}/pulsar/consumptions":                       ofOwner(listPulsarConsumptions),
		"GET /v2/saas/heptapod/{id}/heptapod.host/price-prevision":                         ofOwner(getHeptapodEstimate),
		"POST /v4/keycloak/organisations/{ownerId}/keycloak/{addonKeycloakId}/consumption": ofRealAddon("addonKeycloakId", []string{"keycloak"}, getAddonConsumption),
		"POST /v4/metabase/organisations/{ownerId}/metabase/{addonMetabaseId}/consumption": ofRealAddon("addonMetabaseId", []string{"metabase"}, getAddonConsumption),
		"POST /v4/otoroshi/organisations/{ownerId}/otoroshi/{OtoroshiId}/consumption":      ofRealAddon("OtoroshiId", []string{"otoroshi"}, getAddonConsumption),
	}
}

// cost is what something cost over a period, in euros without tax.
type cost struct {
	ID    string  `json:"id"`
	Name  string  `json:"name"`
	Kind  string  `json:"kind"` // APPLICATION or ADDON
	Hours float64 `json:"hours"`
	Total float64 `json:"total"`
}

// costs tells, thing by thing, what an owner consumed.
func (o *owner) costs(from, to time.Time) []cost {
	o.settle(to)
	out := []cost{}
	for _, a := range o.apps {
		out = append(out, a.cost(from, to))
	}
	for _, a := range o.addons {
		hours := max(to.Sub(later(from, a.created)).Hours(), 0)
		out = append(out, cost{a.id, a.name, "ADDON", round2(hours), round4(hours * a.plan.hourly() * a.zone.dearness())})
	}
	return out
}

// cost adds up the instances that served, deployment by deployment.
func (a *application) cost(from, to time.Time) cost {
	v := cost{ID: a.id, Name: a.name, Kind: "APPLICATION"}
	instances, f := 0, a.minFlavor
	since := from
	spend := func(until time.Time) {
		if until.After(since) {
			hours := until.Sub(since).Hours() * float64(instances)
			v.Hours += hours
			v.Total += hours * f.hourly() * a.zone.dearness()
			since = until
		}
	}
	for _, d := range a.deployments {
		if d.verdict != stateOK || d.ended.After(to) {
			continue
		}
		if d.ended.After(from) {
			spend(d.ended)
		}
		instances, f = d.instances, d.flavor
		if a.task {
			instances = 0
		}
	}
	spend(to)
	v.Hours, v.Total = round2(v.Hours), round4(v.Total)
	return v
}

func round2(v float64) float64 { return float64(int64(v*100+0.5)) / 100 }

func round4(v float64) float64 { return float64(int64(v*1e4+0.5)) / 1e4 }

func sum(list []cost) float64 {
	var total float64
	for _, v := range list {
		total += v.Total
	}
	return total
}

// consumptionView has a shape of our own: that of the API is not published.
type consumptionView struct {
	OwnerID      string  `json:"ownerId"`
	From         string  `json:"from"`
	To           string  `json:"to"`
	Currency     string  `json:"currency"`
	Total        float64 `json:"total"`
	Consumptions []cost  `json:"consumptions"`
}

func getConsumption(c *call, o *owner) (any, error) {
	from, err := c.queryDate("from")
	if err != nil {
		return nil, err
	}
	to, err := c.queryDate("to")
	if err != nil {
		return nil, err
	}
	if to.IsZero() || to.After(c.now) {
		to = c.now
	}
	if from.IsZero() {
		from = monthOf(to)
	}
	if to.Before(from) {
		return nil, invalid("The period should begin before it ends")
	}
	list := o.costs(from, to)
	if id := either(c.query("appId"), c.query("for")); id != "" {
		list = slices.DeleteFunc(list, func(v cost) bool { return v.ID != id })
		if len(list) == 0 {
			return nil, notFound("Neither an application nor an add-on %s exists in %s", id, o.id)
		}
	}
	return consumptionView{o.id, iso(from), iso(to), "EUR", round2(sum(list)), list}, nil
}

// queryDate reads a date of v4, or milliseconds as v2 has them.
func (c *call) queryDate(name string) (time.Time, error) {
	if ms, err := strconv.ParseInt(c.query(name), 10, 64); err == nil {
		return time.UnixMilli(ms).UTC(), nil
	}
	return c.queryTime(name)
}

func monthOf(t time.Time) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}

type dropsView struct {
	OwnerID   string        `json:"ownerId"`
	Count     float64       `json:"count"`
	DropPrice dropPriceView `json:"dropPrice"`
}

type dropPriceView struct {
	Currency string  `json:"currency"`
	Value    float64 `json:"value"`
}

// dropPrice is what the older unit of credit is worth, in euros.
const dropPrice = 0.0097

func getDrops(_ *call, o *owner) (any, error) {
	return dropsView{o.id, round2((o.prepaid + o.free) / dropPrice), dropPriceView{"EUR", dropPrice}}, nil
}

// monthlyInvoiceView has a shape of our own too.
type monthlyInvoiceView struct {
	OwnerID   string   `json:"ownerId"`
	Month     string   `json:"month"`
	Currency  string   `json:"currency"`
	Consumed  float64  `json:"consumed"`
	Estimated float64  `json:"estimated"`
	Max       *float64 `json:"max"`
}

func (c *call) monthlyInvoice(o *owner) monthlyInvoiceView {
	first := monthOf(c.now)
	next := first.AddDate(0, 1, 0)
	consumed := sum(o.costs(first, c.now))
	recent := sum(o.costs(c.now.Add(-day), c.now))
	v := monthlyInvoiceView{o.id, first.Format("2006-01"), "EUR", round2(consumed), round2(consumed + recent*next.Sub(c.now).Hours()/24), nil}
	if o.maxPerMonth > 0 {
		v.Max = &o.maxPerMonth
	}
	return v
}

func getMonthlyInvoice(c *call, o *owner) (any, error) { return c.monthlyInvoice(o), nil }

func setMonthlyLimit(c *call, o *owner) (any, error) {
	var b struct{ Max *float64 }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if b.Max == nil || *b.Max < 0 {
		return nil, invalid("max should be an amount; 0 takes the limit away")
	}
	o.maxPerMonth = *b.Max
	return c.monthlyInvoice(o), nil
}

type fullPriceView struct {
	Price         float64 `json:"price"`
	TaxFreePrice  float64 `json:"taxFreePrice"`
	VATRatio      float64 `json:"vatRatio"`
	InvoicedOwner string  `json:"invoicedOwner"`
}

func getFullPrice(c *call, o *owner) (any, error) {
	price, err := strconv.ParseFloat(c.params["price"], 64)
	if err != nil || !(price >= 0 && price <= 1e9) { // NaN too
		return nil, invalid("The price should be a number, not %q", c.params["price"])
	}
	return fullPriceView{round2(price * (1 + vatPercent/100.0)), round2(price), vatPercent, o.id}, nil
}

type quantitiesView struct {
	Interval   string    `json:"interval"`
	Quantities []float64 `json:"quantities"`
}

type countedView struct {
	Details    quantitiesView `json:"details"`
	Quantity   float64        `json:"quantity"`
	Reference  string         `json:"reference"`
	ResourceID string         `json:"resourceId"`
	Unit       string         `json:"unit"`
}

type resourceConsumptionView struct {
	Consumptions []countedView `json:"consumptions"`
	OwnerID      string        `json:"ownerId"`
	ProductID    string        `json:"productId"`
	RegionID     string        `json:"regionId"`
	ResourceID   string        `json:"resourceId"`
	Since        string        `json:"since"`
	Until        string        `json:"until"`
	Version      int           `json:"version"`
}

// consumption counts in daily quantities, at most a year of them.
func (a *addon) consumption(reference, unit string, perDay int, since, until time.Time) resourceConsumptionView {
	since = later(since, until.Add(-366*day))
	v := countedView{Details: quantitiesView{"P1D", []float64{}}, Reference: reference, ResourceID: a.realID, Unit: unit}
	for t := later(since, a.created); t.Before(until); t = t.Add(day) {
		q := float64(perDay/2 + number(perDay, a.id, reference, t.UTC().Format(time.DateOnly)))
		v.Details.Quantities = append(v.Details.Quantities, q)
		v.Quantity += q
	}
	return resourceConsumptionView{[]countedView{v}, a.owner.id, a.provider.ID, a.zone.Name, a.realID, iso(since), iso(until), 1}
}

func (c *call) listConsumptions(o *owner, provider, reference string) (any, error) {
	since, until, err := c.sinceUntil(c.query("since"), c.query("until"))
	if err != nil {
		return nil, err
	}
	only := c.r.URL.Query()["resourceId"]
	out := []resourceConsumptionView{}
	for _, a := range o.addons {
		if a.provider.ID == provider && (len(only) == 0 || slices.Contains(only, a.realID)) {
			out = append(out, a.consumption(reference, "B", 900_000, since, until))
		}
	}
	return out, nil
}

// sinceUntil reads a period; this month when there is none.
func (c *call) sinceUntil(since, until string) (from, to time.Time, err error) {
	from, to = monthOf(c.now), c.now
	for _, d := range []struct {
		text string
		at   *time.Time
	}{{since, &from}, {until, &to}} {
		if d.text == "" {
			continue
		}
		if *d.at, err = time.Parse(time.RFC3339, d.text); err != nil {
			return from, to, invalid("since and until should be dates such as 2026-06-01T10:00:00Z, not %q", d.text)
		}
	}
	if to.Before(from) {
		return from, to, invalid("The period should begin before it ends")
	}
	return from, to, nil
}

func listCellarConsumptions(c *call, o *owner) (any, error) {
	return c.listConsumptions(o, "cellar-addon", "cellar.storage")
}

func listPulsarConsumptions(c *call, o *owner) (any, error) {
	return c.listConsumptions(o, "addon-pulsar", "pulsar_storage_size")
}

func getAddonConsumption(c *call, a *addon) (any, error) {
	var b struct{ Since, Until string }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	since, until, err := c.sinceUntil(b.Since, b.Until)
	if err != nil {
		return nil, err
	}
	return a.consumption(a.provider.RealID+".uptime", "h", 24, since, until), nil
}

type heptapodEstimateView struct {
	PublicActiveUsers  int     `json:"public_active_users"`
	PrivateActiveUsers int     `json:"private_active_users"`
	Storage            int     `json:"storage"`
	Price              float64 `json:"price"`
}

// getHeptapodEstimate is that of nobody: the emulator has no Heptapod.
func getHeptapodEstimate(*call, *owner) (any, error) { return heptapodEstimateView{}, nil }
