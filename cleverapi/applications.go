package cleverapi

import "context"

// Applications belong to an owner, an organisation or a user.
type Applications struct{ c *Client }

// Application is a program that Clever Cloud builds and runs, as lists need it.
// Its environment is in the API's answer and deliberately not here.
type Application struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Zone     string `json:"zone"`
	OwnerID  string `json:"ownerId"`
	Instance struct {
		Type    string `json:"type"`
		Variant struct {
			Slug string `json:"slug"`
		} `json:"variant"`
		MinInstances int    `json:"minInstances"`
		MaxInstances int    `json:"maxInstances"`
		MinFlavor    Flavor `json:"minFlavor"`
		MaxFlavor    Flavor `json:"maxFlavor"`
		Lifetime     string `json:"lifetime"` // REGULAR, TASK
	} `json:"instance"`
	// State is what the owner wants, not what is: SHOULD_BE_UP, SHOULD_BE_DOWN,
	// WANTS_TO_BE_UP, MODERATED, DEFAULT_OF_PAYMENT.
	State        string `json:"state"`
	Archived     bool   `json:"archived"`
	CreationDate Millis `json:"creationDate"`
	CommitID     string `json:"commitId"`
	Branch       string `json:"branch"`
	Domains      []struct {
		FQDN string `json:"fqdn"`
	} `json:"vhosts"`
}

// Flavor is the size of an instance.
type Flavor struct {
	Name string `json:"name"`
}

// List hands every application of an owner to keep, in the API's order.
func (s *Applications) List(ctx context.Context, owner string, keep func(Application)) error {
	return list(ctx, s.c, "GET /v2/organisations/{id}/applications", params{"id": owner}, nil, keep)
}
