package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// GetAppInput names the application.
type GetAppInput struct{ AppRef }

// AppView is one application whole.
type AppView struct {
	// The application id, app_…
	App         string `json:"app"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	Owner       string `json:"owner"`
	OwnerName   string `json:"owner_name,omitempty"`
	// In the words of list_apps.
	State string `json:"state"`
	// What the state means here, and what to do about it. Left out: all is well.
	Verdict string `json:"verdict,omitempty"`
	Type    string `json:"type"`
	// Of the runtime.
	Version string `json:"version,omitempty"`
	Zone    string `json:"zone"`
	Created string `json:"created,omitempty"`
	// Flavor of its instances, smallest to largest, and how many there may be.
	Flavor    string `json:"flavor"`
	Instances string `json:"instances"`
	// The instances that exist now, a line for those that are alike: how many, state,
	// flavor, since when. One that is alone has its id too.
	Running []string `json:"running"`
	// Where it answers when it runs.
	URL     string   `json:"url,omitempty"`
	Domains []string `json:"domains"`
	// Where to push code to.
	GitURL string `json:"git_url,omitempty"`
	Branch string `json:"branch,omitempty"`
	// The last commit that was pushed, and the one that runs when it is another.
	Commit        string `json:"commit,omitempty"`
	RunningCommit string `json:"running_commit,omitempty"`
	// The last ones, newest first, a line each: id, date, outcome, action, commit, and
	// to the end of the line cause and author. - is nothing. list_deployments has more
	// of them, and whole commits; deploy_app takes what is here.
	Deployments []string `json:"deployments"`
	// Names of its own variables; get_env has more.
	Env          []string   `json:"env"`
	Addons       []LinkLine `json:"addons"`
	Dependencies []LinkLine `json:"dependencies"`
	// Applications that use this one.
	Dependents []LinkLine `json:"dependents"`
	TCPPorts   []TCPPort  `json:"tcp_ports"`
	// Settings that are not as they are at first.
	Settings []string `json:"settings"`
	// What could not be read; the rest is complete.
	Incomplete []string `json:"incomplete,omitempty"`
}

// LinkLine is an add-on or application that is linked.
type LinkLine struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Provider and plan of an add-on, runtime of an application.
	What string `json:"what,omitempty"`
}

// TCPPort is a public port that leads to the application.
type TCPPort struct {
	Namespace string `json:"namespace"`
	Port      int    `json:"port"`
}

var getApp = &Tool[GetAppInput, AppView]{
	Name: "get_app", Title: "One application", Toolset: "apps",
	Doc:    `Shows one application whole: state, verdict, instances, size, domains, deployments, variable names, links, unusual settings.`,
	Effect: catalogue.Reads,
	Uses: []string{
		"GET /v2/summary",
		"GET /v2/organisations/{id}/applications/{appId}",
		"GET /v2/organisations/{id}/applications/{appId}/instances",
		"GET /v2/organisations/{id}/applications/{appId}/deployments",
		"GET /v2/organisations/{id}/applications/{appId}/addons",
		"GET /v2/organisations/{id}/applications/{appId}/dependencies",
		"GET /v2/organisations/{id}/applications/{appId}/dependents",
		"GET /v2/organisations/{id}/applications/{appId}/tcpRedirs",
		"GET /v2/organisations/{id}/applications/{appId}/vhosts/favourite",
	},
	Run: runGetApp,
}

const (
	lastDeployments = 5
	// mostLines and mostNames bound each list of an answer, so that an application
	// with hundreds of everything still fits; what is beyond is counted.
	mostLines = 20
	mostNames = 50
)

func runGetApp(ctx context.Context, c *Call, in GetAppInput) (AppView, error) {
	app, err := c.App(ctx, in.AppRef)
	if err != nil {
		return AppView{}, err
	}
	facts, err := readApp(ctx, c, app)
	if err != nil {
		return AppView{}, err
	}
	return facts.view(c, app), nil
}

// appFacts is what the API says of one application. A list that could not be
// read is nil and named in incomplete.
type appFacts struct {
	detail       cleverapi.ApplicationDetail
	instances    []cleverapi.Instance
	deployments  []cleverapi.Deployment
	addons       []cleverapi.LinkedAddon
	dependencies []cleverapi.Application
	dependents   []cleverapi.Application
	tcp          []cleverapi.TCPRedirection
	favourite    string
	incomplete   []string
}

// readApp asks for everything at once. Only the application itself must answer.
func readApp(ctx context.Context, c *Call, app App) (*appFacts, error) {
	var f appFacts
	var mu sync.Mutex
	part := func(what string, read func(ctx context.Context) error) func(context.Context) error {
		return func(ctx context.Context) error {
			if err := read(ctx); err != nil && ctx.Err() == nil {
				mu.Lock()
				f.incomplete = append(f.incomplete, what+": "+err.Error())
				mu.Unlock()
			}
			return nil
		}
	}
	reads := []func(context.Context) error{
		func(ctx context.Context) (err error) { f.detail, err = c.readDetail(ctx, app); return err },
		part("instances", func(ctx context.Context) (err error) {
			f.instances, err = c.API.Instances.List(ctx, app.Owner, app.ID)
			return err
		}),
		part("deployments", func(ctx context.Context) (err error) {
			f.deployments, err = c.API.Deployments.Latest(ctx, app.Owner, app.ID, lastDeployments)
			return err
		}),
		part("add-ons", func(ctx context.Context) (err error) {
			f.addons, err = c.API.Applications.Addons(ctx, app.Owner, app.ID)
			return err
		}),
		part("dependencies", func(ctx context.Context) (err error) {
			f.dependencies, err = c.API.Applications.Dependencies(ctx, app.Owner, app.ID)
			return err
		}),
		part("dependents", func(ctx context.Context) (err error) {
			f.dependents, err = c.API.Applications.Dependents(ctx, app.Owner, app.ID)
			return err
		}),
		part("TCP ports", func(ctx context.Context) (err error) {
			f.tcp, err = c.API.TCPRedirections.List(ctx, app.Owner, app.ID)
			return err
		}),
		part("favourite domain", func(ctx context.Context) (err error) {
			f.favourite, err = c.API.Domains.Favourite(ctx, app.Owner, app.ID)
			return err
		}),
	}
	err := together(len(reads), func(i int) error { return reads[i](ctx) })
	slices.Sort(f.incomplete)
	return &f, err
}

// readDetail reads an application and makes the values of its variables secret.
func (c *Call) readDetail(ctx context.Context, app App) (cleverapi.ApplicationDetail, error) {
	detail, err := c.API.Applications.Get(ctx, app.Owner, app.ID)
	c.learn(detail.Env)
	c.publicDomains(detail.Domains)
	return detail, err
}

func (f *appFacts) view(c *Call, app App) AppView {
	d := f.detail
	v := AppView{
		App: app.ID, Name: cmp.Or(d.Name, app.Name), Owner: app.Owner, OwnerName: app.OwnerName,
		Type: cmp.Or(d.Instance.Variant.Slug, d.Instance.Type), Version: d.Instance.Version, Zone: d.Zone,
		Created: date(d.CreationDate.Time()), Flavor: sizeOf(d).flavors(), Instances: sizeOf(d).counts(),
		URL: siteURL(d, f.favourite), GitURL: cmp.Or(d.Deployment.HTTPURL, d.Deployment.URL), Branch: d.Branch, Commit: d.CommitID,
		Running: alike(c, f.instances), Deployments: []string{}, Env: []string{}, TCPPorts: []TCPPort{},
		Domains: domainsOf(d), Settings: unusual(d), Incomplete: f.incomplete,
	}
	if d.Description != d.Name {
		v.Description = d.Description
	}
	for _, i := range f.instances {
		if i.State == "UP" && i.Commit != d.CommitID {
			v.RunningCommit = i.Commit
		}
	}
	for _, one := range f.deployments {
		v.Deployments = append(v.Deployments, deploymentLine(c.Hide.Text, one).short(c))
	}
	for _, e := range d.Env {
		v.Env = append(v.Env, e.Name)
	}
	slices.Sort(v.Env)
	for _, p := range f.tcp {
		v.TCPPorts = append(v.TCPPorts, TCPPort(p))
	}
	v.Addons, v.Dependencies, v.Dependents = addonLinks(f.addons), appLinks(f.dependencies), appLinks(f.dependents)
	v.State = f.state()
	v.Verdict = verdictOf(v.State, f)
	v.bound()
	return v
}

// alike counts instances by state and flavor, in the order of the API. Those of an
// application that scales began at different times.
func alike(c *Call, instances []cleverapi.Instance) []string {
	lines := []string{}
	var done []string
	for _, first := range instances {
		kind := first.State + " " + first.Flavor.Name
		if slices.Contains(done, kind) {
			continue
		}
		done = append(done, kind)
		n, oldest, newest := 0, first.CreationDate, first.CreationDate
		for _, i := range instances {
			if i.State+" "+i.Flavor.Name == kind {
				n, oldest, newest = n+1, min(oldest, i.CreationDate), max(newest, i.CreationDate)
			}
		}
		since := ""
		if oldest > 0 {
			since = "since " + date(oldest.Time())
		}
		switch {
		case n == 1:
			since = strings.TrimSpace(since + " " + first.ID)
		case newest > oldest:
			since += ", the newest " + date(newest.Time())
		}
		lines = append(lines, c.line(since, strconv.Itoa(n), first.State, first.Flavor.Name))
	}
	return lines
}

// bound cuts every list that can be long.
func (v *AppView) bound() {
	v.Running = cut(v, "instances", mostLines, v.Running)
	v.Domains = cut(v, "domains", mostNames, v.Domains)
	v.Env = cut(v, "variables (get_env has all)", mostNames, v.Env)
	v.Addons = cut(v, "add-ons", mostLines, v.Addons)
	v.Dependencies = cut(v, "dependencies", mostLines, v.Dependencies)
	v.Dependents = cut(v, "dependents", mostLines, v.Dependents)
	v.TCPPorts = cut(v, "TCP ports", mostLines, v.TCPPorts)
}

// cut returns the first elements of a list and says how many there are.
func cut[T any](v *AppView, what string, most int, list []T) []T {
	if len(list) <= most {
		return list
	}
	v.Incomplete = append(v.Incomplete, fmt.Sprintf("%s: the first %d of %d", what, most, len(list)))
	return list[:most]
}

// state says what the application is doing, as list_apps does.
func (f *appFacts) state() string {
	var running *int
	if f.instances != nil {
		n := f.up()
		running = &n
	}
	var last *cleverapi.Deployment
	if f.deployments != nil {
		last = &cleverapi.Deployment{}
		if len(f.deployments) > 0 {
			last = &f.deployments[0]
		}
	}
	return stateInWords(f.detail.State, f.detail.Archived, f.detail.Instance.Lifetime == "TASK", running, last)
}

func (f *appFacts) up() int {
	n := 0
	for _, i := range f.instances {
		if i.State == "UP" {
			n++
		}
	}
	return n
}

// verdictOf says what a state means for the one who asked, and the next call.
func verdictOf(state string, f *appFacts) string {
	last := cleverapi.Deployment{}
	if len(f.deployments) > 0 {
		last = f.deployments[0]
	}
	switch state {
	case "running":
		if last.State == "FAIL" {
			return fmt.Sprintf("The last deployment (%s) failed; the version before it still runs. list_deployments with that deployment shows why.", last.UUID)
		}
	case "deploying":
		return fmt.Sprintf("A deployment (%s) is under way; list_deployments with it shows how far.", last.UUID)
	case "failed":
		return fmt.Sprintf("Nothing runs, because the last deployment (%s) failed. list_deployments with that deployment shows why.", last.UUID)
	case "down":
		return "It should run and no instance does. diagnose_app looks for the reason; deploy_app starts it again."
	case "stopped":
		return "Somebody stopped it. deploy_app starts it."
	case "never_deployed":
		return "No code was deployed yet: push it to git_url, which deploys it; what is on GitHub is deployed by deploy_app."
	case "suspended":
		return "Clever Cloud suspended it: the user has to contact support."
	case "unpaid":
		return "It is held because of an unpaid invoice: get_billing shows it."
	case "archived":
		return "It is archived and does not run."
	}
	return ""
}

// unusual names the settings that differ from a new application's.
func unusual(d cleverapi.ApplicationDetail) []string {
	said := []string{}
	add := func(is bool, what string) {
		if is {
			said = append(said, what)
		}
	}
	add(d.Homogeneous, "zero_downtime is off: the old instances stop before the new ones start")
	add(d.StickySessions, "sticky_sessions is on")
	add(d.CancelOnPush, "cancel_on_push is on: a push cancels the deployment under way")
	add(d.ForceHTTPS == "ENABLED", "force_https is on")
	add(d.SeparateBuild, "builds on an instance of its own, "+d.BuildFlavor.Name)
	add(d.Instance.Lifetime == "TASK", "is a task: it runs CC_RUN_COMMAND once and ends")
	add(d.Deployment.Type != "" && d.Deployment.Type != "GIT", "is deployed by "+d.Deployment.Type)
	return said
}

func addonLinks(addons []cleverapi.LinkedAddon) []LinkLine {
	out := make([]LinkLine, 0, len(addons))
	for _, a := range addons {
		out = append(out, LinkLine{ID: a.ID, Name: a.Name, What: strings.TrimSpace(a.Provider.ID + " " + cmp.Or(a.Plan.Name, a.Plan.Slug))})
	}
	return out
}

func appLinks(apps []cleverapi.Application) []LinkLine {
	out := make([]LinkLine, 0, len(apps))
	for _, a := range apps {
		out = append(out, LinkLine{ID: a.ID, Name: a.Name, What: cmp.Or(a.Instance.Variant.Slug, a.Instance.Type)})
	}
	return out
}

// domainsOf returns the domains as people write them, without the empty path.
func domainsOf(d cleverapi.ApplicationDetail) []string {
	out := make([]string, 0, len(d.Domains))
	for _, v := range d.Domains {
		out = append(out, strings.TrimSuffix(v.FQDN, "/"))
	}
	slices.Sort(out)
	return out
}

// siteURL is where an application answers: at its favourite domain, else at one
// that is its owner's own, else at the one it was born with.
func siteURL(d cleverapi.ApplicationDetail, favourite string) string {
	host := favourite
	for _, own := range []bool{true, false} {
		for _, v := range d.Domains {
			if host == "" && !strings.HasPrefix(v.FQDN, "*") && own != isBirthName(v.FQDN) {
				host = v.FQDN
			}
		}
	}
	if host == "" {
		return ""
	}
	return "https://" + strings.TrimSuffix(host, "/")
}

func isBirthName(fqdn string) bool {
	host, _, _ := strings.Cut(fqdn, "/")
	return strings.HasSuffix(host, ".cleverapps.io")
}
