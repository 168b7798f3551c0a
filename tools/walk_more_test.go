package tools

import (
	"bytes"
	"encoding/json"
	"testing"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// ask performs an operation with its example, as somebody would who read it in
// search_api, and with the ids that are known.
func (k accountIDs) ask(t testing.TB, w *world, id string, body any) document {
	t.Helper()
	op := catalogue.MustLookup(id)
	described, _ := catalogue.Describe(id)
	raw := bytes.ReplaceAll(described.Example.Body, []byte("app_0d9a3c64-0f52-4d0c-8a55-61f6a0c1a111"), []byte(k["appId"]))
	if body != nil {
		raw, _ = json.Marshal(body)
	}
	resp, err := w.deps.API.Raw(t.Context(), cleverapi.RawRequest{
		Method: op.Method(), Path: op.Path(), Params: k.params(op), Body: raw, ContentType: "application/json",
	})
	if err != nil {
		t.Errorf("%s: %v", id, err)
		return document{}
	}
	var d document
	if len(resp.Body) > 0 {
		_ = json.Unmarshal(resp.Body, &d.v)
	}
	return d
}

// furnish orders and makes what the demo account does not have, so that there is
// one of everything to read.
func (k accountIDs) furnish(t testing.TB, w *world) {
	t.Helper()
	at := "/v2/organisations/" + k["id"]
	for provider, param := range map[string]string{"addon-matomo": "matomoId", "metabase": "addonMetabaseId", "otoroshi": "OtoroshiId", "addon-pulsar": "pulsarId", "jenkins": "/jenkins/addons/{addonId}"} {
		plan := w.get(t, "/v2/products/addonproviders/"+provider).first("id")
		for _, p := range w.get(t, "/v2/products/addonproviders/"+provider).list("plans") {
			plan = p.first("id")
		}
		made := k.ask(t, w, "POST /v2/organisations/{id}/addons", map[string]any{"name": provider, "providerId": provider, "plan": plan, "region": "par"})
		k[param] = made.first("realId")
	}
	k["networkGroupId"] = "ng_8f1e2d3c-4b5a-4697-8899-aabbccddeeff"
	k.ask(t, w, "POST /v4/networkgroups/organisations/{ownerId}/networkgroups", nil)
	k["clusterId"] = k.ask(t, w, "POST /v4/kubernetes/organisations/{ownerId}/clusters", nil).first("id")
	k["functionId"] = k.ask(t, w, "POST /v4/functions/organisations/{ownerId}/functions", nil).first("id")
	k["registryId"] = k.ask(t, w, "POST /v4/tenants/{tenantId}/container-registry", nil).member("registry").first("id")
	k["bucketName"] = k.ask(t, w, "POST /v4/cellar/organisations/{ownerId}/cellar/{CellarId}/buckets", nil).first("name")
	w.advance(t, "1h")

	org := k["id"]
	group := "/v4/networkgroups/organisations/" + org + "/networkgroups/" + k["networkGroupId"]
	k["memberId"] = k["appId"]
	k["peerId"] = k.ask(t, w, "POST /v4/networkgroups/organisations/{ownerId}/networkgroups/{networkGroupId}/external-peers", map[string]any{
		"label": "laptop", "peerRole": "CLIENT", "parentMember": k["memberId"], "publicKey": "dGhpcyBpcyBhIHB1YmxpYyBrZXkgb2YgMzIgYnl0ZSE=",
	}).first("peerId")
	if k["peerId"] == "" {
		k["peerId"] = w.get(t, group+"/peers").first("id")
	}
	k.ask(t, w, "POST /v4/kubernetes/organisations/{ownerId}/clusters/{clusterId}/node-groups", nil)
	w.advance(t, "1h")
	cluster := "/v4/kubernetes/organisations/" + org + "/clusters/" + k["clusterId"]
	k["nodeGroupId"] = w.get(t, cluster+"/node-groups").first("id")
	k["nodeId"] = w.get(t, cluster+"/nodes").first("id")
	k["/functions/{functionId}/deployments/{deploymentId}"] = k.ask(t, w, "POST /v4/functions/organisations/{ownerId}/functions/{functionId}/deployments", nil).first("id")
	k.ask(t, w, "POST /v4/functions/organisations/{ownerId}/functions/{functionId}/trigger-pulsar", nil)
	k["objectKey"] = "hello.txt"
	k.ask(t, w, "POST /v4/cellar/organisations/{ownerId}/cellar/{CellarId}/buckets/{bucketName}/objects/upload/{objectKey}", "hello")
	k["/console/settings/{name}"] = "theme"
	k.ask(t, w, "PUT /v4/console/settings/{name}", nil)
	k["/resources/{resourceId}/drains/{drainId}"] = k.ask(t, w, "POST /v4/drains/organisations/{ownerId}/resources/{resourceId}/drains", nil).first("id")
	k["databaseId"] = w.get(t, "/v4/postgresql/organisations/"+org+"/postgresql/"+k["postgreSQLId"]+"/databases").first("id")
	k["/addons/{addonId}/instances/{instanceId}"] = w.get(t, at+"/addons/"+k["addonId"]+"/instances").first("id")
	for _, plan := range w.get(t, "/v2/products/addonproviders/postgresql-addon").list("plans") {
		k["planId"] = plan.first("id")
	}
	k["migrationId"] = k.ask(t, w, "POST /v2/organisations/{id}/addons/{addonId}/migrations", map[string]any{"planId": k["planId"], "region": "par", "version": "16"}).first("migrationId")
	k["/addon-pulsar/clusters/{clusterId}"] = w.get(t, "/v4/addon-providers/addon-pulsar/clusters").first("id")
	k["/{providerId}/clusters/{clusterId}"] = w.get(t, "/v4/addon-providers/postgresql-addon").first("id")
	k["/materia/databases/{id}"] = k["KVId"]
	k["/self/consumers/{key}"] = k.ask(t, w, "POST /v2/self/consumers", nil).first("key")
	k["/coupons/{name}"] = "WELCOME20"
	k.ask(t, w, "POST /v2/self/payments/methods", nil)
	k["self bid"] = k.ask(t, w, "POST /v2/self/payments/billings", nil).first("id")
	k.ask(t, w, "PUT /v2/self/applications/{appId}/vhosts/favourite", map[string]any{"fqdn": w.get(t, "/v2/self/applications/"+k["self appId"]+"/vhosts").first("fqdn")})
}

// member is what stands under a name.
func (d document) member(name string) document {
	m, _ := d.v.(map[string]any)
	return document{m[name]}
}

// list is the elements of a member that is a list.
func (d document) list(name string) []document {
	elements, _ := d.member(name).v.([]any)
	out := make([]document, len(elements))
	for i, e := range elements {
		out[i] = document{e}
	}
	return out
}
