package server

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
)

// keepAlive is how often an idle stream says that it is still there.
const keepAlive = 25 * time.Second

// sseClients serves HTTP+SSE, the transport of 2024-11-05: a client opens a
// stream and posts its messages beside it. Behind that it is a connection like
// any other.
type sseClients struct {
	server *Server
	guard  *guard

	mu      sync.Mutex
	clients map[string]*sseClient
}

type sseClient struct {
	*conn
	ctx context.Context // of the stream
	end context.CancelFunc
}

func newSSEClients(s *Server, g *guard) *sseClients {
	return &sseClients{server: s, guard: g, clients: map[string]*sseClient{}}
}

func (s *sseClients) stream(w http.ResponseWriter, r *http.Request) {
	out := newStream(w)
	defer out.finish(nil)
	ctx, end := context.WithCancel(r.Context())
	defer end()
	// Clients of this transport know only the revisions before 2026-07-28.
	ctx = mcpserver.WithSupportedProtocolVersions(ctx, mcp.LegacyProtocolVersions())
	id := rand.Text()
	c := &sseClient{conn: newConn(s.server, id, callerOf(ctx), out.notify), ctx: ctx, end: end}
	c.runner = principalOf(ctx).runner
	limits := principalOf(ctx).limits
	c.room, c.weigh = limits.room, limits.weighBytes
	c.calls.early = map[string]time.Time{} // each message has a connection of its own
	s.mu.Lock()
	s.clients[id] = c
	s.mu.Unlock()
	defer s.forget(c)

	if out.open("endpoint", "/message?sessionId="+url.QueryEscape(id)) != nil {
		return
	}
	beat := time.NewTicker(keepAlive)
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.broken:
			return
		case <-beat.C:
			if out.comment("alive") != nil {
				return
			}
		}
	}
}

// forget ends what the client of a closed stream still waits for.
func (s *sseClients) forget(c *sseClient) {
	s.mu.Lock()
	delete(s.clients, c.id)
	s.mu.Unlock()
	c.asks.hangUp()
	c.calls.close()
	c.calls.cancel(true)
}

func (s *sseClients) message(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	c := s.clients[r.URL.Query().Get("sessionId")]
	s.mu.Unlock()
	if c == nil || c.caller != callerOf(r.Context()) {
		s.guard.refuse(w, r, http.StatusNotFound, "session", "There is no such stream. Open one with GET /sse.")
		return
	}
	body, ok := s.guard.readBody(w, r)
	if !ok {
		return
	}
	w.WriteHeader(http.StatusAccepted)
	principalOf(r.Context()).release() // its call takes room for as long as it runs
	c.receive(c.ctx, body)
}

// close answers what is under way on every stream and ends it.
func (s *sseClients) close() {
	s.mu.Lock()
	var all []*sseClient
	for _, c := range s.clients {
		all = append(all, c)
	}
	s.mu.Unlock()
	var wait sync.WaitGroup
	for _, c := range all {
		wait.Go(func() {
			c.asks.hangUp()
			c.calls.drain()
			c.end()
		})
	}
	wait.Wait()
}
