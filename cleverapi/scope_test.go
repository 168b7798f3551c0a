package cleverapi

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"clever-mcp/cleverapi/catalogue"
)

const (
	mine    = "orga_11111111-1111-1111-1111-111111111111"
	foreign = "orga_22222222-2222-2222-2222-222222222222"
	me      = "user_33333333-3333-3333-3333-333333333333"
	myApp   = "app_aaaaaaaa-1111-1111-1111-111111111111"
	yourApp = "app_bbbbbbbb-2222-2222-2222-222222222222"
	noApp   = "app_cccccccc-9999-9999-9999-999999999999"
	myAddon = "addon_aaaaaaaa-1111-1111-1111-111111111111"
)

var everything = Summary{
	User: SummaryUser{ID: me},
	Owners: []SummaryOwner{
		{ID: me, Name: "Me", Personal: true, Applications: []SummaryApplication{{ID: "app_dddddddd-3333-3333-3333-333333333333"}}},
		{ID: mine, Name: "Mine", Applications: []SummaryApplication{{ID: myApp}}, Addons: []SummaryAddon{{ID: myAddon, RealID: "postgresql_aaaa"}}},
		{ID: foreign, Name: "Foreign", Applications: []SummaryApplication{{ID: yourApp}}, Addons: []SummaryAddon{{ID: "addon_bbbbbbbb-2222-2222-2222-222222222222", RealID: "postgresql_bbbb"}}},
		{ID: "orga_4", Name: "Twice"}, {ID: "orga_5", Name: "twice"},
	},
}

func sendingOf(t *testing.T, method, path, query, body string) Sending {
	t.Helper()
	op, _, known := catalogue.Match(method, path)
	if !known {
		op = catalogue.Operation{ID: method + " " + path}
	}
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return Sending{Operation: op, Known: known, Path: path, Query: q, Body: []byte(body), ContentType: "application/json"}
}

