package emulator

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// sse is one event as a client reads it.
type sse struct {
	id, name string
	data     map[string]any
}

// readEvent reads the next event that is no heartbeat, and how many there were.
func readEvent(t *testing.T, r *bufio.Reader) (e sse, beats int) {
	t.Helper()
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("the stream ended: %v", err)
		}
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch key {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			if err := json.Unmarshal([]byte(value), &e.data); err != nil {
				t.Fatalf("data of %s: %v", e.name, err)
			}
		case "":
			if e.name != "HEARTBEAT" {
				return e, beats
			}
			beats++
			e = sse{}
		}
	}
}

// open starts a stream in the process.
func open(t *testing.T, ctx context.Context, e *Emulator, auth, path, lastID string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, "GET", "https://api.example.com"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", auth)
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	resp, err := e.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// everything reads a stream to its end.
func everything(t *testing.T, e *Emulator, auth, path, lastID string) (events []sse, end string) {
	t.Helper()
	resp := open(t, t.Context(), e, auth, path, lastID)
	defer resp.Body.Close()
	if got := resp.Header.Get("Content-Type"); resp.StatusCode != 200 || got != "text/event-stream" {
		t.Fatalf("status %d, content type %q", resp.StatusCode, got)
	}
	r := bufio.NewReader(resp.Body)
	for {
		e, _ := readEvent(t, r)
		if e.name == "END_OF_STREAM" {
			return events, e.data["endedBy"].(string)
		}
		events = append(events, e)
	}
}

func TestLogsOfThePast(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	_, app := c.acme()
	logs := "/v4/logs" + strings.TrimPrefix(app("storefront"), "/v2") + "/logs"
	until := "until=" + start.Format(time.RFC3339)
	all, end := everything(t, c.e, c.auth, logs+"?"+until, "")
	if end != "UNTIL_REACHED" || len(all) < 100 {
		t.Fatalf("%d lines, ended by %s", len(all), end)
	}
	var ids []string
	for _, e := range all {
		if e.name != "APPLICATION_LOG" || e.data["id"] != e.id || e.data["severity"] == "" {
			t.Fatalf("the event is %+v", e)
		}
		ids = append(ids, e.id)
	}
	if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Error("ids are not in order, or not unique")
	}
	// A client that was cut off goes on after the last line it has.
	rest, _ := everything(t, c.e, c.auth, logs+"?"+until, ids[40])
	if len(rest) != len(all)-41 || rest[0].id != ids[41] {
		t.Errorf("resumed at %s with %d lines, want %s and %d", rest[0].id, len(rest), ids[41], len(all)-41)
	}
	some, end := everything(t, c.e, c.auth, logs+"?limit=3", "")
	if len(some) != 3 || end != "LIMIT_REACHED" {
		t.Errorf("%d lines with a limit of 3, ended by %s", len(some), end)
	}
	slow, _ := everything(t, c.e, c.auth, logs+"?"+until+"&filter=SLOW%20query", "")
	if len(slow) == 0 || len(slow) >= len(all) || !strings.Contains(slow[0].data["message"].(string), "slow query") {
		t.Errorf("%d of %d lines have what the filter asks", len(slow), len(all))
	}
	for _, query := range []string{"?since=yesterday", "?limit=many"} {
		c.want(400, "GET", logs+query, nil)
	}
	c.want(404, "GET", logs+"?deploymentId=deployment_x", nil)
}

func TestLogsOfADeployment(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	_, app := c.acme()
	path := app("mobile-gateway")
	id := at(t, c.want(200, "POST", path+"/instances", nil), "deploymentId").(string)
	c.e.Clock().Advance(time.Minute)
	lines, _ := everything(t, c.e, c.auth, "/v4/logs"+strings.TrimPrefix(path, "/v2")+"/logs?deploymentId="+id+"&until="+start.Add(time.Minute).Format(time.RFC3339), "")
	var text string
	for _, l := range lines {
		if l.data["deploymentId"] != id {
			t.Fatalf("a line of %v", l.data["deploymentId"])
		}
		text += l.data["message"].(string) + "\n"
	}
	for _, want := range []string{"Starting deployment", "npm ci", "missing environment variable PUSH_API_KEY"} {
		if !strings.Contains(text, want) {
			t.Errorf("the log does not say %q:\n%s", want, text)
		}
	}
}

func TestOtherLogs(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, app := c.acme()
	until := "?until=" + start.Format(time.RFC3339)
	access, _ := everything(t, c.e, c.auth, "/v4/accesslogs"+strings.TrimPrefix(app("storefront"), "/v2")+"/accesslogs"+until, "")
	if len(access) == 0 || access[0].name != "ACCESS_LOG" || at(t, access[0].data, "http", "request", "host") != "www.acme.example" {
		t.Errorf("access logs are %v", access)
	}
	real := named(t, c.get(org+"/addons"), "shop-db")["realId"].(string)
	resource, _ := everything(t, c.e, c.auth, "/v4/logs"+strings.TrimPrefix(org, "/v2")+"/resources/"+real+"/logs"+until, "")
	if len(resource) == 0 || resource[0].name != "RESOURCE_LOG" || resource[0].data["resourceId"] != real {
		t.Errorf("resource logs are %v", resource)
	}
	refused := c.want(404, "GET", "/v4/logs"+strings.TrimPrefix(org, "/v2")+"/resources/nothing/logs", nil)
	if at(t, refused, "context", "OVDErrorFieldContext", "fieldValue") != "nothing" {
		t.Errorf("an unknown resource is answered %v", refused)
	}
}

// A stream without an end beats while nothing happens, tells what comes when
// the clock is moved, and goes away with its client.
func TestLiveStream(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, err := New(Options{Clock: NewClock(start, 0)})
		if err != nil {
			t.Fatal(err)
		}
		env := envMap(e, "")
		auth := "Bearer " + env["CLEVER_API_TOKEN"]
		o := e.state.owners[len(e.state.users)]
		a := find(o.apps, func(a *application) bool { return a.name == "worker" })
		base := "/organisations/" + o.id + "/applications/" + a.id
		ctx, cancel := context.WithCancel(t.Context())
		resp := open(t, ctx, e, auth, "/v4/logs"+base+"/logs?since="+start.Format(time.RFC3339), "")
		redeploy, err := http.NewRequest("POST", "https://api.example.com/v2"+base+"/instances", nil)
		if err != nil {
			t.Fatal(err)
		}
		redeploy.Header.Set("Authorization", auth)
		time.AfterFunc(10*time.Second, func() {
			done, err := e.RoundTrip(redeploy)
			if err != nil || done.StatusCode != 200 {
				t.Errorf("redeploy: %v, %v", done, err)
				return
			}
			_ = done.Body.Close()
			e.Clock().Advance(2 * time.Second)
		})
		began := time.Now()
		got, beats := readEvent(t, bufio.NewReader(resp.Body))
		if !strings.HasPrefix(got.data["message"].(string), "Starting deployment") {
			t.Errorf("the first line is %v", got.data["message"])
		}
		if waited := time.Since(began); beats < 9 || waited < 10*time.Second || waited > 11*time.Second {
			t.Errorf("%d heartbeats in %v, want one a second for ten seconds", beats, waited)
		}
		cancel()
		if _, err := io.ReadAll(resp.Body); err == nil {
			t.Error("the body of a cancelled request ends without an error")
		}
	})
}
