// Package cleverapi is a client of the Clever Cloud API: the resources that
// tools work with as typed methods, and Raw for every other operation.
//
// A request passes through one chain, in this order:
//
//	observe   tells the caller what was asked and how it ended
//	retry     GETs that only read: 429, 502, 503, 504, the rate limit of v2, lost connections;
//	          at most 4 tries, full jitter, Retry-After obeyed
//	policy    the operator's word on this operation
//	bounds    the operator's owners, forbidden operations and ceilings
//	limit     CallLimit requests at once for one call, MaxInFlight for the process
//	compare   the clock of the platform with ours, by the Date of its answers
//	send      the session's origin and signature, the wire, *Error for a refusal
//
// A write is sent once. When its answer is lost the error is ErrUnknownOutcome,
// because nobody can tell whether it happened.
//
// The package does not know what a credential is: a Session says where requests
// go and carries them there signed. It never follows a redirect.
package cleverapi

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"clever-mcp/cleverapi/catalogue"
)

// Session is where requests go now, and how. It belongs to one credential.
type Session struct {
	API    *url.URL
	Bridge *url.URL
	// Bearer sends /v2 and /v4 to the bridge, where API tokens are good.
	Bearer bool
	// Transport refuses other origins and signs.
	Transport http.RoundTripper
}

// Config says what a Client works with.
type Config struct {
	// Session is asked before each request, so that a credential which changes
	// takes effect at once. It makes no request. Signed out, its error says how
	// to sign in and wraps ErrSignedOut.
	Session func(ctx context.Context) (Session, error)
	// Policy refuses operations by returning an error that wraps ErrPolicy; nil
	// allows all. It is asked before each request, whoever makes it.
	Policy func(op catalogue.Operation) error
	// Bounds limit what any request may do, besides Policy.
	Bounds Bounds
	// Catalogue says what operations are and do; nil means the one that is built in.
	Catalogue *catalogue.Catalogue
	// Observe is told when a request begins, and by the function that it returns
	// how the request ended. The context that it returns is the request's. Nil is
	// fine. operation is "" for one that the catalogue does not know: its path is
	// the caller's own words.
	Observe   func(ctx context.Context, operation string) (context.Context, func(Observation))
	UserAgent string
	// Now is this machine's clock; nil means time.Now.
	Now func() time.Time

	// Timeout bounds one request from the first try to the last byte of a body
	// that is no stream. Zero: 30 s.
	Timeout time.Duration
	// MaxInFlight bounds the requests of the process. Zero: 256.
	MaxInFlight int
}

// Observation is one request as it ended: no query, no body, no header.
type Observation struct {
	Operation string // "" when the catalogue does not know it
	Status    int    // 0: no answer
	Tries     int
	Duration  time.Duration // to the head of the answer
	RequestID string
	Err       error
}

// Client performs operations. It is safe for concurrent use.
type Client struct {
	Summary         *Summaries
	Self            *Self
	Organisations   *Organisations
	Applications    *Applications
	Deployments     *Deployments
	Instances       *Instances
	TCPRedirections *TCPRedirections
	Runtimes        *Runtimes
	Prices          *Prices
	Zones           *Zones
	APITokens       *APITokens
	Logs            *Logs
	Env             *Env
	Domains         *Domains
	Metrics         *Metrics
	OAuthTokens     *OAuthTokens
	Addons          *Addons
	AddonLinks      *AddonLinks
	AddonProviders  *AddonProviders
	Backups         *Backups
	Invoices        *Invoices

	do      handler
	known   *catalogue.Catalogue
	timeout time.Duration
	clock   *clock
	session func(ctx context.Context) (Session, error)
	scope   *Scope
	shapes  shapes
}

// New returns a client. It makes no request.
func New(cfg Config) *Client {
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
	}
	if cfg.MaxInFlight == 0 {
		cfg.MaxInFlight = 256
	}
	if cfg.Catalogue == nil {
		cfg.Catalogue = catalogue.Default()
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	clock, scope := &clock{local: cfg.Now}, NewScope(cfg.Bounds.Owners...)
	c := &Client{do: chain(cfg, clock, scope), clock: clock, scope: scope, known: cfg.Catalogue, timeout: cfg.Timeout, session: cfg.Session}
	c.Summary = &Summaries{c}
	c.Self = &Self{c}
	c.Organisations = &Organisations{c}
	c.Applications = &Applications{c}
	c.Deployments = &Deployments{c}
	c.Instances = &Instances{c}
	c.TCPRedirections = &TCPRedirections{c}
	c.Runtimes = &Runtimes{c}
	c.Prices = &Prices{c}
	c.Zones = &Zones{c}
	c.APITokens = &APITokens{c}
	c.Logs = &Logs{c}
	c.Env = &Env{c}
	c.Domains = &Domains{c}
	c.Metrics = &Metrics{c}
	c.OAuthTokens = &OAuthTokens{c}
	c.Addons = &Addons{c}
	c.AddonLinks = &AddonLinks{c}
	c.AddonProviders = &AddonProviders{c}
	c.Backups = &Backups{c}
	c.Invoices = &Invoices{c}
	return c
}

// Origins returns the API and the bridge of the session in use.
func (c *Client) Origins(ctx context.Context) (api, bridge *url.URL, err error) {
	s, err := c.session(ctx)
	if err != nil {
		return nil, nil, err
	}
	return s.API, s.Bridge, nil
}

// Catalogue returns what the client knows of the API's operations.
func (c *Client) Catalogue() *catalogue.Catalogue { return c.known }