// What is not proven to belong to the owners that are allowed is not sent.
func TestScope(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		method, path, query, body string
		sent                      bool
	}{
		{"GET", "/v2/organisations/" + mine + "/applications", "", "", true},
		{"GET", "/v2/organisations/" + foreign + "/applications", "", "", false},
		{"GET", "/v2/organisations/" + me + "/applications", "", "", false},
		{"GET", "/v2/organisations/" + mine + "/applications/" + myApp, "", "", true},
		{"GET", "/v2/organisations/" + mine + "/applications/" + yourApp, "", "", false},
		{"GET", "/v2/organisations/" + mine + "/applications/" + noApp, "", "", false},
		{"GET", "/v2/organisations/" + mine + "/applications/anything", "", "", false},
		{"GET", "/v2/organisations/" + mine + "/members", "", "", true},
		{"DELETE", "/v2/organisations/" + mine + "/members/user_99999999-9999", "", "", true},
		{"GET", "/v2/organisations", "", "", false},
		{"POST", "/v2/organisations", "", `{"name":"x"}`, false},
		{"GET", "/v2/summary", "", "", false},
		{"GET", "/v2/self", "", "", true},
		{"PUT", "/v2/self", "", `{}`, false},
		{"GET", "/v2/self/tokens", "", "", false},
		{"GET", "/v2/self/applications/" + myApp, "", "", false},
		{"GET", "/api-tokens", "", "", false},
		{"GET", "/v2/products/addonproviders", "orgaId=" + mine, "", true},
		{"GET", "/v2/products/addonproviders", "orgaId=" + me, "", true},
		{"GET", "/v2/products/addonproviders", "orgaId=" + foreign, "", false},
		{"GET", "/v4/products/zones", "", "", true},
		{"GET", "/v4/addon-providers/postgresql-addon", "", "", true},
		{"GET", "/v4/addon-providers/postgresql-addon/addons/postgresql_aaaa", "", "", true},
		{"GET", "/v4/addon-providers/postgresql-addon/addons/postgresql_bbbb", "", "", false},
		{"GET", "/v4/addon-providers/postgresql-addon/addons/postgresql_cccc", "", "", false},
		{"GET", "/v4/addon-providers/addon-keycloak/addons/keycloak_cccc", "", "", false},
		{"GET", "/v2/logs/" + myApp, "", "", true},
		{"GET", "/v2/logs/" + yourApp, "", "", false},
		{"GET", "/v2/backups/" + mine + "/postgresql_bbbb", "", "", false},
		{"GET", "/v2/backups/" + mine + "/postgresql_aaaa", "", "", true},
		{"GET", "/v4/networkgroups/organisations/" + mine + "/networkgroups", "", "", true},
		{"GET", "/v4/networkgroups/organisations/" + foreign + "/networkgroups", "", "", false},
		{"GET", "/v4/drains/organisations/" + mine + "/resources/postgresql_bbbb/drains", "", "", false},
		{"GET", "/v4/tenants/" + foreign, "", "", false},
		{"GET", "/v4/saas/grafana/" + foreign, "", "", false},
		{"GET", "/v2/users/" + me, "", "", false},
		{"GET", "/v2/organisations/" + strings.Replace(foreign, "_", "%5F", 1) + "/applications", "", "", false},
		{"GET", "/v2/unheard/of/" + mine, "", "", false},
		{"POST", "/v2/organisations/" + mine + "/applications/" + myApp + "/addons", "", `"` + myAddon + `"`, true},
		{"POST", "/v2/organisations/" + mine + "/applications/" + myApp + "/addons", "", `"addon_bbbbbbbb-2222-2222-2222-222222222222"`, false},
		{"POST", "/v2/organisations/" + mine + "/applications/" + myApp + "/addons", "", `"\u0061ddon_bbbbbbbb-2222-2222-2222-222222222222"`, false},
		{"POST", "/v4/networkgroups/organisations/" + mine + "/networkgroups", "", `{"members":[{"id":"` + yourApp + `"}]}`, false},
		{"POST", "/v4/networkgroups/organisations/" + mine + "/networkgroups", "", `{"id":"` + yourApp + `","id":"` + myApp + `"}`, false},
		{"POST", "/v4/networkgroups/organisations/" + mine + "/networkgroups", "", `{"ownerId":"` + me + `"}`, false},
		{"POST", "/v2/organisations/" + mine + "/applications", "", `{"env":{"A":"` + yourApp + `"}}`, true},
		{"PUT", "/v2/organisations/" + mine + "/applications/" + myApp + "/env/A", "", `{"value":"` + yourApp + `"}`, true},
	} {
		t.Run(tt.method+" "+tt.path+"?"+tt.query+" "+tt.body, func(t *testing.T) {
			t.Parallel()
			err := NewScope([]string{"mine"}).Check(sendingOf(t, tt.method, tt.path, tt.query, tt.body), everything)
			if tt.sent && err != nil {
				t.Errorf("refused: %v", err)
			}
			if !tt.sent && !errors.Is(err, ErrPolicy) {
				t.Errorf("comes to %v, want a refusal by policy", err)
			}
		})
	}
}

// The personal space is an owner like any other.
func TestScopeOfThePersonalSpace(t *testing.T) {
	t.Parallel()
	s := NewScope([]string{me})
	for path, sent := range map[string]bool{"/v2/self/tokens": true, "/api-tokens": true, "/v2/self/applications/" + myApp: false, "/v2/organisations/" + mine: false} {
		if err := s.Check(sendingOf(t, "GET", path, "", ""), everything); (err == nil) != sent {
			t.Errorf("%s comes to %v", path, err)
		}
	}
}

func TestScopeNames(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{"Mine": "", mine: "", "min": "no owner", "Nobody": "no owner", "Twice": "2 different", "orga_4": ""} {
		within, err := NewScope([]string{ref}).Narrow(everything)
		switch {
		case want == "" && (err != nil || len(within.Owners) != 1):
			t.Errorf("%s comes to %v, %v", ref, within.Owners, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || len(within.Owners) > 0):
			t.Errorf("%s comes to %v, %v; want %s", ref, within.Owners, err, want)
		}
	}
}

