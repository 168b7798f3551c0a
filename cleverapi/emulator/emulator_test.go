package emulator

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// network carries the requests of tests. Whenever a server of httptest is closed, it
// closes the idle connections of the default transport, under the hands of others.
var network = &http.Transport{}

// start is when the clock of most tests begins. It stands still.
var start = time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC)

// client asks an emulator over HTTP, with credentials when it has some.
type client struct {
	t    *testing.T
	e    *Emulator
	base string
	auth string
}

// newClient serves the demo account, or the options', with the CLI's credentials.
func newClient(t *testing.T, o Options) *client {
	t.Helper()
	if o.Clock == nil {
		o.Clock = NewClock(start, 0)
	}
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	env := envMap(e, s.URL)
	return &client{t: t, e: e, base: s.URL, auth: `OAuth oauth_consumer_key="T5nFjKeHH4AIlEveuGhB5S3xg8T19e", oauth_token="` + env["CLEVER_TOKEN"] + `", oauth_signature="MgVMqTr6fWlf2M0tkC2MXOnhfqBWDT%26` + env["CLEVER_SECRET"] + `"`}
}

func envMap(e *Emulator, base string) map[string]string {
	m := map[string]string{}
	for _, line := range e.Env(base) {
		name, value, _ := strings.Cut(line, "=")
		m[name] = value
	}
	return m
}

// with returns a client with another Authorization header.
func (c *client) with(auth string) *client {
	other := *c
	other.auth = auth
	return &other
}

// send makes a request; body nil sends none, a string is sent as it is.
func (c *client) send(method, path string, body any) (*http.Response, []byte) {
	c.t.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			c.t.Fatal(err)
		}
		r = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, r)
	if err != nil {
		c.t.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.auth != "" {
		req.Header.Set("Authorization", c.auth)
	}
	resp, err := network.RoundTrip(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp, text
}

// want makes a request that must be answered with status, and decodes the answer.
func (c *client) want(status int, method, path string, body any) any {
	c.t.Helper()
	resp, text := c.send(method, path, body)
	if resp.StatusCode != status {
		c.t.Fatalf("%s %s: status %d, want %d\n%s", method, path, resp.StatusCode, status, text)
	}
	if len(text) == 0 {
		return nil
	}
	if got := resp.Header.Get("Content-Type"); got != "application/json" {
		c.t.Fatalf("%s %s: content type %q", method, path, got)
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		c.t.Fatalf("%s %s: %v\n%s", method, path, err, text)
	}
	return v
}

func (c *client) get(path string) any { c.t.Helper(); return c.want(200, "GET", path, nil) }

// at walks into decoded JSON: strings are keys, numbers indexes.
func at(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok {
				t.Fatalf("no object at %v: %v", p, v)
			}
			if v, ok = m[p]; !ok {
				t.Fatalf("no key %q in %v", p, m)
			}
		case int:
			l, ok := v.([]any)
			if !ok || p >= len(l) {
				t.Fatalf("no element %d in %v", p, v)
			}
			v = l[p]
		}
	}
	return v
}

// named finds the element of a list by its name.
func named(t *testing.T, list any, name string) map[string]any {
	t.Helper()
	for _, v := range list.([]any) {
		if m := v.(map[string]any); m["name"] == name {
			return m
		}
	}
	t.Fatalf("nothing is called %q", name)
	return nil
}

// acme returns the paths of the demo's first organisation and of its applications.
func (c *client) acme() (org string, app func(name string) string) {
	c.t.Helper()
	org = "/v2/organisations/" + named(c.t, c.get("/v2/organisations"), "Acme Corp")["id"].(string)
	apps := c.get(org + "/applications")
	return org, func(name string) string {
		c.t.Helper()
		return org + "/applications/" + named(c.t, apps, name)["id"].(string)
	}
}

func TestDemoIsDeterministic(t *testing.T) {
	t.Parallel()
	var answers [2][]byte
	for i := range answers {
		_, answers[i] = newClient(t, Options{}).send("GET", "/v2/summary", nil)
	}
	if !bytes.Equal(answers[0], answers[1]) {
		t.Error("two emulators with one seed and one clock answer differently")
	}
}

