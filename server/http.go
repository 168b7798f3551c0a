package server

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"clever-mcp/tools"

	mcpserver "github.com/mark3labs/mcp-go/server"
)

// HTTPConfig says who may reach a server over HTTP, and how.
type HTTPConfig struct {
	// Callers may use the server. Without one nobody can.
	Callers []Caller
	// AllowedHosts are names, "mcp.example.org" or with a port, that requests may
	// be addressed to. Names of the loopback interface always may.
	AllowedHosts []string
	// AllowedOrigins are origins, "https://app.example.org", whose pages may use
	// the server. The server's own origin always may.
	AllowedOrigins []string
	// Limits hold for each caller by itself.
	Limits Limits
	// Accounts returns the tools of the account that an API token is of; nil when
	// all callers use those of the server. It makes no request, so it cannot tell
	// whether the token is good. It is asked with each request.
	Accounts func(token string) *tools.Runner
	// SSE adds /sse and /message, for clients from before Streamable HTTP.
	SSE bool
	// Refused is told of each request that the guard turns away; nil is fine.
	Refused func(Refusal)
	// Metrics adds /metrics, in the form that Prometheus reads. It wants the
	// bearer token like everything else.
	Metrics bool
}

const (
	headerTimeout = 5 * time.Second
	bodyTimeout   = 30 * time.Second
	eventTimeout  = 30 * time.Second
	idleTimeout   = 120 * time.Second
	maxHeader     = 32 << 10
	// sessionTTL is how long a session of a client from before 2026-07-28 is
	// kept without a request.
	sessionTTL = 30 * time.Minute
	// closeGrace is how long connections have to close once all is answered.
	closeGrace = 2 * time.Second
)

// endpoint is a Server behind HTTP.
type endpoint struct {
	server   *Server
	guard    *guard
	mux      *http.ServeMux
	nowhere  http.Handler
	calls    *calls
	library  *mcpserver.StreamableHTTPServer
	sessions *sessions
	sse      *sseClients
	// inHeaders has the arguments of each tool that come in headers too.
	inHeaders map[string][]string

	open   context.Context // done when no client can answer a question any more
	hangUp context.CancelFunc
}

// Handler serves Streamable HTTP at /mcp, HTTP+SSE when it is wanted, and
// /healthz and /readyz, which say only "ok", and /metrics. Everything is behind the guard.
func (s *Server) Handler(cfg HTTPConfig) http.Handler { return s.endpoint(cfg) }

func (s *Server) endpoint(cfg HTTPConfig) *endpoint {
	e := &endpoint{server: s, guard: newGuard(cfg), mux: http.NewServeMux(), calls: newCalls(), sessions: newSessions()}
	e.inHeaders = s.declareArguments()
	e.open, e.hangUp = context.WithCancel(context.Background())
	e.library = mcpserver.NewStreamableHTTPServer(s.mcp,
		mcpserver.WithSessionIdManagerResolver(e.sessions),
		mcpserver.WithSessionIdleTTL(sessionTTL),
		mcpserver.WithStreamableHTTPLogger(slog.New(atLeast{slog.LevelWarn, s.log.Handler()})),
		mcpserver.WithDisableLocalhostProtection(true), // the guard knows the allowed hosts
	)
	e.mux.HandleFunc("GET /healthz", e.healthy)
	e.mux.HandleFunc("GET /readyz", e.ready)
	e.mux.Handle("/mcp", e.guard.authenticate(e.guard.account(http.HandlerFunc(e.streamable))))
	if cfg.SSE {
		e.sse = newSSEClients(s, e.guard)
		e.mux.Handle("GET /sse", e.guard.authenticate(e.guard.account(http.HandlerFunc(e.sse.stream))))
		e.mux.Handle("POST /message", e.guard.authenticate(e.guard.account(http.HandlerFunc(e.sse.message))))
	}
	if cfg.Metrics {
		e.mux.Handle("GET /metrics", e.guard.authenticate(http.HandlerFunc(s.writeMetrics)))
	}
	e.nowhere = e.guard.authenticate(http.NotFoundHandler())
	e.mux.Handle("/", e.nowhere)
	return e
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			writeError(w, http.StatusInternalServerError, nil, e.server.panicked(p))
		}
	}()
	if r.ContentLength != 0 { // net/http waits for a body that nobody reads, too
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTimeout)) // not every writer has deadlines
	}
	switch {
	case !e.guard.admit(w, r):
	case r.URL.Path != path.Clean("/"+r.URL.Path):
		e.nowhere.ServeHTTP(w, r) // the mux would answer with a redirect, whoever asks
	default:
		e.mux.ServeHTTP(w, r)
	}
}

// healthy says that the process serves, and nothing else.
func (e *endpoint) healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("ok\n"))
}

// ready says whether new calls are taken. While the process ends they are not,
// although it still answers what is under way.
func (e *endpoint) ready(w http.ResponseWriter, r *http.Request) {
	if e.open.Err() != nil {
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, stopping, http.StatusServiceUnavailable)
		return
	}
	e.healthy(w, r)
}

// Serve serves the endpoints on a listener until ctx is cancelled, which is a
// clean end: requests under way are answered, as with ServeStdio. It closes the
// listener.
func (s *Server) Serve(ctx context.Context, l net.Listener, cfg HTTPConfig) error {
	e := s.endpoint(cfg)
	srv := &http.Server{
		Handler:           e,
		ReadHeaderTimeout: headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.New(withoutPeers{s.log}, "", 0),
		// It would answer OPTIONS * of any host, before the guard.
		DisableGeneralOptionsHandler: true,
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	select {
	case err := <-ended:
		e.close()
		return fmt.Errorf("serve HTTP: %w", err)
	case <-ctx.Done():
	}
	// Shutdown closes the listener at once and then waits for connections, which
	// end when the calls on them have.
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeGrace+lastGrace+closeGrace)
	defer cancel()
	shut := make(chan error, 1)
	go func() { shut <- srv.Shutdown(wait) }()
	e.close()
	select {
	case err := <-shut:
		return err
	case <-time.After(closeGrace):
		return srv.Close()
	}
}

// close answers what is under way and ends the streams.
func (e *endpoint) close() {
	e.hangUp()
	var wait sync.WaitGroup
	if e.sse != nil {
		wait.Go(e.sse.close)
	}
	wait.Go(func() { e.calls.drain() })
	wait.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), closeGrace)
	defer cancel()
	if err := e.library.Shutdown(ctx); err != nil {
		e.server.log.Warn("end of sessions", "error", err)
	}
}

// withoutPeers takes the lines of net/http, some of which name the address of a
// client, which is nobody's business.
type withoutPeers struct{ log *slog.Logger }

func (w withoutPeers) Write(line []byte) (int, error) {
	what, from, _ := strings.Cut(strings.TrimSpace(string(line)), " from ")
	if _, why, ok := strings.Cut(from, ": "); ok {
		what += ": " + why
	}
	w.log.Warn(what)
	return len(line), nil
}

// atLeast is a log handler without what is below a level.
type atLeast struct {
	level slog.Level
	slog.Handler
}

func (h atLeast) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.level && h.Handler.Enabled(ctx, l)
}

func (h atLeast) WithAttrs(attrs []slog.Attr) slog.Handler {
	return atLeast{h.level, h.Handler.WithAttrs(attrs)}
}

func (h atLeast) WithGroup(name string) slog.Handler {
	return atLeast{h.level, h.Handler.WithGroup(name)}
}
