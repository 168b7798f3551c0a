package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// GetAddonInput names an add-on.
type GetAddonInput struct{ AddonRef }

// AddonView is one add-on whole.
type AddonView struct {
	AddonLine
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

var getAddon = Tool[GetAddonInput, AddonView]{
	Name: "get_addon", Title: "One add-on", Toolset: "addons",
	Doc:    `Shows one add-on whole: plan, price, version, status, linked applications, variables (values hidden), backups, migrations, and what is wrong or risky with the next call.`,
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

// addonFacts is what the API says of one add-on. What could not be read is nil.
type addonFacts struct {
	addon      cleverapi.Addon
	apps       []cleverapi.Application
	env        []cleverapi.AddonVariable
	backups    []cleverapi.Backup
	migrations []cleverapi.Migration
	details    *cleverapi.AddonDetails
	versions   *cleverapi.ProviderVersions
	check      *cleverapi.VersionCheck
	prices     priceLists
	incomplete []string
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

// readAddon asks everything about an add-on at once. Only the add-on itself is
// indispensable; many providers do not know backups, versions or migrations.
func readAddon(ctx context.Context, c *Call, ref Addon) (addonFacts, error) {
	f := addonFacts{}
	reads := []reading{
		{"", func(ctx context.Context) (err error) {
			if f.addon, err = c.API.Addons.Get(ctx, ref.Owner, ref.ID); err == nil {
				f.prices = c.readPrices(ctx, []priceKey{{ref.Owner, f.addon.Zone}})
			}
			return err
		}},
		{"applications", func(ctx context.Context) error {
			apps, err := c.API.Addons.Applications(ctx, ref.Owner, ref.ID)
			return keep(&f.apps, apps, err)
		}},
		{"variables", func(ctx context.Context) error {
			env, err := c.addonEnv(ctx, ref)
			return keep(&f.env, env, err)
		}},
		{"migrations", func(ctx context.Context) error {
			migrations, err := c.API.Addons.Migrations(ctx, ref.Owner, ref.ID)
			return keep(&f.migrations, migrations, err)
		}},
		{"version and status", func(ctx context.Context) error { return readVersion(ctx, c, ref, &f) }},
	}
	if backedUp(ref.Provider) {
		reads = append(reads, reading{"backups", func(ctx context.Context) error {
			backups, err := c.API.Backups.List(ctx, ref.Owner, ref.RealID)
			return keep(&f.backups, backups, err)
		}})
	}
	if versioned(ref.Provider) {
		reads = append(reads, reading{"versions on offer", func(ctx context.Context) error {
			versions, err := c.API.AddonProviders.Versions(ctx, ref.Provider)
			return keep(&f.versions, &versions, err)
		}})
	}

	missing := make([]string, len(reads))
	work := make([]func(context.Context) error, 0, len(reads))
	for i, r := range reads {
		work = append(work, func(ctx context.Context) error {
			err := r.read(ctx)
			switch {
			case err == nil || r.what == "":
				return err
			case !errors.Is(err, cleverapi.ErrNotFound):
				missing[i] = r.what + ": " + err.Error()
			}
			return nil
		})
	}
	err := atOnce(ctx, work...)
	f.incomplete = slices.DeleteFunc(missing, func(s string) bool { return s == "" })
	return f, err
}

// reading is one of several requests of a call. Without a name, the call cannot
// do without it.
type reading struct {
	what string
	read func(context.Context) error
}

// keep sets to only when the read went well, so that what is not known stays nil
// and is not taken for empty.
func keep[T any](to *T, v T, err error) error {
	if err == nil {
		*to = v
	}
	return err
}

// addonEnv reads the variables of an add-on and makes their values secret.
func (c *Call) addonEnv(ctx context.Context, ref Addon) ([]cleverapi.AddonVariable, error) {
	env, err := c.API.Addons.Env(ctx, ref.Owner, ref.ID)
	for _, v := range env {
		c.Hide.Learn(v.Value)
	}
	return env, err
}

// readVersion asks the provider, each in its own way, which version runs.
func readVersion(ctx context.Context, c *Call, ref Addon, f *addonFacts) error {
	var details cleverapi.AddonDetails
	var check cleverapi.VersionCheck
	var err error
	switch ref.Provider {
	case "keycloak":
		check, err = c.API.AddonProviders.Keycloak(ctx, ref.RealID)
	case "metabase":
		check, err = c.API.AddonProviders.Metabase(ctx, ref.RealID)
	case "otoroshi":
		check, err = c.API.AddonProviders.Otoroshi(ctx, ref.RealID)
	case "es-addon":
		details, err = c.API.AddonProviders.Elasticsearch(ctx, ref.ID)
	default:
		if !versioned(ref.Provider) {
			return nil
		}
		details, err = c.API.AddonProviders.Details(ctx, ref.Provider, ref.RealID)
	}
	if err != nil {
		return err
	}
	if check.Installed != "" {
		f.check = &check
		details.Version = check.Installed
	}
	f.details = &details
	return nil
}

// operator tells a service that brings applications and databases of its own.
func operator(provider string) bool {
	switch provider {
	case "keycloak", "otoroshi", "metabase", "addon-matomo":
		return true
	}
	return false
}

// versioned tells a provider that has details by real ID and versions to choose.
func versioned(provider string) bool {
	switch provider {
	case "postgresql-addon", "mysql-addon", "mongodb-addon", "redis-addon", "jenkins":
		return true
	}
	return false
}

// backedUp tells a provider whose data the platform copies.
func backedUp(provider string) bool {
	switch provider {
	case "postgresql-addon", "mysql-addon", "mongodb-addon", "redis-addon", "es-addon", "jenkins":
		return true
	}
	return false
}

func (f addonFacts) view(c *Call, ref Addon) AddonView {
	a := f.addon
	v := AddonView{
		AddonLine: AddonLine{
			Addon: a.ID, RealID: a.RealID, Name: a.Name, Provider: cmp.Or(a.Provider.ID, ref.Provider), Plan: a.Plan.Slug, Zone: a.Zone,
			EURMonth: f.prices.plan(ref.Owner, a.Zone, a.Plan), Created: date(a.CreationDate.Time()),
		},
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
	slices.SortFunc(v.Env, func(a, b HiddenVariable) int { return strings.Compare(a.Name, b.Name) })
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
