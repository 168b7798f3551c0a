package tools

import (
	"strconv"
	"testing"

	"clever-mcp/cleverapi/catalogue"
)

// change is what one operation of the walk is called with.
type change struct {
	op     catalogue.Operation
	params map[string]string
	query  map[string]string
	body   any // nil: none
}

// ready puts the account in the state in which the API performs the operation, and
// names in its parameters and body what is there: an example speaks of things that
// nobody here has.
func (k accountIDs) ready(t testing.TB, w *world, c *change) {
	t.Helper()
	if prepare, ok := preparations()[c.op.ID]; ok {
		prepare(t, w, k, c)
	}
}

type preparation func(testing.TB, *world, accountIDs, *change)

func preparations() map[string]preparation {
	const (
		org, self = "/v2/organisations/{id}", "/v2/self"
		app       = "/applications/{appId}"
		group     = "/v4/networkgroups/organisations/{ownerId}/networkgroups"
		cluster   = "/v4/kubernetes/organisations/{ownerId}/clusters"
		registry  = "/v4/tenants/{tenantId}/container-registry"
		postgres  = "/v4/postgresql/organisations/{ownerId}/postgresql/{postgreSQLId}"
		otel      = "/v4/otel/organisations/{ownerId}/namespaces"
		billing   = "/v4/billing/organisations/{id}"
	)
	out := map[string]preparation{
		"POST " + group: func(_ testing.TB, _ *world, k accountIDs, c *change) {
			c.body = map[string]any{"id": "ng_11111111-2222-4333-8444-555555555555", "label": "second", "description": "", "tags": []string{}, "members": []any{}}
		},
		"POST " + group + "/{networkGroupId}/members": func(_ testing.TB, _ *world, k accountIDs, c *change) {
			c.body = map[string]any{"id": k["addonId"], "kind": "ADDON", "label": "db", "domainName": k["addonId"] + ".m." + k["networkGroupId"] + ".cc-ng.cloud"}
		},
		"POST " + group + "/{networkGroupId}/external-peers": peer,
		"POST " + group + "/{networkGroupId}/peers":          peer,
		"POST " + cluster + "/{clusterId}/node-groups": func(_ testing.TB, _ *world, _ accountIDs, c *change) {
			c.body = map[string]any{"name": "second", "flavor": "M", "targetNodeCount": 1}
		},
		"POST " + cluster + "/{clusterId}/redeploy":                               settle,
		"DELETE " + postgres + "/users/{pgUserId}":                                sqlUser,
		"PATCH " + postgres + "/users/{pgUserId}":                                 sqlUser,
		"POST " + postgres + "/users/{pgUserId}/rotate-password":                  sqlUser,
		"PATCH " + postgres + "/users/{pgUserId}/privileges/databases/{objectId}": sqlUser,
		"DELETE /v2/self/emails/{email}": func(t testing.TB, w *world, _ accountIDs, c *change) {
			c.params["email"] = w.get(t, "/v2/self/emails").first("")
		},
		"POST " + registry + "/{registryId}/tokens/{tokenId}/renew": registryToken,
		"DELETE " + registry + "/{registryId}/tokens/{tokenId}":     registryToken,
		"POST " + otel + "/{otelId}/services":                       namespace,
		"DELETE " + otel + "/{otelId}":                              namespace,
		"PUT " + billing + "/invoices/{invoiceNumber}/payments/stripe/{paymentId}": func(t testing.TB, w *world, k accountIDs, c *change) {
			c.params["invoiceNumber"] = k.ask(t, w, "POST "+org+"/payments/billings", nil).first("id")
		},
		"POST /v4/functions/organisations/{ownerId}/functions/{functionId}/deployments/{deploymentId}/trigger": func(t testing.TB, w *world, k accountIDs, c *change) {
			c.params["deploymentId"] = k.ask(t, w, "POST /v4/functions/organisations/{ownerId}/functions/{functionId}/deployments", nil).first("id")
		},
		"POST " + cluster + "/{clusterId}/version/update": func(t testing.TB, w *world, k accountIDs, c *change) {
			c.params["clusterId"] = k.ask(t, w, "POST "+cluster, map[string]any{"name": "older", "version": "1.34"}).first("id")
			settle(t, w, k, c)
			c.body = map[string]any{"targetVersion": "1.35"}
		},
		"DELETE /v2/organisations/{id}": func(t testing.TB, w *world, k accountIDs, c *change) {
			c.params["id"] = k.ask(t, w, "POST /v2/organisations", nil).first("id")
		},
		"DELETE " + billing + "/payments/methods/{methodId}": func(t testing.TB, w *world, k accountIDs, c *change) {
			c.params["methodId"] = w.get(t, "/v4/billing/organisations/"+k["id"]+"/payments/methods").first("token")
		},
		"POST " + billing + "/payments/methods": func(_ testing.TB, _ *world, _ accountIDs, c *change) {
			c.body = map[string]any{"id": "pm_another", "type": "CREDITCARD"}
		},
		"POST " + self + "/payments/methods": func(_ testing.TB, _ *world, _ accountIDs, c *change) {
			c.body = map[string]any{"token": "pm_another"}
		},
		"POST /v4/cellar/organisations/{ownerId}/cellar/{CellarId}/buckets": func(_ testing.TB, _ *world, _ accountIDs, c *change) {
			c.body = map[string]any{"name": "another", "versioning": false}
		},
		"POST " + org + "/addons/{addonId}/migrations": func(t testing.TB, w *world, k accountIDs, c *change) {
			settle(t, w, k, c)
			c.body = map[string]any{"planId": k["planId"], "region": "par"}
		},
		"POST /v4/addon-providers/addon-matomo/addons/{addonMatomoId}/reboot":  matomo,
		"POST /v4/addon-providers/addon-matomo/addons/{addonMatomoId}/rebuild": matomo,
	}
	for _, owner := range []string{org, self} {
		at := owner + app
		out["DELETE "+at+"/deployments/{deploymentId}/instances"] = func(t testing.TB, w *world, k accountIDs, c *change) {
			settle(t, w, k, c)
			op := catalogue.MustLookup("POST " + at + "/instances")
			k.ask(t, w, op.ID, nil)
			c.params["deploymentId"] = w.get(t, ownerPath(owner, k)+"/applications/"+k.params(op)["appId"]+"/deployments").first("uuid")
		}
		out["PUT "+at+"/vhosts/favourite"] = func(t testing.TB, w *world, k accountIDs, c *change) {
			c.body = map[string]any{"fqdn": w.get(t, ownerPath(owner, k)+"/applications/"+c.params["appId"]+"/vhosts").first("fqdn")}
		}
		out["PUT "+at+"/vhosts/{domain}"] = func(_ testing.TB, _ *world, _ accountIDs, c *change) {
			c.params["domain"] = "walk-" + c.params["appId"][4:8] + ".example.org"
		}
		out["DELETE "+at+"/vhosts/{domain}"] = func(t testing.TB, w *world, k accountIDs, c *change) {
			c.params["domain"] = w.get(t, ownerPath(owner, k)+"/applications/"+c.params["appId"]+"/vhosts").first("fqdn")
		}
		link := func(t testing.TB, w *world, k accountIDs) string {
			return k.ask(t, w, "POST "+owner+"/addons", map[string]any{"name": "linked", "providerId": "postgresql-addon", "plan": k["planId"], "region": "par"}).first("id")
		}
		out["POST "+owner+"/addons"] = func(_ testing.TB, _ *world, k accountIDs, c *change) {
			c.body = map[string]any{"name": "orders-db", "providerId": "postgresql-addon", "plan": k["planId"], "region": "par"}
		}
		out["POST "+at+"/addons"] = func(t testing.TB, w *world, k accountIDs, c *change) { c.body = link(t, w, k) }
		out["DELETE "+at+"/addons/{addonId}"] = func(t testing.TB, w *world, k accountIDs, c *change) {
			c.params["addonId"] = link(t, w, k)
			k.ask(t, w, "POST "+at+"/addons", c.params["addonId"])
		}
		out["DELETE "+owner+"/addons/{addonId}"] = func(t testing.TB, w *world, k accountIDs, c *change) { c.params["addonId"] = link(t, w, k) }
		for _, method := range []string{"PUT", "DELETE"} {
			out[method+" "+at+"/dependencies/{dependencyId}"] = func(t testing.TB, w *world, k accountIDs, c *change) {
				c.params["dependencyId"] = k.ask(t, w, "POST "+owner+"/applications", nil).first("id")
				if method == "DELETE" {
					kept := k["dependencyId"]
					k["dependencyId"] = c.params["dependencyId"]
					k.ask(t, w, "PUT "+at+"/dependencies/{dependencyId}", nil)
					k["dependencyId"] = kept
				}
			}
			out[method+" "+owner+"/payments/billings/{bid}"] = func(t testing.TB, w *world, k accountIDs, c *change) {
				c.params["bid"] = k.ask(t, w, "POST "+owner+"/payments/billings", nil).first("id")
			}
		}
		out["DELETE "+owner+"/payments/methods/{mId}"] = func(t testing.TB, w *world, k accountIDs, c *change) {
			c.params["mId"] = w.get(t, ownerPath(owner, k)+"/payments/methods").first("token")
		}
		for _, kind := range []string{"tcpRedirs", "udpRedirs"} {
			out["DELETE "+at+"/"+kind+"/{sourcePort}"] = func(t testing.TB, w *world, k accountIDs, c *change) {
				made := k.ask(t, w, "POST "+at+"/"+kind, map[string]any{"namespace": "default"})
				c.params["sourcePort"] = strconv.FormatFloat(made.number("port"), 'f', 0, 64)
				c.query = map[string]string{"namespace": "default"}
			}
		}
	}
	return out
}

