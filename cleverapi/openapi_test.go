package cleverapi

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"clever-mcp/cleverapi/catalogue"
)

// What a catalogue says of an operation binds typed methods and raw requests
// alike.
func TestCatalogueBinds(t *testing.T) {
	t.Parallel()
	known, err := catalogue.Load([]byte(`[{"id":"GET /v2/self","effect":"writes"},{"id":"GET /v4/new/thing","effect":"reads"}]`))
	if err != nil {
		t.Fatal(err)
	}
	sent := 0
	c := New(Config{
		Catalogue: known,
		Session: func(context.Context) (Session, error) {
			return Session{API: testAPI, Bridge: testBridge, Transport: wire(func(*http.Request) (*http.Response, error) {
				sent++
				return answer(200, "application/json", "{}"), nil
			})}, nil
		},
		Policy: func(op catalogue.Operation) error {
			if op.Effect != catalogue.Reads {
				return ErrPolicy
			}
			return nil
		},
	})
	if _, err := c.Self.Get(t.Context()); !errors.Is(err, ErrPolicy) {
		t.Errorf("the typed method comes to %v", err)
	}
	if _, err := c.Raw(t.Context(), RawRequest{Method: "GET", Path: "/v2/self"}); !errors.Is(err, ErrPolicy) || sent > 0 {
		t.Errorf("the raw request comes to %v; %d were sent", err, sent)
	}
	if resp, err := c.Raw(t.Context(), RawRequest{Method: "GET", Path: "/v4/new/thing"}); err != nil || !resp.Known {
		t.Errorf("the new operation comes to %v", err)
	}
}

// Documents are asked of the host that publishes them, and a page in the place
// of one is an error.
func TestDocuments(t *testing.T) {
	t.Parallel()
	var asked []string
	kind := "application/json"
	c := client(testAPI, wire(func(r *http.Request) (*http.Response, error) {
		asked = append(asked, r.URL.Path)
		if r.Header.Get("Authorization") != "" {
			t.Error("a document is asked for with a credential")
		}
		return answer(200, kind, `{"openapi":"3.0.1"}`), nil
	}))
	docs, err := c.Documents(t.Context())
	if err != nil || len(docs) != 3 || docs[2].Host != catalogue.Bridge || docs[0].Prefix != "/v2" {
		t.Errorf("the documents are %v, %v", docs, err)
	}
	if got := strings.Join(asked, " "); got != "/v2/openapi.json /v4/ovd/openapi.json /documentation/json" {
		t.Errorf("asked for %s", got)
	}
	kind = "text/html"
	if _, err := c.Documents(t.Context()); !errors.Is(err, ErrBadAnswer) {
		t.Errorf("a page comes to %v", err)
	}
}

// A list that is too long comes as its beginning; anything else too long is an
// error.
func TestTooLong(t *testing.T) {
	t.Parallel()
	long := strings.Repeat(`{"a":1},`, maxBody/8+1)
	for _, tt := range []struct {
		name, contentType, body string
		truncated               bool
	}{
		{"list", "application/json", "[" + long, true},
		{"object", "application/json", `{"a":"` + long, false},
		{"text", "text/plain", "[" + long, true},
		{"page", "text/html", "[" + long, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := client(testAPI, wire(func(*http.Request) (*http.Response, error) { return answer(200, tt.contentType, tt.body), nil }))
			resp, err := c.Raw(t.Context(), RawRequest{Method: "GET", Path: "/v2/organisations"})
			switch {
			case tt.truncated && (err != nil || !resp.Truncated || len(resp.Body) != maxBody):
				t.Errorf("it comes to %v", err)
			case !tt.truncated && !errors.Is(err, ErrTooLarge):
				t.Errorf("it comes to %v", err)
			}
		})
	}
}
