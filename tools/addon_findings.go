package tools

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"clever-mcp/cleverapi"
)

// AddonFinding is something that an expert would remark.
type AddonFinding struct {
	// problem (it harms now), risk (it can harm), or note.
	Weight  string `json:"weight"`
	Finding string `json:"finding"`
	// The call that does something about it.
	Next string `json:"next"`
}

// staleBackup is twice the daily rhythm of the platform's backups.
const staleBackup = 48 * time.Hour

// findings makes the checks, gravest first. A check whose facts could not be
// read finds nothing.
func (f addonFacts) findings(now time.Time) []AddonFinding {
	found := []AddonFinding{}
	add := func(weight, next, finding string, a ...any) {
		found = append(found, AddonFinding{weight, fmt.Sprintf(finding, a...), next})
	}
	a := f.addon

	if f.details != nil {
		switch status := f.details.Status; status {
		case "", "ACTIVE":
		case "QUOTA_EXCEEDED":
			add("problem", f.migrate("planId of a larger plan", f.details.Version)+fmt.Sprintf(`; list_products {"name":%q} has the plans, their ids and prices`, a.Provider.ID), "It is full: the quota of plan %s is exceeded. A larger plan costs more.", a.Plan.Name)
		default:
			add("problem", f.logs(), "Its status is %s, not ACTIVE.", status)
		}
	}
	for _, m := range f.migrations {
		switch m.Status {
		case "RUNNING", "RECOVERING":
			add("problem", fmt.Sprintf(`get_addon {"addon":%q} again later`, a.ID), "Migration %s is under way (%s): connections may break.", m.ID, cmp.Or(migrationStep(m), m.Status))
		}
	}
	if n := len(f.migrations); n > 0 && f.migrations[n-1].Status == "FAILED" {
		add("risk", f.logs(), "The last migration, %s, failed (%s).", f.migrations[n-1].ID, cmp.Or(migrationStep(f.migrations[n-1]), "no step told"))
	}
	f.checkBackups(now, add)
	f.checkVersion(add)
	f.checkUse(add)

	order := []string{"problem", "risk", "note"}
	sort.SliceStable(found, func(i, j int) bool {
		a, b := found[i], found[j]
		return slices.Index(order, a.Weight) < slices.Index(order, b.Weight)
	})
	return found
}

// migrate is the call that moves the add-on to another plan or version.
func (f addonFacts) migrate(plan, version string) string {
	return fmt.Sprintf(`raw_request {"method":"POST","path":"/v2/organisations/%s/addons/%s/migrations","body":{"planId":%q,"region":%q,"version":%q}}`, f.owner, f.addon.ID, plan, f.addon.Zone, version)
}

// logs is the call that reads its log.
func (f addonFacts) logs() string { return fmt.Sprintf(`get_logs {"app":%q}`, f.addon.ID) }

func (f addonFacts) checkBackups(now time.Time, add func(weight, next, finding string, a ...any)) {
	if f.backups == nil {
		return
	}
	a := f.addon
	if len(f.backups) == 0 {
		// A database is first copied in the night after it was made.
		if now.Sub(a.CreationDate.Time()) > staleBackup {
			add("risk", f.logs(), "There is no backup: what is lost now cannot be restored.")
		}
		return
	}
	newest, _ := newestAndOldest(f.backups)
	if old := now.Sub(newest.Creation); old > staleBackup {
		add("risk", f.logs(), "The newest backup is %s old; one a day is usual.", age(old))
	}
	// The API's list of statuses is not published: only what clearly says so counts.
	if s := strings.ToLower(newest.Status); strings.Contains(s, "fail") || strings.Contains(s, "error") {
		add("risk", f.logs(), "The newest backup (%s) has status %s.", date(newest.Creation), newest.Status)
	}
}

func (f addonFacts) checkVersion(add func(weight, next, finding string, a ...any)) {
	if f.check != nil && f.check.NeedUpdate {
		add("risk", fmt.Sprintf(`raw_request {"method":"POST","path":"/v4/addon-providers/addon-%s/addons/%s/version/update","body":{"targetVersion":%q}}`, f.addon.Provider.ID, f.addon.RealID, f.check.Latest),
			"Version %s runs; %s is there, which mends known faults.", f.check.Installed, f.check.Latest)
	}
	if f.details == nil || f.details.Version == "" || f.versions == nil || sharedPlan(f.addon.Plan) {
		return // the version of a shared cluster is not the user's choice
	}
	offered := slices.SortedFunc(maps.Keys(f.versions.Dedicated), compareVersions)
	if len(offered) == 0 {
		return
	}
	newest := offered[len(offered)-1]
	if compareVersions(major(f.details.Version), major(offered[0])) < 0 {
		add("risk", f.migrate(f.addon.Plan.ID, newest), "Version %s is no longer offered (%s are): it may get no more corrections. A migration moves it, and interrupts it for a while.", f.details.Version, strings.Join(offered, ", "))
	} else if compareVersions(major(f.details.Version), major(newest)) < 0 {
		add("note", f.migrate(f.addon.Plan.ID, newest), "Version %s runs; %s is the newest on offer. A migration interrupts it for a while.", f.details.Version, newest)
	}
}

func (f addonFacts) checkUse(add func(weight, next, finding string, a ...any)) {
	a := f.addon
	if f.apps == nil {
		return
	}
	if len(f.apps) == 0 && !operator(a.Provider.ID) {
		add("note", fmt.Sprintf(`link_addon {"addon":%q,"app":"…"}, or delete_addon {"addon":%q} if nobody needs it`, a.ID, a.ID), "No application is linked: unless something uses it from outside, it costs without being of use.")
	}
	var far []string
	for _, app := range f.apps {
		if app.Zone != "" && a.Zone != "" && app.Zone != a.Zone {
			far = append(far, fmt.Sprintf("%s (%s)", app.Name, app.Zone))
		}
	}
	if len(far) > 0 {
		slices.Sort(far)
		add("note", "create_addon with the zone of the application, or move this one: search_api {\"phrase\":\"move an add-on to another zone\"}", "It is in %s, and linked to %s: each query crosses the distance.", a.Zone, strings.Join(far, ", "))
	}
	if len(f.apps) > 0 && sharedPlan(a.Plan) && versioned(a.Provider.ID) {
		add("note", fmt.Sprintf(`list_products {"name":%q}`, a.Provider.ID), "Plan %s shares its server with others: good for development, without guarantees for production.", a.Plan.Name)
	}
}

// sharedPlan tells plans whose server several customers share.
func sharedPlan(p cleverapi.Plan) bool {
	return slices.ContainsFunc(p.Features, func(f cleverapi.PlanFeature) bool {
		return strings.EqualFold(f.Name, "type") && strings.EqualFold(f.Value, "shared")
	})
}

// major is what decides whether a version is another one: 15 of 15.4, but 7.2
// of 7.2.4, because versions of Redis and MongoDB differ in the second number.
func major(version string) string {
	parts := strings.SplitN(version, ".", 3)
	if n, err := strconv.Atoi(parts[0]); err == nil && n >= 10 || len(parts) == 1 {
		return parts[0]
	}
	return parts[0] + "." + parts[1]
}

// compareVersions compares number by number, so that 9 comes before 10. What is
// left out is nothing known, and equal: 7 and 7.2.
func compareVersions(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		x, errA := strconv.Atoi(as[i])
		y, errB := strconv.Atoi(bs[i])
		if errA != nil || errB != nil {
			if c := strings.Compare(as[i], bs[i]); c != 0 {
				return c
			}
			continue
		}
		if c := cmp.Compare(x, y); c != 0 {
			return c
		}
	}
	return 0
}
