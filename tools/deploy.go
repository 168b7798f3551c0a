package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// DeployAppInput says what to deploy, and whether to wait.
type DeployAppInput struct {
	AppRef
	// A pushed commit, or head; default the last deployed.
	Commit string `json:"commit,omitempty"`
	// Local repository to push.
	Directory string `json:"directory,omitempty"`
	// Without build cache.
	Rebuild bool `json:"rebuild,omitempty"`
	// False returns at once.
	Wait *bool `json:"wait,omitempty"`
	// Seconds; default 300.
	Timeout int `json:"timeout,omitempty"`
}

// DeployView is a deployment that was asked for.
type DeployView struct {
	App   string `json:"app"`
	Name  string `json:"name"`
	Owner string `json:"owner"`
	DeployReport
	// From the request to the verdict.
	Took string `json:"took,omitempty"`
	// The call that deploys again what ran before.
	Undo  string   `json:"undo,omitempty"`
	Notes []string `json:"notes,omitempty"`
}

var deployApp = &Tool[DeployAppInput, DeployView]{
	Name: "deploy_app", Title: "Deploy", Toolset: "apps",
	Doc:    `Deploys, restarts or starts an application and waits for the verdict: URL and duration, or likely cause and failing log lines. Running instances cost.`,
	Effect: catalogue.Writes,
	Uses: []string{
		"GET /v2/summary",
		"GET /v2/organisations/{id}/applications/{appId}",
		"GET /v2/organisations/{id}/applications/{appId}/addons/env",
		"GET /v2/organisations/{id}/applications/{appId}/dependencies/env",
		"GET /v2/organisations/{id}/applications/{appId}/deployments",
		"GET /v2/organisations/{id}/applications/{appId}/deployments/{deploymentId}",
		"GET /v2/organisations/{id}/applications/{appId}/instances",
		"GET /v2/organisations/{id}/applications/{appId}/vhosts/favourite",
		"GET /v4/orchestration/organisations/{ownerId}/applications/{applicationId}/deployments/{deploymentId}",
		"GET /v4/logs/organisations/{ownerId}/applications/{applicationId}/logs",
		"POST /v2/organisations/{id}/applications/{appId}/instances",
	},
	Run: runDeployApp,
}

const (
	defaultWait = 5 * time.Minute
	longestTime = 30 * time.Minute
	// history is how many past deployments a commit or what ran before is looked for in.
	history = 50
)

func runDeployApp(ctx context.Context, c *Call, in DeployAppInput) (DeployView, error) {
	wait, err := in.wait()
	if err != nil {
		return DeployView{}, err
	}
	if err := in.checkCommit(); err != nil {
		return DeployView{}, err
	}
	var local *localCommit
	if in.Directory != "" {
		if in.Commit != "" || in.Rebuild {
			return DeployView{}, badArgument("deploy_app: directory pushes the commit that the folder is at; leave commit and rebuild out.")
		}
		if local, err = c.openLocal(in.Directory); err != nil {
			return DeployView{}, err
		}
	}
	app, err := c.App(ctx, in.AppRef)
	if err != nil {
		return DeployView{}, err
	}
	var detail cleverapi.ApplicationDetail
	var past []cleverapi.Deployment
	err = together(2, func(i int) (err error) {
		if i == 0 {
			detail, err = c.readDetail(ctx, app)
			return err
		}
		past, err = c.API.Deployments.Latest(ctx, app.Owner, app.ID, history)
		return err
	})
	if err != nil {
		return DeployView{}, err
	}
	app.Name = detail.Name

	began := time.Now()
	var order cleverapi.NewDeployment
	var uuid string
	var notes []string
	if local != nil {
		order.Commit = local.hash.String()
		uuid, notes, err = c.pushed(ctx, app, detail, local, past)
	} else if order, err = in.order(app, detail, past); err == nil {
		uuid, notes, err = c.start(ctx, app, detail, order, past)
	}
	if err != nil {
		return DeployView{}, err
	}
	view := DeployView{App: app.ID, Name: app.Name, Owner: app.Owner, Undo: c.undoDeploy(app, order, past), Notes: append(notes, c.aside(app, detail, past)...)}
	view.Deployment, view.Commit, view.Outcome = uuid, order.Commit, "under_way"
	if wait == 0 {
		view.Verdict, view.Next = "The deployment was started.", lookAgain(app, uuid)
		return view, nil
	}
	view.DeployReport, err = c.await(ctx, app, detail, uuid, wait)
	view.Commit = cmp.Or(view.Commit, order.Commit)
	view.Took = time.Since(began).Round(time.Second).String()
	return view, err
}