// Who takes the name of an owner that is allowed does not get in.
func TestScopeKeepsWhoWasMeant(t *testing.T) {
	t.Parallel()
	s := NewScope([]string{"Mine"})
	if _, err := s.Narrow(everything); err != nil {
		t.Fatal(err)
	}
	renamed := Summary{Owners: []SummaryOwner{{ID: mine, Name: "Other"}, {ID: foreign, Name: "Mine"}}}
	within, err := s.Narrow(renamed)
	if err != nil || len(within.Owners) != 1 || within.Owners[0].ID != mine {
		t.Errorf("after renaming, the scope is %v, %v", within.Owners, err)
	}
}

func TestForbids(t *testing.T) {
	t.Parallel()
	del := catalogue.MustLookup("DELETE /v2/organisations/{id}/addons/{addonId}")
	for pattern, want := range map[string]bool{
		"DELETE /v2/organisations/{id}/addons/{addonId}": true,
		"DELETE /v2/organisations/{id}/addons/*":         true,
		"DELETE *":                                       true,
		"* /v2/organisations/*":                          true,
		"GET /v2/organisations/*":                        false,
		"DELETE /v2/organisations/{id}":                  false,
		"DELETE":                                         false,
		"delete /v2/organisations/{id}/addons/*":         false,
	} {
		if got := (Bounds{Forbidden: []string{pattern}}).Forbids(del); got != want {
			t.Errorf("%q forbids %s: %v", pattern, del.ID, got)
		}
	}
}

// Of all operations of the catalogue, only these say nothing of any owner and
// are sent all the same. A new one has to be looked at before it gets in here.
func TestScopeOfEveryOperation(t *testing.T) {
	t.Parallel()
	want := []string{
		"GET /v2/notifications/info/events",
		"GET /v2/notifications/info/webhookformats",
		"GET /v2/oauth/rights",
		"GET /v2/openapi.json",
		"GET /v2/payments/providers",
		"GET /v2/products/addonproviders",
		"GET /v2/products/addonproviders/{provider_id}",
		"GET /v2/products/addonproviders/{provider_id}/informations",
		"GET /v2/products/addonproviders/{provider_id}/versions",
		"GET /v2/products/countries",
		"GET /v2/products/countrycodes",
		"GET /v2/products/flavors",
		"GET /v2/products/instances",
		"GET /v2/products/instances/{type}-{version}",
		"GET /v2/products/mfa_kinds",
		"GET /v2/products/packages",
		"GET /v2/products/prices",
		"GET /v2/products/zones",
		"GET /v2/providers/es-addon/tmp/services-flavors",
		"GET /v2/self",
		"GET /v2/self/id",
		"GET /v2/self/tokens/current",
		"GET /v4/addon-providers/addon-matomo",
		"GET /v4/addon-providers/addon-pulsar",
		"GET /v4/addon-providers/keycloak",
		"GET /v4/addon-providers/kv",
		"GET /v4/addon-providers/metabase",
		"GET /v4/addon-providers/otoroshi",
		"GET /v4/addon-providers/{providerId}",
		"GET /v4/billing/price-system",
		"GET /v4/kubernetes-product",
		"GET /v4/otel/gateways",
		"GET /v4/ovd/openapi.json",
		"GET /v4/products",
		"GET /v4/products/zones",
		"GET /v4/products/zones/{zoneName}",
	}
	var got []string
	for _, op := range catalogue.All() {
		path := op.Path()
		for i, name := range catalogue.ParamNames(path) {
			// Where an owner stands, another one; elsewhere something unheard of.
			value := "something"
			if i == 0 && (strings.Contains(path, "/organisations/{") || strings.Contains(path, "/tenants/{") || strings.Contains(path, "/users/{")) || strings.HasSuffix(strings.ToLower(name), "ownerid") {
				value = foreign
			}
			path = strings.Replace(path, "{"+name+"}", value, 1)
		}
		err := NewScope([]string{mine}).Check(Sending{Operation: op, Known: true, Path: path}, everything)
		switch {
		case err == nil:
			got = append(got, op.ID)
		case !errors.Is(err, ErrPolicy):
			t.Errorf("%s comes to %v", op.ID, err)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("without an owner are sent\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
