package emulator

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestHooks(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, _ := c.acme()
	owner := strings.TrimPrefix(org, "/v2/organisations/")
	emails, web := "/v2/notifications/emailhooks/"+owner, "/v2/notifications/webhooks/"+owner
	if n := len(c.get(emails).([]any)); n != 2 {
		t.Errorf("the demo has %d e-mail hooks, want 2", n)
	}
	made := c.want(201, "POST", emails, map[string]any{"name": "n1", "notified": []any{map[string]string{"type": "organisation"}}, "scope": nil, "events": []string{"META_DEPLOYMENT_RESULT"}})
	if _, there := made.(map[string]any)["scope"]; there {
		t.Errorf("a hook for everything has a scope: %v", made)
	}
	c.want(200, "PUT", emails+"/"+at(t, made, "id").(string), map[string]any{"name": "n2", "notified": []any{}})
	if got := at(t, named(t, c.get(emails), "n2"), "id"); got != at(t, made, "id") {
		t.Errorf("the renamed hook has the id %v", got)
	}
	c.want(204, "DELETE", emails+"/"+at(t, made, "id").(string), nil)

	hook := c.want(201, "POST", web, map[string]any{"name": "w1", "urls": []any{map[string]string{"format": "raw", "url": "https://hook.example.com"}}, "scope": []string{"app_x"}, "events": nil})
	if at(t, hook, "state") != "ENABLED" || len(at(t, hook, "failures").([]any)) != 0 {
		t.Errorf("the webhook is %v", hook)
	}
	// An id of one kind is not found among the other.
	resp, body := c.send("DELETE", emails+"/"+at(t, hook, "id").(string), nil)
	if resp.StatusCode != 404 || string(body) != `{"error":"emailhook not found"}` || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("a missing hook is answered %d %s %s", resp.StatusCode, resp.Header.Get("Content-Type"), body)
	}
}

func TestHookRefusals(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, _ := c.acme()
	owner := strings.TrimPrefix(org, "/v2/organisations/")
	for _, tt := range []struct{ path, body, field string }{
		{"webhooks", `{"name":"w"}`, "obj.urls"},
		{"webhooks", `{"name":"w","urls":[{"format":"other","url":"https://e.com"}]}`, "obj.urls"},
		{"emailhooks", `{"name":"e"}`, "obj.notified"},
		{"emailhooks", `{"name":"","notified":[]}`, "obj.name"},
		{"emailhooks", `{"name":"e","notified":[],"events":["NOTHING"]}`, "obj.events"},
	} {
		_, body := c.send("POST", "/v2/notifications/"+tt.path+"/"+owner, tt.body)
		var got map[string]any
		if err := json.Unmarshal(body, &got); err != nil || got[tt.field] == nil {
			t.Errorf("%s is answered %s, want %s", tt.body, body, tt.field)
		}
	}
	if n := len(at(t, c.get("/v2/notifications/info/events"), "meta_events").(map[string]any)); n != 4 {
		t.Errorf("%d groups of events, want 4", n)
	}
}

func TestConsumers(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, _ := c.acme()
	made := c.want(200, "POST", org+"/consumers", map[string]any{"name": "c1", "description": "d", "url": "https://e.com", "picture": "https://e.com/p.png", "baseUrl": "https://e.com", "rights": map[string]bool{"access_organisations": true}})
	one := org + "/consumers/" + at(t, made, "key").(string)
	if at(t, made, "rights", "access_organisations") != true || at(t, made, "rights", "manage_ssh_keys") != false {
		t.Errorf("the rights are %v", at(t, made, "rights"))
	}
	if secret := at(t, c.get(one+"/secret"), "secret").(string); len(secret) != 30 {
		t.Errorf("the secret is %q", secret)
	}
	if got := at(t, c.want(200, "PUT", one, map[string]any{"name": "c2"}), "url"); got != "https://e.com" {
		t.Errorf("a change of the name made the url %v", got)
	}
	c.want(400, "PUT", one, map[string]any{"rights": map[string]bool{"almighty": true}})
	c.want(400, "POST", org+"/consumers", map[string]any{"name": "c3"})
	// A consumer of an organisation is unknown in the personal space.
	c.want(404, "GET", strings.Replace(one, org, "/v2/self", 1), nil)
	c.want(200, "DELETE", one, nil)
	c.want(404, "GET", one+"/secret", nil)
	if n := len(c.get(org + "/consumers").([]any)); n != 1 {
		t.Errorf("%d consumers are left, want 1", n)
	}
}
