package server

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"clever-mcp/tools"
)

// Caller is someone who may use the server over HTTP. What one caller does,
// another cannot cancel, read or confirm.
type Caller struct {
	name string
	hash [sha256.Size]byte // of the bearer token
}

// NewCaller returns a caller who shows this bearer token. An empty token lets
// nobody in: no token has the hash zero.
func NewCaller(name, token string) Caller {
	c := Caller{name: name}
	if token != "" {
		c.hash = sha256.Sum256([]byte(token))
	}
	return c
}

// guard stands before every route and before the library reads anything: a web
// page, a rebound host name or a process without the token gets no further.
type guard struct {
	callers []Caller
	allowed map[string]*allowance // by the name of the caller
	hosts   []string
	origins []string
	told    func(Refusal)
	// accounts are those that callers bring; nil when they bring none.
	accounts func(token string) *tools.Runner
}

// Refusal is a request that the guard turned away, without what it carried.
type Refusal struct {
	Method string // as in HTTP; anything else is "other"
	Route  string // a route of this server; anything else is "other"
	Status int
	Reason string
	Caller string // "" when it is not known
}

func newGuard(cfg HTTPConfig) *guard {
	g := &guard{callers: cfg.Callers, told: cfg.Refused, allowed: map[string]*allowance{}, accounts: cfg.Accounts}
	for _, c := range cfg.Callers {
		g.allowed[c.name] = newAllowance(cfg.Limits)
	}
	for _, h := range cfg.AllowedHosts {
		g.hosts = append(g.hosts, strings.ToLower(h))
	}
	for _, o := range cfg.AllowedOrigins {
		g.origins = append(g.origins, strings.ToLower(strings.TrimSuffix(o, "/")))
	}
	return g
}

var (
	routes  = []string{"/mcp", "/sse", "/message", "/metrics", "/healthz", "/readyz"}
	methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete, http.MethodPut, http.MethodPatch, http.MethodOptions}
)

// refuse answers a request with a text and tells of it.
func (g *guard) refuse(w http.ResponseWriter, r *http.Request, status int, reason, text string) {
	http.Error(w, text, status)
	if g.told == nil {
		return
	}
	one := func(of []string, s string) string {
		if slices.Contains(of, s) {
			return s
		}
		return "other"
	}
	g.told(Refusal{Method: one(methods, r.Method), Route: one(routes, r.URL.Path), Status: status, Reason: reason, Caller: callerOf(r.Context())})
}

// admit checks where a request is addressed to and where it comes from. It
// answers refused requests, and the question of a browser whether it may ask.
func (g *guard) admit(w http.ResponseWriter, r *http.Request) bool {
	if !g.hostAllowed(r.Host) {
		g.refuse(w, r, http.StatusForbidden, "host", "This host name is not served here. Use a loopback address, or add the name to the allowed hosts.")
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	listed := slices.Contains(g.origins, strings.ToLower(origin))
	if !listed && !sameOrigin(origin, r) {
		g.refuse(w, r, http.StatusForbidden, "origin", "Pages of this origin may not use the server. Add the origin to the allowed origins.")
		return false
	}
	if !listed {
		return true
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", origin)
	h.Add("Vary", "Origin")
	h.Set("Access-Control-Expose-Headers", "Mcp-Session-Id, WWW-Authenticate")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return true
	}
	h.Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
	h.Set("Access-Control-Allow-Headers", allowedHeaders(r.Header.Get("Access-Control-Request-Headers")))
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return false
}

// allowedHeaders is what a page may send: of the protocol's own headers any,
// because tools add their own Mcp-Param headers.
func allowedHeaders(asked string) string {
	allowed := []string{"Authorization", "Content-Type", "Accept", "Last-Event-ID", TokenHeader}
	for name := range strings.SplitSeq(asked, ",") {
		name = strings.TrimSpace(name)
		if len(name) > 4 && strings.EqualFold(name[:4], "mcp-") && strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789-") == "" {
			allowed = append(allowed, name)
		}
	}
	return strings.Join(allowed, ", ")
}

func (g *guard) hostAllowed(host string) bool {
	host = strings.ToLower(host)
	name := host
	if n, _, err := net.SplitHostPort(host); err == nil {
		name = n
	}
	name = strings.Trim(name, "[]")
	return isLoopbackName(name) || slices.Contains(g.hosts, host) || slices.Contains(g.hosts, name)
}

func isLoopbackName(name string) bool {
	return name == "localhost" || name == "127.0.0.1" || name == "::1"
}

// sameOrigin tells whether a page of this server itself asks. A page elsewhere
// on the loopback interface is foreign: anything may listen there.
func sameOrigin(origin string, r *http.Request) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return origin == u.Scheme+"://"+u.Host && u.Scheme == scheme && strings.EqualFold(u.Host, r.Host)
}

func (g *guard) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		name, ok := "", false
		if strings.EqualFold(scheme, "Bearer") {
			name, ok = g.identify(strings.TrimSpace(token))
		}
		if !ok {
			challenge := "Bearer"
			if token != "" {
				challenge = `Bearer error="invalid_token"`
			}
			w.Header().Set("WWW-Authenticate", challenge)
			g.refuse(w, r, http.StatusUnauthorized, "bearer", "This server wants its bearer token in the Authorization header.")
			return
		}
		p := principal{id: "http:" + name, limits: g.allowed[name]}
		r = withPrincipal(r, p)
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Method == http.MethodPost && (err != nil || kind != "application/json") {
			g.refuse(w, r, http.StatusUnsupportedMediaType, "content type", "The Content-Type must be application/json.")
			return
		}
		release, wait, why := p.limits.take(r)
		if release == nil {
			w.Header().Set("Retry-After", retryAfter(wait))
			g.refuse(w, r, http.StatusTooManyRequests, "limit", why)
			return
		}
		p.release = sync.OnceFunc(release)
		defer p.release()
		next.ServeHTTP(w, withPrincipal(r, p))
	})
}

// identify compares with every caller in a time that does not depend on the
// token, so that it cannot be guessed piece by piece.
func (g *guard) identify(token string) (name string, ok bool) {
	hash := sha256.Sum256([]byte(token))
	for _, c := range g.callers {
		if subtle.ConstantTimeCompare(hash[:], c.hash[:]) == 1 {
			name, ok = c.name, true
		}
	}
	return name, ok
}

// readBody returns the message in a POST, or answers why it cannot. The time that the
// body has began with the request.
func (g *guard) readBody(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage))
	if err == nil { // else the rest of the body would be waited for
		_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		g.refuse(w, r, http.StatusRequestEntityTooLarge, "size", tooLong)
		return nil, false
	case err != nil:
		g.refuse(w, r, http.StatusBadRequest, "body", "The body of the request did not arrive.")
		return nil, false
	}
	return body, true
}

// withBody gives a request its body back, for the library to read.
func withBody(r *http.Request, body []byte) *http.Request {
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	return r
}

func writeError(w http.ResponseWriter, status int, id json.RawMessage, bad *rpcError) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(errorMessage(id, bad))
}
