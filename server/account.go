package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"clever-mcp/tools"
)

// TokenHeader is where a caller over HTTP sends its own API token for Clever
// Cloud. It is not the bearer: that one opens this server and no account.
const TokenHeader = "Clever-Api-Token"

// maxToken is far above the length of any API token, in bytes.
const maxToken = 1024

// principal is who sent a request: who is told apart from whom, and with whose
// tools.
type principal struct {
	id     string
	runner *tools.Runner // nil: those of the server
	limits *allowance
	// release gives back what the request takes of limits, before it ends.
	release func()
}

type principalKey struct{}

func withPrincipal(r *http.Request, p principal) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), principalKey{}, p))
}

// principalOf returns who sent a request that passed the guard.
func principalOf(ctx context.Context) principal {
	p, _ := ctx.Value(principalKey{}).(principal)
	return p
}

// callerOf returns the name of who sent a request that passed the guard.
func callerOf(ctx context.Context) string { return principalOf(ctx).id }

// CallerOf returns who sent the request that is answered.
func CallerOf(ctx context.Context) string { return exchangeFrom(ctx).caller }

// RunnerOf returns the tools that a request is answered with: those of the
// account that its caller brought, else own.
func RunnerOf(ctx context.Context, own *tools.Runner) *tools.Runner {
	if x := exchangeFrom(ctx); x.runner != nil {
		return x.runner
	}
	return own
}

// account lets callers act for their own account, where the operator wants that.
// There, the account of the server is nobody's; elsewhere a token is refused, so
// that nobody believes to act for an account that is not used. Two tokens are two
// callers, whatever bearer they share: neither sees, cancels or confirms what the
// other one does.
func (g *guard) account(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent := r.Header.Values(TokenHeader)
		switch {
		case g.accounts == nil && len(sent) > 0:
			g.refuse(w, r, http.StatusBadRequest, "account", "This server acts for one account and takes no token of a caller. Leave the header "+TokenHeader+" out, or ask its operator for --caller-tokens.")
			return
		case g.accounts == nil:
			next.ServeHTTP(w, r)
			return
		case len(sent) != 1 || !isToken(sent[0]):
			g.refuse(w, r, http.StatusBadRequest, "account", "This server acts for the account of each caller. Send an API token of Clever Cloud, once, in the header "+TokenHeader+".")
			return
		}
		p := principalOf(r.Context())
		sum := sha256.Sum256([]byte(sent[0]))
		p.id, p.runner = p.id+" "+hex.EncodeToString(sum[:16]), g.accounts(sent[0])
		r = withPrincipal(r, p)
		r.Header = r.Header.Clone()
		r.Header.Del(TokenHeader) // what comes after has no use for it
		next.ServeHTTP(w, r)
	})
}

// isToken tells whether a value can be a token in an Authorization header.
func isToken(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return len(s) > 0 && len(s) <= maxToken
}
