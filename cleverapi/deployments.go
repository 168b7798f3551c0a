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
	UUID   string `json:"uuid"`
	Date   Millis `json:"date"`
	State  string `json:"state"`  // WIP, TASK_RUNNING, OK, FAIL, CANCELLED
	Action string `json:"action"` // DEPLOY, UNDEPLOY, UPSCALE, DOWNSCALE, …
	Commit string `json:"commit"`
	Cause  string `json:"cause"`
}

// Latest reads the newest deployments of an application, newest first.
func (s *Deployments) Latest(ctx context.Context, owner, app string, limit int) ([]Deployment, error) {
	return collect[Deployment](ctx, s.c, "GET /v2/organisations/{id}/applications/{appId}/deployments",
		params{"id": owner, "appId": app}, url.Values{"limit": {strconv.Itoa(limit)}})
}

// OfOwner reads the newest deployments of each application of an owner, at most
// limit of each, by application ID.
func (s *Deployments) OfOwner(ctx context.Context, owner string, limit int) (map[string][]Deployment, error) {
	return get[map[string][]Deployment](ctx, s.c, "GET /v2/organisations/{id}/deployments",
		params{"id": owner}, url.Values{"limit": {strconv.Itoa(limit)}})
}

// Instances are running VMs of applications.
type Instances struct{ c *Client }

// Instance is one VM.
type Instance struct {
	ID           string `json:"id"`
	State        string `json:"state"` // BOOTING, STARTING, DEPLOYING, READY, UP, STOPPING, …
	DeployNumber int    `json:"deployNumber"`
}

// OfOwner reads the instances of all applications of an owner, by application ID.
func (s *Instances) OfOwner(ctx context.Context, owner string) (map[string][]Instance, error) {
	return get[map[string][]Instance](ctx, s.c, "GET /v2/organisations/{id}/instances", params{"id": owner}, nil)
}
