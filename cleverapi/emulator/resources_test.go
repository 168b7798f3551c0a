package emulator

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestApplicationLife(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, _ := c.acme()
	runtimes := c.get("/v2/products/instances").([]any)
	node := runtimes[slices.IndexFunc(runtimes, func(v any) bool { return at(t, v, "variant", "slug") == "node" })]
	made := c.want(200, "POST", org+"/applications", map[string]any{
		"deploy": "git", "description": "new", "name": "new", "zone": "rbx", "instanceType": at(t, node, "type"), "instanceVersion": at(t, node, "version"),
		"instanceVariant": at(t, node, "variant", "id"), "minFlavor": "XS", "maxFlavor": "XS", "minInstances": 1, "maxInstances": 1,
		"instanceLifetime": "REGULAR", "env": map[string]string{"A": "1"}, "somethingElse": []int{1},
	})
	path := org + "/applications/" + at(t, made, "id").(string)
	for _, tt := range []struct {
		path []any
		want any
	}{
		{[]any{"state"}, "SHOULD_BE_DOWN"}, {[]any{"commitId"}, nil}, {[]any{"zone"}, "rbx"}, {[]any{"instance", "variant", "slug"}, "node"},
		{[]any{"env", 0, "value"}, "1"}, {[]any{"deployment", "type"}, "GIT"}, {[]any{"last_deploy"}, 0.0},
	} {
		if got := at(t, made, tt.path...); got != tt.want {
			t.Errorf("%v is %v, want %v", tt.path, got, tt.want)
		}
	}
	// One key is written, the others stay.
	c.want(200, "PUT", path, map[string]any{"homogeneous": true})
	c.want(200, "PUT", path, map[string]any{"name": "renamed"})
	if got := c.get(path); at(t, got, "name") != "renamed" || at(t, got, "homogeneous") != true || at(t, got, "description") != "new" {
		t.Errorf("after two changes: %v", got)
	}
	c.want(200, "DELETE", path, nil)
	c.want(404, "GET", path, nil)
	for name, body := range map[string]any{
		"no name":         map[string]any{"instanceType": "node"},
		"unknown zone":    map[string]any{"name": "x", "instanceType": "node", "zone": "moon"},
		"unknown variant": map[string]any{"name": "x", "instanceVariant": "nope"},
		"wrong type":      map[string]any{"name": 3},
		"bad variable":    map[string]any{"name": "x", "instanceType": "node", "env": map[string]string{"a b": "1"}},
	} {
		if _, text := c.send("POST", org+"/applications", body); !strings.Contains(string(text), `"type":"error"`) {
			t.Errorf("%s: answered %s", name, text)
		}
	}
	if n := len(c.get(org + "/applications").([]any)); n != 10 {
		t.Errorf("%d applications after all, want 10", n)
	}
}

func TestEnv(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	_, app := c.acme()
	path := app("docs")
	c.want(200, "PUT", path+"/env", map[string]string{"B": "2", "A": "1"})
	c.want(200, "PUT", path+"/env/C", map[string]string{"value": ""})
	c.want(200, "DELETE", path+"/env/A", nil)
	c.want(200, "DELETE", path+"/env/A", nil)
	list := c.get(path + "/env").([]any)
	if len(list) != 2 || at(t, list, 0, "name") != "B" || at(t, list, 1, "value") != "" {
		t.Errorf("the environment is %v", list)
	}
	refused := c.want(400, "PUT", path+"/env?check=true", map[string]string{"good": "1", "not good": "2"})
	if at(t, refused, "id") != 557.0 || len(at(t, refused, "fields").(map[string]any)) != 1 {
		t.Errorf("a wrong name is answered %v", refused)
	}
	c.want(400, "PUT", path+"/env/C", map[string]string{})
	c.want(200, "PUT", path+"/exposed_env", map[string]string{"URL": "u"})
	if got := c.get(path + "/exposed_env"); at(t, got, "URL") != "u" {
		t.Errorf("the published configuration is %v", got)
	}
}

