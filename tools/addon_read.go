package tools

import (
	"context"
	"errors"
	"slices"

	"clever-mcp/cleverapi"
)

// addonFacts is what the API says of one add-on. What could not be read is nil.
type addonFacts struct {
	owner      string
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

// readAddon asks everything about an add-on at once. Only the add-on itself is
// indispensable; many providers do not know backups, versions or migrations.
func readAddon(ctx context.Context, c *Call, ref Addon) (addonFacts, error) {
	f := addonFacts{owner: ref.Owner}
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
		c.Hide.LearnValues(v.Value)
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
