package emulator

import (
	"strconv"
	"strings"
	"testing"
)

func TestMetrics(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, path := c.acme()
	app := func(name string) string { return strings.TrimPrefix(path(name), org+"/applications/") }
	id := strings.TrimPrefix(org, "/v2/organisations/")
	stats := "/v4/stats/organisations/" + id
	metrics := stats + "/resources/" + app("storefront") + "/metrics"

	all := c.get(metrics + "?interval=PT6H&span=PT1H").([]any)
	if len(all) != 3 || at(t, all, 0, "name") != "cpu" || len(at(t, all, 0, "data").([]any)) != 6 {
		t.Errorf("metrics are %v", all)
	}
	if v, err := strconv.ParseFloat(at(t, all, 0, "data", 0, "value").(string), 64); err != nil || v < 0 || v > 100 {
		t.Errorf("the first value is %v, %v", v, err)
	}
	if some := c.get(metrics + "?only=mem&only=load1").([]any); len(some) != 2 {
		t.Errorf("only two are %v", some)
	}
	// What does not run is not measured.
	if stopped := c.get(stats + "/resources/" + app("docs") + "/metrics?only=cpu").([]any); len(at(t, stopped, 0, "data").([]any)) != 0 {
		t.Errorf("a stopped application measures %v", stopped)
	}
	c.want(400, "GET", metrics+"?span=hour", nil)
	c.want(400, "GET", metrics+"?interval=P300D&span=PT1S", nil)
	c.want(404, "GET", stats+"/resources/app_nobody/metrics", nil)

	count := func(query string) (n float64) {
		for _, part := range c.get(stats + "/http-status-codes" + query).([]any) {
			for _, s := range at(t, part, "statuses").([]any) {
				n += at(t, s, "count").(float64)
			}
		}
		return n
	}
	// One request every 45 seconds.
	if n := count("?applicationId=" + app("storefront")); n != 1920 {
		t.Errorf("%v answers in a day, want 1920", n)
	}
	if n := count(""); n <= 1920 {
		t.Errorf("%v answers of all applications", n)
	}
}

func TestLoadBalancers(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, path := c.acme()
	app := func(name string) string { return strings.TrimPrefix(path(name), org+"/applications/") }
	balancers := "/v4/load-balancers/organisations/" + strings.TrimPrefix(org, "/v2/organisations/") + "/applications/"
	got := c.get(balancers + app("storefront") + "/load-balancers/default")
	if at(t, got, 0, "dns", "cname") != "domain.par.clever-cloud.com." || len(at(t, got, 0, "dns", "a").([]any)) != 2 {
		t.Errorf("load balancers are %v", got)
	}
	c.want(404, "GET", balancers+"app_nobody/load-balancers/default", nil)
}