func TestDomains(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	_, app := c.acme()
	path := app("worker") + "/vhosts"
	if got := at(t, c.want(404, "GET", path+"/favourite", nil), "id"); got != 4021.0 {
		t.Errorf("no favourite has the id %v, want 4021", got)
	}
	for _, d := range []string{"/www.foo.example%2Fpath", "/*.bar.example", "/%2A.baz.example", "/UPPER.example"} {
		c.want(200, "PUT", path+d, nil)
	}
	var got []string
	for _, v := range c.get(path).([]any)[1:] {
		got = append(got, at(t, v, "fqdn").(string))
	}
	if want := []string{"www.foo.example/path", "*.bar.example/", "*.baz.example/", "upper.example/"}; !slices.Equal(got, want) {
		t.Errorf("domains are %v, want %v", got, want)
	}
	c.want(200, "PUT", path+"/favourite", map[string]string{"fqdn": "www.foo.example/path"})
	if got := at(t, c.get(path+"/favourite"), "fqdn"); got != "www.foo.example/path" {
		t.Errorf("the favourite is %v", got)
	}
	c.want(400, "PUT", path+"/favourite", map[string]string{"fqdn": "not.mine.example"})
	c.want(200, "DELETE", path+"/www.foo.example%2Fpath", nil)
	c.want(404, "GET", path+"/favourite", nil)
	for _, tt := range []struct{ domain, text string }{
		{"192.0.2.1", "Domain cannot be an IP address"}, {"a_b", "Invalid domain"}, {"www.acme.example", "is already taken"}, {"x.services.clever-cloud.com", "You are not allowed to use"},
	} {
		refused := c.want(403, "PUT", path+"/"+tt.domain, nil)
		if at(t, refused, "id") != 999.0 || !strings.Contains(at(t, refused, "message").(string), tt.text) {
			t.Errorf("%s is answered %v", tt.domain, refused)
		}
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, app := c.acme()
	docs, worker := app("docs"), app("worker")
	cache := named(t, c.get(org+"/addons"), "shop-cache")["id"].(string)
	c.want(400, "POST", docs+"/addons", "not JSON")
	c.want(404, "POST", docs+"/addons", `"addon_x"`)
	c.want(200, "POST", docs+"/addons", `"`+cache+`"`)
	env := c.get(docs + "/addons/env")
	if at(t, env, 0, "addon_name") != "shop-cache" || !strings.HasPrefix(named(t, at(t, env, 0, "env"), "REDIS_URL")["value"].(string), "redis://") {
		t.Errorf("the linked environment is %v", env)
	}
	id := worker[strings.LastIndex(worker, "/")+1:]
	c.want(200, "PUT", worker+"/exposed_env", map[string]string{"WORKER": "1"})
	c.want(200, "PUT", docs+"/dependencies/"+id, nil)
	if got := c.get(docs + "/dependencies/env"); at(t, got, 0, "app_name") != "worker" || at(t, got, 0, "env", 0, "name") != "WORKER" {
		t.Errorf("the environment of dependencies is %v", got)
	}
	if got := c.get(worker + "/dependents"); at(t, got, 0, "name") != "docs" {
		t.Errorf("dependents are %v", got)
	}
	c.want(200, "DELETE", docs+"/addons/"+cache, nil)
	c.want(404, "DELETE", docs+"/addons/"+cache, nil)
	// What is deleted is no dependency any more.
	c.want(200, "DELETE", worker, nil)
	if got := c.get(docs + "/dependencies").([]any); len(got) != 0 {
		t.Errorf("dependencies are %v", got)
	}
}

func TestAddons(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, app := c.acme()
	pg := c.get("/v2/products/addonproviders/postgresql-addon")
	plan := at(t, pg, "plans", 0, "id")
	body := map[string]any{"name": "pg", "plan": plan, "providerId": "postgresql-addon", "region": "par", "options": map[string]string{"version": "16"}}
	made := c.want(200, "POST", org+"/addons", body)
	path := org + "/addons/" + at(t, made, "id").(string)
	if !strings.HasPrefix(at(t, made, "realId").(string), "postgresql_") || at(t, made, "plan", "slug") != "dev" {
		t.Errorf("the new add-on is %v", made)
	}
	env := c.get(path + "/env")
	var names []any
	for _, v := range env.([]any) {
		names = append(names, at(t, v, "name"))
	}
	if keys := at(t, made, "configKeys").([]any); !slices.Equal(keys, names) {
		t.Errorf("config keys are %v, names are %v", keys, names)
	}
	c.want(200, "PUT", path, map[string]string{"name": "other"})
	if got := at(t, c.get(path), "name"); got != "other" {
		t.Errorf("renamed to %v", got)
	}
	body["options"] = map[string]string{"version": "1"}
	if got := at(t, c.want(503, "POST", org+"/addons", body), "id"); got != -500.0 {
		t.Errorf("a refusal of the provider has the id %v, want -500", got)
	}
	body["options"], body["region"] = nil, "moon"
	c.want(400, "POST", org+"/addons", body)
	body["plan"] = "plan_x"
	c.want(404, "POST", org+"/addons", body)
	db := named(t, c.get(org+"/addons"), "shop-db")["id"].(string)
	c.want(200, "DELETE", org+"/addons/"+db, nil)
	for _, v := range c.get(app("api") + "/addons").([]any) {
		if at(t, v, "id") == db {
			t.Error("a deleted add-on is still linked")
		}
	}
}

// The CLI stops with an internal error when this is not so.
func TestPlansHaveAType(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	for _, v := range c.get("/v2/products/addonproviders").([]any) {
		for _, p := range at(t, v, "plans").([]any) {
			if kind := at(t, p, "features", 0); at(t, kind, "name_code") != "type" || !slices.Contains([]any{"Shared", "Dedicated"}, at(t, kind, "value")) {
				t.Errorf("%v, plan %v: the first feature is %v", at(t, v, "id"), at(t, p, "slug"), kind)
			}
		}
	}
	c.want(404, "GET", "/v4/addon-providers/config-provider", nil)
	if got := c.get("/v4/addon-providers/postgresql-addon"); at(t, got, "dedicated", at(t, got, "defaultDedicatedVersion")) == nil {
		t.Errorf("the default version is not offered: %v", got)
	}
}

func TestAPITokens(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	body := map[string]any{"email": "camille.martin@example.com", "password": "correct-horse-battery-staple", "name": "new", "description": "", "expirationDate": time.Now().AddDate(0, 1, 0).Format(time.RFC3339)}
	made := c.want(200, "POST", "/api-tokens", body)
	bearer := c.with("Bearer " + at(t, made, "apiToken").(string))
	bearer.get("/v2/self")
	id := at(t, made, "apiTokenId").(string)
	c.want(204, "PUT", "/api-tokens/"+id, map[string]string{"name": "renamed"})
	found := named(t, c.get("/api-tokens"), "renamed")
	if found["apiTokenId"] != id || found["state"] != "ACTIVE" {
		t.Errorf("listed as %v", found)
	}
	if _, shown := found["apiToken"]; shown {
		t.Error("the list shows a token")
	}
	c.want(204, "DELETE", "/api-tokens/"+id, nil)
	bearer.want(401, "GET", "/v2/self", nil)
	c.want(404, "DELETE", "/api-tokens/"+id, nil)
	for _, tt := range []struct {
		name, key string
		value     any
		status    int
		code      string
	}{
		{"wrong password", "password", "x", 401, "invalid-credential"},
		{"another person", "email", "noe.petit@acme.example", 401, "invalid-credential"},
		{"no name", "name", "", 400, ""},
		{"no date", "expirationDate", nil, 400, ""},
		{"two years", "expirationDate", time.Now().AddDate(2, 0, 0).Format(time.RFC3339), 400, ""},
		{"yesterday", "expirationDate", start.AddDate(0, 0, -1).Format(time.RFC3339), 400, ""},
		{"no date at all", "expirationDate", "soon", 400, ""},
	} {
		wrong := maps.Clone(body)
		wrong[tt.key] = tt.value
		got := c.want(tt.status, "POST", "/api-tokens", wrong)
		if tt.code != "" && at(t, got, "code") != tt.code {
			t.Errorf("%s: code %v, want %s", tt.name, at(t, got, "code"), tt.code)
		}
	}
}

func TestTOTP(t *testing.T) {
	t.Parallel()
	seed := Demo()
	// The secret and two of the codes of RFC 6238, appendix B, cut to six digits.
	const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	for at, code := range map[int64]string{59: "287082", 1111111109: "081804"} {
		if !validTOTP(secret, code, time.Unix(at, 0)) || validTOTP(secret, code, time.Unix(at+90, 0)) {
			t.Errorf("the code %s is not taken at %d, or later too", code, at)
		}
	}
	seed.User.TOTP = secret
	c := newClient(t, Options{Seed: seed})
	if got := at(t, c.get("/v2/self"), "preferredMFA"); got != "TOTP" {
		t.Errorf("preferredMFA is %v", got)
	}
	body := map[string]any{"email": seed.User.Email, "password": seed.User.Password, "name": "n", "expirationDate": time.Now().AddDate(0, 1, 0).Format(time.RFC3339)}
	if got := at(t, c.want(401, "POST", "/api-tokens", body), "code"); got != "invalid-mfa-code" {
		t.Errorf("without a code: %v", got)
	}
	body["mfaCode"] = totpCode([]byte("12345678901234567890"), time.Now().Unix()/30)
	c.want(200, "POST", "/api-tokens", body)
}

func TestOAuthTokens(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	current := at(t, c.get("/v2/self/tokens/current"), "token").(string)
	list := c.get("/v2/self/tokens").([]any)
	if len(list) != 2 {
		t.Fatalf("%d tokens, want 2", len(list))
	}
	for _, v := range list {
		if token := at(t, v, "token").(string); token != current {
			c.want(200, "DELETE", "/v2/self/tokens/"+token, nil)
		}
	}
	bearer := c.with("Bearer " + envMap(c.e, c.base)["CLEVER_API_TOKEN"])
	bearer.want(404, "GET", "/v2/self/tokens/current", nil)
	c.want(200, "DELETE", "/v2/self/tokens", nil)
	c.want(401, "GET", "/v2/self", nil)
	bearer.get("/v2/self")
}

func TestEmailsAndKeys(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	c.want(200, "PUT", "/v2/self/emails/third%40example.com", "") // as the CLI does
	for _, tt := range []struct {
		email string
		id    float64
	}{{"third@example.com", 101}, {"noe.petit@acme.example", 1004}, {"nonsense", 550}} {
		if got := at(t, c.want(400, "PUT", "/v2/self/emails/"+tt.email, nil), "id"); got != tt.id {
			t.Errorf("%s: id %v, want %v", tt.email, got, tt.id)
		}
	}
	c.want(200, "PUT", "/v2/self/emails/third@example.com", map[string]bool{"make_primary": true})
	if got := at(t, c.get("/v2/self"), "email"); got != "third@example.com" {
		t.Errorf("the primary address is %v", got)
	}
	c.want(200, "DELETE", "/v2/self/emails/camille.martin@example.com", nil)
	c.want(404, "DELETE", "/v2/self/emails/camille.martin@example.com", nil)

	c.want(200, "PUT", "/v2/self/keys/my%20key", `"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHUq me@host"`)
	if got := named(t, c.get("/v2/self/keys"), "my key"); len(got["fingerprint"].(string)) != 47 {
		t.Errorf("the key is %v", got)
	}
	if got := at(t, c.want(400, "PUT", "/v2/self/keys/bad", `"nonsense"`), "id"); got != 505.0 {
		t.Errorf("a bad key has the id %v, want 505", got)
	}
	c.want(200, "DELETE", "/v2/self/keys/my%20key", nil)
	c.want(404, "DELETE", "/v2/self/keys/my%20key", nil)
}

func TestMembersAndOrganisations(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, _ := c.acme()
	members := c.get(org + "/members").([]any)
	if len(members) != 3 || at(t, members, 0, "role") != "ADMIN" {
		t.Fatalf("members are %v", members)
	}
	noe := org + "/members/" + at(t, members, 1, "member", "id").(string)
	c.want(200, "PUT", noe, map[string]string{"role": "MANAGER"})
	c.want(400, "PUT", noe, map[string]string{"role": "KING"})
	c.want(200, "POST", org+"/members", map[string]string{"email": "sam@studio-nuage.example", "role": "DEVELOPER"})
	c.want(200, "DELETE", noe, nil)
	if got := at(t, c.want(404, "DELETE", noe, nil), "id"); got != 6501.0 {
		t.Errorf("an unknown member has the id %v, want 6501", got)
	}
	c.want(400, "DELETE", org+"/members/"+at(t, members, 0, "member", "id").(string), nil)
	if n := len(c.get(org + "/members").([]any)); n != 3 {
		t.Errorf("%d members, want 3", n)
	}
	made := c.want(200, "POST", "/v2/organisations", map[string]string{"name": "New", "country": "FR"})
	path := "/v2/organisations/" + at(t, made, "id").(string)
	if at(t, made, "country") != "FRANCE" || at(t, c.get(path+"/members"), 0, "role") != "ADMIN" {
		t.Errorf("the new organisation is %v", made)
	}
	c.want(200, "PUT", path, map[string]string{"name": "Newer"})
	c.want(200, "DELETE", path, nil)
	c.want(404, "GET", path, nil)
	c.want(400, "DELETE", org, nil)
}

func TestInvoices(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, _ := c.acme()
	path := "/v4/billing" + strings.TrimPrefix(org, "/v2")
	all := c.get(path + "/invoices").([]any)
	if len(all) != 4 || at(t, all, 0, "emission_date").(string) < at(t, all, 1, "emission_date").(string) {
		t.Fatalf("invoices are %v", all)
	}
	if got := c.get(path + "/invoices/unpaid").([]any); len(got) != 1 || at(t, got, 0, "status") != "PENDING" || at(t, got, 0, "pay_date") != nil {
		t.Errorf("unpaid invoices are %v", got)
	}
	if got := c.get(path + "/invoices?since=" + start.AddDate(0, 0, -60).Format(time.RFC3339) + "&limit=1").([]any); len(got) != 1 {
		t.Errorf("%d invoices with a limit of 1", len(got))
	}
	c.want(400, "GET", path+"/invoices?since=yesterday", nil)
	one := c.get(path + "/invoices/" + at(t, all, 0, "invoice_number").(string))
	if at(t, one, "total_tax", "amount") != 42.92 || at(t, one, "total_tax_excluded", "amount_formatted") != "€214.60" {
		t.Errorf("the invoice is %v", one)
	}
	c.want(404, "GET", path+"/invoices/F0", nil)
}

func TestZones(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{}).with("")
	if n := len(c.get("/v4/products/zones").([]any)); n != 11 {
		t.Errorf("%d zones, want 11", n)
	}
	for _, z := range c.get("/v4/products/zones?tag=region:eu&tag=infra:ovh").([]any) {
		if tags := at(t, z, "tags").([]any); !slices.Contains(tags, any("region:eu")) || !slices.Contains(tags, any("infra:ovh")) {
			t.Errorf("%v has the tags %v", at(t, z, "name"), tags)
		}
	}
	if got := at(t, c.get("/v4/products/zones/mtl"), "countryCode"); got != "CA" {
		t.Errorf("mtl is in %v", got)
	}
}
