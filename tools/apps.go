package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// ListAppsInput filters and pages.
type ListAppsInput struct {
	OwnerRef
	// Part of the name, or an id.
	Name string `json:"name,omitempty"`
	// Only those in this state.
	State string `json:"state,omitempty" jsonschema:"enum=running,enum=deploying,enum=stopped,enum=failed,enum=down,enum=never_deployed,enum=suspended,enum=unpaid,enum=idle,enum=archived"`
	// Runtime, e.g. node.
	Type string `json:"type,omitempty"`
	// e.g. par
	Zone string `json:"zone,omitempty"`
	Page
}

// Page bounds a list.
type Page struct {
	// Default 50.
	Limit int `json:"limit,omitempty" jsonschema:"minimum=1,maximum=100"`
	// From the answer before.
	Cursor string `json:"cursor,omitempty"`
}

// AppList is applications by owner.
type AppList struct {
	// The fields of a line of apps, in order.
	Columns string      `json:"columns"`
	Owners  []OwnerApps `json:"owners"`
	// How many applications match, on all pages.
	Total int `json:"total"`
	// Set when there are more: pass it to get them.
	Cursor string `json:"cursor,omitempty"`
	// What could not be read; the rest is complete.
	Incomplete []string `json:"incomplete,omitempty"`
}

// OwnerApps is the applications of one owner on this page.
type OwnerApps struct {
	// The owner id.
	Owner string `json:"owner"`
	Name  string `json:"name"`
	// A line for each application: the fields of columns, parted by single spaces.
	// Split it at the first six: name is last and may have spaces, the others have
	// none. - is not known, or nothing.
	//
	// app: the application id, app_….
	// state: running, deploying, stopped, failed (its last deployment did, and nothing
	// runs), down (should run and does not), never_deployed, suspended (by Clever
	// Cloud), unpaid, idle (a task that is not at work), archived.
	// size: flavor of its instances, smallest-largest, as S or S-XL. S*3: three run
	// now. Without *, one does where the state is running or deploying, none elsewhere.
	// deployed: age of the last deployment, as 40s, 12m, 3h or 35d, or never.
	// 3h_failed: it failed, and the version before it still runs. get_app and
	// list_deployments have exact dates.
	Apps []string `json:"apps"`
}

// appColumns are what appRow.line writes.
const appColumns = "app state type zone size deployed name"

// appRow is one application in the list.
type appRow struct {
	app, name, state, kind, zone, size, deployed string
	instances                                    *int // that run now; nil is not known
}

// line says the number of instances only where the state does not: a number of its
// own would cost each line two tokens.
func (r appRow) line(c *Call) string {
	size, expected := r.size, 0
	if r.state == "running" || r.state == "deploying" {
		expected = 1
	}
	if r.instances != nil && *r.instances != expected {
		size = fmt.Sprintf("%s*%d", size, *r.instances)
	}
	return c.line(r.name, r.app, r.state, r.kind, r.zone, size, r.deployed)
}

var listApps = &Tool[ListAppsInput, AppList]{
	Name: "list_apps", Title: "Applications", Toolset: "apps",
	Doc:    `Lists applications of all owners or one: state, runtime, zone, size, running instances, last deployment. Finds an application's id, or what is broken (state failed, down).`,
	Effect: catalogue.Reads,
	Uses: []string{
		"GET /v2/summary",
		"GET /v2/organisations/{id}/applications",
		"GET /v2/organisations/{id}/instances",
		"GET /v2/organisations/{id}/deployments",
		"GET /v4/products/zones",
	},
	Run: runListApps,
}

const defaultLimit = 50

