package tools

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// UpdateAppInput has what changes; what is left out stays.
type UpdateAppInput struct {
	AppRef
	AppSettings
	// Whether it is a task.
	Task *bool `json:"task,omitempty"`
	// Of a GitHub application.
	Branch string `json:"branch,omitempty"`
	// Namespace to open a TCP port in: default.
	TCPOpen string `json:"tcp_open,omitempty"`
	// TCP port to close.
	TCPClose int `json:"tcp_close,omitempty"`
	// From the plan, once agreed.
	Confirm string `json:"confirm,omitempty"`
}

// AppChange is what an update changed.
type AppChange struct {
	App   string `json:"app"`
	Name  string `json:"name"`
	Owner string `json:"owner"`
	// Empty: everything was so already, and nothing was sent.
	Changes []SettingChange `json:"changes"`
	// What it costs a month from now on, when its size changed.
	Cost string `json:"cost,omitempty"`
	// Whether a deployment is needed before the changes count.
	RedeployNeeded bool   `json:"redeploy_needed"`
	Next           string `json:"next,omitempty"`
	// The call that changes it back.
	Undo  string   `json:"undo,omitempty"`
	Notes []string `json:"notes,omitempty"`
}

// SettingChange is one setting before and after.
type SettingChange struct {
	Setting string `json:"setting"`
	Before  string `json:"before"`
	After   string `json:"after"`
}

var updateApp = &Tool[UpdateAppInput, AppChange]{
	Name: "update_app", Title: "Change an application", Toolset: "apps",
	Doc:    `Changes an application's settings and size, and so its price. Says what changed, the price a month and whether to deploy.`,
	Effect: catalogue.Writes, Idempotent: false, // a TCP port is opened each time
	Uses: []string{
		"GET /v2/summary",
		"GET /v2/organisations/{id}/applications/{appId}",
		"GET /v2/organisations/{id}/applications/{appId}/deployments",
		"GET /v2/organisations/{id}/applications/{appId}/tcpRedirs",
		"GET /v2/organisations/{id}/namespaces",
		"GET /v4/billing/organisations/{owner_id}/price-system",
		"PUT /v2/organisations/{id}/applications/{appId}",
		"PUT /v2/organisations/{id}/applications/{appId}/branch",
		"POST /v2/organisations/{id}/applications/{appId}/tcpRedirs",
		"DELETE /v2/organisations/{id}/applications/{appId}/tcpRedirs/{sourcePort}",
	},
	Run: runUpdateApp,
}

func runUpdateApp(ctx context.Context, c *Call, in UpdateAppInput) (AppChange, error) {
	if in.empty() {
		return AppChange{}, badArgument("update_app needs at least one setting to change: branch, build_flavor, description, flavor, instances, name, switches, task, tcp_close, tcp_open.")
	}
	if err := in.checkSwitches("update_app"); err != nil {
		return AppChange{}, err
	}
	if _, _, err := counts("update_app", in.Instances); err != nil {
		return AppChange{}, err
	}
	app, err := c.App(ctx, in.AppRef)
	if err != nil {
		return AppChange{}, err
	}
	u := &appUpdate{c: c, in: in, app: app}
	if err := u.read(ctx); err != nil {
		return AppChange{}, err
	}
	if err := u.plan(); err != nil {
		return AppChange{}, err
	}
	if err := u.confirm(); err != nil {
		return AppChange{}, err
	}
	if err := u.send(ctx); err != nil {
		return AppChange{}, err
	}
	return u.view(ctx), nil
}

func (in UpdateAppInput) empty() bool {
	in.AppRef, in.Confirm = AppRef{}, ""
	raw, err := json.Marshal(in)
	return err == nil && string(raw) == "{}"
}

// appUpdate is one change on its way.
type appUpdate struct {
	c   *Call
	in  UpdateAppInput
	app App

	// What is.
	before     cleverapi.ApplicationDetail
	tcp        []cleverapi.TCPRedirection
	namespaces []string
	prices     cleverapi.HourlyPrices

	// What will be.
	change   cleverapi.ApplicationChange
	branch   string
	close    *cleverapi.TCPRedirection
	changes  []SettingChange
	undo     map[string]any
	fit      size
	redeploy bool
	notes    []string
}