// wait returns how long to wait, zero for not at all.
func (in DeployAppInput) wait() (time.Duration, error) {
	if in.Wait != nil && !*in.Wait {
		return 0, nil
	}
	if in.Timeout < 0 || in.Timeout > int(longestTime/time.Second) {
		return 0, badArgument("deploy_app: timeout must be from 1 to %d seconds. With wait false it returns at once, and list_deployments tells how it goes.", int(longestTime/time.Second))
	}
	return cmp.Or(time.Duration(in.Timeout)*time.Second, defaultWait), nil
}

// commit is the argument without what does not matter.
func (in DeployAppInput) commit() string { return strings.ToLower(strings.TrimSpace(in.Commit)) }

// checkCommit refuses what is no commit before anything is asked.
func (in DeployAppInput) checkCommit() error {
	if c := in.commit(); c == "" || c == "head" || commitDigits.MatchString(c) {
		return nil
	}
	return badArgument("deploy_app: commit must be 7 to 40 hexadecimal digits, or head for the last one that was pushed. list_deployments shows those that ran.")
}

var commitDigits = lazily(`^[0-9a-f]{7,40}$`)

// order turns the arguments into what the API wants. A short commit is looked
// for among those that were pushed or deployed.
func (in DeployAppInput) order(app App, detail cleverapi.ApplicationDetail, past []cleverapi.Deployment) (cleverapi.NewDeployment, error) {
	order := cleverapi.NewDeployment{NoCache: in.Rebuild}
	commit := in.commit()
	switch {
	case commit == "":
		if len(past) == 0 && detail.CommitID == "" {
			return order, badArgument("The application %s (%s) has no code yet, so there is nothing to deploy.\nNext: push to %s, branch master: that deploys.", app.Name, app.ID, gitURL(detail))
		}
		return order, nil
	case commit == "head":
		if detail.CommitID == "" {
			return order, badArgument("No commit was pushed to the application %s (%s) yet.\nNext: push to %s, branch master: that deploys.", app.Name, app.ID, gitURL(detail))
		}
		order.Commit = detail.CommitID
		return order, nil
	case len(commit) == 40:
		order.Commit = commit
		return order, nil
	}
	pushed := []string{detail.CommitID}
	for _, d := range past {
		pushed = append(pushed, d.Commit)
	}
	slices.Sort(pushed)
	pushed = slices.DeleteFunc(slices.Compact(pushed), func(s string) bool { return !strings.HasPrefix(s, commit) })
	switch len(pushed) {
	case 1:
		order.Commit = pushed[0]
		return order, nil
	case 0:
		return order, badArgument("deploy_app: no commit of the last %d deployments begins with %s. Give all 40 digits.", history, commit)
	}
	return order, badArgument("deploy_app: the commit %s is ambiguous: %s.", commit, strings.Join(pushed, ", "))
}

func gitURL(d cleverapi.ApplicationDetail) string {
	return cmp.Or(d.Deployment.HTTPURL, d.Deployment.URL, "the application's git URL")
}

