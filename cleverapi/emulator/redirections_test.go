package emulator

import (
	"strconv"
	"testing"
)

func TestRedirections(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, app := c.acme()
	if n := len(c.get(org + "/namespaces").([]any)); n != 2 {
		t.Errorf("%d namespaces, want 2", n)
	}
	if n := len(c.get(app("worker") + "/tcpRedirs").([]any)); n != 1 {
		t.Errorf("the demo's worker has %d redirections, want 1", n)
	}
	api := app("api")
	made := c.want(200, "POST", api+"/tcpRedirs", map[string]string{"namespace": "default"})
	port := strconv.Itoa(int(at(t, made, "port").(float64)))
	c.want(200, "POST", api+"/udpRedirs", map[string]any{"namespace": "cleverapps", "minPort": 5000, "maxPort": 5000})
	if got := at(t, c.get(api+"/udpRedirs"), 0, "port"); got != 5000.0 {
		t.Errorf("the UDP port is %v, want 5000", got)
	}
	// The same port of the same namespace is taken in the zone.
	c.want(409, "POST", app("worker")+"/udpRedirs", map[string]any{"namespace": "cleverapps", "minPort": 5000, "maxPort": 5000})
	c.want(400, "POST", api+"/udpRedirs", map[string]any{"namespace": "cleverapps", "minPort": 80, "maxPort": 90})
	c.want(404, "POST", api+"/tcpRedirs", map[string]string{"namespace": "other"})
	c.want(404, "DELETE", api+"/tcpRedirs/"+port+"?namespace=cleverapps", nil)
	c.want(200, "DELETE", api+"/tcpRedirs/"+port+"?namespace=default", nil)
	c.want(404, "DELETE", api+"/udpRedirs/4999", nil)
	if n := len(c.get(api + "/tcpRedirs").([]any)); n != 0 {
		t.Errorf("%d redirections are left", n)
	}
}

func TestLoadBalancersFollowTheZone(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, id := c.v4("load-balancers")
	apps := base + "/applications/" + id("api") + "/load-balancers/"
	if got := at(t, c.get(apps+"default"), 0, "dns", "cname"); got != "domain.par.clever-cloud.com." {
		t.Errorf("the CNAME is %v", got)
	}
	if n := len(at(t, c.get(apps+"default"), 0, "dns", "a").([]any)); n != 2 {
		t.Errorf("%d A records, want 2", n)
	}
	if n := len(c.get(apps + "dedicated").([]any)); n != 0 {
		t.Errorf("%d dedicated load balancers", n)
	}
	c.want(404, "GET", apps+"other", nil)
}
