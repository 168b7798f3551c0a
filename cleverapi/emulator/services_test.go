package emulator

import (
	"net/url"
	"testing"
)

func TestFunctionsAreDeployed(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, _ := c.v4("functions")
	made := c.want(201, "POST", base+"/functions", map[string]any{"name": "thumbs", "environment": map[string]string{"A": "1"}, "maxInstances": 2, "maxMemory": 1 << 20})
	one := base + "/functions/" + at(t, made, "id").(string)
	if got := at(t, c.want(200, "PUT", one, map[string]any{"name": "thumbnails"}), "environment", "A"); got != "1" {
		t.Errorf("a new name made the variable %v", got)
	}
	c.want(400, "POST", base+"/functions", map[string]any{"maxInstances": 0})
	c.want(400, "POST", one+"/deployments", map[string]string{"platform": "COBOL"})
	d := c.want(201, "POST", one+"/deployments", map[string]string{"name": "v1", "platform": "RUST"})
	deployment := one + "/deployments/" + at(t, d, "id").(string)
	u, err := url.Parse(at(t, d, "uploadUrl").(string))
	if err != nil {
		t.Fatal(err)
	}
	if resp, _ := c.with("").send("PUT", u.RequestURI(), "wasm"); resp.StatusCode != 200 {
		t.Fatalf("the upload is answered %d", resp.StatusCode)
	}
	c.with("").want(404, "PUT", u.Path+"?signature=x", "wasm")
	status := func() any { return at(t, c.get(deployment), "status") }
	if status() != "WAITING_FOR_UPLOAD" {
		t.Errorf("before it is triggered it is %v", status())
	}
	c.want(204, "POST", deployment+"/trigger", nil)
	c.want(409, "POST", deployment+"/trigger", nil)
	if status() != "PACKAGING" {
		t.Errorf("right after it is triggered it is %v", status())
	}
	c.e.Clock().Advance(packagingTime)
	if status() != "DEPLOYING" {
		t.Errorf("then it is %v", status())
	}
	c.e.Clock().Advance(launchTime)
	if status() != "READY" {
		t.Errorf("at last it is %v", status())
	}
	empty := one + "/deployments/" + at(t, c.want(201, "POST", one+"/deployments", map[string]string{"platform": "RUST"}), "id").(string)
	c.want(204, "POST", empty+"/trigger", nil)
	if v := c.get(empty); at(t, v, "status") != "ERROR" || at(t, v, "errorReason") == nil {
		t.Errorf("without code the deployment is %v", v)
	}
	c.want(404, "GET", one+"/trigger-pulsar", nil)
	c.want(200, "POST", one+"/trigger-pulsar", map[string]any{"pulsar_topic_fqdn": "persistent://a/b/c", "pulsar_url": "pulsar://example.com"})
	if got := at(t, c.get(one+"/trigger-pulsar"), "external"); got != true {
		t.Errorf("the trigger is external: %v", got)
	}
	c.want(204, "DELETE", one, nil)
	c.want(404, "GET", deployment, nil)
}

func TestPulsar(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base := "/v4/addon-providers/addon-pulsar/addons/" + c.made("addon-pulsar")["realId"].(string)
	token := at(t, c.get(base), "token")
	if after := at(t, c.want(200, "PATCH", base+"/renew-biscuit", nil), "token"); after == token {
		t.Error("the token stayed")
	}
	c.want(204, "POST", base+"/topics/orders?partitionsNumber=3", nil)
	c.want(409, "POST", base+"/topics/orders", nil)
	c.want(204, "POST", base+"/non-persistent-topics/orders", nil)
	if n := len(c.get(base + "/topics?partitioned=false").([]any)); n != 0 {
		t.Errorf("%d topics without partitions", n)
	}
	if n := len(c.get(base + "/topics").([]any)); n != 1 {
		t.Errorf("%d persistent topics, want 1", n)
	}
	if at(t, c.want(200, "POST", base+"/topics/orders/token", nil), "token") == "" {
		t.Error("the topic has no token")
	}
	c.want(204, "PUT", base+"/topics/orders/unload", nil)
	c.want(204, "DELETE", base+"/topics/orders", nil)
	c.want(404, "DELETE", base+"/topics/orders", nil)
	c.want(201, "PATCH", base+"/storage-policies", map[string]any{"retentionPolicies": map[string]int{"durationInMinutes": 2880}})
	if v := c.get(base + "/storage-policies"); at(t, v, "retentionPolicies", "durationInDays") != 2.0 || at(t, v, "offloadPolicies", "sizeInMB") != nil {
		t.Errorf("the policies are %v", v)
	}
	cluster := at(t, c.get(base), "cluster_id").(string)
	if got := at(t, c.get("/v4/addon-providers/addon-pulsar/clusters/"+cluster), "zone"); got != "par" {
		t.Errorf("the cluster is in %v", got)
	}
}