func TestPersonalSpaceAppearsTwice(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	s := c.get("/v2/summary")
	user, first := at(t, s, "user"), at(t, s, "organisations", 0)
	if at(t, user, "id") != at(t, first, "id") {
		t.Errorf("the first organisation is %v, want the personal space", at(t, first, "name"))
	}
	if n := len(at(t, user, "applications").([]any)); n != 2 {
		t.Errorf("the user has %d applications, want 2", n)
	}
	for _, key := range []string{"applications", "addons", "consumers", "providers"} {
		if list, ok := at(t, first, key).([]any); !ok || len(list) != 0 {
			t.Errorf("%s of the personal space among organisations is %v, want []", key, at(t, first, key))
		}
	}
	states := map[string]bool{}
	for _, o := range at(t, s, "organisations").([]any) {
		for _, a := range at(t, o, "applications").([]any) {
			states[at(t, a, "state").(string)] = true
		}
	}
	for _, state := range []string{"SHOULD_BE_UP", "SHOULD_BE_DOWN", "WANTS_TO_BE_UP", "DEFAULT_OF_PAYMENT"} {
		if !states[state] {
			t.Errorf("no application of the demo is %s", state)
		}
	}
}

func TestSelfIsThePersonalSpace(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	id := at(t, c.get("/v2/self"), "id").(string)
	for _, rest := range []string{"/applications", "/addons", "/consumptions-none"} {
		a, textA := c.send("GET", "/v2/self"+rest, nil)
		b, textB := c.send("GET", "/v2/organisations/"+id+rest, nil)
		if a.StatusCode != b.StatusCode || strings.Contains(rest, "none") == bytes.Equal(textA, textB) {
			t.Errorf("%s: the two forms answer %d %s and %d %s", rest, a.StatusCode, textA, b.StatusCode, textB)
		}
	}
	// The CLI looks up any application by its /v2/self form.
	_, app := c.acme()
	api := app("api")
	if got := at(t, c.get("/v2/self/applications/"+api[strings.LastIndex(api, "/")+1:]), "name"); got != "api" {
		t.Errorf("got application %v, want api", got)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, _ := c.acme()
	for _, tt := range []struct {
		name, method, path string
		status             int
		key                string
		value              any
	}{
		{"unknown path", "GET", "/v2/nothing", 404, "type", "error"},
		{"unknown path of v4", "GET", "/v4/nothing", 404, "code", "clever.core.not-found"},
		{"unknown owner", "GET", "/v2/organisations/orga_x/applications", 404, "type", "error"},
		{"unknown application", "GET", org + "/applications/app_x", 404, "type", "error"},
		{"unknown zone", "GET", "/v4/products/zones/moon", 404, "code", "clever.core.not-found"},
		{"not emulated in v2", "GET", org + "/addonproviders", 501, "message", "The emulator does not do GET /v2/organisations/{id}/addonproviders"},
		{"not emulated in v4", "GET", "/v4/tenants", 501, "error", "The emulator does not do GET /v4/tenants"},
		{"body that is not JSON", "POST", org + "/applications", 400, "type", "error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := *c
			c.t = t
			var body any
			if tt.method != "GET" {
				body = "{"
			}
			if got := at(t, c.want(tt.status, tt.method, tt.path, body), tt.key); got != tt.value {
				t.Errorf("%s is %v, want %v", tt.key, got, tt.value)
			}
		})
	}
}

func TestRequestsAreRecorded(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	resp, _ := c.send("GET", "/v2/self/applications?x=1", nil)
	c.with("").send("GET", "/v2/self", nil)
	got := c.e.Requests()
	if len(got) != 2 {
		t.Fatalf("%d requests recorded, want 2", len(got))
	}
	want := Request{Time: start, RequestID: resp.Header.Get("Sozu-Id"), Operation: "GET /v2/self/applications", Method: "GET",
		Path: "/v2/self/applications", Query: "x=1", Credential: CredentialPlaintext, Status: 200}
	if got[0] != want {
		t.Errorf("recorded %+v, want %+v", got[0], want)
	}
	if got[1].Status != 401 || got[1].Credential != CredentialNone {
		t.Errorf("recorded %+v, want a 401 without credential", got[1])
	}
	c.e.ResetRequests()
	if n := len(c.e.Requests()); n != 0 {
		t.Errorf("%d requests after a reset", n)
	}
}

// jsonNumber writes a decoded number without a fraction.
func jsonNumber(v any) string { return strconv.Itoa(int(v.(float64))) }
