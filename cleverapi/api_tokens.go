package cleverapi

import (
	"context"
	"time"
)

// APITokens are managed on the bridge, with an OAuth 1 credential only.
type APITokens struct{ c *Client }

// APIToken is a Bearer token without its value.
type APIToken struct {
	ID             string    `json:"apiTokenId"`
	Name           string    `json:"name"`
	Description    string    `json:"description"`
	CreationDate   time.Time `json:"creationDate"`
	ExpirationDate time.Time `json:"expirationDate"`
	State          string    `json:"state"` // ACTIVE or EXPIRED
}

// NewAPIToken is what the bridge wants in order to make a token.
type NewAPIToken struct {
	Email          string    `json:"email"`
	Password       string    `json:"password"`
	MFACode        string    `json:"mfaCode,omitempty"`
	Name           string    `json:"name"`
	Description    string    `json:"description"`
	ExpirationDate time.Time `json:"expirationDate"`
}

// CreatedAPIToken is a token with its value, which is shown this once.
type CreatedAPIToken struct {
	APIToken
	Value string `json:"apiToken"`
}

// Create makes a token. Twice makes two.
func (s *APITokens) Create(ctx context.Context, t NewAPIToken) (CreatedAPIToken, error) {
	return exchange[CreatedAPIToken](ctx, s.c, "POST /api-tokens", nil, nil, t)
}

// List reads all tokens of the user.
func (s *APITokens) List(ctx context.Context) ([]APIToken, error) {
	return collect[APIToken](ctx, s.c, "GET /api-tokens", nil, nil)
}

// Revoke ends a token at once and for ever. Twice is an error.
func (s *APITokens) Revoke(ctx context.Context, id string) error {
	_, err := exchange[struct{}](ctx, s.c, "DELETE /api-tokens/{apiTokenId}", params{"apiTokenId": id}, nil, nil)
	return err
}
