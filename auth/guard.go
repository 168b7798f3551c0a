package auth

import (
	"net/http"
	"strings"
)

// way is how one request is authorised.
type way int

const (
	bearer way = iota + 1
	signed
)

// guard decides, before anything secret is touched, whether the request may carry
// this credential, and how.
func guard(c Credential, req *http.Request) (way, error) {
	if c.IsZero() {
		return 0, &SignedOutError{}
	}
	u := req.URL
	if u == nil {
		return 0, &OriginError{Origin: origin(u), Problem: "it has no address"}
	}
	toAPI, toBridge := sameOrigin(u, c.Hosts.API), sameOrigin(u, c.Hosts.Bridge)
	if problem := doubtful(req); problem != "" {
		return 0, &OriginError{Origin: origin(u), Problem: problem}
	}
	switch {
	case toBridge && managesTokens(u.Path):
		if !c.HasOAuth() {
			return 0, &NeedsOAuthError{Source: c.Source}
		}
		return signed, nil
	case toBridge && !c.APIToken.IsZero():
		return bearer, nil
	case toAPI && c.HasOAuth():
		return signed, nil
	}
	return 0, &OriginError{Origin: origin(u), Allowed: allowed(c)}
}

// managesTokens holds for the paths of the bridge that want a signature.
func managesTokens(path string) bool {
	return path == "/api-tokens" || strings.HasPrefix(path, "/api-tokens/")
}

// doubtful names what would let a request to the right origin end elsewhere, or
// carry a credential that is not this one.
func doubtful(req *http.Request) string {
	switch u := req.URL; {
	case !secureEnough(u):
		return "plain http is for loopback only"
	case u.User != nil:
		return "its address carries a user name or password"
	case u.Opaque != "":
		return "its address is not made of host and path"
	case u.Path != "" && u.Path[0] != '/':
		return "its path does not begin with a slash"
	case req.Host != "" && !strings.EqualFold(req.Host, u.Host):
		return "its Host header names another host"
	}
	for name := range req.Header {
		if strings.EqualFold(name, "Authorization") {
			return "it carries an Authorization header already"
		}
	}
	return ""
}

func allowed(c Credential) []string {
	var to []string
	if c.HasOAuth() {
		to = append(to, origin(c.Hosts.API))
	}
	if c.HasOAuth() || !c.APIToken.IsZero() {
		to = append(to, origin(c.Hosts.Bridge))
	}
	return to
}
