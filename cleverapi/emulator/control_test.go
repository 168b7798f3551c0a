package emulator

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// steer asks the control API, and returns the decoded answer.
func (c *client) steer(status int, method, path, body string) any {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.base+"/emulator/v1/"+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{Transport: network}).Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if resp.StatusCode != status {
		c.t.Fatalf("%s %s: %d %s, want %d", method, path, resp.StatusCode, text, status)
	}
	if status == http.StatusNoContent {
		return nil
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		c.t.Fatalf("%s %s: %v\n%s", method, path, err, text)
	}
	return v
}

func TestControlIsOffUnlessAskedFor(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	c.want(404, "GET", "/emulator/v1/seeds", nil)
	c.want(404, "POST", "/emulator/v1/reset", nil)
}

func TestControlIsNotForWebPages(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{Control: true})
	for name, header := range map[string][2]string{
		"origin":         {"Origin", "https://evil.example"},
		"cross-site":     {"Sec-Fetch-Site", "cross-site"},
		"form":           {"Content-Type", "application/x-www-form-urlencoded"},
		"no declaration": {"Content-Type", ""},
	} {
		req, err := http.NewRequestWithContext(t.Context(), "POST", c.base+"/emulator/v1/reset", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set(header[0], header[1])
		resp, err := (&http.Client{Transport: network}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 403 && resp.StatusCode != 415 {
			t.Errorf("%s: %d", name, resp.StatusCode)
		}
	}
}

// summary is the account as a client sees it, byte for byte.
func (c *client) summary() []byte {
	c.t.Helper()
	resp, text := c.send("GET", "/v2/summary", nil)
	if resp.StatusCode != 200 {
		c.t.Fatalf("the summary is answered %d %s", resp.StatusCode, text)
	}
	return text
}

func TestSnapshots(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{Control: true})
	org, app := c.acme()
	api := app("api")
	before := c.summary()
	_, env := c.send("GET", api+"/env", nil)
	id := at(t, c.steer(200, "POST", "snapshots", ""), "id").(string)
	for range 2 { // a snapshot is good more than once
		c.want(200, "PUT", api+"/env/ADDED", map[string]string{"value": "later"})
		c.want(200, "DELETE", app("docs"), nil)
		c.want(200, "POST", org+"/applications", map[string]string{"name": "new", "instanceType": "node"})
		c.steer(200, "POST", "clock", `{"advance": "3h"}`)
		if bytes.Equal(c.summary(), before) {
			t.Fatal("the writes changed nothing")
		}
		c.steer(200, "POST", "snapshots/"+id+"/restore", "")
		if got := c.summary(); !bytes.Equal(got, before) {
			t.Errorf("restored, the summary is\n%s\nwant\n%s", got, before)
		}
		if _, got := c.send("GET", api+"/env", nil); !bytes.Equal(got, env) {
			t.Errorf("restored, the environment is %s", got)
		}
		if now := at(t, c.steer(200, "GET", "clock", ""), "now"); now != "2026-06-01T10:00:00.000Z" {
			t.Errorf("restored, it is %v", now)
		}
	}
	// Sizes are compared by address: written as it was, nothing is rescaled.
	n := len(c.get(api + "/deployments").([]any))
	c.want(200, "PUT", api, c.get(api).(map[string]any)["instance"])
	if got := len(c.get(api + "/deployments").([]any)); got != n {
		t.Errorf("%d deployments after a write that changes nothing, want %d", got, n)
	}
	if list := at(t, c.steer(200, "GET", "snapshots", ""), "snapshots").([]any); len(list) != 1 {
		t.Errorf("%d snapshots, want 1", len(list))
	}
	c.steer(204, "DELETE", "snapshots/"+id, "")
	c.steer(404, "POST", "snapshots/"+id+"/restore", "")
	if said := at(t, c.steer(404, "GET", "snapshot", ""), "error"); said != "The control API has no GET /emulator/v1/snapshot: docs/emulator.md lists its requests" {
		t.Errorf("of a request that there is not it says %v", said)
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{Control: true})
	_, app := c.acme()
	before := c.summary()
	c.want(200, "DELETE", app("docs"), nil)
	c.steer(200, "POST", "faults", `{"status": 503}`)
	c.steer(200, "POST", "reset", "")
	if got := c.summary(); !bytes.Equal(got, before) {
		t.Error("a reset does not bring the seed back")
	}
	for _, tt := range []struct{ body, email string }{
		{`{"seed": "broken"}`, "charlie.roux@example.com"},
		{`{"seed": {"user": {"name": "Z", "email": "z@example.com"}}}`, "z@example.com"},
	} {
		env := at(t, c.steer(200, "POST", "reset", tt.body), "environment")
		other := c.with(`OAuth oauth_consumer_key="T5nFjKeHH4AIlEveuGhB5S3xg8T19e", oauth_token="` + at(t, env, "CLEVER_TOKEN").(string) + `", oauth_signature="MgVMqTr6fWlf2M0tkC2MXOnhfqBWDT%26` + at(t, env, "CLEVER_SECRET").(string) + `"`)
		if email := at(t, other.get("/v2/self"), "email"); email != tt.email {
			t.Errorf("the account is %v, want %s", email, tt.email)
		}
	}
	for _, body := range []string{`{"seed": "huge"}`, `{"seed": {"usr": 1}}`, `{"sead": 1}`, `{`} {
		c.steer(400, "POST", "reset", body)
	}
}

