package emulator

import (
	"net/http"
	"slices"
	"time"
)

func migrationRoutes() routes {
	return routes{
		"GET /v2/organisations/{id}/addons/{addonId}/migrations":                  ofAddon(listMigrations),
		"POST /v2/organisations/{id}/addons/{addonId}/migrations":                 ofAddon(migrate),
		"GET /v2/organisations/{id}/addons/{addonId}/migrations/preorders":        ofAddon(preorderMigration),
		"GET /v2/organisations/{id}/addons/{addonId}/migrations/{migrationId}":    ofMigration(getMigration),
		"DELETE /v2/organisations/{id}/addons/{addonId}/migrations/{migrationId}": ofMigration(abortMigration),
		"POST /v2/organisations/{id}/addons/preorders":                            ofOwner(preorderAddon),
	}
}

// migrationStep is how long each step of a migration takes.
const migrationStep = 20 * time.Second

// migration moves an add-on to another plan, zone or version. Its dates are
// known when it begins.
type migration struct {
	id      string
	began   time.Time
	aborted time.Time // zero: it was not
	plan    *plan
	zone    *zone
	version string
}

func migrationSteps() []string {
	return []string{"PROVISION_NEW_INSTANCE", "DUMP_AND_RESTORE", "SWITCH_DNS", "DELETE_OLD_INSTANCE"}
}

func (m *migration) ends() time.Time {
	return m.began.Add(time.Duration(len(migrationSteps())) * migrationStep)
}

func (m *migration) status(now time.Time) string {
	switch {
	case !m.aborted.IsZero():
		return "ABORTED"
	case now.Before(m.ends()):
		return "RUNNING"
	}
	return "OK"
}

// settle gives add-ons what their migrations brought since anybody looked.
func (s *state) settle(now time.Time) {
	s.migrating = slices.DeleteFunc(s.migrating, func(a *addon) bool {
		m := a.migrations[len(a.migrations)-1]
		if m.status(now) == "OK" {
			a.plan, a.zone, a.version = m.plan, m.zone, m.version
		}
		return m.status(now) != "RUNNING"
	})
}

type migrationStepView struct {
	Value     string  `json:"value"`
	Status    string  `json:"status"`
	StartDate string  `json:"startDate"`
	EndDate   *string `json:"endDate"`
	Message   *string `json:"message"`
}

type migrationView struct {
	MigrationID string              `json:"migrationId"`
	RequestDate string              `json:"requestDate"`
	Status      string              `json:"status"`
	Steps       []migrationStepView `json:"steps"`
}

func (m *migration) view(now time.Time) migrationView {
	v := migrationView{m.id, iso(m.began), m.status(now), []migrationStepView{}}
	for i, name := range migrationSteps() {
		start := m.began.Add(time.Duration(i) * migrationStep)
		end := start.Add(migrationStep)
		switch {
		case start.After(now) || !m.aborted.IsZero() && start.After(m.aborted):
		case !m.aborted.IsZero() && end.After(m.aborted):
			v.Steps = append(v.Steps, migrationStepView{name, "ABORTED", iso(start), isoOrNull(m.aborted), nil})
		case end.After(now):
			v.Steps = append(v.Steps, migrationStepView{name, "RUNNING", iso(start), nil, nil})
		default:
			v.Steps = append(v.Steps, migrationStepView{name, "OK", iso(start), isoOrNull(end), nil})
		}
	}
	return v
}

func ofMigration(h func(c *call, m *migration) (any, error)) handler {
	return ofAddon(func(c *call, a *addon) (any, error) {
		m := find(a.migrations, func(m *migration) bool { return m.id == c.params["migrationId"] })
		if m == nil {
			return nil, notFound("The migration %s does not exist for %s", c.params["migrationId"], a.id)
		}
		return h(c, m)
	})
}

func listMigrations(c *call, a *addon) (any, error) {
	return each(a.migrations, func(m *migration) migrationView { return m.view(c.now) }), nil
}

func getMigration(c *call, m *migration) (any, error) { return m.view(c.now), nil }