// read asks for what the change depends on, at once.
func (u *appUpdate) read(ctx context.Context) error {
	reads := []func(context.Context) error{func(ctx context.Context) (err error) {
		u.before, err = u.c.readDetail(ctx, u.app)
		return err
	}}
	if u.in.TCPClose != 0 {
		reads = append(reads, func(ctx context.Context) (err error) {
			u.tcp, err = u.c.API.TCPRedirections.List(ctx, u.app.Owner, u.app.ID)
			return err
		})
	}
	if u.in.TCPOpen != "" {
		reads = append(reads, func(ctx context.Context) (err error) {
			u.namespaces, err = u.c.API.TCPRedirections.Namespaces(ctx, u.app.Owner)
			return err
		})
	}
	return together(len(reads), func(i int) error { return reads[i](ctx) })
}

// plan works out what differs from what is, and refuses what cannot be.
func (u *appUpdate) plan() error {
	d, in := u.before, u.in
	u.undo = map[string]any{}
	u.text("name", d.Name, strings.TrimSpace(in.Name), func(s string) { u.change.Name = &s })
	if in.Description != nil && *in.Description != d.Description {
		u.change.Description = in.Description
		u.note("description", d.Description, *in.Description, d.Description, false)
	}
	if err := u.planSize(); err != nil {
		return err
	}
	switches := map[string]bool{}
	u.toggle(switches, zeroDowntime, !d.Homogeneous, func(bool) { u.change.Homogeneous = in.homogeneous() })
	u.toggle(switches, stickySessions, d.StickySessions, func(on bool) { u.change.StickySessions = &on })
	u.toggle(switches, cancelOnPush, d.CancelOnPush, func(on bool) { u.change.CancelOnPush = &on })
	u.toggle(switches, forceHTTPS, d.ForceHTTPS == "ENABLED", func(on bool) { u.change.ForceHTTPS = enabled(on) })
	if len(switches) > 0 {
		u.undo["switches"] = switches
	}
	task := d.Instance.Lifetime == "TASK"
	if in.Task != nil && *in.Task != task {
		u.change.InstanceLifetime = lifetime(*in.Task)
		u.note("task", onOff(task), onOff(*in.Task), task, true)
		if !task && !slices.ContainsFunc(d.Env, func(v cleverapi.Variable) bool { return v.Name == "CC_RUN_COMMAND" }) {
			u.notes = append(u.notes, "A task runs what CC_RUN_COMMAND says, which is not set: set it with set_env before deploying.")
		}
	}
	u.text("branch", d.Branch, strings.TrimSpace(in.Branch), func(s string) { u.branch, u.redeploy = s, true })
	return u.planTCP()
}

// planSize works out flavors, numbers of instances and the build instance.
func (u *appUpdate) planSize() error {
	d, in := u.before, u.in
	had := sizeOf(d)
	fit, err := had.resize("update_app", in.Flavor, in.Instances, d.Instance.Flavors, d.Instance.MaxAllowed)
	if err != nil {
		return err
	}
	u.fit = fit
	if fit != had {
		if err := u.c.allowed(fit, ""); err != nil {
			return err
		}
		// All four together, as the clever CLI sends them.
		u.change.MinFlavor, u.change.MaxFlavor, u.change.MinInstances, u.change.MaxInstances = fit.minFlavor, fit.maxFlavor, fit.min, fit.max
	}
	if had.flavors() != fit.flavors() {
		u.note("flavor", had.flavors(), fit.flavors(), had.flavors(), true)
	}
	if had.counts() != fit.counts() {
		u.note("instances", had.counts(), fit.counts(), had.counts(), true)
	}
	separate, flavor, err := in.build("update_app", d.Instance.Flavors)
	if err != nil || separate == nil {
		return err
	}
	was, is := "none", "none"
	if d.SeparateBuild {
		was = d.BuildFlavor.Name
	}
	if *separate {
		is = flavor
	}
	if was != is {
		if err := u.c.allowed(size{}, flavor); err != nil {
			return err
		}
		u.change.SeparateBuild, u.change.BuildFlavor = separate, flavor
		u.note("build_flavor", was, is, was, false)
		u.notes = append(u.notes, "The build instance counts from the next build on; it costs while it builds.")
	}
	return nil
}

