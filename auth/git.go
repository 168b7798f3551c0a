package auth

import (
	"fmt"
	"net/http"
	"net/url"
)

// GitTransport carries git requests to the repository at remote with the token
// pair, as the clever command line does, and to nowhere else. It refuses a
// remote that is not Clever Cloud's: the address comes from an answer of the
// API, and a credential does not go wherever an answer points.
func GitTransport(c Credential, remote *url.URL, wire http.RoundTripper) (http.RoundTripper, error) {
	switch {
	case !c.HasOAuth():
		return nil, unsent{fmt.Errorf("git needs an OAuth login, and %s is an API token: sign in with `clever-mcp login`", c.Source)}
	case !secureEnough(remote) || remote.User != nil:
		return nil, unsent{&OriginError{Origin: origin(remote), Problem: "a git remote must be https, without a user in its address"}}
	case !trustedHost(remote, nil) || loopback(remote.Hostname()) && !loopback(c.Hosts.API.Hostname()):
		return nil, unsent{&OriginError{Origin: origin(remote), Problem: "it is not a git server of Clever Cloud"}}
	}
	return &gitTransport{credential: c, remote: remote, wire: wire}, nil
}

type gitTransport struct {
	credential Credential
	remote     *url.URL
	wire       http.RoundTripper
}

func (t *gitTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if !sameOrigin(req.URL, t.remote) {
		closeBody(req)
		return nil, unsent{&OriginError{Origin: origin(req.URL), Allowed: []string{origin(t.remote)}}}
	}
	req = req.Clone(req.Context())
	req.SetBasicAuth(t.credential.Token.Reveal(), t.credential.TokenSecret.Reveal())
	return t.wire.RoundTrip(req)
}
