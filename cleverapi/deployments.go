package cleverapi

import (
	"context"
	"net/url"
	"strconv"
)

// Deployments are builds and starts of applications.
type Deployments struct{ c *Client }

// Deployment is one build and start.
type Deployment struct {
	// ID counts the deployments of an application; UUID is deployment_….
	ID        int    `json:"id"`
	UUID      string `json:"uuid"`
	Date      Millis `json:"date"`
	State     string `json:"state"`  // WIP, TASK_RUNNING, OK, FAIL, CANCELLED
	Action    string `json:"action"` // DEPLOY, UNDEPLOY, UPSCALE, DOWNSCALE, REPLACE, CANCEL, NONE
	Commit    string `json:"commit"`
	Cause     string `json:"cause"` // free text: "Git push"
	Instances int    `json:"instances"`
	Author    struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"author"`
}

// NewDeployment says what to deploy. Empty: what was deployed last, from cache.
type NewDeployment struct {
	Commit  string // 40 hexadecimal digits
	NoCache bool   // build anew
}

// Latest reads the newest deployments of an application, newest first.
func (s *Deployments) Latest(ctx context.Context, owner, app string, limit int) ([]Deployment, error) {
	return s.Page(ctx, owner, app, 0, limit)
}

// Page reads limit deployments of an application, newest first, after offset
// newer ones. A deployment that starts between two pages moves the rest along.
func (s *Deployments) Page(ctx context.Context, owner, app string, offset, limit int) ([]Deployment, error) {
	query := url.Values{"limit": {strconv.Itoa(limit)}}
	if offset > 0 {
		query.Set("offset", strconv.Itoa(offset))
	}
	return collect[Deployment](ctx, s.c, "GET /v2/organisations/{id}/applications/{appId}/deployments", params{"id": owner, "appId": app}, query)
}

// Get reads one deployment, by UUID or by number. One that was just asked for
// may be ErrNotFound for a moment.
func (s *Deployments) Get(ctx context.Context, owner, app, deployment string) (Deployment, error) {
	return get[Deployment](ctx, s.c, "GET /v2/organisations/{id}/applications/{appId}/deployments/{deploymentId}",
		params{"id": owner, "appId": app, "deploymentId": deployment}, nil)
}

// Queued tells whether a deployment still waits for its turn, which v2 does not
// say: there it is in progress from the beginning.
func (s *Deployments) Queued(ctx context.Context, owner, app, uuid string) (bool, error) {
	d, err := get[struct {
		State string `json:"state"` // QUEUED, WORK_IN_PROGRESS, TASK_IN_PROGRESS, FAILED, CANCELLED, SUCCEEDED
	}](ctx, s.c, "GET /v4/orchestration/organisations/{ownerId}/applications/{applicationId}/deployments/{deploymentId}",
		params{"ownerId": owner, "applicationId": app, "deploymentId": uuid}, nil)
	return d.State == "QUEUED", err
}

// Start queues a deployment and returns its UUID, "" when the API gave none.
// Twice queues two.
func (s *Deployments) Start(ctx context.Context, owner, app string, d NewDeployment) (uuid string, err error) {
	query := url.Values{}
	if d.Commit != "" {
		query.Set("commit", d.Commit)
	}
	if d.NoCache {
		query.Set("useCache", "no")
	}
	answer, err := exchange[struct {
		DeploymentID string `json:"deploymentId"`
	}](ctx, s.c, "POST /v2/organisations/{id}/applications/{appId}/instances", params{"id": owner, "appId": app}, query, nil)
	return answer.DeploymentID, err
}

// Cancel ends a deployment that is under way; what ran before goes on. One that
// has ended is an error.
func (s *Deployments) Cancel(ctx context.Context, owner, app string, number int) error {
	return perform(ctx, s.c, "DELETE /v2/organisations/{id}/applications/{appId}/deployments/{deploymentId}/instances",
		params{"id": owner, "appId": app, "deploymentId": strconv.Itoa(number)}, nil, nil)
}

// OfOwner reads the newest deployments of each application of an owner, at most
// limit of each, by application ID.
func (s *Deployments) OfOwner(ctx context.Context, owner string, limit int) (map[string][]Deployment, error) {
	return get[map[string][]Deployment](ctx, s.c, "GET /v2/organisations/{id}/deployments",
		params{"id": owner}, url.Values{"limit": {strconv.Itoa(limit)}})
}
