package emulator

import (
	"strings"
	"testing"
)

func TestAddonDetails(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	org, _ := c.acme()
	db := named(t, c.get(org+"/addons"), "shop-db")
	real := db["realId"].(string)

	details := c.get("/v4/addon-providers/postgresql-addon/addons/" + real)
	env := c.get(org + "/addons/" + db["id"].(string) + "/env")
	for field, want := range map[string]any{
		"id": real, "app_id": db["id"], "owner_id": strings.TrimPrefix(org, "/v2/organisations/"), "version": "16", "status": "ACTIVE", "zone": "par",
		"password": named(t, env, "POSTGRESQL_ADDON_PASSWORD")["value"],
	} {
		if got := at(t, details, field); got != want {
			t.Errorf("%s is %v, want %v", field, got, want)
		}
	}
	if date := at(t, details, "creation_date").(string); !strings.HasSuffix(date, "Z[UTC]") {
		t.Errorf("the date %s does not name its zone", date)
	}
	// Another provider's path, an add-on's id where its real id belongs, a provider
	// without details, and an add-on that is no Elasticsearch.
	for _, path := range []string{
		"/v4/addon-providers/mysql-addon/addons/" + real,
		"/v4/addon-providers/postgresql-addon/addons/" + db["id"].(string),
		"/v4/addon-providers/cellar-addon/addons/" + named(t, c.get(org+"/addons"), "shop-media")["realId"].(string),
		"/v2/providers/es-addon/" + db["id"].(string),
		"/v2/providers/postgresql-addon/" + db["id"].(string),
	} {
		c.want(404, "GET", path, nil)
	}

	providers := c.get("/v2/products/addonproviders")
	for _, p := range providers.([]any) {
		if at(t, p, "id") != "es-addon" {
			continue
		}
		made := c.want(200, "POST", org+"/addons", map[string]any{
			"name": "find", "providerId": "es-addon", "plan": at(t, p, "plans", 0, "id"), "region": "par", "options": map[string]string{"version": "7"},
		})
		if got := at(t, c.get("/v2/providers/es-addon/"+at(t, made, "id").(string)), "version"); got != "7" {
			t.Errorf("Elasticsearch has version %v, want 7", got)
		}
	}
}