func (u *appUpdate) planTCP() error {
	if ns := u.in.TCPOpen; ns != "" && !slices.Contains(u.namespaces, ns) {
		slices.Sort(u.namespaces)
		return badArgument("There is no namespace %q to open a TCP port in. Namespaces: %s.", clip(ns, 60), strings.Join(u.namespaces, ", "))
	}
	if u.in.TCPClose == 0 {
		return nil
	}
	i := slices.IndexFunc(u.tcp, func(r cleverapi.TCPRedirection) bool { return r.Port == u.in.TCPClose })
	if i < 0 {
		return badArgument("No TCP port %d leads to %s. Ports: %s.", u.in.TCPClose, u.before.Name, ports(u.tcp))
	}
	u.close = &u.tcp[i]
	return nil
}

func ports(list []cleverapi.TCPRedirection) string {
	var said []string
	for _, r := range list {
		said = append(said, fmt.Sprintf("%d (%s)", r.Port, r.Namespace))
	}
	slices.Sort(said)
	return cmp.Or(strings.Join(said, ", "), "none")
}

// confirm asks before a port is given up, because the number may go to somebody
// else.
func (u *appUpdate) confirm() error {
	if u.close == nil {
		return nil
	}
	action := fmt.Sprintf("close TCP port %d", u.close.Port)
	if len(u.changes) > 0 || u.in.TCPOpen != "" {
		action += ", beside the other changes of this call"
	}
	return u.c.ConfirmPlan(Plan{
		Action: action, Kind: "application", Name: u.before.Name, ID: u.app.ID,
		Losses: []string{fmt.Sprintf("What connects to port %d (namespace %s) is cut off, and the number is lost: a new port gets another one.", u.close.Port, u.close.Namespace)},
	})
}

// text plans a setting that is a text, when it was given and differs.
func (u *appUpdate) text(name, was, is string, set func(string)) {
	if is == "" || is == was {
		return
	}
	set(is)
	u.note(name, was, is, was, false)
}

// toggle plans a switch that was given and differs, and notes in back what it was.
func (u *appUpdate) toggle(back map[string]bool, name string, was bool, set func(bool)) {
	on := u.in.toggle(name)
	if on == nil || *on == was {
		return
	}
	set(*on)
	back[name] = was
	u.changes = append(u.changes, SettingChange{Setting: name, Before: onOff(was), After: onOff(*on)})
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func (u *appUpdate) note(name, was, is string, back any, redeploy bool) {
	u.changes = append(u.changes, SettingChange{Setting: name, Before: was, After: is})
	u.undo[name] = back
	u.redeploy = u.redeploy || redeploy
}

// send makes the changes, one request for each kind. When one fails, what was
// done before it is said.
func (u *appUpdate) send(ctx context.Context) error {
	api, owner, app := u.c.API, u.app.Owner, u.app.ID
	done := []string{}
	step := func(what string, err error) error {
		switch {
		case err == nil:
			done = append(done, what)
			return nil
		case len(done) == 0:
			return err
		}
		return fmt.Errorf("%s done, but not %s: %w", strings.Join(done, " and "), what, err)
	}
	if u.change != (cleverapi.ApplicationChange{}) {
		if err := step("the settings were", u.settings(ctx)); err != nil {
			return err
		}
	}
	if u.branch != "" {
		if err := step("the branch was", api.Applications.SetBranch(ctx, owner, app, u.branch)); err != nil {
			return err
		}
	}
	if u.in.TCPOpen != "" {
		opened, err := api.TCPRedirections.Open(ctx, owner, app, u.in.TCPOpen)
		if err := step("the TCP port was", err); err != nil {
			return err
		}
		u.changes = append(u.changes, SettingChange{"tcp_port", "", fmt.Sprintf("%d (%s)", opened.Port, opened.Namespace)})
		u.undo["tcp_close"] = opened.Port
		u.notes = append(u.notes, fmt.Sprintf("The program must listen for TCP on 0.0.0.0:4040; port %d leads there.", opened.Port))
	}
	if u.close != nil {
		if err := step("closing the TCP port was", api.TCPRedirections.Close(ctx, owner, app, *u.close)); err != nil {
			return err
		}
		u.changes = append(u.changes, SettingChange{"tcp_port", fmt.Sprintf("%d (%s)", u.close.Port, u.close.Namespace), "closed"})
	}
	return nil
}

// settings sends the change and, when its answer is lost, looks whether the
// application has it.
func (u *appUpdate) settings(ctx context.Context) error {
	_, err := u.c.API.Applications.Update(ctx, u.app.Owner, u.app.ID, u.change)
	if !lost(err) {
		return err
	}
	look, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTime)
	defer cancel()
	now, lookErr := u.c.readDetail(look, u.app)
	if lookErr != nil {
		return fmt.Errorf("whether %s was changed is not known, get_app shows it: %w", u.before.Name, err)
	}
	again := &appUpdate{c: u.c, in: u.in, app: u.app, before: now, tcp: u.tcp, namespaces: u.namespaces}
	if err := again.plan(); err != nil {
		return err
	}
	if again.change != (cleverapi.ApplicationChange{}) {
		return badArgument("The answer was lost, and %s is as it was: nothing changed.\nNext: call update_app again.", u.before.Name)
	}
	u.notes = append(u.notes, "The answer to the request was lost, but the change was made.")
	return nil
}

