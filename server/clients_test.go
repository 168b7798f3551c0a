package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"clever-mcp/tools"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

type transportFunc = func(testing.TB, *Server) sdk.Transport

func TestEveryClientListsAndCalls(t *testing.T) {
	t.Parallel()
	everyClient(t, func(t *testing.T, transport transportFunc, version string) {
		s := newServer(t, echo(), confirmed(func() {}))
		c := connect(t, transport(t, s), version, nil)
		list, err := c.ListTools(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(list.Tools) != 2 || list.Tools[0].Name != "list_zones" || list.Tools[1].Name != "raw_request" {
			t.Fatalf("tools %+v, want list_zones and raw_request", list.Tools)
		}
		hints := list.Tools[1].Annotations
		if hints.ReadOnlyHint || !*hints.DestructiveHint || hints.IdempotentHint || !*hints.OpenWorldHint {
			t.Errorf("annotations of raw_request %+v", hints)
		}
		res, err := c.CallTool(t.Context(), &sdk.CallToolParams{Name: "list_zones", Arguments: map[string]any{"tags": []string{"<rbx> & \u00e9"}}})
		if err != nil {
			t.Fatal(err)
		}
		const want = `{"zones":[{"name":"<rbx> & é"}]}`
		if got := text(t, res); got != want {
			t.Errorf("text %s, want %s", got, want)
		}
		if got := fmt.Sprint(res.StructuredContent); got != "map[zones:[map[name:<rbx> & é]]]" {
			t.Errorf("structured %s", got)
		}
		res, err = c.CallTool(t.Context(), &sdk.CallToolParams{Name: "list_zones", Arguments: map[string]any{"zone": 1}})
		if err != nil || !res.IsError || !strings.Contains(text(t, res), "tags") {
			t.Errorf("a wrong argument gives %v, %v; want a tool error that names the right one", res, err)
		}
	})
}

func TestUnknownToolNamesThoseThatExist(t *testing.T) {
	t.Parallel()
	everyClient(t, func(t *testing.T, transport transportFunc, version string) {
		c := connect(t, transport(t, newServer(t, echo())), version, nil)
		_, err := c.CallTool(t.Context(), &sdk.CallToolParams{Name: "list_zoens"})
		var wire *jsonrpc.Error
		if !errors.As(err, &wire) || wire.Code != -32602 || !strings.Contains(wire.Message, "list_zones") {
			t.Errorf("error %v, want -32602 that names list_zones", err)
		}
		if _, err := c.ListTools(t.Context(), nil); err != nil {
			t.Errorf("the connection ended with the error: %v", err)
		}
	})
}

func TestProgressArrivesInOrderBeforeTheResult(t *testing.T) {
	t.Parallel()
	const steps = 50
	everyClient(t, func(t *testing.T, transport transportFunc, version string) {
		s := newServer(t, reads(func(_ context.Context, c *tools.Call, _ []string) (string, error) {
			for i := range steps {
				c.Progress(tools.Step{Progress: float64(i + 1), Total: steps, Message: "step"})
			}
			return "done", nil
		}))
		var mu sync.Mutex
		var got []float64
		all := make(chan struct{})
		c := connect(t, transport(t, s), version, &sdk.ClientOptions{
			ProgressNotificationHandler: func(_ context.Context, r *sdk.ProgressNotificationClientRequest) {
				mu.Lock()
				defer mu.Unlock()
				if got = append(got, r.Params.Progress); len(got) == steps {
					close(all)
				}
			},
		})
		params := &sdk.CallToolParams{Name: "list_zones"}
		params.SetProgressToken("p")
		if _, err := c.CallTool(t.Context(), params); err != nil {
			t.Fatal(err)
		}
		select {
		case <-all:
		case <-time.After(30 * time.Second):
		}
		mu.Lock()
		defer mu.Unlock()
		for i := range steps {
			if i >= len(got) || got[i] != float64(i+1) {
				t.Fatalf("steps %v, want 1 to %d", got, steps)
			}
		}
	})
}

func TestCancelledCallStopsItsWorkAtOnce(t *testing.T) {
	t.Parallel()
	everyClient(t, func(t *testing.T, transport transportFunc, version string) {
		started, stopped := make(chan struct{}), make(chan struct{})
		s := newServer(t, reads(func(ctx context.Context, _ *tools.Call, tags []string) (string, error) {
			if len(tags) > 0 {
				return "quick", nil
			}
			close(started)
			<-ctx.Done()
			close(stopped)
			return "", ctx.Err()
		}))
		c := connect(t, transport(t, s), version, nil)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-started
			cancel()
		}()
		if _, err := c.CallTool(ctx, &sdk.CallToolParams{Name: "list_zones"}); !errors.Is(err, context.Canceled) {
			t.Fatalf("error %v, want context.Canceled", err)
		}
		select {
		case <-stopped:
		case <-time.After(30 * time.Second):
			t.Fatal("the work went on")
		}
		// The client must still be usable: some close their connection when the
		// cancellation is answered with an error.
		if _, err := c.CallTool(t.Context(), &sdk.CallToolParams{Name: "list_zones", Arguments: json.RawMessage(`{"tags":["x"]}`)}); err != nil {
			t.Errorf("the next call fails: %v", err)
		}
	})
}

