package tools

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// ListDeploymentsInput pages, or names one.
type ListDeploymentsInput struct {
	AppRef
	// Only this one: deployment_….
	Deployment string `json:"deployment,omitempty"`
	// Default 10.
	Limit int `json:"limit,omitempty"`
	// Of the answer before.
	Cursor string `json:"cursor,omitempty"`
}

// DeploymentList is what happened to an application, or to all, newest first.
type DeploymentList struct {
	// Left out when all were asked for: each line then names its own.
	App         string           `json:"app,omitempty"`
	Name        string           `json:"name,omitempty"`
	Deployments []DeploymentLine `json:"deployments"`
	// Set when there are more: pass it to get them.
	Cursor string `json:"cursor,omitempty"`
	// Set when a list of all applications ends before the oldest: how to see more.
	Older string `json:"older,omitempty"`
	// What could not be read; the rest is complete.
	Incomplete []string `json:"incomplete,omitempty"`
	// How the one that was named went.
	Report *DeployReport `json:"report,omitempty"`
}

// DeploymentLine is one deployment in a list.
type DeploymentLine struct {
	// The deployment id, deployment_…
	Deployment string `json:"deployment"`
	Number     int    `json:"number"`
	Date       string `json:"date"`
	// succeeded, failed, cancelled, under_way, or task_running.
	Outcome string `json:"outcome"`
	// deploy, undeploy (a stop), upscale, downscale, replace, cancel or none.
	Action string `json:"action"`
	Commit string `json:"commit,omitempty"`
	// Why it was started, and by whom.
	Cause  string `json:"cause,omitempty"`
	Author string `json:"author,omitempty"`
	// Of which application, in a list of all.
	App       string `json:"app,omitempty"`
	Name      string `json:"name,omitempty"`
	OwnerName string `json:"owner_name,omitempty"`
}

var listDeployments = &Tool[ListDeploymentsInput, DeploymentList]{
	Name: "list_deployments", Title: "Deployments", Toolset: "apps",
	Doc:    `Lists deployments, stops and scalings of one app or all, newest first, or says how one goes or went: when it failed, the likely cause with log lines.`,
	Effect: catalogue.Reads,
	Uses: []string{
		"GET /v2/summary",
		"GET /v2/organisations/{id}/applications/{appId}",
		"GET /v2/organisations/{id}/applications/{appId}/addons/env",
		"GET /v2/organisations/{id}/applications/{appId}/dependencies/env",
		"GET /v2/organisations/{id}/applications/{appId}/deployments",
		"GET /v2/organisations/{id}/applications/{appId}/deployments/{deploymentId}",
		"GET /v2/organisations/{id}/applications/{appId}/instances",
		"GET /v2/organisations/{id}/applications/{appId}/vhosts/favourite",
		"GET /v2/organisations/{id}/deployments",
		"GET /v4/orchestration/organisations/{ownerId}/applications/{applicationId}/deployments/{deploymentId}",
		"GET /v4/logs/organisations/{ownerId}/applications/{applicationId}/logs",
	},
	Run: runListDeployments,
}

const (
	activityLimit = 10
	mostActivity  = 40
	// deepest is how far back a page may begin. The API counts pages from the
	// newest deployment, so a far page costs it all the ones before.
	deepest = 10000
)

func runListDeployments(ctx context.Context, c *Call, in ListDeploymentsInput) (DeploymentList, error) {
	limit := cmp.Or(in.Limit, activityLimit)
	if limit < 1 || limit > mostActivity {
		return DeploymentList{}, badArgument("list_deployments: limit must be from 1 to %d; the cursor of the answer leads on.", mostActivity)
	}
	from, err := parseActivityCursor(in.Cursor)
	if err != nil {
		return DeploymentList{}, err
	}
	if in.App == "" && in.Deployment == "" {
		// The application of the working directory is meant, unless an owner is named.
		if _, _, linked := c.defaultApp(); !linked || in.Owner != "" {
			return recentDeployments(ctx, c, in, limit)
		}
	}
	app, err := c.App(ctx, in.AppRef)
	if err != nil {
		return DeploymentList{}, err
	}
	if in.Deployment != "" {
		return oneDeployment(ctx, c, app, in.Deployment)
	}
	var list []cleverapi.Deployment
	var next string
	name := app.Name
	err = together(2, func(i int) (err error) {
		switch {
		case i == 0:
			list, next, err = activity(ctx, c, app, from, limit)
		case app.Name == "": // both IDs were given
			var detail cleverapi.ApplicationDetail
			detail, err = c.readDetail(ctx, app)
			name = detail.Name
		}
		return err
	})
	if err != nil {
		return DeploymentList{}, err
	}
	out := DeploymentList{App: app.ID, Name: name, Deployments: []DeploymentLine{}, Cursor: next}
	for _, d := range list {
		out.Deployments = append(out.Deployments, deploymentLine(c.Hide.Text, d))
	}
	return out, nil
}

