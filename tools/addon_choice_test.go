package tools

import (
	"errors"
	"strings"
	"testing"

	"clever-mcp/cleverapi"
)

func shared(value string) []cleverapi.PlanFeature {
	return []cleverapi.PlanFeature{{Name: "Type", Value: value}}
}

var postgres = cleverapi.AddonProvider{
	ID: "postgresql-addon", Name: "PostgreSQL", Status: "RELEASE", Zones: []string{"rbx", "par"},
	Plans: []cleverapi.Plan{
		{ID: "plan_1", Name: "XS Small Space", Slug: "xs_sml", Price: 12, Features: shared("Dedicated")},
		{ID: "plan_2", Name: "DEV", Slug: "dev", Zones: []string{"par"}, Features: shared("Shared")},
		{ID: "plan_3", Name: "XS Big Space", Slug: "xs_big", Price: 30, Zones: []string{"rbx"}, Features: shared("dedicated")},
	},
}

// said returns the text of an argument error, or fails.
func refusal(t *testing.T, err error) string {
	t.Helper()
	var bad *ArgumentError
	if err == nil || !errors.As(err, &bad) {
		t.Fatalf("error is %v, want one that names the argument", err)
	}
	return bad.Text
}

func TestPickProvider(t *testing.T) {
	t.Parallel()
	all := []cleverapi.AddonProvider{postgres,
		{ID: "mysql-addon", Name: "MySQL"}, {ID: "addon-matomo", Name: "Matomo Analytics"}, {ID: "es-addon", Name: "Elastic Stack"},
		{ID: "kv", Name: "Materia KV"}, {ID: "old-addon", Name: "Old", Status: "DELETED"},
	}
	for ref, want := range map[string]string{
		"postgresql-addon": "postgresql-addon", "PostgreSQL": "postgresql-addon", "postgresql": "postgresql-addon",
		"matomo": "addon-matomo", "Materia KV": "kv", "materia_kv": "kv", "elastic-stack": "es-addon", "es": "es-addon",
	} {
		got, err := pickProvider(all, ref)
		if err != nil || got.ID != want {
			t.Errorf("%q is %s, %v, want %s", ref, got.ID, err, want)
		}
	}
	for ref, want := range map[string]string{
		"sql":    "mysql-addon (MySQL) or postgresql-addon (PostgreSQL)",
		"postgr": "Did you mean postgresql-addon (PostgreSQL)?",
		"oracle": "Providers: addon-matomo, es-addon, kv, mysql-addon, postgresql-addon.",
		"old":    "There is no add-on provider",
		"":       "There is no add-on provider",
	} {
		_, err := pickProvider(all, ref)
		if got := refusal(t, err); !strings.Contains(got, want) {
			t.Errorf("%q is answered %q, without %q", ref, got, want)
		}
	}
}

func TestPickZone(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{"": "par", "RBX": "rbx", "par": "par"} {
		if zone, err := pickZone(postgres, want); err != nil || zone != got {
			t.Errorf("zone %q is %q, %v, want %q", want, zone, err, got)
		}
	}
	_, err := pickZone(postgres, "mtl")
	if text := refusal(t, err); !strings.Contains(text, "Zones: par, rbx.") {
		t.Errorf("an unknown zone is answered %q", text)
	}
	_, err = pickZone(cleverapi.AddonProvider{Name: "Far", Zones: []string{"syd", "sgp"}}, "")
	if text := refusal(t, err); !strings.Contains(text, "Zones: sgp, syd.") {
		t.Errorf("a provider outside the default zone is answered %q", text)
	}
}

