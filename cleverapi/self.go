package cleverapi

import (
	"context"
	"time"
)

// Self is the signed-in user.
type Self struct{ c *Client }

// User is a person's account.
type User struct {
	ID           string `json:"id"`
	Email        string `json:"email"`
	Name         string `json:"name"`
	Lang         string `json:"lang"`
	PreferredMFA string `json:"preferredMFA"` // NONE or TOTP
	// HasPassword is false for accounts that sign in through GitHub only. Such
	// an account cannot make API tokens.
	HasPassword bool `json:"hasPassword"`
}

// OAuthToken is a token that an OAuth 1 sign-in gave.
type OAuthToken struct {
	Consumer struct {
		Name string `json:"name"`
	} `json:"consumer"`
	CreationDate   Millis `json:"creationDate"`
	ExpirationDate Millis `json:"expirationDate"`
}

// Millis is a date of v2: milliseconds since 1970. Zero or null: none.
type Millis int64

// Time converts, to the zero time when there is no date.
func (m Millis) Time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(m)).UTC()
}

// Get reads the user.
func (s *Self) Get(ctx context.Context) (User, error) {
	return get[User](ctx, s.c, "GET /v2/self", nil, nil)
}

// CurrentToken reads the OAuth token in use. It has no answer for an API token.
func (s *Self) CurrentToken(ctx context.Context) (OAuthToken, error) {
	return get[OAuthToken](ctx, s.c, "GET /v2/self/tokens/current", nil, nil)
}