func migrate(c *call, a *addon) (any, error) {
	var b struct{ PlanID, Region, Version string }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	m := &migration{began: c.now, plan: a.plan, zone: a.zone, version: a.version}
	if b.PlanID != "" {
		if m.plan = find(a.provider.Plans, func(p *plan) bool { return a.provider.planID(p) == b.PlanID }); m.plan == nil {
			return nil, notFound("The plan %s does not exist for %s", b.PlanID, a.provider.ID)
		}
	}
	if b.Region != "" {
		if m.zone = catalog().zone(b.Region); m.zone == nil || !slices.Contains(a.provider.Regions, b.Region) {
			return nil, invalid("The region %q is not available for %s", b.Region, a.provider.ID)
		}
	}
	if b.Version != "" {
		if m.version = b.Version; !a.provider.offers(b.Version) {
			return nil, invalid("The version %q is not available for %s", b.Version, a.provider.ID)
		}
	}
	switch {
	case m.plan == a.plan && m.zone == a.zone && m.version == a.version:
		return nil, invalid("The add-on has this plan, region and version already")
	case slices.ContainsFunc(a.migrations, func(m *migration) bool { return m.status(c.now) == "RUNNING" }):
		return nil, fail(http.StatusConflict, http.StatusConflict, "A migration of %s is running", a.id)
	}
	m.id = "migration_" + uuid("migration", a.id, c.state().unique())
	a.migrations = append(a.migrations, m)
	c.state().migrating = append(c.state().migrating, a)
	return m.view(c.now), nil
}

func abortMigration(c *call, m *migration) (any, error) {
	if m.status(c.now) != "RUNNING" {
		return nil, invalid("The migration %s is not running", m.id)
	}
	m.aborted = c.now
	return m.view(c.now), nil
}

type orderLineView struct {
	Type         string  `json:"type"`
	Description  string  `json:"description"`
	Quantity     int     `json:"quantity"`
	TVA          float64 `json:"tva"`
	PriceUnitHT  float64 `json:"price_unit_ht"`
	PriceTotalHT float64 `json:"price_total_ht"`
	Pack         string  `json:"pack"`
	DropQuantity float64 `json:"dropQuantity"`
	Coupon       *string `json:"coupon"`
	Discount     float64 `json:"discount"`
}

type orderView struct {
	OwnerID      string          `json:"ownerId"`
	Target       string          `json:"target"`
	EmissionDate string          `json:"emissionDate"`
	Name         string          `json:"name"`
	Company      string          `json:"company"`
	VAT          string          `json:"VAT"`
	Type         string          `json:"type"`
	Status       string          `json:"status"`
	Lines        []orderLineView `json:"lines"`
	TotalHT      float64         `json:"totalHT"`
	TotalVAT     float64         `json:"totalVAT"`
	TotalTTC     float64         `json:"totalTTC"`
}

// order is what a plan would cost by month. Nothing is bought.
func (c *call) order(o *owner, v *provider, p *plan) orderView {
	vat := p.Price * vatPercent / 100
	return orderView{
		OwnerID: o.id, Target: o.name, EmissionDate: iso(c.now), Name: o.billing.contact, Company: o.billing.company, VAT: o.billing.vat, Type: "ADDON_PREORDER", Status: "PENDING",
		Lines:   []orderLineView{{Type: "ADDON", Description: v.Name + ", plan " + p.Name + ", by month", Quantity: 1, TVA: vatPercent, PriceUnitHT: p.Price, PriceTotalHT: p.Price}},
		TotalHT: round2(p.Price), TotalVAT: round2(vat), TotalTTC: round2(p.Price + vat),
	}
}

func preorderMigration(c *call, a *addon) (any, error) {
	p := find(a.provider.Plans, func(p *plan) bool { return a.provider.planID(p) == c.query("planId") })
	if p == nil {
		return nil, notFound("The plan %q does not exist for %s", c.query("planId"), a.provider.ID)
	}
	return c.order(a.owner, a.provider, p), nil
}

func preorderAddon(c *call, o *owner) (any, error) {
	var b struct{ ProviderID, Plan, Region string }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	v := catalog().provider(b.ProviderID)
	if v == nil {
		return nil, notFound("The add-on provider %s does not exist", b.ProviderID)
	}
	p := find(v.Plans, func(p *plan) bool { return v.planID(p) == b.Plan })
	if p == nil {
		return nil, notFound("The plan %s does not exist for %s", b.Plan, v.ID)
	}
	return c.order(o, v, p), nil
}
