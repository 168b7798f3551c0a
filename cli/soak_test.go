package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"sync"
	"testing"
	"time"

	"clever-mcp/cleverapi/emulator"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// descriptors counts what this process has open; -1 where nobody can tell.
func descriptors() int {
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1
	}
	return len(open)
}

// settles waits until goroutines and file descriptors are back where they were:
// connections take a moment to close.
func settles(t *testing.T, goroutines, files int) {
	t.Helper()
	var g, f int
	for range 200 {
		if g, f = runtime.NumGoroutine(), descriptors(); g <= goroutines && f <= files {
			return
		}
		<-time.After(50 * time.Millisecond)
	}
	var profile bytes.Buffer
	_ = pprof.Lookup("goroutine").WriteTo(&profile, 1)
	t.Errorf("%d goroutines and %d files are left, of %d and %d:\n%.8000s", g, f, goroutines, files, profile.String())
}

// A thousand calls that wait for the API and are cancelled leave no goroutine and
// no connection behind, on any transport. Not in parallel: it counts those of the
// process.
func TestCancelledCallsLeaveNothing(t *testing.T) {
	for _, route := range []string{"stdio", "http", "sse"} {
		t.Run(route, func(t *testing.T) {
			p := plant(t, "demo", address(t))
			transport, _, stop := p.serve(t, route, io.Discard)
			session := connect(t, transport, nil)
			call := func(ctx context.Context) {
				_, _ = session.CallTool(ctx, &sdk.CallToolParams{Name: "list_zones", Arguments: map[string]any{}})
			}
			for range 20 { // what stays open on purpose is open now
				call(t.Context())
			}
			goroutines, files := runtime.NumGoroutine(), descriptors()
			const hands = 10
			p.emulator.Inject(emulator.Fault{Kind: emulator.FaultHang, Count: -1})
			var wait sync.WaitGroup
			for range hands {
				wait.Go(func() {
					for range 1000 / hands {
						ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
						call(ctx)
						cancel()
					}
				})
			}
			wait.Wait()
			p.emulator.ResetFaults()
			call(t.Context())
			// Each hand may keep a connection to the server, and one from there to the
			// API: both ends of both are in this process.
			settles(t, goroutines+8*hands, files+4*hands)
			session.Close()
			stop()
		})
	}
}

// A server that works for minutes takes as much memory at the end as at the
// beginning. It runs as long as CLEVER_MCP_SOAK says.
func TestSoak(t *testing.T) {
	length, err := time.ParseDuration(os.Getenv("CLEVER_MCP_SOAK"))
	if err != nil {
		t.Skip("CLEVER_MCP_SOAK says how long, such as 2m")
	}
	p := plant(t, "demo", address(t))
	transport, _, stop := p.serve(t, "http", io.Discard)
	way := transport.(*sdk.StreamableClientTransport)
	session := func() *sdk.ClientSession {
		again := &sdk.StreamableClientTransport{Endpoint: way.Endpoint, HTTPClient: way.HTTPClient, MaxRetries: -1}
		c, err := sdk.NewClient(&sdk.Implementation{Name: "soak", Version: "1"}, nil).Connect(context.Background(), again, nil)
		if err == nil {
			_, err = c.ListTools(context.Background(), nil)
		}
		if err != nil {
			t.Error(err)
			return nil
		}
		return c
	}
	calls := []struct {
		tool string
		args map[string]any
	}{
		{"list_apps", map[string]any{}}, {"get_app", map[string]any{"app": p.app}}, {"get_env", map[string]any{"app": p.app}},
		{"get_logs", map[string]any{"app": p.app, "since": "1h"}}, {"list_zones", map[string]any{}}, {"read_api", map[string]any{"path": "/v2/self"}},
		{"read_api", map[string]any{"path": "/v2/nobody"}}, {"delete_app", map[string]any{"app": p.app}}, {"search_api", map[string]any{"phrase": "domains"}},
		{"no_such_tool", map[string]any{}},
	}
	done := 0
	work := func(until time.Time) {
		var wait sync.WaitGroup
		var mu sync.Mutex
		for hand := range 4 {
			wait.Go(func() {
				client := session()
				defer func() {
					if client != nil {
						client.Close()
					}
				}()
				for i := hand; time.Now().Before(until) && client != nil; i++ {
					c := calls[i%len(calls)]
					ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
					if i%7 == 0 {
						ctx, cancel = context.WithTimeout(t.Context(), time.Millisecond)
					}
					_, err := client.CallTool(ctx, &sdk.CallToolParams{Name: c.tool, Arguments: c.args})
					cancel()
					if errors.Is(err, sdk.ErrConnectionClosed) {
						// This client gives up when it is told to stop in the middle of an answer.
						client.Close()
						client = session()
						continue
					}
					mu.Lock()
					done++
					mu.Unlock()
				}
			})
		}
		wait.Wait()
		p.emulator.ResetRequests()
	}
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	start := time.Now()
	work(start.Add(length / 6))
	before, goroutines, files := heap(), runtime.NumGoroutine(), descriptors()
	var report string
	for part := 2; part <= 6; part++ {
		work(start.Add(length * time.Duration(part) / 6))
		report += fmt.Sprintf(" %.1f", float64(heap())/(1<<20))
	}
	after := heap()
	t.Logf("%d calls in %s; heap %.1f MiB, then%s", done, length, float64(before)/(1<<20), report)
	if after > before+before/5+2<<20 {
		t.Errorf("memory grew from %d to %d bytes", before, after)
	}
	settles(t, goroutines+20, files+20)
	stop()
}
