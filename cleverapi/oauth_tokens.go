package cleverapi

import "context"

// OAuthTokens are the sign-ins of the user: one for each program or browser.
type OAuthTokens struct{ c *Client }

// SignIn is an OAuth token with its value. The API has no other name for it, so
// whoever reads one keeps the value from being shown.
type SignIn struct {
	OAuthToken
	Value   string `json:"token"`
	LastUse Millis `json:"lastUtilisation"`
	// Employee is set for a session of Clever Cloud's support.
	Employee string `json:"employeeId"`
}

// List reads all sign-ins of the user.
func (s *OAuthTokens) List(ctx context.Context) ([]SignIn, error) {
	return collect[SignIn](ctx, s.c, "GET /v2/self/tokens", nil, nil)
}

// Current reads the sign-in in use. It has no answer for an API token.
func (s *OAuthTokens) Current(ctx context.Context) (SignIn, error) {
	return get[SignIn](ctx, s.c, "GET /v2/self/tokens/current", nil, nil)
}

// Revoke ends a sign-in at once and for ever. Twice is an error.
func (s *OAuthTokens) Revoke(ctx context.Context, value string) error {
	return perform(ctx, s.c, "DELETE /v2/self/tokens/{token}", params{"token": value}, nil, nil)
}
