package server

import (
	"crypto/rand"
	"errors"
	"net/http"
	"sync"

	mcpserver "github.com/mark3labs/mcp-go/server"
)

// sessions remembers who began each session of Streamable HTTP before
// 2026-07-28. A session is good for its own caller only; knowing its id proves
// nothing.
type sessions struct {
	mu    sync.Mutex
	owner map[string]string
}

func newSessions() *sessions { return &sessions{owner: map[string]string{}} }

// ownedBy tells whether the session exists and is the caller's.
func (s *sessions) ownedBy(id, caller string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	owner, ok := s.owner[id]
	return ok && owner == caller
}

// ResolveSessionIdManager is asked by the library with the request, or with nil
// when it sweeps sessions that nobody used for a while.
func (s *sessions) ResolveSessionIdManager(r *http.Request) mcpserver.SessionIdManager {
	if r == nil {
		return sweeper{s}
	}
	return callerSessions{s, callerOf(r.Context())}
}

// callerSessions are the sessions of one caller.
type callerSessions struct {
	*sessions
	caller string
}

func (c callerSessions) Generate() string {
	id := "mcp-session-" + rand.Text()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.owner[id] = c.caller
	return id
}

var errSession = errors.New("there is no such session")

func (c callerSessions) Validate(id string) (terminated bool, err error) {
	if !c.ownedBy(id, c.caller) {
		return false, errSession
	}
	return false, nil
}

func (c callerSessions) Terminate(id string) (notAllowed bool, err error) {
	if !c.ownedBy(id, c.caller) {
		return false, errSession
	}
	return sweeper{c.sessions}.Terminate(id)
}

// sweeper ends any session.
type sweeper struct{ *sessions }

func (sweeper) Generate() string { return "" }

func (s sweeper) Validate(string) (terminated bool, err error) { return false, errSession }

func (s sweeper) Terminate(id string) (notAllowed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.owner, id)
	return false, nil
}
