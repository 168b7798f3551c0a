package emulator

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// ended reads a stream that ends by itself: the data of its events called name.
func (c *client) ended(path, name string) []any {
	c.t.Helper()
	resp, body := c.send("GET", path, nil)
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/event-stream" {
		c.t.Fatalf("%s: %d %s", path, resp.StatusCode, body)
	}
	out := []any{}
	var last string
	for block := range strings.SplitSeq(strings.TrimSpace(string(body)), "\n\n") {
		var event string
		for line := range strings.SplitSeq(block, "\n") {
			key, value, _ := strings.Cut(line, ": ")
			if key == "event" {
				event, last = value, value
			}
			if key == "data" && event == name {
				var v any
				if err := json.Unmarshal([]byte(value), &v); err != nil {
					c.t.Fatal(err)
				}
				out = append(out, v)
			}
		}
	}
	if last != "END_OF_STREAM" {
		c.t.Errorf("the last event of %s is %s", path, last)
	}
	return out
}

func TestLiveRequests(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, _ := c.v4("stats")
	events := c.ended(base+"/requests-live?until="+iso(start), "REQUESTS_LIVE")
	if len(events) != 1 {
		t.Fatalf("%d events in two seconds, want 1", len(events))
	}
	for _, p := range events[0].([]any) {
		if at(t, p, "city") == "" || at(t, p, "accessCount") != 1.0 {
			t.Errorf("a place is %v", p)
		}
	}
	c.want(404, "GET", base+"/requests-live?applicationId=app_x", nil)
}

func TestNetworkGroupStream(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, id := c.v4("networkgroups")
	one := base + "/networkgroups/" + at(t, c.get(base+"/networkgroups"), 0, "id").(string)
	resp, _ := c.send("POST", one+"/members", map[string]string{"id": id("worker"), "kind": "APPLICATION"})
	if resp.StatusCode != 202 {
		t.Fatalf("a new member is answered %d", resp.StatusCode)
	}
	c.e.Clock().Advance(time.Minute)
	now := start.Add(time.Minute)
	// How it is, and how it became so when one asks from further back.
	if got := c.ended(one+"/stream?until="+iso(now), "NETWORK_GROUP"); len(got) != 1 || len(at(t, got[0], "members").([]any)) != 4 {
		t.Errorf("the stream tells %v", got)
	}
	peer := at(t, c.get(one+"/peers"), 0, "id").(string)
	got := c.ended(one+"/peers/"+peer+"/wireguard/configuration/stream?until="+iso(now), "CONFIGURATION")
	if len(got) != 1 || !strings.Contains(at(t, got[0], "conf").(string), "[Interface]") {
		t.Errorf("the stream of the configuration tells %v", got)
	}
}
