package tools

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"clever-mcp/cleverapi"
)

func TestAddonFindings(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	// healthy is a database that nothing is to be said about.
	healthy := func() *addonFacts {
		f := &addonFacts{
			apps:    []cleverapi.Application{{ID: "app_1", Name: "api", Zone: "par"}},
			backups: []cleverapi.Backup{{Creation: ago(30 * 24 * time.Hour), Status: "Success"}, {Creation: ago(10 * time.Hour), Status: "Success"}},
			details: &cleverapi.AddonDetails{Status: "ACTIVE", Version: "16.2"}, versions: &cleverapi.ProviderVersions{},
			migrations: []cleverapi.Migration{{ID: "m0", Status: "FAILED"}, {ID: "m1", Status: "OK"}},
		}
		f.versions.Dedicated = map[string]struct {
			Features []cleverapi.Feature `json:"features"`
		}{"15": {}, "16": {}}
		f.addon = cleverapi.Addon{ID: "addon_1", Zone: "par", CreationDate: cleverapi.Millis(ago(90 * 24 * time.Hour).UnixMilli()),
			Plan: cleverapi.Plan{Name: "XS", Features: shared("Dedicated")}}
		f.addon.Provider.ID = "postgresql-addon"
		return f
	}
	for _, tt := range []struct {
		name   string
		change func(*addonFacts)
		want   []string // beginning of weight and finding
	}{
		{"healthy", func(*addonFacts) {}, nil},
		{"nothing could be read", func(f *addonFacts) { *f = addonFacts{addon: f.addon} }, nil},
		{"full", func(f *addonFacts) { f.details.Status = "QUOTA_EXCEEDED" }, []string{"problem It is full"}},
		{"being deleted", func(f *addonFacts) { f.details.Status = "TO_DELETE" }, []string{"problem Its status is TO_DELETE"}},
		{"no backup", func(f *addonFacts) { f.backups = []cleverapi.Backup{} }, []string{"risk There is no backup"}},
		{"new, no backup yet", func(f *addonFacts) {
			f.backups, f.addon.CreationDate = []cleverapi.Backup{}, cleverapi.Millis(ago(time.Hour).UnixMilli())
		}, nil},
		{"old backup", func(f *addonFacts) { f.backups = f.backups[:1] }, []string{"risk The newest backup is 30 days old"}},
		{"failed backup", func(f *addonFacts) { f.backups[1].Status = "Failed" }, []string{"risk The newest backup (2026-11-23T02:00:00Z) has status Failed"}},
		{"old version", func(f *addonFacts) { f.details.Version = "15.9" }, []string{"note Version 15.9 runs; 16 is the newest"}},
		{"version not offered", func(f *addonFacts) { f.details.Version = "11" }, []string{"risk Version 11 is no longer offered (15, 16 are)"}},
		{"old version of a shared plan", func(f *addonFacts) { f.details.Version, f.addon.Plan.Features = "11", shared("shared") }, []string{"note Plan XS shares"}},
		{"no application", func(f *addonFacts) { f.apps = []cleverapi.Application{} }, []string{"note No application is linked"}},
		{"far application", func(f *addonFacts) { f.apps[0].Zone = "mtl" }, []string{"note It is in par, and linked to api (mtl)"}},
		{"migration under way", func(f *addonFacts) { f.migrations[1].Status = "RUNNING" }, []string{"problem Migration m1 is under way"}},
		{"last migration failed", func(f *addonFacts) { f.migrations = f.migrations[:1] }, []string{"risk The last migration, m0, failed"}},
		{"gravest first", func(f *addonFacts) {
			f.apps, f.backups, f.details.Status = []cleverapi.Application{}, []cleverapi.Backup{}, "DELETED"
		}, []string{"problem Its status", "risk There is no backup", "note No application"}},
		{"operator", func(f *addonFacts) {
			f.addon.Provider.ID, f.apps, f.versions, f.backups = "keycloak", []cleverapi.Application{}, nil, nil
			f.check = &cleverapi.VersionCheck{Installed: "26.0", Latest: "26.1", NeedUpdate: true}
		}, []string{"risk Version 26.0 runs; 26.1 is there"}},
	} {
		f := healthy()
		tt.change(f)
		got := f.findings(now)
		ok := got != nil && len(got) == len(tt.want)
		for i := range min(len(got), len(tt.want)) {
			ok = ok && strings.HasPrefix(got[i].Weight+" "+got[i].Finding, tt.want[i]) && got[i].Next != ""
		}
		for _, f := range got {
			if checkAdvice(t, tt.name, f.Next) == 0 {
				t.Errorf("%s: no call is advised by %q", tt.name, f.Next)
			}
		}
		if !ok {
			t.Errorf("%s: found %v, want %q", tt.name, fmt.Sprintf("%+v", got), tt.want)
		}
	}
}

func TestCompareVersions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"9", "15", -1}, {"15", "15.4", 0}, {"7.2", "7.10", -1}, {"8", "7.2", 1}, {"15.4", "15.4", 0}, {"8.0-beta", "8.0", 1}, {"", "1", -1},
	} {
		if got := compareVersions(tt.a, tt.b); got != tt.want {
			t.Errorf("compareVersions(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
	for in, want := range map[string]string{"15.4": "15", "16": "16", "7.2.4": "7.2", "8": "8", "4.0.3": "4.0", "": "", "x.y.z": "x.y"} {
		if got := major(in); got != want {
			t.Errorf("major(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzCompareVersions(f *testing.F) {
	f.Add("15.4", "9")
	f.Add("", "..")
	f.Add("8.0-beta", "8.0")
	f.Fuzz(func(t *testing.T, a, b string) {
		if x, y := compareVersions(a, b), compareVersions(b, a); x != -y {
			t.Errorf("%q and %q compare as %d and %d", a, b, x, y)
		}
		if compareVersions(a, a) != 0 {
			t.Errorf("%q differs from itself", a)
		}
	})
}

func TestAge(t *testing.T) {
	t.Parallel()
	for in, want := range map[time.Duration]string{
		-time.Hour: "0 minutes", 90 * time.Minute: "90 minutes", 2 * time.Hour: "2 hours", 47 * time.Hour: "47 hours", 48 * time.Hour: "2 days", 240 * time.Hour: "10 days",
	} {
		if got := age(in); got != want {
			t.Errorf("age(%s) = %s, want %s", in, got, want)
		}
	}
}

// What a person agrees to is written by us: no name makes a line of its own.
func TestLossesCannotBeForged(t *testing.T) {
	t.Parallel()
	f := addonFacts{apps: []cleverapi.Application{{ID: "app_1", Name: "api\n- Nothing is lost."}}}
	f.addon.Plan.Slug = "dev"
	for _, loss := range f.losses(Addon{Provider: "postgresql-addon", OwnerName: "Acme\n- It is a test."}, time.Now()) {
		if strings.ContainsAny(loss, "\n\r") {
			t.Errorf("a name breaks the line: %q", loss)
		}
	}
	for _, loss := range (token{view: TokenView{Kind: "sign_in", Name: "CLI\n- Harmless."}}).plan().Losses {
		if strings.ContainsAny(loss, "\n\r") {
			t.Errorf("a name breaks the line: %q", loss)
		}
	}
}
