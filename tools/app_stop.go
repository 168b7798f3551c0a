package tools

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// StopAppInput names the application.
type StopAppInput struct {
	AppRef
	// Only cancel the deployment under way.
	Cancel bool `json:"cancel,omitempty"`
}

// StopView is an application that was stopped, or whose deployment was ended.
type StopView struct {
	App   string `json:"app"`
	Name  string `json:"name"`
	Owner string `json:"owner"`
	// What happened, and whether the application is down now.
	Verdict string `json:"verdict"`
	// Instances that ran.
	Instances int `json:"instances"`
	// Domains that no longer answer.
	Domains []string `json:"domains"`
	// The deployment that was ended.
	Deployment string `json:"deployment,omitempty"`
	// The call that starts it again.
	Undo  string   `json:"undo,omitempty"`
	Notes []string `json:"notes,omitempty"`
}

var stopApp = &Tool[StopAppInput, StopView]{
	Name: "stop_app", Title: "Stop an application", Toolset: "apps",
	Doc:    `Takes an application down until deploy_app: its domains stop answering. Add-ons keep running and costing.`,
	Effect: catalogue.Writes, Idempotent: true,
	Uses: []string{
		"GET /v2/summary",
		"GET /v2/organisations/{id}/applications/{appId}",
		"GET /v2/organisations/{id}/applications/{appId}/instances",
		"GET /v2/organisations/{id}/applications/{appId}/deployments",
		"DELETE /v2/organisations/{id}/applications/{appId}/instances",
		"DELETE /v2/organisations/{id}/applications/{appId}/deployments/{deploymentId}/instances",
	},
	Run: runStopApp,
}

func runStopApp(ctx context.Context, c *Call, in StopAppInput) (StopView, error) {
	app, err := c.App(ctx, in.AppRef)
	if err != nil {
		return StopView{}, err
	}
	f := &appFacts{}
	err = together(3, func(i int) (err error) {
		switch i {
		case 0:
			f.detail, err = c.readDetail(ctx, app)
		case 1:
			f.instances, err = c.API.Instances.List(ctx, app.Owner, app.ID)
		case 2:
			f.deployments, err = c.API.Deployments.Latest(ctx, app.Owner, app.ID, lastDeployments)
		}
		return err
	})
	if err != nil {
		return StopView{}, err
	}
	app.Name = f.detail.Name
	view := StopView{App: app.ID, Name: app.Name, Owner: app.Owner, Domains: []string{}}
	if app.Default {
		view.Notes = append(view.Notes, "No application was named: this is the one of the working directory's .clever.json.")
	}
	if in.Cancel {
		return view, c.cancelDeployment(ctx, app, f, &view)
	}
	return view, c.stop(ctx, app, f, &view)
}

// stop takes an application down that is up, or is coming up.
func (c *Call) stop(ctx context.Context, app App, f *appFacts, view *StopView) error {
	if f.detail.State == "SHOULD_BE_DOWN" && f.up() == 0 && f.underWay() == nil {
		view.Verdict = "It was stopped already. Nothing was done."
		return nil
	}
	err := c.API.Applications.Stop(ctx, app.Owner, app.ID)
	if lost(err) {
		err = c.checkStopped(ctx, app, err)
		view.Notes = append(view.Notes, "The answer to the request was lost, but the application was stopped.")
	}
	if err != nil {
		return err
	}
	view.Undo = c.undo("deploy_app", map[string]any{"app": app.ID, "owner": app.Owner})
	view.Instances, view.Domains = f.up(), domainsOf(f.detail)
	view.Verdict = "The application is down, or will be within seconds: its domains do not answer until it is deployed again."
	if d := f.underWay(); d != nil {
		view.Notes = append(view.Notes, fmt.Sprintf("The deployment %s was under way and ends with it.", d.UUID))
	}
	return nil
}

// checkStopped looks whether a stop happened whose answer was lost.
func (c *Call) checkStopped(ctx context.Context, app App, err error) error {
	look, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTime)
	defer cancel()
	now, lookErr := c.readDetail(look, app)
	switch {
	case lookErr != nil:
		return fmt.Errorf("whether %s was stopped is not known, get_app shows it: %w", app.Name, err)
	case now.State != "SHOULD_BE_DOWN":
		return badArgument("The answer was lost, and %s is not stopped.\nNext: call stop_app again.", app.Name)
	}
	return nil
}

// underWay returns the deployment that has not ended, nil when there is none.
func (f *appFacts) underWay() *cleverapi.Deployment {
	for i := range f.deployments {
		if f.deployments[i].State == "WIP" && f.deployments[i].Action != "UNDEPLOY" {
			return &f.deployments[i]
		}
	}
	return nil
}

// cancelDeployment ends the deployment that is under way and leaves what runs.
func (c *Call) cancelDeployment(ctx context.Context, app App, f *appFacts, view *StopView) error {
	d := f.underWay()
	if d == nil {
		return badArgument("No deployment of %s (%s) is under way. Nothing was done. Without cancel, stop_app takes the application down.", app.Name, app.ID)
	}
	err := c.API.Deployments.Cancel(ctx, app.Owner, app.ID, d.ID)
	switch {
	case errors.Is(err, cleverapi.ErrUnknownOutcome):
		return fmt.Errorf("%w; list_deployments with %s shows whether it ended", err, d.UUID)
	case err != nil:
		return err
	}
	view.Deployment = d.UUID
	again := map[string]any{"app": app.ID, "owner": app.Owner}
	if d.Commit != "" {
		again["commit"] = d.Commit
	}
	view.Undo = c.undo("deploy_app", again)
	view.Verdict = fmt.Sprintf("The deployment %s (%s) was ended.", d.UUID, strings.ToLower(d.Action))
	switch n := f.stillUp(*d); n {
	case 0:
		view.Verdict += " No instance ran before it, so the application is down."
	default:
		view.Verdict += fmt.Sprintf(" What ran before it still runs (%d up), and its domains answer.", n)
	}
	return nil
}

// stillUp counts the instances that do not belong to a deployment.
func (f *appFacts) stillUp(d cleverapi.Deployment) int {
	n := 0
	for _, i := range f.instances {
		if i.State == "UP" && i.DeployID != d.UUID {
			n++
		}
	}
	return n
}
