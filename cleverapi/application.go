package cleverapi

import "context"

// ApplicationDetail is all that one application is set to.
type ApplicationDetail struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Zone        string `json:"zone"`
	OwnerID     string `json:"ownerId"`
	Instance    struct {
		Type    string `json:"type"`
		Version string `json:"version"`
		Variant struct {
			Slug string `json:"slug"`
			Name string `json:"name"`
		} `json:"variant"`
		MinInstances int           `json:"minInstances"`
		MaxInstances int           `json:"maxInstances"`
		MaxAllowed   int           `json:"maxAllowedInstances"`
		MinFlavor    SizedFlavor   `json:"minFlavor"`
		MaxFlavor    SizedFlavor   `json:"maxFlavor"`
		Flavors      []SizedFlavor `json:"flavors"`
		Lifetime     string        `json:"lifetime"` // REGULAR, TASK
	} `json:"instance"`
	Deployment struct {
		Type string `json:"type"` // GIT, SFTP, FTP
		// URL is for SSH keys, HTTPURL for the OAuth 1 token.
		URL     string `json:"url"`
		HTTPURL string `json:"httpUrl"`
	} `json:"deployment"`
	// State is what the owner wants, not what is; see Application.
	State        string `json:"state"`
	Archived     bool   `json:"archived"`
	CreationDate Millis `json:"creationDate"`
	// CommitID is the last commit that was pushed, which need not run.
	CommitID       string      `json:"commitId"`
	Branch         string      `json:"branch"`
	Homogeneous    bool        `json:"homogeneous"` // zero downtime is off
	StickySessions bool        `json:"stickySessions"`
	CancelOnPush   bool        `json:"cancelOnPush"`
	ForceHTTPS     string      `json:"forceHttps"` // ENABLED, DISABLED
	SeparateBuild  bool        `json:"separateBuild"`
	BuildFlavor    SizedFlavor `json:"buildFlavor"` // set even when SeparateBuild is not
	Domains        []FQDN      `json:"vhosts"`
	// Env is the application's own environment, values included.
	Env []Variable `json:"env"`
}

// SizedFlavor is the size of an instance with what it offers.
type SizedFlavor struct {
	Name      string `json:"name"`
	Memory    int    `json:"mem"` // MiB
	CPUs      int    `json:"cpus"`
	Available bool   `json:"available"`
	PriceID   string `json:"price_id"`
}

// FQDN is a host name with a path, "www.example.com/" when there is none.
type FQDN struct {
	FQDN string `json:"fqdn"`
}

// NewApplication is what the API wants in order to make an application.
type NewApplication struct {
	Name             string            `json:"name"`
	Description      string            `json:"description"`
	Zone             string            `json:"zone"`
	Deploy           string            `json:"deploy"` // git
	InstanceType     string            `json:"instanceType"`
	InstanceVersion  string            `json:"instanceVersion"`
	InstanceVariant  string            `json:"instanceVariant"` // the variant's ID
	InstanceLifetime string            `json:"instanceLifetime"`
	MinInstances     int               `json:"minInstances"`
	MaxInstances     int               `json:"maxInstances"`
	MinFlavor        string            `json:"minFlavor"`
	MaxFlavor        string            `json:"maxFlavor"`
	Env              map[string]string `json:"env"`
	Homogeneous      *bool             `json:"homogeneous,omitempty"`
	StickySessions   *bool             `json:"stickySessions,omitempty"`
	CancelOnPush     *bool             `json:"cancelOnPush,omitempty"`
	ForceHTTPS       string            `json:"forceHttps,omitempty"`
	SeparateBuild    *bool             `json:"separateBuild,omitempty"`
	BuildFlavor      string            `json:"buildFlavor,omitempty"`
	Branch           string            `json:"branch,omitempty"`
	OAuthService     string            `json:"oauthService,omitempty"` // github
	OAuthApp         *GitHubRepository `json:"oauthApp,omitempty"`
}

// GitHubRepository is where an application's code comes from.
type GitHubRepository struct {
	Owner string `json:"owner"`
	Name  string `json:"name"`
}