func TestControlClock(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{Control: true})
	_, app := c.acme()
	c.want(200, "POST", app("api")+"/instances", nil)
	if state := at(t, c.get(app("api")+"/deployments?limit=1"), 0, "state"); state != "WIP" {
		t.Errorf("just asked for, the deployment is %v", state)
	}
	if now := at(t, c.steer(200, "POST", "clock", `{"advance": "2m"}`), "now"); now != "2026-06-01T10:02:00.000Z" {
		t.Errorf("it is %v", now)
	}
	if state := at(t, c.get(app("api")+"/deployments?limit=1"), 0, "state"); state != "OK" {
		t.Errorf("after two minutes the deployment is %v", state)
	}
	if speed := at(t, c.steer(200, "POST", "clock", `{"speed": 60}`), "speed"); speed != 60.0 {
		t.Errorf("the speed is %v", speed)
	}
	for _, body := range []string{`{"advance": "soon"}`, `{"advance": "-1h"}`, `{"speed": -1}`, `{"spead": 1}`} {
		c.steer(400, "POST", "clock", body)
	}
}

func TestControlRequestsAndFaults(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{Control: true})
	c.steer(200, "POST", "faults", `{"operation": "GET /v2/self", "status": 503, "count": 2, "retry_after": "7"}`)
	if n := len(c.steer(200, "GET", "faults", "").([]any)); n != 1 {
		t.Errorf("%d faults to come, want 1", n)
	}
	c.get("/v2/self/id")
	if resp, _ := c.send("GET", "/v2/self", nil); resp.StatusCode != 503 || resp.Header.Get("Retry-After") != "7" {
		t.Errorf("the fault is answered %d", resp.StatusCode)
	}
	list := at(t, c.steer(200, "GET", "requests?operation=GET+/v2/self", ""), "requests").([]any)
	if len(list) != 1 || at(t, list, 0, "status") != 503.0 || at(t, list, 0, "fault") != "status" {
		t.Errorf("the requests are %v", list)
	}
	c.steer(204, "DELETE", "faults", "")
	c.get("/v2/self")
	c.steer(204, "DELETE", "requests", "")
	if list := at(t, c.steer(200, "GET", "requests", ""), "requests").([]any); len(list) != 0 {
		t.Errorf("forgotten, the requests are %v", list)
	}
	for _, body := range []string{`{"kind": "flood"}`, `{"status": 200}`, `{"kin": "reset"}`} {
		c.steer(400, "POST", "faults", body)
	}
	if names := at(t, c.steer(200, "GET", "seeds", ""), "seeds").([]any); len(names) != len(SeedNames()) {
		t.Errorf("the seeds are %v", names)
	}
}

// A stream of an account that is no more ends, so that its client comes back.
func TestStreamsEndWhenTheAccountIsReplaced(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{Control: true})
	org, app := c.acme()
	id := app("api")[strings.LastIndex(app("api"), "/")+1:]
	req, err := http.NewRequestWithContext(t.Context(), "GET", c.base+"/v4/logs"+strings.TrimPrefix(org, "/v2")+"/applications/"+id+"/logs", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", c.auth)
	resp, err := (&http.Client{Timeout: 20 * time.Second, Transport: network}).Do(req)
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("the stream is answered %v, %v", resp, err)
	}
	defer resp.Body.Close()
	if err := c.e.Reset(nil); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Errorf("the stream ends with %v", err)
	}
}
