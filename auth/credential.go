package auth

import (
	"net/url"
	"time"
)

// Kind says how a request proves who sends it.
type Kind string

const (
	KindAPIToken Kind = "api_token" // a Bearer token, for the bridge
	KindOAuth    Kind = "oauth1"    // a signature, for the API
)

// The consumer of the clever command line. Its pair is published on purpose: it
// gives nothing without the token pair of a user.
const (
	cliConsumerKey    = "T5nFjKeHH4AIlEveuGhB5S3xg8T19e"
	cliConsumerSecret = "MgVMqTr6fWlf2M0tkC2MXOnhfqBWDT"
)

// Credential is what one caller signs with, and where it may go.
type Credential struct {
	// How requests to /v2 and /v4 are authorised. A credential of KindAPIToken may
	// carry an OAuth pair too, which then manages API tokens; see HasOAuth.
	Kind Kind
	// Where what requests carry comes from, for people: `profile "default" of
	// ~/.config/…`.
	Source string
	// Where the OAuth pair comes from that an API token has beside it; empty when
	// there is none.
	PairSource string
	// The alias of the profile; empty when it comes from the environment.
	Profile string

	APIToken Secret

	ConsumerKey    string
	ConsumerSecret Secret
	Token          Secret
	TokenSecret    Secret

	// When it ends. Zero means that this is not known, not that it never ends.
	Expires time.Time
	// Who it belongs to, as far as the file says; often empty.
	UserID, Email string

	Hosts Hosts
}

// Sources names all that it was made of.
func (c Credential) Sources() string {
	if c.PairSource == "" {
		return c.Source
	}
	return c.Source + " and " + c.PairSource
}

// HasOAuth reports whether the credential can sign. API tokens are managed with
// a signature only.
func (c Credential) HasOAuth() bool { return !c.Token.IsZero() && !c.TokenSecret.IsZero() }

// IsZero reports whether there is nothing to authorise a request with.
func (c Credential) IsZero() bool { return c.APIToken.IsZero() && !c.HasOAuth() }

// Base is the origin that serves /v2 and /v4 for this credential: the bridge for
// an API token, else the API.
func (c Credential) Base() *url.URL {
	if c.Kind == KindAPIToken {
		return c.Hosts.Bridge
	}
	return c.Hosts.API
}

// Secrets lists the values that must not be shown to anybody.
func (c Credential) Secrets() []Secret {
	var all []Secret
	for _, s := range []Secret{c.APIToken, c.ConsumerSecret, c.Token, c.TokenSecret} {
		if !s.IsZero() {
			all = append(all, s)
		}
	}
	return all
}

// Equal reports whether requests signed with either cannot be told apart. What
// is only for people (source, expiry, email) is not compared.
func (c Credential) Equal(o Credential) bool {
	return c.Kind == o.Kind && c.APIToken.Equal(o.APIToken) &&
		c.ConsumerKey == o.ConsumerKey && c.ConsumerSecret.Equal(o.ConsumerSecret) &&
		c.Token.Equal(o.Token) && c.TokenSecret.Equal(o.TokenSecret) &&
		sameOrigin(c.Hosts.API, o.Hosts.API) && sameOrigin(c.Hosts.Bridge, o.Hosts.Bridge)
}
