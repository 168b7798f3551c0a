package emulator

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func deploymentRoutes() routes {
	return routes{
		"GET /v2/organisations/{id}/deployments":                                                  listOwnerDeployments,
		"GET /v2/organisations/{id}/applications/{appId}/deployments":                             listDeployments,
		"GET /v2/organisations/{id}/applications/{appId}/deployments/{deploymentId}":              getDeployment,
		"DELETE /v2/organisations/{id}/applications/{appId}/deployments/{deploymentId}/instances": cancelDeployment,
		"POST /v2/organisations/{id}/applications/{appId}/instances":                              redeploy,
		"DELETE /v2/organisations/{id}/applications/{appId}/instances":                            stopApplication,

		"GET /v4/orchestration/organisations/{ownerId}/applications/{applicationId}/deployments":                listDeploymentsV4,
		"GET /v4/orchestration/organisations/{ownerId}/applications/{applicationId}/deployments/{deploymentId}": getDeploymentV4,
	}
}

type authorView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type deploymentView struct {
	ID        int         `json:"id"`
	UUID      string      `json:"uuid"`
	Date      int64       `json:"date"`
	State     string      `json:"state"`
	Action    string      `json:"action"`
	Commit    *string     `json:"commit"`
	Cause     string      `json:"cause"`
	Instances int         `json:"instances"`
	Author    *authorView `json:"author"`
}

func (c *call) deploymentView(d *deployment) deploymentView {
	return deploymentView{
		ID: d.number, UUID: d.uuid, Date: millis(d.asked), State: d.state(c.now), Action: d.action,
		Commit: orNull(d.commit), Cause: d.cause, Instances: d.instances, Author: &authorView{d.author.id, d.author.name},
	}
}

func listDeployments(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	list, err := c.page(a.deployments)
	if err != nil {
		return nil, err
	}
	return each(list, c.deploymentView), nil
}

// page returns the newest deployments first, as the query asks.
func (c *call) page(all []*deployment) ([]*deployment, error) {
	limit, err := c.queryNumber("limit", len(all))
	if err != nil {
		return nil, err
	}
	offset, err := c.queryNumber("offset", 0)
	if err != nil {
		return nil, err
	}
	actions := c.r.URL.Query()["action"]
	var out []*deployment
	for _, d := range slices.Backward(all) {
		if len(actions) == 0 || slices.Contains(actions, d.action) {
			out = append(out, d)
		}
	}
	if c.query("order") == "ASC" {
		slices.Reverse(out)
	}
	out = out[min(offset, len(out)):]
	return out[:min(limit, len(out))], nil
}

// queryNumber reads a number that cannot be negative.
func (c *call) queryNumber(name string, otherwise int) (int, error) {
	s := c.query(name)
	if s == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, invalid("The query parameter %s should be a number, not %q", name, s)
	}
	return n, nil
}

func listOwnerDeployments(c *call) (any, error) {
	o, err := c.owner()
	if err != nil {
		return nil, err
	}
	o.settle(c.now)
	out := map[string][]deploymentView{}
	for _, a := range o.apps {
		list, err := c.page(a.deployments)
		if err != nil {
			return nil, err
		}
		out[a.id] = each(list, c.deploymentView)
	}
	return out, nil
}

// deployment finds one by uuid, or by its number as the CLI does to cancel.
func (c *call) deployment() (*deployment, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	id := c.params["deploymentId"]
	d := find(a.deployments, func(d *deployment) bool { return d.uuid == id || strconv.Itoa(d.number) == id })
	if d == nil {
		return nil, notFound("The deployment %s does not exist for %s", id, a.id)
	}
	return d, nil
}

func getDeployment(c *call) (any, error) {
	d, err := c.deployment()
	if err != nil {
		return nil, err
	}
	return c.deploymentView(d), nil
}

func cancelDeployment(c *call) (any, error) {
	d, err := c.deployment()
	if err != nil {
		return nil, err
	}
	if !d.inProgress(c.now) {
		return nil, invalid("The deployment %s is not in progress", d.uuid)
	}
	d.cancel(c.now)
	return success("The deployment has been cancelled"), nil
}

type redeployView struct {
	message
	DeploymentID string `json:"deploymentId"`
}

func redeploy(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	if a.blocked != "" {
		return nil, fail(http.StatusForbidden, idGeneric, "The application cannot be started: its state is %s", a.blocked)
	}
	commit := c.query("commit")
	if commit == "" {
		commit = a.newest()
	}
	if commit == "" {
		return nil, fail(http.StatusBadRequest, idNeverDeployed, "The application has never been deployed: push some code first")
	}
	if !isCommit(commit) {
		return nil, invalid("The commit %q should be 40 hexadecimal digits", commit)
	}
	useCache := c.query("useCache")
	if useCache != "" && useCache != "yes" && useCache != "no" {
		return nil, invalid("useCache is yes or no, not %q", useCache)
	}
	cause := "API"
	if c.cred.oauth != nil && c.cred.oauth.consumer.cli {
		cause = "CLI"
	}
	d := a.deploy(c.now, commit, cause, c.user, useCache != "no")
	m := success("The application has successfully been queued for redeploy.")
	m.ID = 305
	return redeployView{m, d.uuid}, nil
}

func isCommit(s string) bool {
	return len(s) == 40 && strings.Trim(s, "0123456789abcdef") == ""
}

func stopApplication(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	if a.state(c.now) != "SHOULD_BE_DOWN" {
		a.undeploy(c.now, c.user)
	}
	return success("The application has successfully been stopped"), nil
}

type versionV4 struct {
	CommitID *string `json:"commitId"`
}

type originV4 struct {
	Action      string   `json:"action"`
	Cause       string   `json:"cause"`
	Source      string   `json:"source"`
	AuthorID    string   `json:"authorId"`
	Constraints []string `json:"constraints"`
	Priority    string   `json:"priority"`
}

type deploymentV4 struct {
	ID                string    `json:"id"`
	OwnerID           string    `json:"ownerId"`
	ApplicationID     string    `json:"applicationId"`
	StartDate         string    `json:"startDate"`
	State             string    `json:"state"`
	Steps             []stepV4  `json:"steps"`
	Version           versionV4 `json:"version"`
	Origin            originV4  `json:"origin"`
	HasDedicatedBuild bool      `json:"hasDedicatedBuild"`
}

func (c *call) deploymentV4(d *deployment) deploymentV4 {
	source := "API"
	if d.cause == "Git push" {
		source = "GIT"
	}
	return deploymentV4{
		ID: d.uuid, OwnerID: d.app.owner.id, ApplicationID: d.app.id, StartDate: iso(d.asked), State: d.stateV4(c.now),
		Steps: d.steps(c.now), Version: versionV4{orNull(d.commit)},
		Origin:            originV4{d.action, d.cause, source, d.author.id, []string{}, "DEFAULT"},
		HasDedicatedBuild: d.dedicated,
	}
}

func listDeploymentsV4(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	list, err := c.page(a.deployments)
	if err != nil {
		return nil, err
	}
	return each(list, c.deploymentV4), nil
}

func getDeploymentV4(c *call) (any, error) {
	d, err := c.deployment()
	if err != nil {
		return nil, err
	}
	return c.deploymentV4(d), nil
}
