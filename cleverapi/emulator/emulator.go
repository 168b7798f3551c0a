// Package emulator is the Clever Cloud API in memory: accounts, applications
// and add-ons that behave, behind the paths, bodies and credentials of the API
// and of the auth bridge.
//
// Its one idea is that state is a function of a seed, of what was asked since,
// and of a clock. Nothing runs in the background: a deployment is a plan with
// dates, and each answer looks at the clock to say how far it is. So the same
// requests at the same times give the same answers, and a test that advances
// the clock sees a build end without waiting for it.
//
// An Emulator is an http.Handler, to be served to any client, and an
// http.RoundTripper, for clients of the same process. It checks credentials as
// strictly as the API does and never lets an unsigned request through.
//
// Beside the API it serves what clients meet on their way: the pages of the
// sign-ins, git repositories that take a push, the WebSocket of live events, and
// when asked a control API for tests. Accounts come from seeds, of which some are
// part of the package.
//
// # Adding a resource
//
// One file per resource holds its handlers and a function that returns them as
// routes, keyed by operation ID; routes.go lists these functions. A handler
// returns a value (written as JSON; nil is 204), or an error made by fail. It
// runs under the emulator's lock, and what it returns is encoded before the
// lock is left, so it may return its own state. Routes of
// /v2/organisations/{id}/… serve /v2/self/… too.
package emulator

//go:generate go test -run "^(TestServed|TestSeedFormatIsDocumented)$" -update .

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Options says what to emulate. The zero value is the demo account in real time.
type Options struct {
	// The account to start with. Nil is the demo account.
	Seed *Seed
	// What time it is for deployments, dates and expiries. Nil is real time.
	// Signatures are always checked against real time.
	Clock *Clock
	// The URL that clients dial, when it is not what the request says, such as
	// behind a proxy: "https://api.example.com". OAuth signatures cover it.
	PublicURL string
	// Answer 401 to HMAC signatures, good or not, so that the way a client
	// falls back to PLAINTEXT can be tried.
	RefuseHMAC bool
	// Where ServeKeyValue serves, which Redis and Materia KV add-ons then name.
	KeyValue KeyValue
	// Serve the control API under /emulator/v1/. It asks for no credential, so it
	// is for emulators that only their user can reach.
	Control bool
}

// Emulator is one Clever Cloud. It is safe for use by several goroutines.
type Emulator struct {
	clock     *Clock
	publicURL string
	hmac      bool
	routes    routes
	pages     *http.ServeMux
	nonces    nonces
	faults    faults
	log       requestLog
	seed      *Seed
	keyValue  KeyValue
	control   *control // nil when it is not asked for

	mu           sync.Mutex
	state        *state
	repositories map[string]*repository // by application
	changed      chan struct{}          // closed, and replaced, when state changes
}

// New builds the emulator. It fails when the seed contradicts itself.
func New(o Options) (*Emulator, error) {
	seed := o.Seed
	if seed == nil {
		seed = Demo()
	}
	clock := o.Clock
	if clock == nil {
		clock = RealClock()
	}
	s, err := build(seed, clock.Now(), o.KeyValue)
	if err != nil {
		return nil, fmt.Errorf("seed: %w", err)
	}
	e := &Emulator{
		clock:        clock,
		publicURL:    o.PublicURL,
		hmac:         !o.RefuseHMAC,
		seed:         seed,
		keyValue:     o.KeyValue,
		state:        s,
		repositories: map[string]*repository{},
		changed:      make(chan struct{}),
	}
	e.routes = allRoutes()
	e.pages = e.allPages()
	if o.Control {
		e.control = e.newControl()
	}
	return e, nil
}

// Clock returns the clock, to advance it.
func (e *Emulator) Clock() *Clock { return e.clock }

// Env returns NAME=value lines that point official clients, and ours, at an
// emulator that is served at base. The credentials are those of the seed's user.
func (e *Emulator) Env(base string) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	env := []string{"API_HOST=" + base, "AUTH_BRIDGE_HOST=" + base, "CONSOLE_URL=" + base, sshGateway}
	for _, t := range e.state.oauthTokens {
		if t.user == e.state.users[0] && t.consumer.cli && t.expires.After(e.clock.Now()) {
			env = append(env, "CLEVER_TOKEN="+t.token, "CLEVER_SECRET="+t.secret)
			break
		}
	}
	for _, t := range e.state.apiTokens {
		if t.user == e.state.users[0] && t.expires.After(e.clock.Now()) {
			return append(env, "CLEVER_API_TOKEN="+t.token)
		}
	}
	return env
}

// sshGateway is where the CLI finds no instance to enter, and no gateway of the
// platform either, which would take it for a stranger.
const sshGateway = "SSH_GATEWAY=ssh@emulator.invalid"

// touch wakes the streams. The lock is held.
func (e *Emulator) touch() {
	close(e.changed)
	e.changed = make(chan struct{})
}

// millis is a date of v2. The zero time is null there, so callers use a pointer
// where a date may be missing.
func millis(t time.Time) int64 { return t.UnixMilli() }

// iso is a date of v4 and of the bridge.
func iso(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// isoOrNull is iso, with null for the zero time.
func isoOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := iso(t)
	return &s
}
