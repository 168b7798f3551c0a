package auth

import (
	"context"
	"net/http"
	"sync"
)

// Session is a [Store] with the [Transport] of its credential. The transport
// lives as long as the credential stays the same, so that what it learned about
// signatures is kept, and no longer.
type Session struct {
	store  *Store
	method Method
	wire   http.RoundTripper

	mu   sync.Mutex
	last *Transport
}

// NewSession reads nothing yet.
func NewSession(store *Store, m Method, wire http.RoundTripper) *Session {
	return &Session{store: store, method: m, wire: wire}
}

// Current returns the credential in use now and the transport that signs with it.
func (s *Session) Current(ctx context.Context) (Credential, *Transport, error) {
	c, err := s.store.Credential(ctx)
	if err != nil {
		return Credential{}, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil || !s.last.credential.Equal(c) {
		s.last = NewTransport(c, s.method, s.wire)
	}
	return c, s.last, nil
}