// ApplicationChange has what changes; the API leaves the rest as it is.
type ApplicationChange struct {
	Name             *string `json:"name,omitempty"`
	Description      *string `json:"description,omitempty"`
	MinInstances     int     `json:"minInstances,omitempty"`
	MaxInstances     int     `json:"maxInstances,omitempty"`
	MinFlavor        string  `json:"minFlavor,omitempty"`
	MaxFlavor        string  `json:"maxFlavor,omitempty"`
	SeparateBuild    *bool   `json:"separateBuild,omitempty"`
	BuildFlavor      string  `json:"buildFlavor,omitempty"`
	InstanceLifetime string  `json:"instanceLifetime,omitempty"`
	Homogeneous      *bool   `json:"homogeneous,omitempty"`
	StickySessions   *bool   `json:"stickySessions,omitempty"`
	CancelOnPush     *bool   `json:"cancelOnPush,omitempty"`
	ForceHTTPS       string  `json:"forceHttps,omitempty"`
}

// LinkedAddon is an add-on that an application uses.
type LinkedAddon struct {
	ID       string `json:"id"`
	RealID   string `json:"realId"`
	Name     string `json:"name"`
	Provider struct {
		ID string `json:"id"`
	} `json:"provider"`
	Plan struct {
		Name string `json:"name"`
		Slug string `json:"slug"`
	} `json:"plan"`
}

// Get reads one application. The answer holds its environment.
func (s *Applications) Get(ctx context.Context, owner, app string) (ApplicationDetail, error) {
	return get[ApplicationDetail](ctx, s.c, "GET /v2/organisations/{id}/applications/{appId}", params{"id": owner, "appId": app}, nil)
}

// Create makes an application, which runs nothing yet. Twice makes two.
func (s *Applications) Create(ctx context.Context, owner string, a NewApplication) (ApplicationDetail, error) {
	return exchange[ApplicationDetail](ctx, s.c, "POST /v2/organisations/{id}/applications", params{"id": owner}, nil, a)
}

// Update changes settings. Twice is the same as once.
func (s *Applications) Update(ctx context.Context, owner, app string, change ApplicationChange) (ApplicationDetail, error) {
	return exchange[ApplicationDetail](ctx, s.c, "PUT /v2/organisations/{id}/applications/{appId}", params{"id": owner, "appId": app}, nil, change)
}

// SetBranch chooses the branch of a GitHub application. Twice is the same as once.
func (s *Applications) SetBranch(ctx context.Context, owner, app, branch string) error {
	return perform(ctx, s.c, "PUT /v2/organisations/{id}/applications/{appId}/branch", params{"id": owner, "appId": app}, nil, map[string]string{"branch": branch})
}

// Delete ends an application for ever. Twice is an error.
func (s *Applications) Delete(ctx context.Context, owner, app string) error {
	return perform(ctx, s.c, "DELETE /v2/organisations/{id}/applications/{appId}", params{"id": owner, "appId": app}, nil, nil)
}

// Stop takes every instance of an application down. Twice is the same as once.
func (s *Applications) Stop(ctx context.Context, owner, app string) error {
	return perform(ctx, s.c, "DELETE /v2/organisations/{id}/applications/{appId}/instances", params{"id": owner, "appId": app}, nil, nil)
}

// Addons reads the add-ons that an application uses.
func (s *Applications) Addons(ctx context.Context, owner, app string) ([]LinkedAddon, error) {
	return collect[LinkedAddon](ctx, s.c, "GET /v2/organisations/{id}/applications/{appId}/addons", params{"id": owner, "appId": app}, nil)
}

// Dependencies reads the applications that an application uses.
func (s *Applications) Dependencies(ctx context.Context, owner, app string) ([]Application, error) {
	return collect[Application](ctx, s.c, "GET /v2/organisations/{id}/applications/{appId}/dependencies", params{"id": owner, "appId": app}, nil)
}

// Dependents reads the applications that use an application.
func (s *Applications) Dependents(ctx context.Context, owner, app string) ([]Application, error) {
	return collect[Application](ctx, s.c, "GET /v2/organisations/{id}/applications/{appId}/dependents", params{"id": owner, "appId": app}, nil)
}
