package tools

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// However many requests one call wants to make, another call need not wait for them.
func TestOneCallLeavesRoomForOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var wide atomic.Int32 // requests of the wide call under way
		base := &url.URL{Scheme: "https", Host: "api.example"}
		api := cleverapi.New(cleverapi.Config{Session: func(context.Context) (cleverapi.Session, error) {
			return cleverapi.Session{API: base, Bridge: base, Transport: roundTrip(func(*http.Request) (*http.Response, error) {
				wide.Add(1)
				<-time.After(time.Second)
				wide.Add(-1)
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader("[]"))}, nil
			})}, nil
		}})
		tool := &Tool[ListZonesInput, ZoneList]{Name: "list_zones", Toolset: "account", Effect: catalogue.Reads,
			Run: func(ctx context.Context, c *Call, in ListZonesInput) (ZoneList, error) {
				n := 1
				if len(in.Tags) > 0 {
					n = 1000
				}
				return ZoneList{Zones: []ZoneView{}}, together(n, func(int) error { _, err := c.API.Zones.List(ctx); return err })
			}}
		runner, err := NewRunner([]Any{tool}, &Deps{API: api, Hide: NewHider(), Log: slog.New(slog.DiscardHandler), Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan Result, 1)
		go func() {
			ended <- runner.Call(context.Background(), "list_zones", []byte(`{"tags":["many"]}`), Caller{})
		}()
		synctest.Wait()
		if n := wide.Load(); n != cleverapi.CallLimit {
			t.Errorf("%d requests of one call are under way, want %d", n, cleverapi.CallLimit)
		}
		begin := time.Now()
		if res := runner.Call(context.Background(), "list_zones", nil, Caller{}); res.IsError || time.Since(begin) != time.Second {
			t.Errorf("a call beside it took %v: %s", time.Since(begin), res.Text)
		}
		if res := <-ended; res.IsError {
			t.Error(res.Text)
		}
	})
}
