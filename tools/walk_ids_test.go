package tools

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// document is an answer of the API, to take ids from.
type document struct{ v any }

// get asks the API without any tool.
func (w *world) get(t testing.TB, path string, query ...string) document {
	t.Helper()
	q := url.Values{}
	for i := 0; i+1 < len(query); i += 2 {
		q.Set(query[i], query[i+1])
	}
	resp, err := w.deps.API.Raw(t.Context(), cleverapi.RawRequest{Method: http.MethodGet, Path: path, Query: q})
	if err != nil {
		t.Fatal(err)
	}
	var d document
	if err := json.Unmarshal(resp.Body, &d.v); err != nil {
		t.Fatal(err)
	}
	return d
}

// first finds the first string (or the elements' own, with no name) under a name
// that is not empty, at any depth.
func (d document) first(name string) string {
	switch v := d.v.(type) {
	case []any:
		for _, e := range v {
			if s, ok := e.(string); ok && name == "" {
				return s
			}
			if s := (document{e}).first(name); s != "" {
				return s
			}
		}
	case map[string]any:
		if s, ok := v[name].(string); ok && s != "" {
			return s
		}
		for _, e := range v {
			if _, ok := e.(string); ok {
				continue
			}
			if s := (document{e}).first(name); s != "" {
				return s
			}
		}
	}
	return ""
}

// where keeps the element of a list whose member has a value.
func (d document) where(name, value string) document {
	list, _ := d.v.([]any)
	for _, e := range list {
		if m, ok := e.(map[string]any); ok && m[name] == value {
			return document{e}
		}
	}
	return document{}
}

// accountIDs are ids of things that the demo account has, by the name of the
// parameter, and more closely by a part of the path before it.
type accountIDs map[string]string

// idsOf reads the ids from the account itself.
func idsOf(t testing.TB, w *world) accountIDs {
	t.Helper()
	orgs := w.get(t, "/v2/organisations")
	org := orgs.where("name", "Acme Corp").first("id")
	at := "/v2/organisations/" + org
	app := w.get(t, at+"/applications").where("name", "storefront").first("id")
	addons := w.get(t, at+"/addons")
	db, kc := addons.where("name", "shop-db"), addons.where("name", "sso")
	self, blog := w.get(t, "/v2/self"), w.get(t, "/v2/self/applications").where("name", "blog").first("id")
	invoice := w.get(t, at+"/payments/billings").where("forId", org).first("id")
	return accountIDs{
		"id": org, "ownerId": org, "orgaId": org, "owner_id": org, "tenantId": org,
		"appId": app, "applicationId": app, "addonId": db.first("id"), "ref": db.first("realId"), "resourceId": db.first("realId"),
		"addonKeycloakId": kc.first("realId"), "CellarId": addons.where("name", "shop-media").first("realId"),
		"configurationProviderId": addons.where("name", "shared-settings").first("realId"),
		"KVId":                    addons.where("name", "sessions").first("realId"),
		"postgreSQLId":            db.first("realId"),
		"deploymentId":            w.get(t, at+"/applications/"+app+"/deployments").first("uuid"),
		"dependencyId":            w.get(t, at+"/applications/"+app+"/dependencies").first("id"),
		"instanceId":              w.get(t, at+"/applications/"+app+"/instances").first("id"),
		"domain":                  "www.acme.example", "envName": "PORT", "email": "camille@acme.example", "kind": "TOTP",
		"key": "laptop", "/consumers/{key}": w.get(t, at+"/consumers").first("key"),
		"invoiceNumber": invoice, "bid": invoice, "userId": w.get(t, at+"/members").where("role", "DEVELOPER").first("id"),
		"mId":         w.get(t, at+"/payments/methods").first("token"),
		"provider_id": "postgresql-addon", "providerId": "postgresql-addon", "type": "node", "zoneName": "par",
		"version": w.get(t, "/v2/products/instances").where("type", "node").first("version"),
		"drainId": w.get(t, "/v4/drains/organisations/"+org+"/applications/"+app+"/drains").first("id"),
		"tag":     "env:production", "token": w.get(t, "/v2/self/tokens").first("token"),
		"apiTokenId": w.get(t, "/api-tokens").first("apiTokenId"), "sourcePort": "5220", "price": "10", "loadBalancerKind": "default",
		"/emailhooks/{ownerId}/{id}": w.get(t, "/v2/notifications/emailhooks/"+org).first("id"),
		"/webhooks/{ownerId}/{id}":   w.get(t, "/v2/notifications/webhooks/"+org).first("id"),
		"self appId":                 blog, "self id": self.first("id"), "/v2/users/{id}": self.first("id"),
		"/{providerId}/{addonId}": db.first("realId"), "/{providerId}/addons/{addonId}": db.first("realId"),
		"self deploymentId": w.get(t, "/v2/self/applications/"+blog+"/deployments").first("uuid"),
		"self instanceId":   w.get(t, "/v2/self/applications/"+blog+"/instances").first("id"),
	}
}

// params fills the template of an operation.
func (k accountIDs) params(op catalogue.Operation) map[string]string {
	path, out := op.Path(), map[string]string{}
	for _, name := range catalogue.ParamNames(path) {
		v, longest := k[name], 0
		for ending, closer := range k {
			if strings.HasPrefix(ending, "/") && strings.Contains(path, ending) && strings.HasSuffix(ending, "{"+name+"}") && len(ending) > longest {
				v, longest = closer, len(ending)
			}
		}
		if strings.HasPrefix(path, "/v2/self/") && k["self "+name] != "" {
			v = k["self "+name]
		}
		if v == "" {
			v = "unknown_1"
		}
		out[name] = v
	}
	return out
}

// query is the example's, with the ids of the account.
func (k accountIDs) query(op catalogue.Operation, example map[string]string) map[string]string {
	if !strings.HasSuffix(op.ID, "/migrations/preorders") {
		return example
	}
	return map[string]string{"planId": k["planId"]}
}
