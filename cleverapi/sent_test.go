package cleverapi

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// network carries the requests of tests. Whenever a server of httptest is closed, it
// closes the idle connections of the default transport, under the hands of others.
var network = &http.Transport{}

// A write that never left is no write whose outcome is unknown: the error says
// what kept it, and that nothing was sent.
func TestWriteThatNeverLeft(t *testing.T) {
	t.Parallel()
	var reached atomic.Int32
	handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	quiet := log.New(io.Discard, "", 0)
	overTLS, old, plain := httptest.NewUnstartedServer(handler), httptest.NewUnstartedServer(handler), httptest.NewUnstartedServer(handler)
	overTLS.Config.ErrorLog, old.Config.ErrorLog, plain.Config.ErrorLog = quiet, quiet, quiet
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS11}
	overTLS.StartTLS()
	old.StartTLS()
	plain.Start()
	t.Cleanup(overTLS.Close)
	t.Cleanup(old.Close)
	t.Cleanup(plain.Close)
	mute, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and never says a word
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mute.Close() })
	curt, err := net.Listen("tcp", "127.0.0.1:0") // hangs up
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { curt.Close() })
	go func() {
		for {
			conn, err := curt.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	for name, tt := range map[string]struct {
		base string
		kind error
		want string
	}{
		"certificate by nobody":       {overTLS.URL, ErrUntrusted, "certificate"},
		"certificate of another host": {strings.Replace(overTLS.URL, "127.0.0.1", "localhost", 1), ErrUntrusted, "certificate"},
		"no TLS":                      {strings.Replace(plain.URL, "http:", "https:", 1), ErrUntrusted, "no TLS"},
		"old TLS":                     {old.URL, ErrUntrusted, "1.2 or newer, so nothing was sent"},
		"handshake that is cut":       {"https://" + curt.Addr().String(), ErrUnreachable, "so nothing was sent"},
		"silent handshake":            {"https://" + mute.Addr().String(), ErrTimeout, "no connection"},
		"nobody listens":              {"http://127.0.0.1:1", ErrUnreachable, "nothing accepts"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wire := &http.Transport{TLSHandshakeTimeout: 10 * time.Second}
			if name == "silent handshake" {
				wire.TLSHandshakeTimeout = 50 * time.Millisecond
			}
			t.Cleanup(wire.CloseIdleConnections)
			c := client(mustURL(tt.base), wire)
			_, err := c.APITokens.Create(t.Context(), NewAPIToken{Name: "n"})
			if !errors.Is(err, tt.kind) || errors.Is(err, ErrUnknownOutcome) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the write comes to %v", err)
			}
		})
	}
	t.Cleanup(func() {
		if reached.Load() > 0 {
			t.Errorf("%d requests arrived", reached.Load())
		}
	})
}

// Once a byte of it left, a write may have happened.
func TestWriteThatLeft(t *testing.T) {
	t.Parallel()
	for name, cancelled := range map[string]bool{"reset": false, "cancelled": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			c := serve(t, func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body) // else nobody notices that the client is gone
				if cancelled {
					cancel()
					<-r.Context().Done()
				}
				panic(http.ErrAbortHandler)
			})
			if _, err := c.APITokens.Create(ctx, NewAPIToken{Name: "n"}); !errors.Is(err, ErrUnknownOutcome) {
				t.Errorf("it comes to %v", err)
			}
		})
	}
}
