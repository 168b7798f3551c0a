package emulator

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// v4 gives the path of the demo's first organisation within a part of v4, and
// the ids of its applications and the real ids of its add-ons by name.
func (c *client) v4(part string) (base string, id func(name string) string) {
	c.t.Helper()
	org, _ := c.acme()
	return "/v4/" + part + strings.TrimPrefix(org, "/v2"), func(name string) string {
		c.t.Helper()
		for _, a := range c.get(org + "/addons").([]any) {
			if m := a.(map[string]any); m["name"] == name {
				return m["realId"].(string)
			}
		}
		return named(c.t, c.get(org+"/applications"), name)["id"].(string)
	}
}

func TestMetricsFollowTheApplication(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, id := c.v4("stats")
	points := func(name, query string) []any {
		return at(t, c.get(base+"/resources/"+id(name)+"/metrics?only=cpu&"+query), 0, "data").([]any)
	}
	list := points("storefront", "interval=P1D&span=PT1H")
	if len(list) != 24 {
		t.Fatalf("%d points in a day of hours, want 24", len(list))
	}
	first, last := at(t, list[0], "timestamp").(float64), at(t, list[23], "timestamp").(float64)
	if want := float64(start.Truncate(time.Hour).UnixMicro()); last != want || last-first != 23*3600e6 {
		t.Errorf("points from %.0f to %.0f, want the last at %.0f microseconds", first, last, want)
	}
	lowest, highest := 100.0, 0.0
	for _, p := range list {
		v, err := strconv.ParseFloat(at(t, p, "value").(string), 64)
		if err != nil || v < 0 || v > 100 {
			t.Fatalf("the value %v is no percentage", at(t, p, "value"))
		}
		lowest, highest = min(lowest, v), max(highest, v)
	}
	if highest < 2*lowest {
		t.Errorf("cpu stays within %v and %v all day", lowest, highest)
	}
	if n := len(points("docs", "interval=PT1H")); n != 0 {
		t.Errorf("a stopped application has %d points", n)
	}
	if n := len(points("docs", "interval=PT1H&fill=true")); n != 60 {
		t.Errorf("a stopped application has %d points when filled, want 60", n)
	}
	if n := len(points("shop-db", "interval=PT1H")); n != 60 {
		t.Errorf("an add-on has %d points, want 60", n)
	}
	// What is deployed now has no past, and points from the moment it serves.
	c.e.Clock().Advance(10 * time.Minute)
	if n := len(points("admin", "interval=PT30M")); n < 8 || n > 30 {
		t.Errorf("an application that was deployed ten minutes ago has %d points", n)
	}
}

func TestMetricsRefuseBadQueries(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, id := c.v4("stats")
	for _, query := range []string{"only=nothing", "interval=1d", "interval=P", "span=PT0S", "interval=P9000D&span=PT1S", "end=yesterday"} {
		c.want(400, "GET", base+"/resources/"+id("api")+"/metrics?"+query, nil)
	}
	c.want(404, "GET", base+"/resources/app_x/metrics", nil)
	c.want(404, "GET", "/v4/stats/organisations/orga_x/resources/"+id("api")+"/metrics", nil)
	if got := at(t, c.want(200, "POST", base+"/resources/"+id("api")+"/tokens/read", map[string]any{"ttl": "P2D"}), "expiresAt"); got != iso(start.Add(2*day)) {
		t.Errorf("the token expires at %v, want two days away", got)
	}
	c.want(400, "POST", base+"/tokens/read", map[string]any{"applications": []string{"everything"}})
}

func TestWebStatsAddUp(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, id := c.v4("stats")
	days := c.get(base + "/http-status-codes?applicationId=" + id("api")).([]any)
	if len(days) != 24 {
		t.Fatalf("%d hours in a day, want 24", len(days))
	}
	answers := 0
	for _, d := range days {
		for _, s := range at(t, d, "statuses").([]any) {
			n := int(at(t, s, "count").(float64))
			if n <= 0 {
				t.Errorf("%v answers of %v", n, at(t, s, "code"))
			}
			answers += n
		}
	}
	visits := 0
	for _, p := range c.get(base + "/requests?applicationId=" + id("api")).([]any) {
		visits += int(at(t, p, "accessCount").(float64))
	}
	if answers == 0 || visits > answers || visits < answers*9/10 {
		t.Errorf("%d answers to %d requests", answers, visits)
	}
	if n := len(c.get(base + "/http-status-codes?applicationId=" + id("next-shop")).([]any)); n != 0 {
		t.Errorf("what was never deployed answered in %d hours", n)
	}
	c.want(404, "GET", base+"/requests?applicationId=app_x", nil)
	c.want(400, "GET", base+"/requests?from=2020-01-01T00:00:00Z", nil)
}

func TestGrafanaIsSwitched(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	self := "/v4/saas/grafana/" + at(t, c.get("/v2/self"), "id").(string)
	c.want(404, "GET", self, nil)
	c.want(404, "POST", self+"/reset", nil)
	c.want(200, "POST", self, nil)
	if at(t, c.get(self), "id").(float64) < 1 {
		t.Error("Grafana has no number")
	}
	c.want(204, "DELETE", self, nil)
	c.want(404, "GET", self, nil)
}
