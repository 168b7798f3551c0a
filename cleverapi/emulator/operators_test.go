package emulator

import (
	"strings"
	"testing"
	"time"
)

// made creates an add-on in the demo's first organisation and returns it.
func (c *client) made(provider string) map[string]any {
	c.t.Helper()
	org, _ := c.acme()
	v := c.get("/v2/products/addonproviders/" + provider)
	return c.want(200, "POST", org+"/addons", map[string]any{"name": "made", "providerId": provider, "region": "par", "plan": at(c.t, v, "plans", 0, "id")}).(map[string]any)
}

func TestOperators(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, provider string
		has            []any // a path of the view
	}{
		{"keycloak", "keycloak", []any{"initialCredentials", "password"}},
		{"otoroshi", "otoroshi", []any{"api", "swaggerUrl"}},
		{"metabase", "metabase", []any{"resources", "pgsqlId"}},
		{"matomo", "addon-matomo", []any{"resources", "mysqlId"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, Options{})
			real := c.made(tt.provider)["realId"].(string)
			base := "/v4/addon-providers/addon-" + tt.name + "/addons/" + real
			v := c.get(base)
			if s, _ := at(t, v, tt.has...).(string); s == "" {
				t.Errorf("the operator is %v", v)
			}
			org, _ := c.acme()
			entry := org + "/applications/" + at(t, v, "resources", "entrypoint").(string)
			deployments := func() []any { return c.get(entry + "/deployments").([]any) }
			c.e.Clock().Advance(time.Minute)
			if got := at(t, c.get(entry), "state"); got != "SHOULD_BE_UP" || len(deployments()) != 1 {
				t.Errorf("a new operator is %v after %d deployments", got, len(deployments()))
			}
			for i, step := range []struct{ path, cause string }{{"/reboot", "Restart"}, {"/rebuild", "Rebuild"}} {
				c.want(204, "POST", base+step.path, nil)
				if list := deployments(); len(list) != i+2 || at(t, list, 0, "cause") != step.cause || at(t, list, 0, "state") != "WIP" {
					t.Errorf("after %s: %v", step.path, list)
				}
				c.e.Clock().Advance(time.Minute)
				if got := at(t, deployments(), 0, "state"); got != "OK" {
					t.Errorf("%s ends %v", step.path, got)
				}
			}
			for _, other := range operatorKinds() {
				if other.name != tt.name {
					c.want(404, "GET", "/v4/addon-providers/addon-"+other.name+"/addons/"+real, nil)
				}
			}
			_, hasFeatures := v.(map[string]any)["features"]
			if hasFeatures != (tt.name == "keycloak" || tt.name == "otoroshi") {
				t.Errorf("features are there: %v", hasFeatures)
			}
			if tt.name == "matomo" {
				c.want(404, "GET", base+"/version/check", nil)
				return
			}
			check := c.get(base + "/version/check")
			if at(t, check, "needUpdate") != false {
				t.Errorf("a new operator should be updated: %v", check)
			}
			older := at(t, check, "available", 0).(string)
			c.want(200, "POST", base+"/version/update", map[string]string{"targetVersion": older})
			if check := c.get(base + "/version/check"); at(t, check, "needUpdate") != true || at(t, check, "installed") != older {
				t.Errorf("an older version is checked as %v", check)
			}
			c.want(400, "POST", base+"/version/update", map[string]string{"targetVersion": "0"})
		})
	}
}

func TestOperatorInANetworkGroup(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base, id := c.v4("addon-providers/addon-keycloak/addons")
	groups := strings.Replace(base, "addon-providers/addon-keycloak/addons", "networkgroups", 1) + "/networkgroups"
	sso := "/v4/addon-providers/addon-keycloak/addons/" + id("sso")
	if at(t, c.get(sso+"/version/check"), "needUpdate") != true {
		t.Error("an operator of 200 days has nothing to update")
	}
	if at(t, c.get(sso), "features", "networkGroup") != nil {
		t.Error("the operator is in a network group")
	}
	c.want(404, "DELETE", sso+"/networkgroup", nil)
	c.want(202, "POST", sso+"/networkgroup", nil)
	c.e.Clock().Advance(networkDelay)
	if got, want := at(t, c.get(sso), "features", "networkGroup", "id"), at(t, c.get(groups), 1, "id"); got != want {
		t.Errorf("the operator is in %v, the owner has %v", got, want)
	}
	c.want(204, "DELETE", sso+"/networkgroup", nil)
	c.e.Clock().Advance(networkDelay)
	if n := len(c.get(groups).([]any)); n != 1 || at(t, c.get(sso), "features", "networkGroup") != nil {
		t.Errorf("%d network groups are left", n)
	}
}

func TestOtoroshiConfig(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	base := "/v4/addon-providers/addon-otoroshi/addons/" + c.made("otoroshi")["realId"].(string)
	resp, body := c.send("GET", base+"/config.yaml", nil)
	if resp.Header.Get("Content-Type") != "application/yaml" || !strings.Contains(string(body), at(t, c.get(base), "api", "secret").(string)) {
		t.Errorf("the file is %s %s", resp.Header.Get("Content-Type"), body)
	}
}

func TestConfigProviderRestartsWhatUsesIt(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	_, id := c.v4("x")
	_, app := c.acme()
	env := "/v4/addon-providers/config-provider/addons/" + id("shared-settings") + "/env"
	before := len(c.get(app("storefront") + "/deployments").([]any))
	c.want(200, "PUT", env, []map[string]string{{"name": "B", "value": "2"}, {"name": "A", "value": "1"}})
	if got := c.get(env).([]any); len(got) != 2 || at(t, got[0], "name") != "A" {
		t.Errorf("the variables are %v", got)
	}
	if after := len(c.get(app("storefront") + "/deployments").([]any)); after != before+1 {
		t.Errorf("storefront went from %d to %d deployments", before, after)
	}
	if n := len(c.get(app("docs") + "/deployments?action=DEPLOY").([]any)); n != 3 {
		t.Errorf("an application without it has %d deployments", n)
	}
	c.want(400, "PUT", env, []map[string]string{{"name": "not a name", "value": ""}})
	c.want(404, "GET", "/v4/addon-providers/config-provider/addons/"+id("shop-db")+"/env", nil)
}
