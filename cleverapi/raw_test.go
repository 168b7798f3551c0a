package cleverapi

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"clever-mcp/cleverapi/catalogue"
)

// silent returns a client whose wire must never be reached.
func silent(t *testing.T) *Client {
	return client(testAPI, wire(func(r *http.Request) (*http.Response, error) {
		t.Errorf("%s %s was sent", r.Method, r.URL)
		return nil, io.EOF
	}))
}

// A method is one of six, exactly so, and reading takes no body.
func TestRawMethods(t *testing.T) {
	t.Parallel()
	c := silent(t)
	for _, method := range []string{"", "get", "Get", "TRACE", "CONNECT", "OPTIONS", "PROPFIND", "GET ", "GET\r\nX: y"} {
		var bad *PathError
		if _, err := c.Raw(t.Context(), RawRequest{Method: method, Path: "/v2/self"}); !errors.As(err, &bad) {
			t.Errorf("method %q comes to %v", method, err)
		}
	}
	for _, method := range []string{"GET", "HEAD"} {
		var bad *PathError
		if _, err := c.Raw(t.Context(), RawRequest{Method: method, Path: "/v2/self", Body: []byte("{}")}); !errors.As(err, &bad) {
			t.Errorf("%s with a body comes to %v", method, err)
		}
	}
	var sent []string
	open := client(testAPI, wire(func(r *http.Request) (*http.Response, error) {
		sent = append(sent, r.Method)
		return answer(200, "application/json", `{}`), nil
	}))
	for _, method := range methods {
		if _, err := open.Raw(t.Context(), RawRequest{Method: method, Path: "/v2/nobody/knows"}); err != nil {
			t.Errorf("%s comes to %v", method, err)
		}
	}
	if got := strings.Join(sent, " "); got != strings.Join(methods, " ") {
		t.Errorf("sent %s", got)
	}
}

// What the catalogue calls forbidden is not sent, by template or by path.
func TestForbiddenOperations(t *testing.T) {
	t.Parallel()
	c := silent(t)
	n := 0
	for _, op := range catalogue.All() {
		if !op.Forbidden {
			continue
		}
		n++
		params := map[string]string{}
		path := op.Path()
		for _, name := range catalogue.ParamNames(path) {
			params[name] = "x"
			path = strings.ReplaceAll(path, "{"+name+"}", "x")
		}
		for _, r := range []RawRequest{{Method: op.Method(), Path: op.Path(), Params: params}, {Method: op.Method(), Path: path}} {
			if _, err := c.Raw(t.Context(), r); !errors.Is(err, ErrPolicy) {
				t.Errorf("%s as %s comes to %v", op.ID, r.Path, err)
			}
		}
	}
	if n == 0 {
		t.Error("the catalogue forbids nothing")
	}
}

// A new database password is drawn by Clever Cloud: what would carry one is refused.
func TestRotateTakesNoPassword(t *testing.T) {
	t.Parallel()
	const path = "/v4/postgresql/organisations/orga_1/postgresql/postgresql_1/users/pguser_1/rotate-password"
	c := silent(t)
	for _, r := range []RawRequest{
		{Body: []byte(`{"password":"hunter22"}`), ContentType: "application/json"},
		{Body: []byte{}},
		{Query: url.Values{"password": {"hunter22"}}},
	} {
		r.Method, r.Path = http.MethodPost, path
		if _, err := c.Raw(t.Context(), r); !errors.Is(err, ErrPolicy) || strings.Contains(err.Error(), "hunter22") {
			t.Errorf("with %s %v it comes to %v", r.Body, r.Query, err)
		}
	}
	// Whatever looks like it and is not it stays refused.
	for _, r := range []RawRequest{
		{Method: http.MethodPut, Path: path},
		{Method: http.MethodPost, Path: strings.Replace(path, "rotate-", "Rotate-", 1)},
		{Method: http.MethodPost, Path: strings.Replace(path, "rotate-", "set-", 1)},
	} {
		if _, err := c.Raw(t.Context(), r); !errors.Is(err, ErrPolicy) {
			t.Errorf("%s %s comes to %v", r.Method, r.Path, err)
		}
	}
	s, err := c.RawSending(t.Context(), RawRequest{Method: http.MethodPost, Path: path})
	if err != nil || s.Operation.ID != RotatesPassword || s.Operation.Effect != catalogue.Destroys || !s.Operation.Secret {
		t.Errorf("without, it is %+v, %v", s.Operation, err)
	}
	if d, _ := catalogue.Describe(RotatesPassword); d.Request != nil || len(d.Query) > 0 {
		t.Error("the catalogue says that it takes something")
	}
}

// A value of a path parameter cannot leave its segment.
func TestFillRefuses(t *testing.T) {
	t.Parallel()
	op := catalogue.Default().MustLookup("GET /v2/organisations/{id}/members")
	for _, value := range []string{"", ".", "..", "a\x00b", "a\r\nb", "a\x7f"} {
		var bad *PathError
		if path, err := fill(op, params{"id": value}); !errors.As(err, &bad) {
			t.Errorf("%q fills in as %s, %v", value, path, err)
		}
	}
	for value, want := range map[string]string{
		"a/../b": "a%2F..%2Fb", "%2e%2e": "%252e%252e", "a?b#c": "a%3Fb%23c", `a\b`: "a%5Cb", "é": "%C3%A9", "a b": "a%20b", "*": "*",
	} {
		if path, err := fill(op, params{"id": value}); err != nil || path != "/v2/organisations/"+want+"/members" {
			t.Errorf("%q fills in as %s, %v", value, path, err)
		}
	}
}

// Whatever let a bad path through, the URL is compared with what was meant.
func TestBuildComparesTheURL(t *testing.T) {
	t.Parallel()
	op := catalogue.Default().MustLookup("GET /v2/self")
	s := Session{API: testAPI, Bridge: testBridge}
	for _, path := range []string{"@evil.example/v2/self", ".evil.example/v2/self", ":444/v2/self", "/v2/self#x", "/v2/self?x=y", "/v2/a b", "v2/self"} {
		var bad *PathError
		if req, err := build(t.Context(), s, "test", &request{op: op, path: path}); !errors.As(err, &bad) {
			t.Errorf("the path %q makes %v, %v", path, req, err)
		}
	}
	if _, err := build(t.Context(), s, "test", &request{op: op, path: "/v2/self"}); err != nil {
		t.Error(err)
	}
}
