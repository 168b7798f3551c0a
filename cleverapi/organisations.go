package cleverapi

import "context"

// Organisations own applications and add-ons, and have members.
type Organisations struct{ c *Client }

// Organisation is an organisation or, under a user's ID, the personal space.
type Organisation struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Get reads one organisation.
func (s *Organisations) Get(ctx context.Context, owner string) (Organisation, error) {
	return get[Organisation](ctx, s.c, "GET /v2/organisations/{id}", params{"id": owner}, nil)
}
