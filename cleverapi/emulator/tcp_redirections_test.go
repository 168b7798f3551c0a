package emulator

import (
	"strconv"
	"testing"
)

// A port belongs to one application of all; closing it frees the number.
func TestTCPRedirections(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, app := c.acme()
	path := app("worker") + "/tcpRedirs"
	if got := c.get(path).([]any); len(got) != 0 {
		t.Errorf("at first there are %v", got)
	}
	seen := map[any]bool{}
	for range 5 {
		made := c.want(200, "POST", path, map[string]string{"namespace": "default"})
		if at(t, made, "namespace") != "default" || seen[at(t, made, "port")] {
			t.Errorf("opened %v", made)
		}
		seen[at(t, made, "port")] = true
	}
	first := strconv.Itoa(int(at(t, c.get(path), 0, "port").(float64)))
	c.want(400, "POST", path, map[string]string{"namespace": "mine"})
	c.want(404, "DELETE", path+"/"+first+"?namespace=cleverapps", nil)
	c.want(404, "DELETE", path+"/"+first, nil)
	c.want(200, "DELETE", path+"/"+first+"?namespace=default", nil)
	c.want(404, "DELETE", path+"/"+first+"?namespace=default", nil)
	if got := c.get(path).([]any); len(got) != 4 {
		t.Errorf("after one was closed there are %v", got)
	}
	if got := c.get(org + "/namespaces"); at(t, got, 0, "namespace") != "cleverapps" || at(t, got, 1, "namespace") != "default" {
		t.Errorf("the namespaces are %v", got)
	}
}