func ownerPath(owner string, k accountIDs) string {
	if owner == "/v2/self" {
		return owner
	}
	return "/v2/organisations/" + k["id"]
}

// settle lets what is going on come to its end.
func settle(t testing.TB, w *world, _ accountIDs, _ *change) { w.advance(t, "1h") }

// peer is a machine of a member that is there.
func peer(t testing.TB, w *world, k accountIDs, c *change) {
	settle(t, w, k, c)
	c.body = map[string]any{
		"id": "peer_walk", "label": "walk", "peerRole": "CLIENT", "peerKind": "EXTERNAL", "parentMember": k["memberId"],
		"publicKey": "dGhpcyBpcyBhIHB1YmxpYyBrZXkgb2YgMzIgYnl0ZSE=",
	}
}

func registryToken(t testing.TB, w *world, k accountIDs, c *change) {
	settle(t, w, k, c)
	c.params["tokenId"] = k.ask(t, w, "POST /v4/tenants/{tenantId}/container-registry/{registryId}/tokens", nil).member("token").first("id")
}

func namespace(t testing.TB, w *world, k accountIDs, c *change) {
	c.params["otelId"] = k.ask(t, w, "POST /v4/otel/organisations/{ownerId}/namespaces", nil).first("id")
}

func sqlUser(t testing.TB, w *world, k accountIDs, c *change) {
	c.params["pgUserId"] = k.ask(t, w, "POST /v4/postgresql/organisations/{ownerId}/postgresql/{postgreSQLId}/users", nil).first("id")
	c.params["objectId"] = k["databaseId"]
}

func matomo(_ testing.TB, _ *world, k accountIDs, c *change) {
	c.params["addonMatomoId"] = k["matomoId"]
}

// number is what stands under a name.
func (d document) number(name string) float64 {
	n, _ := d.member(name).v.(float64)
	return n
}