func (u *appUpdate) view(ctx context.Context) AppChange {
	v := AppChange{App: u.app.ID, Name: cmp.Or(strings.TrimSpace(u.in.Name), u.before.Name), Owner: u.app.Owner, Changes: []SettingChange{}, Notes: u.notes}
	v.Changes = append(v.Changes, u.changes...)
	if u.app.Default {
		v.Notes = append(v.Notes, "No application was named: this is the one of the working directory's .clever.json.")
	}
	if len(v.Changes) == 0 {
		v.Next = "Nothing to do: it is so already."
		return v
	}
	var last cleverapi.Deployment
	var err error
	_ = parallel(ctx, 2, func(ctx context.Context, i int) error {
		switch {
		case i == 0 && u.fit != sizeOf(u.before):
			u.prices = u.c.prices(ctx, u.app.Owner, u.before.Zone)
		case i == 1 && u.redeploy:
			last, err = u.lastDeployment(ctx)
		}
		return nil
	})
	if u.fit != sizeOf(u.before) {
		v.Cost = cmp.Or(u.fit.cost(u.before.Instance.Flavors, u.prices), unknownPrice)
		if was := sizeOf(u.before).cost(u.before.Instance.Flavors, u.prices); was != "" {
			v.Cost += "; before: " + was
		}
	}
	if u.redeploy {
		v.RedeployNeeded, v.Next = u.afterwards(last, err)
	}
	if len(u.undo) > 0 {
		u.undo["app"], u.undo["owner"] = u.app.ID, u.app.Owner
		v.Undo = u.c.undo("update_app", u.undo)
	}
	return v
}

// lastDeployment is read after the change, because the platform starts one by
// itself for some.
func (u *appUpdate) lastDeployment(ctx context.Context) (cleverapi.Deployment, error) {
	list, err := u.c.API.Deployments.Latest(ctx, u.app.Owner, u.app.ID, 1)
	if err != nil || len(list) == 0 {
		return cleverapi.Deployment{}, err
	}
	return list[0], nil
}

func (u *appUpdate) afterwards(last cleverapi.Deployment, err error) (needed bool, next string) {
	deploy := fmt.Sprintf("deploy_app {%q: %q, %q: %q}", "app", u.app.ID, "owner", u.app.Owner)
	switch {
	case err != nil && !errors.Is(err, cleverapi.ErrNotFound):
		return true, "The change counts for instances that start from now on: " + deploy + "."
	case last.State == "WIP" && u.fit == sizeOf(u.before):
		// Only for another size does the platform start one by itself.
		return true, fmt.Sprintf("Deployment %s (%s) is under way and began before the change. When it has ended: %s.", last.UUID, strings.ToLower(last.Action), deploy)
	case last.State == "WIP":
		return false, fmt.Sprintf("Deployment %s (%s) is under way and brings the change. %s", last.UUID, strings.ToLower(last.Action), lookAgain(u.app, last.UUID))
	case last.UUID == "":
		return false, "It counts from the first deployment on."
	case u.before.State == "SHOULD_BE_DOWN":
		return false, "It is stopped; the change counts when it starts again: " + deploy + "."
	}
	return true, "Running instances stay as they are until the next deployment: " + deploy + "."
}
