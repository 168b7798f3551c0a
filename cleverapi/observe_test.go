package cleverapi

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"
)

// What goes over the wire is what the CLI is known to send.
func TestEnvDomainsMetricsRequests(t *testing.T) {
	t.Parallel()
	var got string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, 200)
		n, _ := r.Body.Read(body)
		got = fmt.Sprintf("%s %s %s", r.Method, r.RequestURI, body[:n])
		switch r.URL.Path {
		case "/v2/organisations/o/applications/a/vhosts/favourite":
			if r.Method == http.MethodGet {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(404)
				fmt.Fprint(w, `{"id":4021,"message":"no favourite","type":"error"}`)
			}
		case "/v4/stats/organisations/o/resources/a/metrics":
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `[{"name":"cpu","data":[{"timestamp":1717236000000000,"value":"12.5"}]}]`)
		}
	})
	ctx := t.Context()
	for _, tt := range []struct {
		do   func() error
		want string
	}{
		{func() error { return c.Env.Set(ctx, "o", "a", "FOO", "bar") }, `PUT /v2/organisations/o/applications/a/env/FOO {"value":"bar"}`},
		{func() error { return c.Env.Unset(ctx, "o", "a", "FOO") }, `DELETE /v2/organisations/o/applications/a/env/FOO `},
		{func() error { return c.Env.Replace(ctx, "o", "a", map[string]string{"A": "1"}) }, `PUT /v2/organisations/o/applications/a/env {"A":"1"}`},
		{func() error { return c.Domains.Add(ctx, "o", "a", "www.foo.com/path") }, `PUT /v2/organisations/o/applications/a/vhosts/www.foo.com%2Fpath `},
		{func() error { return c.Domains.Add(ctx, "o", "a", "*.example.com") }, `PUT /v2/organisations/o/applications/a/vhosts/*.example.com `},
		{func() error { return c.Domains.Remove(ctx, "o", "a", "www.foo.com/path") }, `DELETE /v2/organisations/o/applications/a/vhosts/www.foo.com%2Fpath `},
		{func() error { return c.Domains.SetFavourite(ctx, "o", "a", "www.foo.com") }, `PUT /v2/organisations/o/applications/a/vhosts/favourite {"fqdn":"www.foo.com"}`},
		{func() error {
			fqdn, err := c.Domains.Favourite(ctx, "o", "a")
			if fqdn != "" {
				t.Errorf("favourite is %q", fqdn)
			}
			return err
		}, `GET /v2/organisations/o/applications/a/vhosts/favourite `},
		{func() error {
			s, err := c.Metrics.List(ctx, "o", "a", MetricsQuery{Only: []string{"cpu", "mem"}, Interval: 24 * time.Hour, Span: time.Hour})
			if len(s) != 1 || s[0].Points[0].Value != 12.5 || s[0].Points[0].Time() != time.Unix(1717236000, 0).UTC() {
				t.Errorf("series are %+v", s)
			}
			return err
		}, `GET /v4/stats/organisations/o/resources/a/metrics?interval=P1D&only=cpu&only=mem&span=PT1H `},
	} {
		if err := tt.do(); err != nil || got != tt.want {
			t.Errorf("sent %s, want %s; error is %v", got, tt.want, err)
		}
	}
}

func TestISODuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		24 * time.Hour: "P1D", 36 * time.Hour: "PT36H", 90 * time.Minute: "PT90M", time.Hour: "PT1H", 30 * time.Second: "PT30S",
	} {
		if got := isoDuration(d); got != want {
			t.Errorf("%s is %s, want %s", d, got, want)
		}
	}
}

// The path of an unknown operation is what a caller wrote: no observer gets it.
func TestUnknownOperationHasNoNameToObserve(t *testing.T) {
	t.Parallel()
	var began, ended []string
	c := New(Config{
		Session: func(context.Context) (Session, error) {
			return Session{API: testAPI, Bridge: testBridge, Transport: wire(func(*http.Request) (*http.Response, error) {
				return answer(200, "application/json", `{}`), nil
			})}, nil
		},
		Observe: func(ctx context.Context, operation string) (context.Context, func(Observation)) {
			began = append(began, operation)
			return ctx, func(o Observation) { ended = append(ended, o.Operation) }
		},
	})
	for _, path := range []string{"/v2/planted/jane@example.com", "/v2/organisations/orga_1"} {
		if _, err := c.Raw(t.Context(), RawRequest{Method: http.MethodGet, Path: path}); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"", "GET /v2/organisations/{id}"}
	if !slices.Equal(began, want) || !slices.Equal(ended, want) {
		t.Errorf("began %q and ended %q, want %q", began, ended, want)
	}
}