func TestPersonConfirmsThroughTheClient(t *testing.T) {
	t.Parallel()
	everyClient(t, func(t *testing.T, transport transportFunc, version string) {
		for _, person := range []struct {
			does, action, types string
			done                bool
			says                string
		}{
			{"types the name", "accept", "shop", true, "204"},
			{"types another name", "accept", "shopp", false, "not \"shop\""},
			{"declines", "decline", "", false, "answer to the question was no"},
			{"closes the form", "cancel", "", false, "closed without an answer"},
		} {
			t.Run(person.does, func(t *testing.T) {
				done := false
				s := newServer(t, confirmed(func() { done = true }))
				c := connect(t, transport(t, s), version, &sdk.ClientOptions{
					ElicitationHandler: func(_ context.Context, r *sdk.ElicitRequest) (*sdk.ElicitResult, error) {
						if !strings.Contains(r.Params.Message, "app_1") {
							t.Errorf("the question %q does not name app_1", r.Params.Message)
						}
						res := &sdk.ElicitResult{Action: person.action}
						if person.action == "accept" {
							res.Content = map[string]any{"name": person.types}
						}
						return res, nil
					},
				})
				res, err := c.CallTool(t.Context(), &sdk.CallToolParams{Name: "raw_request", Arguments: map[string]any{"method": "DELETE", "path": "/v2/self"}})
				if err != nil {
					t.Fatal(err)
				}
				if done != person.done || !strings.Contains(text(t, res), person.says) {
					t.Errorf("done %v, text %q; want %v and %q", done, text(t, res), person.done, person.says)
				}
			})
		}
	})
}

func TestClientWithoutFormsGetsAHandle(t *testing.T) {
	t.Parallel()
	everyClient(t, func(t *testing.T, transport transportFunc, version string) {
		done := false
		c := connect(t, transport(t, newServer(t, confirmed(func() { done = true }))), version, nil)
		args := map[string]any{"method": "DELETE", "path": "/v2/self"}
		res, err := c.CallTool(t.Context(), &sdk.CallToolParams{Name: "raw_request", Arguments: args})
		if err != nil {
			t.Fatal(err)
		}
		_, handle, ok := strings.Cut(text(t, res), "confirm: ")
		if !ok || done {
			t.Fatalf("done %v, text %q; want a handle and nothing done", done, text(t, res))
		}
		args["confirm"] = handle
		if res, err = c.CallTool(t.Context(), &sdk.CallToolParams{Name: "raw_request", Arguments: args}); err != nil || res.IsError || !done {
			t.Errorf("done %v, result %v, error %v", done, res, err)
		}
	})
}