func TestPickPlan(t *testing.T) {
	t.Parallel()
	price := priceLists{{"o", "par"}: {}, {"o", "rbx"}: {}}
	pick := func(want, zone string) (cleverapi.Plan, string, error) {
		return pickPlan(postgres, want, zone, func(p cleverapi.Plan) *Euros { return price.plan("o", zone, p) })
	}
	for _, tt := range []struct{ want, zone, slug, why string }{
		{"", "par", "dev", "dev (DEV) is the cheapest of 2 in par, 0.00 euros a month"},
		{"", "rbx", "xs_sml", "xs_sml (XS Small Space) is the cheapest of 2 in rbx, 12.00 euros a month"},
		{"XS_SML", "par", "xs_sml", ""}, {"xs small space", "par", "xs_sml", ""}, {"plan_2", "par", "dev", ""}, {"xs-big", "rbx", "xs_big", ""},
	} {
		plan, why, err := pick(tt.want, tt.zone)
		if err != nil || plan.Slug != tt.slug || !strings.Contains(why, tt.why) || why == "" != (tt.why == "") {
			t.Errorf("plan %q in %s is %s, %q, %v", tt.want, tt.zone, plan.Slug, why, err)
		}
	}
	for _, tt := range []struct{ want, zone, text string }{
		{"huge", "par", "Plans: dev, xs_sml."},
		{"dev", "rbx", "not offered in rbx, but in par. Plans in rbx: xs_big, xs_sml."},
	} {
		_, _, err := pick(tt.want, tt.zone)
		if got := refusal(t, err); !strings.Contains(got, tt.text) {
			t.Errorf("plan %q in %s is answered %q", tt.want, tt.zone, got)
		}
	}
}

func TestPickVersion(t *testing.T) {
	t.Parallel()
	offer := &cleverapi.ProviderVersions{Default: "16"}
	features := []cleverapi.Feature{{Name: "encryption"}, {Name: "direct-host-only"}}
	offer.Dedicated = map[string]struct {
		Features []cleverapi.Feature `json:"features"`
	}{"9": {}, "16": {features}, "15": {features}}
	offer.Clusters = append(offer.Clusters, struct {
		Zone     string              `json:"zone"`
		Version  string              `json:"version"`
		Features []cleverapi.Feature `json:"features"`
	}{Zone: "par", Version: "15"})
	dedicated, dev := postgres.Plans[0], postgres.Plans[1]

	for _, tt := range []struct {
		name    string
		plan    cleverapi.Plan
		offer   *cleverapi.ProviderVersions
		zone    string
		version string
		options map[string]string
		want    string // version, or what the error says
		refused bool
	}{
		{name: "default", plan: dedicated, offer: offer, zone: "par", want: "16"},
		{name: "asked", plan: dedicated, offer: offer, zone: "rbx", version: "15", want: "15"},
		{name: "as an option", plan: dedicated, offer: offer, zone: "par", options: map[string]string{"version": "15"}, want: "15"},
		{name: "with an option", plan: dedicated, offer: offer, zone: "par", options: map[string]string{"encryption": "true"}, want: "16"},
		{name: "shared has one version", plan: dev, offer: offer, zone: "par", want: "15"},
		{name: "provider without versions", plan: dedicated, zone: "par", want: ""},
		{name: "unknown", plan: dedicated, offer: offer, zone: "par", version: "17", want: "Versions: 9, 15, 16.", refused: true},
		{name: "twice", plan: dedicated, offer: offer, zone: "par", version: "15", options: map[string]string{"version": "16"}, want: "Give one of them", refused: true},
		{name: "shared has another", plan: dev, offer: offer, zone: "par", version: "16", want: "has version 15, not 16", refused: true},
		{name: "no shared server there", plan: dev, offer: offer, zone: "rbx", want: "Zones that have one: par.", refused: true},
		{name: "no choice", plan: dedicated, zone: "par", version: "1", want: "leave version out", refused: true},
		{name: "unknown option", plan: dedicated, offer: offer, zone: "par", options: map[string]string{"tls": "true"}, want: "Options: direct-host-only, encryption.", refused: true},
		{name: "option without choice", plan: dedicated, offer: offer, zone: "par", options: map[string]string{"encryption": "yes"}, want: `must be "true" or "false"`, refused: true},
		{name: "version without options", plan: dedicated, offer: offer, zone: "par", version: "9", options: map[string]string{"encryption": "true"}, want: "takes no options", refused: true},
	} {
		got, err := pickVersion(postgres, tt.plan, tt.offer, tt.zone, tt.version, tt.options)
		if tt.refused {
			if text := refusal(t, err); !strings.Contains(text, tt.want) {
				t.Errorf("%s is answered %q, without %q", tt.name, text, tt.want)
			}
		} else if err != nil || got != tt.want {
			t.Errorf("%s: %q, %v, want %q", tt.name, got, err, tt.want)
		}
	}
}
