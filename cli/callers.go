package cli

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"clever-mcp/auth"
	"clever-mcp/server"
	"clever-mcp/tools"
)

const (
	// maxAccounts is how many accounts of callers are kept between their requests.
	maxAccounts = 256
	// accountTTL is how long one is kept that nobody uses: its secrets then leave
	// the memory of the process.
	accountTTL = time.Hour
)

// callerAccounts are those that callers over HTTP brought the token of. Each has a
// client, hidden values and confirmations of its own, so that nothing of one
// reaches another.
type callerAccounts struct {
	open func(token string) *tools.Runner
	now  func() time.Time

	mu    sync.Mutex
	known map[[sha256.Size]byte]*callerAccount
}

type callerAccount struct {
	runner *tools.Runner
	used   time.Time
}

func newCallerAccounts(open func(token string) *tools.Runner, now func() time.Time) *callerAccounts {
	return &callerAccounts{open: open, now: now, known: map[[sha256.Size]byte]*callerAccount{}}
}

// runner returns the tools of a token's account. Forgetting an account loses no
// more than the confirmations that are open on it.
func (a *callerAccounts) runner(token string) *tools.Runner {
	key := sha256.Sum256([]byte(token))
	now := a.now()
	a.mu.Lock()
	defer a.mu.Unlock()
	one := a.known[key]
	if one == nil {
		a.forget(now)
		one = &callerAccount{runner: a.open(token)}
		a.known[key] = one
	}
	one.used = now
	return one.runner
}

// forget makes room for one more.
func (a *callerAccounts) forget(now time.Time) {
	var oldest [sha256.Size]byte
	var since time.Time
	for key, one := range a.known {
		if now.Sub(one.used) > accountTTL {
			delete(a.known, key)
		} else if since.IsZero() || one.used.Before(since) {
			oldest, since = key, one.used
		}
	}
	if len(a.known) >= maxAccounts {
		delete(a.known, oldest)
	}
}

// account is the process for one caller's API token: the same tools and rules of
// the operator, and nothing of the operator's own sign-in.
func (o *opened) account(token string) *tools.Runner {
	hide := tools.NewHider()
	store := auth.NewStore(auth.Config{Getenv: tokenOnly(o.getenv, token), Profile: auth.EnvironmentProfile})
	creds := &credentials{
		store: store, sessions: auth.NewSession(store, auth.Auto, o.wire), wire: o.wire, hide: hide,
		source: "the header " + server.TokenHeader + " of this caller", remedy: "send a good one there",
	}
	base := *o.deps
	base.Hide, base.Confirm = hide, tools.NewSealer()
	base.Proofs, base.Tries = tools.Proofs{Password: nothing, Code: nothing}, tools.NewTries()
	base.Desk, base.SignIn, base.Keyring, base.DefaultApp, base.Profiles = nil, nil, nil, nil, nil
	return o.runner.With(creds.turn(base, o.api))
}

func nothing(context.Context) (string, error) { return "", nil }

// tokenOnly is an environment with the addresses of the API and one token.
func tokenOnly(getenv func(string) string, token string) func(string) string {
	return func(name string) string {
		switch name {
		case "API_HOST", "AUTH_BRIDGE_HOST", "CONSOLE_URL":
			return getenv(name)
		case "CLEVER_API_TOKEN":
			return token
		}
		return ""
	}
}
