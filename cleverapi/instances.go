package cleverapi

import "context"

// Instances are running VMs of applications.
type Instances struct{ c *Client }

// Instance is one VM.
type Instance struct {
	ID           string `json:"id"`
	Name         string `json:"displayName"`
	State        string `json:"state"` // BOOTING, STARTING, DEPLOYING, READY, UP, STOPPING, …
	Flavor       Flavor `json:"flavor"`
	Commit       string `json:"commit"`
	DeployNumber int    `json:"deployNumber"`
	DeployID     string `json:"deployId"` // UUID of the deployment that started it
	Number       int    `json:"instanceNumber"`
	CreationDate Millis `json:"creationDate"`
}

// List reads the instances of an application.
func (s *Instances) List(ctx context.Context, owner, app string) ([]Instance, error) {
	return collect[Instance](ctx, s.c, "GET /v2/organisations/{id}/applications/{appId}/instances", params{"id": owner, "appId": app}, nil)
}

// OfOwner reads the instances of all applications of an owner, by application ID.
func (s *Instances) OfOwner(ctx context.Context, owner string) (map[string][]Instance, error) {
	return get[map[string][]Instance](ctx, s.c, "GET /v2/organisations/{id}/instances", params{"id": owner}, nil)
}