func TestDatabaseUsers(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, _ := c.acme()
	base, id := c.v4("postgresql")
	base += "/postgresql/" + id("shop-db")
	first := at(t, c.get(base+"/users"), 0)
	envPath := org + "/addons/" + named(t, c.get(org+"/addons"), "shop-db")["id"].(string) + "/env"
	if got := named(t, c.get(envPath), "POSTGRESQL_ADDON_PASSWORD")["value"]; got != at(t, first, "password") {
		t.Errorf("the first user has the password %v, the environment %v", at(t, first, "password"), got)
	}
	after := at(t, c.want(200, "POST", base+"/users/"+at(t, first, "id").(string)+"/rotate-password", nil), "password")
	if got := named(t, c.get(envPath), "POSTGRESQL_ADDON_PASSWORD")["value"]; got != after || after == at(t, first, "password") {
		t.Errorf("after the rotation the password is %v, the environment has %v", after, got)
	}
	c.want(400, "DELETE", base+"/users/"+at(t, first, "id").(string), nil)
	made := c.want(200, "POST", base+"/users", nil)
	user := base + "/users/" + at(t, made, "id").(string)
	if got := at(t, c.want(200, "PATCH", user, map[string]bool{"createRole": true}), "privileges", "createRole"); got != true {
		t.Errorf("the user may create roles: %v", got)
	}
	privileges := c.get(base + "/users/privileges/databases?userId=" + at(t, made, "id").(string))
	oid := jsonNumber(at(t, privileges, 0, "oid"))
	if got := at(t, c.want(200, "PATCH", user+"/privileges/databases/"+oid, map[string]bool{"read": true}), "privileges", "read"); got != true {
		t.Errorf("the user may read: %v", got)
	}
	c.want(204, "DELETE", user, nil)
	c.want(404, "PATCH", user, map[string]bool{"login": false})

	database := base + "/databases/" + at(t, c.get(base+"/databases"), 0, "id").(string)
	c.want(200, "PATCH", database, map[string]string{"mode": "READ_ONLY"})
	if got := at(t, c.get(database), "mode"); got != "READ_ONLY" {
		t.Errorf("the database is %v", got)
	}
	c.want(400, "PATCH", database, map[string]string{"mode": "ROUND"})
}

func TestRegistries(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, _ := c.acme()
	base := "/v4/tenants" + org[len("/v2/organisations"):] + "/container-registry"
	made := c.want(200, "POST", base, map[string]any{"tokens": []any{
		map[string]any{"index": 1, "token": map[string]any{"rights": "READ", "expiresInDays": 2}},
		map[string]any{"index": 2, "token": map[string]any{"rights": "EVERYTHING"}},
	}})
	if at(t, made, "tokens", 0, "index") != 1.0 || at(t, made, "errors", 0, "index") != 2.0 {
		t.Errorf("the registry is made with %v", made)
	}
	one := base + "/" + at(t, made, "registry", "id").(string)
	if n := len(at(t, c.get(one), "statuses").([]any)); n != 1 {
		t.Errorf("%d statuses at first, want 1", n)
	}
	c.e.Clock().Advance(registryTime)
	if got := at(t, c.get(one), "statuses", 1, "state"); got != "PROVISIONED" {
		t.Errorf("then the registry is %v", got)
	}
	token := one + "/tokens/" + at(t, made, "tokens", 0, "token", "id").(string)
	c.e.Clock().Advance(3 * day)
	if got := at(t, c.get(one+"/tokens"), 0, "isActive"); got != false {
		t.Errorf("a token that expired is active: %v", got)
	}
	renewed := c.want(200, "POST", token+"/renew", map[string]int{"expiresInDays": 5})
	if at(t, renewed, "token", "isActive") != true || at(t, renewed, "biscuitToken") == at(t, made, "tokens", 0, "biscuitToken") {
		t.Errorf("the renewed token is %v", renewed)
	}
	c.want(400, "POST", token+"/renew", map[string]int{"expiresInDays": 0})
	c.want(204, "DELETE", token, nil)
	c.want(404, "DELETE", token, nil)
	c.want(200, "DELETE", one, nil)
	c.want(404, "GET", one, nil)
}

func TestTelemetry(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, _ := c.v4("otel")
	c.want(400, "POST", base+"/namespaces", map[string]string{"location": "moon"})
	made := c.want(200, "POST", base+"/namespaces", map[string]string{"location": "par"})
	one := base + "/namespaces/" + at(t, made, "id").(string)
	service := c.want(200, "POST", one+"/services", map[string]string{"name": "api"})
	if at(t, service, "writeToken") == at(t, made, "readToken") || at(t, service, "gatewayEndpoint") != at(t, made, "gatewayEndpoint") {
		t.Errorf("the service is %v", service)
	}
	c.want(400, "POST", one+"/services", map[string]string{"name": "api"})
	c.want(204, "DELETE", one, nil)
	if n := len(c.get(base + "/namespaces").([]any)); n != 0 {
		t.Errorf("%d namespaces are left", n)
	}
}