// runListApps reads the summary, which names everything, and then the details of
// only those owners that are on the page. A filter on what the summary does not
// know (state, zone) reads the details of every owner first.
func runListApps(ctx context.Context, c *Call, in ListAppsInput) (AppList, error) {
	at, err := parseCursor(in.Cursor)
	if err != nil {
		return AppList{}, err
	}
	owners, err := c.owners(ctx, in.Owner)
	if err != nil {
		return AppList{}, err
	}

	if err := checkType(owners, in.Type); err != nil {
		return AppList{}, err
	}
	list := ownedApps(owners, in)
	out := AppList{Columns: appColumns}
	deep := in.State != "" || in.Zone != ""
	if deep {
		out.Incomplete = readDetails(ctx, c, list)
		list = slices.DeleteFunc(list, func(a *ownedApp) bool {
			return in.State != "" && a.row.state != in.State || in.Zone != "" && !strings.EqualFold(a.row.zone, in.Zone)
		})
		if len(list) == 0 && in.Zone != "" {
			if err := checkZone(ctx, c, in.Zone); err != nil {
				return AppList{}, err
			}
		}
	}
	out.Total = len(list)
	list, next := page(list, at, cmp.Or(in.Limit, defaultLimit))
	if !deep {
		out.Incomplete = readDetails(ctx, c, list)
	}
	if err := ctx.Err(); err != nil {
		return AppList{}, err
	}
	out.Owners, out.Cursor = byOwner(c, list), next
	return out, nil
}

// checkType refuses a runtime that no application has, and names those in use.
func checkType(owners []cleverapi.SummaryOwner, want string) error {
	var used []string
	for _, o := range owners {
		for _, a := range o.Applications {
			if want == "" || strings.EqualFold(a.VariantSlug, want) {
				return nil
			}
			used = append(used, a.VariantSlug)
		}
	}
	if slices.Sort(used); len(used) == 0 {
		return nil
	}
	return badArgument("There is no application of type %q. Types in use: %s.", want, strings.Join(slices.Compact(used), ", "))
}

// ownedApp is an application on its way into the list.
type ownedApp struct {
	owner *cleverapi.SummaryOwner
	row   appRow
}

func (a *ownedApp) key() string { return a.owner.ID + "\x00" + a.row.app }

// ownedApps returns the applications that match what the summary knows, owner by
// owner in the API's order, by name within an owner.
func ownedApps(owners []cleverapi.SummaryOwner, in ListAppsInput) []*ownedApp {
	var list []*ownedApp
	name := strings.ToLower(in.Name)
	for i := range owners {
		o := &owners[i]
		first := len(list)
		for _, a := range o.Applications {
			if name != "" && !strings.Contains(strings.ToLower(a.Name), name) && a.ID != in.Name ||
				in.Type != "" && !strings.EqualFold(a.VariantSlug, in.Type) {
				continue
			}
			list = append(list, &ownedApp{owner: o, row: appRow{
				app: a.ID, name: a.Name, kind: a.VariantSlug, state: stateInWords(a.State, a.Archived, false, nil, nil),
			}})
		}
		slices.SortFunc(list[first:], func(a, b *ownedApp) int {
			return cmp.Or(strings.Compare(a.row.name, b.row.name), strings.Compare(a.row.app, b.row.app))
		})
	}
	return list
}

// readDetails fills in what the summary does not say, three requests for each
// owner, all at once. An owner that cannot be read keeps what the summary says
// and is named in the answer.
func readDetails(ctx context.Context, c *Call, list []*ownedApp) (incomplete []string) {
	apps := map[string]map[string]*ownedApp{}
	var ids []string
	for _, a := range list {
		if apps[a.owner.ID] == nil {
			apps[a.owner.ID] = map[string]*ownedApp{}
			ids = append(ids, a.owner.ID)
		}
		apps[a.owner.ID][a.row.app] = a
	}
	var mu sync.Mutex
	_ = parallel(ctx, len(ids), func(ctx context.Context, i int) error {
		if err := ownerDetails(ctx, c, ids[i], apps[ids[i]]); err != nil {
			for _, a := range apps[ids[i]] {
				mu.Lock()
				incomplete = append(incomplete, fmt.Sprintf("%s (%s): %s", a.owner.Name, a.owner.ID, err))
				mu.Unlock()
				break
			}
		}
		return nil
	})
	slices.Sort(incomplete)
	return incomplete
}

