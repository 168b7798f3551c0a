package emulator

import (
	"testing"
	"time"
)

func TestDrainsAreSwitchedInTime(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, id := c.v4("drains")
	drains := base + "/resources/" + id("api") + "/drains"
	made := c.want(200, "POST", drains, map[string]any{"kind": "LOG", "recipient": map[string]string{"type": "RAW_HTTP", "url": "https://logs.example.com", "username": "u", "password": "p"}})
	one := drains + "/" + at(t, made, "id").(string)
	status := func() any { return at(t, c.get(one), "status", "status") }
	if status() != "CREATED" || at(t, made, "execution", "status") != "NOT_RUNNING" {
		t.Errorf("a new drain is %v", made)
	}
	c.e.Clock().Advance(time.Second)
	if status() != "ENABLING" {
		t.Errorf("after a second it is %v", status())
	}
	c.e.Clock().Advance(2 * time.Second)
	if v := c.get(one); status() != "ENABLED" || at(t, v, "execution", "status") != "RUNNING" || at(t, v, "backlog", "msgRateOut").(float64) <= 0 {
		t.Errorf("after three seconds it is %v", v)
	}
	c.want(200, "PUT", one+"/disable", nil)
	if status() != "DISABLING" {
		t.Errorf("right after being disabled it is %v", status())
	}
	c.e.Clock().Advance(3 * time.Second)
	if status() != "DISABLED" {
		t.Errorf("three seconds after being disabled it is %v", status())
	}
	if n := len(c.get(drains + "?status=ENABLED").([]any)); n != 0 {
		t.Errorf("%d drains are enabled", n)
	}
	// The two forms of the path are the same drains.
	if n := len(c.get(base + "/applications/" + id("api") + "/drains").([]any)); n != 1 {
		t.Errorf("%d drains by the application's form, want 1", n)
	}
	if got := at(t, c.want(200, "DELETE", one, nil), "status", "status"); got != "DELETED" {
		t.Errorf("a deleted drain is %v", got)
	}
	if got := at(t, c.want(404, "GET", one, nil), "context", "OVDErrorFieldContext", "fieldName"); got != "id" {
		t.Errorf("the refusal is about the field %v", got)
	}
}

func TestDrainThatNobodyReceives(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, id := c.v4("drains")
	drains := base + "/resources/" + id("worker") + "/drains"
	v := at(t, c.get(drains+"?executionStatus=RETRYING"), 0)
	before := at(t, v, "backlog", "msgBacklog").(float64)
	if at(t, v, "execution", "lastError") == nil || at(t, v, "execution", "attempt") != float64(drainAttempts) || before == 0 {
		t.Errorf("the drain is %v", v)
	}
	one := drains + "/" + at(t, v, "id").(string)
	if got := c.want(200, "POST", one+"/check", nil); at(t, got, "ok") != false || at(t, got, "message") == nil {
		t.Errorf("the check says %v", got)
	}
	c.want(200, "PATCH", one+"/reset-cursor", nil)
	c.e.Clock().Advance(time.Minute)
	if after := at(t, c.get(one), "backlog", "msgBacklog").(float64); after == 0 || after >= before {
		t.Errorf("the backlog went from %v to %v", before, after)
	}
	if got := c.want(200, "DELETE", base+"/drains", nil).([]any); len(got) != 2 {
		t.Errorf("%d drains of the owner are deleted, want 2", len(got))
	}
}

func TestDrainRecipients(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		to   recipient
		good bool
	}{
		{"datadog", recipient{Type: "DATADOG", URL: "https://http-intake.logs.datadoghq.com/api/v2/logs?dd-api-key=K"}, true},
		{"newrelic", recipient{Type: "NEWRELIC", URL: "https://log-api.eu.newrelic.com/log/v1", APIKey: "K"}, true},
		{"newrelic without key", recipient{Type: "NEWRELIC", URL: "https://log-api.eu.newrelic.com/log/v1"}, false},
		{"elasticsearch", recipient{Type: "ELASTICSEARCH", URL: "https://es.example.com/_bulk", Index: "i"}, true},
		{"elasticsearch without _bulk", recipient{Type: "ELASTICSEARCH", URL: "https://es.example.com/"}, false},
		{"syslog over tcp", recipient{Type: "SYSLOG_TCP", URL: "tcp://h:1", Structured: `a="b"`}, true},
		{"syslog over udp with tcp", recipient{Type: "SYSLOG_UDP", URL: "tcp://h:1"}, false},
		{"ovh", recipient{Type: "OVH_TCP", URL: "tcp://h:1", Token: "t"}, true},
		{"betterstack without token", recipient{Type: "BETTERSTACK", URL: "https://x.betterstackdata.com"}, false},
		{"unknown type", recipient{Type: "PIGEON", URL: "https://x.example.com"}, false},
		{"no url", recipient{Type: "RAW_HTTP"}, false},
	} {
		if err := tt.to.check(); (err == nil) != tt.good {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
