package tools

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// CreateAppInput describes an application.
type CreateAppInput struct {
	// Runtime: node, php, docker…
	Type string `json:"type"`
	// Id or name.
	Owner string `json:"owner,omitempty"`
	// Default par.
	Zone string `json:"zone,omitempty"`
	// Makes it a task: the command to run once.
	Task string `json:"task,omitempty"`
	// Repository: owner/name.
	GitHub string `json:"github,omitempty"`
	AppSettings
}

// NewAppView is an application that was made.
type NewAppView struct {
	// The application id, app_…
	App       string `json:"app"`
	Name      string `json:"name"`
	Owner     string `json:"owner"`
	OwnerName string `json:"owner_name"`
	Type      string `json:"type"`
	Version   string `json:"version,omitempty"`
	Zone      string `json:"zone"`
	Flavor    string `json:"flavor"`
	Instances string `json:"instances"`
	// What it costs from its first deployment on.
	Cost    string   `json:"cost"`
	Domains []string `json:"domains"`
	// Where to push code to, branch master.
	GitURL string   `json:"git_url,omitempty"`
	Notes  []string `json:"notes,omitempty"`
	Next   string   `json:"next"`
	Undo   string   `json:"undo,omitempty"`
}

var createApp = &Tool[CreateAppInput, NewAppView]{
	Name: "create_app", Title: "Create an application", Toolset: "apps",
	Doc:    `Makes an application, free before its first deployment. Returns price a month, git URL and next step.`,
	Effect: catalogue.Writes,
	Uses: []string{
		"GET /v2/summary",
		"GET /v2/products/instances",
		"GET /v4/products/zones",
		"GET /v4/billing/organisations/{owner_id}/price-system",
		"GET /v2/organisations/{id}/applications",
		"GET /v2/organisations/{id}/applications/{appId}",
		"POST /v2/organisations/{id}/applications",
	},
	Run: runCreateApp,
}

func runCreateApp(ctx context.Context, c *Call, in CreateAppInput) (NewAppView, error) {
	in.Name = strings.TrimSpace(in.Name)
	if in.Name == "" {
		return NewAppView{}, badArgument("create_app needs the argument name.")
	}
	repository, err := in.check()
	if err != nil {
		return NewAppView{}, err
	}
	owner, err := c.OwnerForNew(ctx, in.Owner)
	if err != nil {
		return NewAppView{}, err
	}
	zone := strings.ToLower(cmp.Or(strings.TrimSpace(in.Zone), defaultZone))
	var runtimes []cleverapi.Runtime
	var prices cleverapi.HourlyPrices
	err = together(3, func(i int) (err error) {
		switch i {
		case 0:
			runtimes, err = c.API.Runtimes.List(ctx, owner.ID)
		case 1:
			err = checkAppZone(ctx, c, zone)
		case 2:
			prices = c.prices(ctx, owner.ID, zone)
		}
		return err
	})
	if err != nil {
		return NewAppView{}, err
	}
	runtime, err := pickRuntime(runtimes, in.Type)
	if err != nil {
		return NewAppView{}, err
	}
	order, fit, err := in.order(runtime, zone, repository)
	if err != nil {
		return NewAppView{}, err
	}
	if err := c.allowed(fit, order.BuildFlavor); err != nil {
		return NewAppView{}, err
	}
	made, notes, err := c.create(ctx, owner, order)
	if err != nil {
		return NewAppView{}, err
	}
	for _, a := range owner.Applications {
		if strings.EqualFold(a.Name, in.Name) && a.ID != made.ID {
			notes = append(notes, fmt.Sprintf("%s has another application of that name, %s: name this one by its id.", owner.Name, a.ID))
		}
	}
	c.about(made.ID)
	view := NewAppView{
		App: made.ID, Name: cmp.Or(made.Name, order.Name), Owner: owner.ID, OwnerName: owner.Name, Type: runtime.Variant.Slug, Version: runtime.Version,
		Zone: cmp.Or(made.Zone, zone), Flavor: fit.flavors(), Instances: fit.counts(), Cost: cmp.Or(fit.cost(runtime.Flavors, prices), unknownPrice),
		Domains: domainsOf(made), GitURL: cmp.Or(made.Deployment.HTTPURL, made.Deployment.URL), Notes: notes,
		Undo: c.undo("delete_app", map[string]any{"app": made.ID, "owner": owner.ID}),
	}
	view.Next = in.next(view)
	return view, nil
}

// next says how the new application gets its code.
func (in CreateAppInput) next(v NewAppView) string {
	if in.GitHub != "" {
		return fmt.Sprintf("Set its variables with set_env, then push to %s or deploy_app {%q: %q, %q: %q}.", in.GitHub, "app", v.App, "owner", v.Owner)
	}
	return "Set its variables with set_env, link what it needs (create_addon, link_addon), then push the code: git push " + cmp.Or(v.GitURL, "GIT_URL") + " HEAD:master. The push deploys."
}

