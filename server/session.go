package server

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
)

// identity is what a client said about itself.
type identity struct {
	info         mcp.Implementation
	capabilities mcp.ClientCapabilities
	version      string
}

// session is what the library sees of a connection during one request. It is a
// copy for the request: since 2026-07-28 each request says anew who the client
// is, and must not change what an older client on the same connection agreed to
// when it began.
type session struct {
	conn *conn

	mu sync.Mutex
	identity
	notices chan mcp.JSONRPCNotification // made when the library first wants it
	stop    chan struct{}
	sent    chan struct{}
}

func newSession(c *conn) *session { return &session{conn: c, identity: *c.client.Load()} }

func (s *session) SessionID() string { return s.conn.id }
func (s *session) Initialize()       {}
func (s *session) Initialized() bool { return true }

func (s *session) GetClientInfo() mcp.Implementation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.info
}

func (s *session) SetClientInfo(info mcp.Implementation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.info = info
}

func (s *session) GetClientCapabilities() mcp.ClientCapabilities {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.capabilities
}

func (s *session) SetClientCapabilities(c mcp.ClientCapabilities) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.capabilities = c
}

func (s *session) ProtocolVersion() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version
}

func (s *session) SetProtocolVersion(v string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version = v
}

// NotificationChannel is how the library sends what is not progress. Most
// requests never ask for it.
func (s *session) NotificationChannel() chan<- mcp.JSONRPCNotification {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.notices == nil {
		s.notices = make(chan mcp.JSONRPCNotification, 16)
		s.stop, s.sent = make(chan struct{}), make(chan struct{})
		go s.forward()
	}
	return s.notices
}

func (s *session) forward() {
	defer close(s.sent)
	for {
		select {
		case n := <-s.notices:
			s.pass(n)
		case <-s.stop:
			for {
				select {
				case n := <-s.notices:
					s.pass(n)
				default:
					return
				}
			}
		}
	}
}

func (s *session) pass(n mcp.JSONRPCNotification) {
	if msg, err := json.Marshal(n); err == nil {
		_ = s.conn.send(msg) // a broken output is found out by the answer
	}
}

// end returns when everything that the library queued is written.
func (s *session) end() {
	s.mu.Lock()
	stop, sent := s.stop, s.sent
	s.mu.Unlock()
	if stop != nil {
		close(stop)
		<-sent
	}
}

func (s *session) RequestElicitation(ctx context.Context, req mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	return s.conn.elicit(ctx, req.Params)
}

var (
	_ mcpserver.SessionWithClientInfo      = (*session)(nil)
	_ mcpserver.SessionWithElicitation     = (*session)(nil)
	_ mcpserver.SessionWithProtocolVersion = (*session)(nil)
)
