package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// GetAddonInput names an add-on.
type GetAddonInput struct{ AddonRef }

// AddonView is one add-on whole.
type AddonView struct {
	AddonBasics
	// The provider's id of it, which v4 paths, logs and backups want.
	RealID  string `json:"real_id"`
	Created string `json:"created,omitempty"`
	// The owner id.
	Owner     string `json:"owner"`
	OwnerName string `json:"owner_name"`
	PlanName  string `json:"plan_name"`
	// What the plan gives: "Max DB size: 256 MB".
	Features []string `json:"features"`
	// What is charged beside the plan.
	ByUse   []string `json:"by_use,omitempty"`
	Version string   `json:"version,omitempty"`
	// As the provider says: ACTIVE, TO_DELETE, DELETED, QUOTA_EXCEEDED.
	Status string `json:"status,omitempty"`
	// Applications that get its variables.
	Apps []LinkedApp `json:"apps"`
	// Variables that linked applications get, values hidden.
	Env []HiddenVariable `json:"env"`
	// Left out: the provider makes none that the API shows.
	Backups    *BackupsView    `json:"backups,omitempty"`
	Migrations []MigrationView `json:"migrations"`
	// What an expert would remark, gravest first. Empty: nothing found.
	Findings []AddonFinding `json:"findings"`
	// What could not be read; the rest is complete.
	Incomplete []string `json:"incomplete,omitempty"`
}

// LinkedApp is an application that uses an add-on.
type LinkedApp struct {
	App  string `json:"app"`
	Name string `json:"name"`
	Zone string `json:"zone,omitempty"`
}

// HiddenVariable is a variable without its value.
type HiddenVariable struct {
	Name string `json:"name"`
	// How long the value is, and a fingerprint to compare it with others.
	Value string `json:"value"`
}

// BackupsView sums up the backups.
type BackupsView struct {
	Count int `json:"count"`
	// Date, age and status of the newest.
	Newest string `json:"newest,omitempty"`
	Age    string `json:"age,omitempty"`
	Status string `json:"status,omitempty"`
	// Date of the oldest that is kept.
	Oldest string `json:"oldest,omitempty"`
}

// MigrationView is a change of plan, zone or version.
type MigrationView struct {
	ID        string `json:"id"`
	Status    string `json:"status"`
	Requested string `json:"requested,omitempty"`
	// The step that it is at, or that failed.
	Step string `json:"step,omitempty"`
}

var getAddon = &Tool[GetAddonInput, AddonView]{
	Name: "get_addon", Title: "One add-on", Toolset: "addons",
	Doc:    `Shows one add-on whole: plan, price, version, status, links, variables (values hidden), backups, migrations, and what is wrong or risky with the next call.`,
	Effect: catalogue.Reads,
	Uses: []string{
		"GET /v2/summary",
		"GET /v2/organisations/{id}/addons/{addonId}",
		"GET /v2/organisations/{id}/addons/{addonId}/applications",
		"GET /v2/organisations/{id}/addons/{addonId}/env",
		"GET /v2/organisations/{id}/addons/{addonId}/migrations",
		"GET /v2/backups/{ownerId}/{ref}",
		"GET /v2/providers/{providerId}/{addonId}",
		"GET /v4/addon-providers/{providerId}",
		"GET /v4/addon-providers/{providerId}/addons/{addonId}",
		"GET /v4/addon-providers/addon-keycloak/addons/{addonKeycloakId}/version/check",
		"GET /v4/addon-providers/addon-metabase/addons/{addonMetabaseId}/version/check",
		"GET /v4/addon-providers/addon-otoroshi/addons/{OtoroshiId}/version/check",
		"GET /v4/billing/organisations/{owner_id}/price-system",
	},
	Run: runGetAddon,
}

func runGetAddon(ctx context.Context, c *Call, in GetAddonInput) (AddonView, error) {
	ref, err := c.Addon(ctx, in.AddonRef)
	if err != nil {
		return AddonView{}, err
	}
	facts, err := readAddon(ctx, c, ref)
	if err != nil {
		return AddonView{}, err
	}
	return facts.view(c, ref), nil
}

func (f addonFacts) view(c *Call, ref Addon) AddonView {
	a := f.addon
	v := AddonView{
		AddonBasics: AddonBasics{
			Addon: a.ID, Name: a.Name, Provider: cmp.Or(a.Provider.ID, ref.Provider), Plan: a.Plan.Slug, Zone: a.Zone,
			EURMonth: f.prices.plan(ref.Owner, a.Zone, a.Plan),
		},
		RealID: a.RealID, Created: date(a.CreationDate.Time()),
		Owner: ref.Owner, OwnerName: ref.OwnerName, PlanName: a.Plan.Name,
		ByUse:    byUse(f.prices[priceKey{ref.Owner, a.Zone}], ref.Provider),
		Features: []string{}, Apps: []LinkedApp{}, Env: []HiddenVariable{}, Migrations: []MigrationView{},
		Findings: f.findings(c.Now()), Incomplete: f.incomplete,
	}
	if f.details != nil {
		v.Version, v.Status = f.details.Version, f.details.Status
	}
	for _, feature := range a.Plan.Features {
		if feature.Value != "" {
			v.Features = append(v.Features, feature.Name+": "+feature.Value)
		}
	}
	for _, app := range f.apps {
		v.Apps = append(v.Apps, LinkedApp{App: app.ID, Name: app.Name, Zone: app.Zone})
	}
	for _, e := range f.env {
		v.Env = append(v.Env, HiddenVariable{e.Name, c.Hide.Mark(e.Value)})
	}
	sort.Slice(v.Env, func(i, j int) bool { return v.Env[i].Name < v.Env[j].Name })
	if f.backups != nil {
		v.Backups = backupsView(f.backups, c.Now())
	}
	for _, m := range f.migrations[max(0, len(f.migrations)-5):] {
		v.Migrations = append(v.Migrations, MigrationView{m.ID, m.Status, m.RequestDate, migrationStep(m)})
	}
	return v
}

func backupsView(backups []cleverapi.Backup, now time.Time) *BackupsView {
	v := &BackupsView{Count: len(backups)}
	if len(backups) == 0 {
		return v
	}
	newest, oldest := newestAndOldest(backups)
	v.Newest, v.Oldest, v.Status = date(newest.Creation), date(oldest.Creation), newest.Status
	v.Age = age(now.Sub(newest.Creation))
	return v
}

func newestAndOldest(backups []cleverapi.Backup) (newest, oldest cleverapi.Backup) {
	byDate := func(a, b cleverapi.Backup) int { return a.Creation.Compare(b.Creation) }
	return slices.MaxFunc(backups, byDate), slices.MinFunc(backups, byDate)
}

// age says how long ago something was, in its largest unit.
func age(d time.Duration) string {
	switch {
	case d < 0:
		return "0 minutes"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// migrationStep names where a migration stands: the step that failed, else the
// last one that began.
func migrationStep(m cleverapi.Migration) string {
	step := ""
	for _, s := range m.Steps {
		step = s.Value + " " + s.Status
		if s.Message != "" {
			step += ": " + s.Message
		}
		if s.Status == "FAILED" {
			break
		}
	}
	return step
}
