package tools

import (
	"maps"
	"strings"
	"testing"
)

// What is wrong in a request is named before anything is sent, whichever way the
// operation is given.
func TestRequestsAreCheckedByField(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	ids := idsOf(t, w)
	const update, group, registry = "PUT /v2/organisations/{id}/applications/{appId}", "POST /v4/networkgroups/organisations/{ownerId}/networkgroups", "POST /v4/tenants/{tenantId}/container-registry"
	for _, tt := range []struct {
		name, tool, operation string
		more                  map[string]any
		want                  string
	}{
		{"a wrong type", "raw_request", update, map[string]any{"body": map[string]any{"minInstances": "two"}}, "Body.minInstances must be a number"},
		{"a name nearly right", "raw_request", update, map[string]any{"body": map[string]any{"min_instances": 2}}, "no field body.min_instances; did you mean minInstances"},
		{"a field is missing", "raw_request", group, map[string]any{"body": map[string]any{"label": "x"}}, "field body.description is missing (string); it takes"},
		{"no choice", "raw_request", registry, map[string]any{"body": map[string]any{"tokens": []any{map[string]any{"index": 1, "token": map[string]any{"rights": "ALL"}}}}}, "Body.tokens[0].token.rights must be one of READ, READ_WRITE"},
		{"no role", "raw_request", "POST /v2/organisations/{id}/members", map[string]any{"body": map[string]any{"email": "a@example.com", "role": "developer"}}, "Body.role must be one of ACCOUNTING, ADMIN, DEVELOPER, MANAGER, NONE"},
		{"a list in place of an object", "raw_request", group, map[string]any{"body": []any{1}}, "Body must be an object with"},
		{"a query that is none", "raw_request", update, map[string]any{"query": map[string]any{"x": map[string]any{}}}, "query.x must be"},
		{"a query that is none", "read_api", "GET /v2/organisations/{id}/applications", map[string]any{"query": map[string]any{"limit": map[string]any{}}}, "query.limit must be"},
		{"a body to read with", "read_api", "GET /v2/organisations/{id}/applications", map[string]any{"body": map[string]any{}}, `no argument "body"`},
	} {
		for _, way := range []string{"operation", "path"} {
			t.Run(tt.tool+"/"+way+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				method, path, _ := strings.Cut(tt.operation, " ")
				args := map[string]any{"operation": tt.operation, "params": map[string]any{"id": ids["id"], "ownerId": ids["id"], "tenantId": ids["id"], "appId": ids["appId"]}}
				if way == "path" {
					args = map[string]any{"path": strings.NewReplacer("{id}", ids["id"], "{ownerId}", ids["id"], "{tenantId}", ids["id"], "{appId}", ids["appId"]).Replace(path)}
					if tt.tool == "raw_request" {
						args["method"] = method
					}
				}
				maps.Copy(args, tt.more)
				before := len(w.Requests())
				res := w.runner.Call(t.Context(), tt.tool, arguments(t, args), Caller{})
				if !res.IsError || !strings.Contains(res.Text, tt.want) {
					t.Errorf("it comes to %s\nwithout %q", clip(res.Text, 300), tt.want)
				}
				if sent := len(w.Requests()); sent != before {
					t.Errorf("%d requests were sent", sent-before)
				}
			})
		}
	}
	for _, call := range []struct{ tool, operation string }{{"raw_request", update}, {"read_api", "GET /v2/organisations/{id}/applications/{appId}"}} {
		res := w.runner.Call(t.Context(), call.tool, arguments(t, map[string]any{"operation": call.operation, "params": map[string]any{"id": ids["id"]}}), Caller{})
		if !res.IsError || !strings.Contains(res.Text, "needs a value for appId") {
			t.Errorf("%s without a parameter comes to %s", call.tool, clip(res.Text, 300))
		}
	}
}

// A remark behind the choices is no part of the last of them.
func TestChoicesWithARemark(t *testing.T) {
	t.Parallel()
	const want = "enum(ADDON|EXTERNAL) (in capitals)"
	if why := misfit("kind", want, "EXTERNAL", true); why != "" {
		t.Errorf("the last choice: %s", why)
	}
	if why := misfit("kind", want, "external", true); why != "kind must be one of ADDON, EXTERNAL" {
		t.Errorf("no choice: %s", why)
	}
}