// start sends the one request that deploys, and finds out which deployment came
// of it.
func (c *Call) start(ctx context.Context, app App, detail cleverapi.ApplicationDetail, order cleverapi.NewDeployment, past []cleverapi.Deployment) (uuid string, notes []string, err error) {
	uuid, err = c.API.Deployments.Start(ctx, app.Owner, app.ID, order)
	var refused *cleverapi.Error
	switch held := verdictOf(stateInWords(detail.State, detail.Archived, false, nil, nil), &appFacts{}); {
	case errors.As(err, &refused) && held != "" && blocked(detail.State):
		return "", nil, badArgument("Clever Cloud refused to deploy %s (%s): %s\nNext: %s", app.Name, app.ID, sentence(refused.Message), held)
	case errors.As(err, &refused) && refused.Code == "4014":
		return "", nil, badArgument("The application %s (%s) was never deployed, so there is nothing to deploy again.\nNext: push code to %s, branch master: that deploys.", app.Name, app.ID, gitURL(detail))
	case errors.Is(err, cleverapi.ErrUnknownOutcome), errors.Is(err, cleverapi.ErrBadAnswer), err == nil && uuid == "":
		// Whether it happened shows in the list. The call may have been cancelled,
		// and the answer matters all the more then.
		look, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTime)
		defer cancel()
		found, lookErr := c.newest(look, app, past)
		if found == "" {
			return "", nil, lostDeployment(app, cmp.Or(err, lookErr))
		}
		if err != nil {
			notes = append(notes, "The answer to the request was lost, but the deployment was started.")
		}
		return found, notes, nil
	}
	return uuid, nil, err
}

// blocked are the states in which Clever Cloud lets nothing run.
func blocked(state string) bool { return state == "MODERATED" || state == "DEFAULT_OF_PAYMENT" }

// lookTime bounds the look at whether a write happened whose answer was lost.
const lookTime = 10 * time.Second

// newest returns the deployment that is not among those of before. One that was
// queued shows up within seconds.
func (c *Call) newest(ctx context.Context, app App, past []cleverapi.Deployment) (string, error) {
	for pause := time.Second; ; pause *= 2 {
		list, err := c.API.Deployments.Latest(ctx, app.Owner, app.ID, lastDeployments)
		if err != nil {
			return "", err
		}
		for _, d := range list {
			if d.Action != "UNDEPLOY" && !slices.ContainsFunc(past, func(p cleverapi.Deployment) bool { return p.UUID == d.UUID }) {
				return d.UUID, nil
			}
		}
		if !sleep(ctx, pause) {
			return "", nil
		}
	}
}

func lostDeployment(app App, err error) error {
	if err == nil {
		return badArgument("Clever Cloud took the request, but no new deployment of %s (%s) shows yet.\nNext: look with list_deployments before deploying again.", app.Name, app.ID)
	}
	return fmt.Errorf("whether %s (%s) is being deployed is not known, and no new deployment shows yet: %w", app.Name, app.ID, err)
}

// aside is what else the caller should know.
func (c *Call) aside(app App, detail cleverapi.ApplicationDetail, past []cleverapi.Deployment) (notes []string) {
	if app.Default {
		notes = append(notes, "No application was named: this is the one of the working directory's .clever.json.")
	}
	if len(past) > 0 && past[0].State == "WIP" {
		notes = append(notes, fmt.Sprintf("Deployment %s was under way already; this one takes its place or waits for it.", past[0].UUID))
	}
	// Money and outages are said, whoever asked for them.
	size := sizeOf(detail)
	switch {
	case detail.State == "SHOULD_BE_DOWN" && detail.Instance.Lifetime != "TASK":
		notes = append(notes, fmt.Sprintf("It did not run: once deployed, it costs (%s × %s; get_billing with estimate tells how much) until stop_app.", size.counts(), size.flavors()))
	case detail.Homogeneous:
		notes = append(notes, "Zero downtime is off: it does not answer between the end of the old instances and the start of the new ones.")
	}
	return notes
}

// undoDeploy is the call that deploys the commit that ran before, when it is
// another one, or stops what was stopped.
func (c *Call) undoDeploy(app App, order cleverapi.NewDeployment, past []cleverapi.Deployment) string {
	for _, d := range past {
		if d.State != "OK" || d.Action == "CANCEL" || d.Action == "NONE" {
			continue
		}
		switch {
		case d.Action == "UNDEPLOY":
			return c.undo("stop_app", map[string]any{"app": app.ID, "owner": app.Owner})
		case d.Commit == "" || order.Commit == "" || d.Commit == order.Commit:
			return ""
		}
		return c.undo("deploy_app", map[string]any{"app": app.ID, "owner": app.Owner, "commit": d.Commit})
	}
	return ""
}
