package tools

import (
	"fmt"
	"sort"
	"strings"
	"testing"
)

// What a list of all applications shows is what the lists of each would, sorted.
func TestNewestOfAllApplications(t *testing.T) {
	t.Parallel()
	for _, seed := range []string{"demo", "broken"} {
		w := newWorld(t, worldOptions{Seed: seed})
		apps, _ := called[AppList](t, w, "list_apps", `{"limit":100}`, Caller{})
		var each []string
		for _, o := range apps.Owners {
			for _, line := range o.Apps {
				id := fields(t, apps.Columns, line)["app"]
				list, _ := called[DeploymentList](t, w, "list_deployments", fmt.Sprintf(`{"app":%q,"owner":%q,"limit":40}`, id, o.Owner), Caller{})
				for _, d := range list.Deployments {
					each = append(each, d.Date+" "+d.Deployment+" "+id+" "+o.Name)
				}
			}
		}
		sort.Slice(each, func(i, j int) bool { return each[i] > each[j] })
		for _, limit := range []int{1, 2, 3, 7, 20, 40} {
			all, res := called[DeploymentList](t, w, "list_deployments", fmt.Sprintf(`{"limit":%d}`, limit), Caller{})
			if len(all.Deployments) != min(limit, len(each)) || (all.Older != "") != (limit < len(each)) || all.App != "" || res.IsError {
				t.Fatalf("%s, limit %d of %d: %s", seed, limit, len(each), res.Text)
			}
			known := strings.Join(each, "\n")
			for i, d := range all.Deployments {
				if !strings.HasPrefix(each[i], d.Date+" ") || !strings.Contains(known, d.Date+" "+d.Deployment+" "+d.App+" "+d.OwnerName) {
					t.Errorf("%s, limit %d: line %d is %+v, want %s", seed, limit, i, d, each[i])
				}
			}
		}
	}
}

// In the folder of an application its own are listed, unless an owner is named.
func TestDeploymentsOfTheWorkingDirectory(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	apps, _ := called[AppList](t, w, "list_apps", `{"name":"storefront"}`, Caller{})
	o := apps.Owners[0]
	app := fields(t, apps.Columns, o.Apps[0])["app"]
	w.deps.DefaultApp = func() (string, string, bool) { return app, o.Owner, true }
	own, _ := called[DeploymentList](t, w, "list_deployments", `{}`, Caller{})
	all, _ := called[DeploymentList](t, w, "list_deployments", fmt.Sprintf(`{"owner":%q}`, o.Owner), Caller{})
	if own.App != app || own.Older != "" || all.App != "" || len(all.Deployments) != activityLimit || strings.Contains(all.Older, "one owner") {
		t.Errorf("without arguments %+v, with an owner %+v", own, all)
	}
}