func ownerDetails(ctx context.Context, c *Call, owner string, apps map[string]*ownedApp) error {
	full := make(map[string]cleverapi.Application, len(apps))
	var instances map[string][]cleverapi.Instance
	var deployments map[string][]cleverapi.Deployment
	err := together(3, func(i int) (err error) {
		switch i {
		case 0:
			return c.API.Applications.List(ctx, owner, func(a cleverapi.Application) {
				if apps[a.ID] != nil {
					full[a.ID] = a
				}
			})
		case 1:
			instances, err = c.API.Instances.OfOwner(ctx, owner)
		case 2:
			deployments, err = c.API.Deployments.OfOwner(ctx, owner, 1)
		}
		if errors.Is(err, cleverapi.ErrNotFound) {
			return nil // the state is then what the owner wants, not what is
		}
		return err
	})
	for id, a := range full {
		apps[id].row.fill(a, instances, deployments, c.API.Now())
	}
	return err
}

// fill takes what the lists of an owner say. A list that is nil could not be read.
func (r *appRow) fill(a cleverapi.Application, instances map[string][]cleverapi.Instance, deployments map[string][]cleverapi.Deployment, now time.Time) {
	r.kind, r.zone = cmp.Or(a.Instance.Variant.Slug, a.Instance.Type), a.Zone
	r.size = span(a.Instance.MinFlavor.Name, a.Instance.MaxFlavor.Name)
	if instances != nil {
		r.instances = new(int)
		for _, i := range instances[a.ID] {
			if i.State == "UP" {
				*r.instances++
			}
		}
	}
	var last *cleverapi.Deployment
	if deployments != nil {
		last, r.deployed = &cleverapi.Deployment{}, "never"
		if d := deployments[a.ID]; len(d) > 0 {
			last, r.deployed = &d[0], ""
			if began := d[0].Date.Time(); !began.IsZero() {
				r.deployed = shortAge(now.Sub(began))
			}
		}
	}
	r.state = stateInWords(a.State, a.Archived, a.Instance.Lifetime == "TASK", r.instances, last)
	if r.state == "running" && last != nil && last.State == "FAIL" {
		r.deployed += "_failed"
	}
}

// stateInWords says what an application is doing. The API says what the owner
// wants; what is, follows from the running instances and the last deployment.
// Either may be nil, not known: then the wish is taken for the deed. A last
// deployment without a state means that there never was one.
func stateInWords(wanted string, archived, task bool, running *int, last *cleverapi.Deployment) string {
	switch {
	case archived:
		return "archived"
	case wanted == "MODERATED":
		return "suspended"
	case wanted == "DEFAULT_OF_PAYMENT":
		return "unpaid"
	case last != nil && last.Action != "UNDEPLOY" && (last.State == "WIP" || last.State == "TASK_RUNNING" && !task):
		return "deploying"
	case wanted == "SHOULD_BE_DOWN" && last != nil && last.State == "":
		return "never_deployed"
	case wanted == "SHOULD_BE_DOWN" && last != nil && last.State == "FAIL" && last.Action != "UNDEPLOY":
		return "failed" // nobody stopped it: it never came up
	case wanted == "SHOULD_BE_DOWN" && task && last != nil && last.Action != "UNDEPLOY":
		return "idle"
	case wanted == "SHOULD_BE_DOWN":
		return "stopped"
	case running != nil && *running > 0:
		return "running"
	case last != nil && last.State == "TASK_RUNNING":
		return "running"
	case last != nil && last.State == "FAIL":
		return "failed"
	case wanted == "WANTS_TO_BE_UP":
		return "deploying"
	case last != nil && last.State == "":
		return "never_deployed"
	case task && running != nil:
		return "idle"
	case running != nil:
		return "down"
	}
	return "running"
}

func byOwner(c *Call, list []*ownedApp) []OwnerApps {
	out := []OwnerApps{}
	for _, a := range list {
		if n := len(out); n == 0 || out[n-1].Owner != a.owner.ID {
			out = append(out, OwnerApps{Owner: a.owner.ID, Name: a.owner.Name})
		}
		last := &out[len(out)-1]
		last.Apps = append(last.Apps, a.row.line(c))
	}
	return out
}
