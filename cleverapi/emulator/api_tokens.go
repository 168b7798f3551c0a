package emulator

import (
	"net"
	"net/http"
	"strings"
	"time"
)

func apiTokenRoutes() routes {
	return routes{
		"GET /api-tokens":                 listAPITokens,
		"POST /api-tokens":                createAPIToken,
		"PUT /api-tokens/{apiTokenId}":    updateAPIToken,
		"DELETE /api-tokens/{apiTokenId}": revokeAPIToken,
	}
}

type apiTokenView struct {
	APITokenID     string `json:"apiTokenId"`
	UserID         string `json:"userId"`
	CreationDate   string `json:"creationDate"`
	ExpirationDate string `json:"expirationDate"`
	IP             string `json:"ip"`
	Name           string `json:"name"`
	Description    string `json:"description"`
	State          string `json:"state"`
}

func (t *apiToken) stateAt(now time.Time) string {
	if t.expires.After(now) {
		return "ACTIVE"
	}
	return "EXPIRED"
}

func listAPITokens(c *call) (any, error) {
	out := []apiTokenView{}
	for _, t := range c.state().apiTokens {
		if t.user == c.user {
			out = append(out, apiTokenView{t.id, t.user.id, iso(t.created), iso(t.expires), t.ip, t.name, t.description, t.stateAt(c.now)})
		}
	}
	return out, nil
}

type newAPITokenView struct {
	APIToken       string `json:"apiToken"`
	APITokenID     string `json:"apiTokenId"`
	CreationDate   string `json:"creationDate"`
	ExpirationDate string `json:"expirationDate"`
	Name           string `json:"name"`
	Description    string `json:"description"`
	State          string `json:"state"`
}

// The longest life of a token. Clients compute a year from their own clock, so
// a day more is let through.
const longestLife = 367 * day

func createAPIToken(c *call) (any, error) {
	var b struct {
		Email, Password, MFACode, Name, Description, ExpirationDate string
	}
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	for _, f := range []struct{ name, value string }{{"email", b.Email}, {"password", b.Password}, {"name", b.Name}, {"expirationDate", b.ExpirationDate}} {
		if f.value == "" {
			return nil, invalid("body must have required property '%s'", f.name)
		}
	}
	expires, err := time.Parse(time.RFC3339, b.ExpirationDate)
	if err != nil {
		return nil, invalid("body/expirationDate must match format \"date-time\"")
	}
	if !strings.EqualFold(b.Email, c.user.email) || c.user.password == "" || !equal(b.Password, c.user.password) {
		return nil, &apiError{status: http.StatusUnauthorized, code: "invalid-credential", message: "Invalid credential"}
	}
	// Codes are made from real time, as signatures are.
	if c.user.totp != "" && !validTOTP(c.user.totp, b.MFACode, time.Now()) {
		return nil, &apiError{status: http.StatusUnauthorized, code: "invalid-mfa-code", message: "Invalid MFA code"}
	}
	if !expires.After(c.now) {
		return nil, invalid("body/expirationDate must be in the future")
	}
	if expires.After(later(c.now, time.Now()).Add(longestLife)) {
		return nil, invalid("body/expirationDate must be at most one year away")
	}
	id := c.state().unique()
	t := &apiToken{
		id: "api_tokens_" + uuid("api token", c.user.id, id), token: letters(64, "api token", c.user.id, id),
		name: b.Name, description: b.Description, ip: remoteIP(c.r), user: c.user, created: c.now, expires: expires,
	}
	c.state().apiTokens = append(c.state().apiTokens, t)
	return newAPITokenView{t.token, t.id, iso(t.created), iso(t.expires), t.name, t.description, t.stateAt(c.now)}, nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func remoteIP(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		return host
	}
	return r.RemoteAddr
}

func (c *call) apiToken() (*apiToken, error) {
	id := c.params["apiTokenId"]
	t := find(c.state().apiTokens, func(t *apiToken) bool { return t.id == id && t.user == c.user })
	if t == nil {
		return nil, &apiError{status: http.StatusNotFound, code: "api-token-not-found", message: "The API token " + id + " does not exist"}
	}
	return t, nil
}

func updateAPIToken(c *call) (any, error) {
	t, err := c.apiToken()
	if err != nil {
		return nil, err
	}
	var b struct {
		Name        string
		Description *string
	}
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if b.Name == "" {
		return nil, invalid("body must have required property 'name'")
	}
	t.name = b.Name
	set(&t.description, b.Description)
	return nil, nil
}

func revokeAPIToken(c *call) (any, error) {
	t, err := c.apiToken()
	if err != nil {
		return nil, err
	}
	c.state().apiTokens = without(c.state().apiTokens, t)
	return nil, nil
}
