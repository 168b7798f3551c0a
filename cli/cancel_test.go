package cli

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"clever-mcp/cleverapi/emulator"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// abortedWithin is how long a cancelled call may go on towards Clever Cloud.
const abortedWithin = 250 * time.Millisecond

// hanging is a Clever Cloud that never answers. It tells when a request begins,
// and when its client went away.
type hanging struct {
	url          string
	began, ended chan time.Time
}

func newHanging(t *testing.T) *hanging {
	t.Helper()
	e, err := emulator.New(emulator.Options{Seed: emulator.Demo(), Clock: emulator.NewClock(time.Time{}, 1)})
	if err != nil {
		t.Fatal(err)
	}
	e.Inject(emulator.Fault{Kind: emulator.FaultHang, Count: -1})
	h := &hanging{began: make(chan time.Time, 100), ended: make(chan time.Time, 100)}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.began <- time.Now()
		e.ServeHTTP(w, r)
		if r.Context().Err() != nil {
			h.ended <- time.Now()
		}
	}))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	h.url = s.URL
	return h
}

func (h *hanging) env() map[string]string {
	return map[string]string{"API_HOST": h.url, "AUTH_BRIDGE_HOST": h.url, "CLEVER_API_TOKEN": "any"}
}

// A call that its client cancels ends its request to Clever Cloud at once, and
// the client goes on. Machines pause: of five attempts one has to be in time, and
// all have to end.
func TestCancelledCallEndsItsRequest(t *testing.T) {
	t.Parallel()
	for name, route := range serveRoutes {
		for _, version := range []string{"2025-06-18", "2025-11-25", "2026-07-28"} {
			if name == "sse" && version == "2026-07-28" {
				continue // that revision does not have the transport
			}
			t.Run(name+"/"+version, func(t *testing.T) {
				t.Parallel()
				h := newHanging(t)
				client := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil)
				session, err := client.Connect(context.Background(), route(t, h.env()), &sdk.ClientSessionOptions{ProtocolVersion: version})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { session.Close() })
				listTools(t, session)
				best := time.Hour
				for range 5 {
					if best = min(best, cancelOne(t, session, h)); best <= abortedWithin {
						break
					}
				}
				if best > abortedWithin {
					t.Errorf("the request went on for %v", best)
				}
				if res, err := session.CallTool(t.Context(), &sdk.CallToolParams{Name: "search_api", Arguments: json.RawMessage(`{"phrase":"add a domain"}`)}); err != nil || res.IsError {
					t.Errorf("the next call comes to %+v, %v", res, err)
				}
			})
		}
	}
}

// cancelOne cancels a call under way and returns how long its request went on.
func cancelOne(t *testing.T, session *sdk.ClientSession, h *hanging) time.Duration {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	cancelled := make(chan time.Time, 1)
	go func() {
		<-h.began
		cancelled <- time.Now()
		cancel()
	}()
	if _, err := session.CallTool(ctx, &sdk.CallToolParams{Name: "list_zones"}); !errors.Is(err, context.Canceled) {
		t.Fatalf("the call comes to %v, want context.Canceled", err)
	}
	select {
	case at := <-h.ended:
		return at.Sub(<-cancelled)
	case <-time.After(30 * time.Second):
		t.Fatal("the request goes on")
		return 0
	}
}

// A client that goes away without a word ends its requests too.
func TestClientThatLeavesEndsItsRequests(t *testing.T) {
	t.Parallel()
	h := newHanging(t)
	base, client := serveHTTP(t, h.env())
	best := time.Hour
	for range 5 {
		ctx, leave := context.WithCancel(t.Context())
		transport := &sdk.SSEClientTransport{Endpoint: base + "/sse", HTTPClient: &http.Client{Transport: leaving{client.Transport, ctx}}}
		session, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, nil).Connect(context.Background(), transport, nil)
		if err != nil {
			t.Fatal(err)
		}
		go session.CallTool(context.Background(), &sdk.CallToolParams{Name: "list_zones"})
		<-h.began
		left := time.Now()
		leave()
		select {
		case at := <-h.ended:
			best = min(best, at.Sub(left))
		case <-time.After(30 * time.Second):
			t.Fatal("the request goes on")
		}
		session.Close()
		if best <= abortedWithin {
			return
		}
	}
	t.Errorf("the request went on for %v", best)
}

// leaving ends every request, streams too, when ctx is done.
type leaving struct {
	next http.RoundTripper
	ctx  context.Context
}

func (l leaving) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	context.AfterFunc(l.ctx, cancel)
	return l.next.RoundTrip(r.WithContext(ctx))
}
