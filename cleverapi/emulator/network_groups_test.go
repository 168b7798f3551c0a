package emulator

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestNetworkGroupsShowUpLater(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, id := c.v4("networkgroups")
	base += "/networkgroups"
	const ng = "ng_6c1f5c5e-0000-4000-8000-000000000001"
	body := map[string]any{"id": ng, "label": "backend", "description": nil, "tags": nil, "members": []any{map[string]string{"id": id("storefront"), "kind": "APPLICATION"}}}
	c.want(202, "POST", base, body)
	if n := len(c.get(base).([]any)); n != 1 {
		t.Errorf("%d groups right after the call", n)
	}
	c.want(404, "GET", base+"/"+ng, nil)
	c.e.Clock().Advance(networkDelay)
	g := c.get(base + "/" + ng)
	if got := at(t, g, "members", 0, "domainName"); got != id("storefront")+".m."+ng+".cc-ng.cloud" {
		t.Errorf("the domain of the member is %v", got)
	}
	// A peer for each instance.
	if n := len(at(t, g, "peers").([]any)); n != 2 {
		t.Errorf("%d peers, want one for each of 2 instances", n)
	}
	c.want(409, "POST", base, body)

	external := "external_6c1f5c5e-0000-4000-8000-000000000002"
	c.want(202, "POST", base+"/"+ng+"/external-peers", map[string]string{"peerRole": "CLIENT", "publicKey": "K", "label": "p", "parentMember": id("storefront")})
	resp, _ := c.send("POST", base+"/"+ng+"/members", map[string]string{"id": external, "label": "laptop", "kind": "EXTERNAL"})
	if resp.StatusCode != 202 {
		t.Fatalf("a member is answered %d", resp.StatusCode)
	}
	c.want(404, "GET", base+"/"+ng+"/members/"+external, nil)
	c.e.Clock().Advance(networkDelay)
	c.get(base + "/" + ng + "/members/" + external)
	peer := at(t, c.want(202, "POST", base+"/"+ng+"/external-peers", map[string]string{"peerRole": "CLIENT", "publicKey": "KEY", "label": "laptop", "parentMember": external}), "peerId").(string)
	c.e.Clock().Advance(networkDelay)
	if got := at(t, c.get(base+"/"+ng+"/peers/"+peer), "endpoint", "type"); got != "ClientEndpoint" {
		t.Errorf("the peer is a %v", got)
	}
	types := map[any]int{}
	for _, v := range c.get(base + "/search?query=laptop").([]any) {
		types[at(t, v, "type")]++
	}
	if types["Member"] != 1 || types["ExternalPeer"] != 1 || len(types) != 2 {
		t.Errorf("the search finds %v", types)
	}

	v := c.get(base + "/" + ng + "/peers/" + peer + "/wireguard/configuration")
	text, err := base64.StdEncoding.DecodeString(at(t, v, "configuration").(string))
	if err != nil || strings.Count(string(text), "[Peer]") != 3 || strings.Contains(string(text), "KEY") {
		t.Errorf("the configuration is %v %s", err, text)
	}
	u, err := url.Parse(at(t, c.get(base+"/"+ng+"/peers/"+peer+"/wireguard/configuration/presigned-url"), "url").(string))
	if err != nil {
		t.Fatal(err)
	}
	if _, file := c.with("").send("GET", u.RequestURI(), nil); string(file) != string(text) {
		t.Errorf("the file behind the address is %s", file)
	}
	c.with("").want(404, "GET", u.Path+"?signature=x", nil)

	// A member takes its peers with it.
	c.want(204, "DELETE", base+"/"+ng+"/members/"+external, nil)
	c.e.Clock().Advance(networkDelay)
	c.want(404, "GET", base+"/"+ng+"/peers/"+peer, nil)
	c.want(202, "DELETE", base+"/"+ng, nil)
	c.get(base + "/" + ng)
	c.e.Clock().Advance(networkDelay)
	c.want(404, "GET", base+"/"+ng, nil)
}

func TestPeersFollowTheInstances(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, id := c.v4("networkgroups")
	const ng = "ng_6c1f5c5e-0000-4000-8000-000000000003"
	c.want(202, "POST", base+"/networkgroups", map[string]any{"id": ng, "label": "l", "members": []any{map[string]string{"id": id("worker")}, map[string]string{"id": id("shop-db")}}})
	c.e.Clock().Advance(time.Minute)
	peers := func() int { return len(c.get(base + "/networkgroups/" + ng + "/peers").([]any)) }
	if n := peers(); n != 2 {
		t.Errorf("%d peers, want one of the application and one of the add-on", n)
	}
	_, app := c.acme()
	c.want(200, "DELETE", app("worker")+"/instances", nil)
	c.e.Clock().Advance(time.Minute)
	if n := peers(); n != 1 {
		t.Errorf("%d peers once the application is stopped, want 1", n)
	}
}

func TestNetworkGroupRefusals(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, id := c.v4("networkgroups")
	for _, body := range []any{
		map[string]any{"id": "x", "label": "l"},
		map[string]any{"id": "ng_x", "label": " "},
		map[string]any{"id": "ng_x", "label": "l", "members": []any{map[string]string{"id": id("api"), "kind": "ADDON"}}},
	} {
		c.want(400, "POST", base+"/networkgroups", body)
	}
	c.want(404, "POST", base+"/networkgroups", map[string]any{"id": "ng_x", "label": "l", "members": []any{map[string]string{"id": "app_x"}}})
}