// place is where a page begins: after the deployment that was shown last, which
// was offset deployments from the newest then. New ones only move it further.
type place struct {
	offset int
	after  int // its number
}

// activity reads one page. Numbers grow by one with each deployment, so what
// was shown already is told by its number whatever happened since.
func activity(ctx context.Context, c *Call, app App, from place, limit int) (list []cleverapi.Deployment, next string, err error) {
	for offset := from.offset; offset < deepest; {
		read, err := c.API.Deployments.Page(ctx, app.Owner, app.ID, offset, limit+1)
		if err != nil {
			return nil, "", err
		}
		offset += len(read)
		last := len(read) <= limit
		read = slices.DeleteFunc(read, func(d cleverapi.Deployment) bool { return from.after > 0 && d.ID >= from.after })
		list = append(list, read...)
		if len(list) > limit {
			offset -= len(list) - limit
			list = list[:limit]
			return list, activityCursor(place{offset, list[limit-1].ID}), nil
		}
		if last {
			return list, "", nil
		}
	}
	return list, "", nil
}

func activityCursor(p place) string {
	return cursorVersion + base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(p.offset)+" "+strconv.Itoa(p.after)))
}

func parseActivityCursor(cursor string) (place, error) {
	text, err := parseCursor(cursor)
	if err != nil || text == "" {
		return place{}, err
	}
	offset, after, _ := strings.Cut(text, " ")
	p := place{}
	var err1, err2 error
	p.offset, err1 = strconv.Atoi(offset)
	p.after, err2 = strconv.Atoi(after)
	if err1 != nil || err2 != nil || p.offset < 0 || p.offset > deepest || p.after < 1 {
		return place{}, badArgument("The cursor is not one that list_deployments gave. Leave it out to begin at the newest.")
	}
	return p, nil
}

// oneDeployment says how one deployment goes or went.
func oneDeployment(ctx context.Context, c *Call, app App, ref string) (DeploymentList, error) {
	var d progress
	var detail cleverapi.ApplicationDetail
	err := together(2, func(i int) (err error) {
		if i == 0 {
			d, err = c.poll(ctx, app, ref)
			if errors.Is(err, cleverapi.ErrNotFound) {
				return badArgument("The application %s has no deployment %q. list_deployments without deployment shows them; one that was started a moment ago may take a few seconds to appear.", cmp.Or(app.Name, app.ID), clip(ref, 64))
			}
			return err
		}
		detail, err = c.readDetail(ctx, app)
		return err
	})
	if err != nil {
		return DeploymentList{}, err
	}
	app.Name = detail.Name
	report, err := c.report(ctx, app, detail, d)
	if err != nil {
		return DeploymentList{}, err
	}
	return DeploymentList{App: app.ID, Name: app.Name, Deployments: []DeploymentLine{deploymentLine(c.Hide.Text, d.Deployment)}, Report: &report}, nil
}

// deploymentLine hides before it cuts.
func deploymentLine(hide func(string) string, d cleverapi.Deployment) DeploymentLine {
	return DeploymentLine{
		Deployment: d.UUID, Number: d.ID, Date: date(d.Date.Time()), Outcome: outcome(d.State), Action: strings.ToLower(d.Action),
		Commit: d.Commit, Cause: clip(hide(d.Cause), 100), Author: clip(hide(d.Author.Name), 60),
	}
}

// short is a deployment in one line. Commits are cut to as many digits as tell those of
// an application apart.
func (d DeploymentLine) short(c *Call) string {
	by := d.Cause
	if d.Author != "" {
		by = strings.TrimPrefix(by+", by "+d.Author, ", ")
	}
	return c.line(by, d.Deployment, d.Date, d.Outcome, d.Action, d.Commit[:min(len(d.Commit), 12)])
}

// outcome puts the state of a deployment into words.
func outcome(state string) string {
	switch state {
	case "OK":
		return "succeeded"
	case "FAIL":
		return "failed"
	case "CANCELLED":
		return "cancelled"
	case "TASK_RUNNING":
		return "task_running"
	}
	return "under_way"
}