// order turns the arguments into what the API wants, as clever create does.
func (in CreateAppInput) order(r cleverapi.Runtime, zone string, repository *cleverapi.GitHubRepository) (cleverapi.NewApplication, size, error) {
	fit := size{r.DefaultFlavor.Name, r.DefaultFlavor.Name, 1, 1}
	fit, err := fit.resize("create_app", in.Flavor, in.Instances, r.Flavors, r.MaxInstances)
	if err != nil {
		return cleverapi.NewApplication{}, fit, err
	}
	separate, buildFlavor, err := in.build("create_app", r.Flavors)
	if err != nil {
		return cleverapi.NewApplication{}, fit, err
	}
	order := cleverapi.NewApplication{
		Name: in.Name, Description: in.Name, Zone: zone, Deploy: "git",
		InstanceType: r.Type, InstanceVersion: r.Version, InstanceVariant: r.Variant.ID, InstanceLifetime: lifetime(in.Task != ""),
		MinInstances: fit.min, MaxInstances: fit.max, MinFlavor: fit.minFlavor, MaxFlavor: fit.maxFlavor,
		Env: map[string]string{}, Homogeneous: in.homogeneous(), StickySessions: in.toggle(stickySessions), CancelOnPush: in.toggle(cancelOnPush),
		ForceHTTPS: in.forceHTTPS(), SeparateBuild: separate, BuildFlavor: buildFlavor,
	}
	if in.Description != nil {
		order.Description = *in.Description
	}
	if in.Task != "" {
		order.Env["CC_RUN_COMMAND"] = in.Task
	}
	if repository != nil {
		order.OAuthService, order.OAuthApp = "github", repository
	}
	return order, fit, nil
}

// check refuses what is wrong whatever the API would say, and returns the
// repository to deploy from, nil when none was given.
func (in CreateAppInput) check() (*cleverapi.GitHubRepository, error) {
	if err := in.checkSwitches("create_app"); err != nil {
		return nil, err
	}
	low, high, err := counts("create_app", in.Instances)
	if err != nil {
		return nil, err
	}
	if in.Task != "" && max(low, high) > 1 {
		return nil, badArgument("create_app: a task runs on one instance, so leave instances out or say 1.")
	}
	if in.GitHub == "" {
		return nil, nil
	}
	owner, name, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(in.GitHub, "https://github.com/"), ".git"), "/")
	if owner == "" || name == "" || strings.ContainsAny(owner+name, "/ ") {
		return nil, badArgument("create_app: github must be owner/name, such as acme/site.")
	}
	return &cleverapi.GitHubRepository{Owner: owner, Name: name}, nil
}

// pickRuntime finds a runtime by what people type, its variant's slug.
func pickRuntime(runtimes []cleverapi.Runtime, name string) (cleverapi.Runtime, error) {
	var slugs []string
	for _, r := range runtimes {
		if !r.Enabled || r.ComingSoon {
			continue
		}
		if strings.EqualFold(r.Variant.Slug, strings.TrimSpace(name)) {
			return r, nil
		}
		slugs = append(slugs, r.Variant.Slug)
	}
	slices.Sort(slugs)
	return cleverapi.Runtime{}, badArgument("There is no runtime %q. Types: %s.", clip(name, 40), strings.Join(slices.Compact(slugs), ", "))
}

// runsApps marks the zones that run applications.
const runsApps = "for:applications"

// checkAppZone refuses a zone where no application can run, with those where
// one can.
func checkAppZone(ctx context.Context, c *Call, name string) error {
	zones, err := c.API.Zones.List(ctx)
	if err != nil {
		return err
	}
	var names []string
	for _, z := range zones {
		if !slices.Contains(z.Tags, runsApps) {
			continue
		}
		if strings.EqualFold(z.Name, name) {
			return nil
		}
		names = append(names, z.Name)
	}
	slices.Sort(names)
	return badArgument("No application can run in the zone %q. Zones: %s.", clip(name, 40), strings.Join(names, ", "))
}

// create makes the application. When the answer is lost it looks whether one of
// that name, which was not there before, is there now.
func (c *Call) create(ctx context.Context, owner cleverapi.SummaryOwner, order cleverapi.NewApplication) (cleverapi.ApplicationDetail, []string, error) {
	made, err := c.API.Applications.Create(ctx, owner.ID, order)
	if !lost(err) {
		return made, nil, err
	}
	look, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTime)
	defer cancel()
	var found []cleverapi.Application
	lookErr := c.API.Applications.List(look, owner.ID, func(a cleverapi.Application) {
		if a.Name == order.Name && !slices.ContainsFunc(owner.Applications, func(b cleverapi.SummaryApplication) bool { return a.ID == b.ID }) {
			found = append(found, a)
		}
	})
	switch {
	case lookErr != nil:
		return made, nil, fmt.Errorf("whether the application %s was made is not known, list_apps shows it: %w", order.Name, err)
	case len(found) == 0:
		return made, nil, badArgument("The answer was lost, and %s has no new application %s: it was not made.\nNext: call create_app again.", owner.Name, order.Name)
	}
	made, err = c.readDetail(look, App{ID: found[0].ID, Owner: owner.ID})
	return made, []string{"The answer to the request was lost, but the application was made."}, err
}
