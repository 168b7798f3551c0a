package catalogue

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

const openAPIv2 = `{
  "openapi": "3.0.1",
  "servers": [{"url": "https://api.example.com/v2"}],
  "paths": {
    "/organisations/{organisationId}/applications/{applicationId}/vhosts": {
      "get": {"responses": {"200": {"content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Vhost"}}}}}}}
    },
    "/organisations/{id}/rockets": {
      "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
      "get": {"summary": "List the rockets.", "tags": ["rocket"], "parameters": [{"$ref": "#/components/parameters/Cursor"}],
        "responses": {"200": {"content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Rocket"}}}}}}},
      "post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Rocket"}}}}, "responses": {"201": {}}}
    },
    "/oauth/rockets": {"post": {"responses": {"204": {}}}},
    "/everything/*": {"get": {"responses": {}}}
  },
  "components": {
    "parameters": {"Cursor": {"name": "cursor", "in": "query", "schema": {"type": "string"}}},
    "schemas": {
      "Vhost": {"type": "object", "required": ["fqdn"], "properties": {"fqdn": {"type": "string"}, "certificate": {"type": "string"}}},
      "Rocket": {"type": "object", "required": ["name", "stage"], "properties": {
        "name": {"type": "string"}, "launch": {"type": "string", "format": "date-time"},
        "stage": {"enum": ["FIRST", "SECOND"]}, "parent": {"$ref": "#/components/schemas/Rocket"}}}
    }
  }
}`

func merged(t *testing.T) (*Catalogue, []byte, Report) {
	t.Helper()
	file, report, err := Default().Merge(Document{Host: API, JSON: []byte(openAPIv2)})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return c, file, report
}

func TestMerge(t *testing.T) {
	t.Parallel()
	c, file, report := merged(t)
	if want := []string{"GET /v2/organisations/{id}/rockets", "POST /v2/oauth/rockets", "POST /v2/organisations/{id}/rockets"}; !slices.Equal(report.New, want) {
		t.Errorf("new: %q, want %q", report.New, want)
	}
	vhosts := "GET /v2/organisations/{id}/applications/{appId}/vhosts"
	if len(report.Changed) != 1 || report.Changed[0].ID != vhosts || !slices.Contains(report.Changed[0].What, "answer: +certificate") {
		t.Errorf("changed: %v", report.Changed)
	}
	if !slices.Contains(report.Gone, "GET /v2/self") || slices.Contains(report.Gone, vhosts) || slices.Contains(report.Gone, "GET /v4/products/zones") {
		t.Errorf("gone: %q", report.Gone)
	}
	if n := strings.Count(string(file), "\n{"); n != 4 {
		t.Errorf("the file has %d lines:\n%s", n, file)
	}
	if len(c.All()) != len(All())+3 {
		t.Errorf("%d operations", len(c.All()))
	}
}

func TestMergedOperationsAreTrustedLittle(t *testing.T) {
	t.Parallel()
	c, _, _ := merged(t)
	for _, want := range []Operation{
		{ID: "GET /v2/organisations/{id}/rockets", Effect: Reads, Secret: true},
		{ID: "POST /v2/organisations/{id}/rockets", Effect: Destroys, Secret: true},
		{ID: "POST /v2/oauth/rockets", Effect: Destroys, Secret: true, Forbidden: true},
	} {
		if got, ok := c.Lookup(want.ID); !ok || got != want {
			t.Errorf("Lookup(%s) = %+v, want %+v", want.ID, got, want)
		}
	}
}

func TestMergedOperationsWork(t *testing.T) {
	t.Parallel()
	c, _, _ := merged(t)
	op, params, ok := c.Match("GET", "/v2/organisations/orga_1/rockets")
	if !ok || op.ID != "GET /v2/organisations/{id}/rockets" || params["id"] != "orga_1" {
		t.Errorf("Match = %v, %v, %t", op, params, ok)
	}
	d, _ := c.Describe("POST /v2/organisations/{id}/rockets")
	if string(d.Example.Body) != `{"name":"demo","stage":"FIRST"}` {
		t.Errorf("example body %s", d.Example.Body)
	}
	if d, _ := c.Describe("GET /v2/organisations/{id}/rockets"); len(d.Query) != 1 || d.Query[0].Name != "cursor" || d.Group != "rocket" {
		t.Errorf("%+v", d)
	}
	if hits := c.Search("list the rockets", 3); len(hits) == 0 || hits[0].Operation.ID != "GET /v2/organisations/{id}/rockets" {
		t.Errorf("Search = %v", hits)
	}
	if hits := c.Search("domains of an app", 3); hits[0].Self != "GET /v2/self/applications/{appId}/vhosts" {
		t.Errorf("a described operation lost its personal space form: %v", hits[0])
	}
}

func TestMergeTwiceFindsNothingMore(t *testing.T) {
	t.Parallel()
	c, _, _ := merged(t)
	_, report, err := c.Merge(Document{Host: API, JSON: []byte(openAPIv2)})
	if err != nil || len(report.New)+len(report.Changed) != 0 {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestMergeSwagger(t *testing.T) {
	t.Parallel()
	_, report, err := Default().Merge(Document{Host: Bridge, JSON: []byte(`{"swagger": "2.0", "paths": {"/api-tokens": {"get": {"responses": {"200": {"schema": {"type": "array", "items": {"type": "object", "properties": {"apiTokenId": {"type": "string"}, "colour": {"type": "string"}}}}}}}}}}`)})
	if err != nil || len(report.New) != 0 || len(report.Changed) != 1 || report.Changed[0].What[0] != "answer: +colour" {
		t.Errorf("%+v, %v", report, err)
	}
	if !slices.Contains(report.Gone, "POST /api-tokens") {
		t.Errorf("gone: %q", report.Gone)
	}
}

func TestMergeRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, document, want string }{
		{"no JSON", `<html>`, "Fetch it again"},
		{"no OpenAPI", `{"hello": 1}`, "/v2/openapi.json"},
		{"a path without a slash", `{"openapi": "3.0.0", "paths": {"x": {"get": {}}}}`, "slash"},
		{"an operation that is text", `{"openapi": "3.0.0", "paths": {"/x": {"get": "hello"}}}`, "GET /x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, _, err := Default().Merge(Document{JSON: []byte(tt.document)}); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// A file can never make an operation look more harmless than the build says.
func TestLoadDoesNotLoosen(t *testing.T) {
	t.Parallel()
	c, err := Load([]byte(`[
		{"id": "DELETE /v2/organisations/{id}", "effect": "reads", "group": "x", "summary": "Harmless."},
		{"id": "POST /api-tokens", "host": "bridge", "effect": "reads", "group": "x", "summary": "Harmless."},
		{"id": "GET /v2/new", "group": "x", "summary": "No effect is given."}]`))
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"DELETE /v2/organisations/{id}", "GET /v2/new"} {
		if op, _ := c.Lookup(id); op.Effect != Destroys {
			t.Errorf("%s %s", id, op.Effect)
		}
	}
	if op, _ := c.Lookup("POST /api-tokens"); !op.Forbidden || !op.Secret || op.Effect == Reads {
		t.Errorf("%+v", op)
	}
	if op := MustLookup("DELETE /v2/organisations/{id}"); op.Effect != Destroys {
		t.Error("loading a file changed the table")
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, file, want string }{
		{"no list", `{}`, "not a list"},
		{"no path", `[{"id": "GET"}]`, "no method and path"},
		{"another method", `[{"id": "TRACE /v2/x"}]`, "no method and path"},
		{"a query", `[{"id": "GET /v2/x?y"}]`, "no method and path"},
		{"two slashes", `[{"id": "GET //evil.example.com/x"}]`, "no method and path"},
		{"an open brace", `[{"id": "GET /v2/{x"}]`, "no method and path"},
		{"another host", `[{"id": "GET /v2/x", "host": "evil.example.com"}]`, "host"},
		{"another effect", `[{"id": "GET /v2/x", "effect": "nothing"}]`, "effect"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := Load([]byte(tt.file)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestSchemas(t *testing.T) {
	t.Parallel()
	doc := openAPI{Definitions: map[string]json.RawMessage{"Loop": json.RawMessage(`{"properties": {"next": {"$ref": "#/definitions/Loop"}}}`)}}
	for schema, want := range map[string]string{
		`{"type": "integer"}`:                                 `"integer"`,
		`{"type": ["string", "null"]}`:                        `"string"`,
		`{"type": "string", "format": "uuid"}`:                `"uuid"`,
		`{"type": "array", "items": {"type": "boolean"}}`:     `["boolean"]`,
		`{"additionalProperties": {"type": "string"}}`:        `{"*":"string"}`,
		`{"oneOf": [{"type": "string"}, {"type": "number"}]}`: `{"oneOf":["string","number"]}`,
		`{"allOf": [{"properties": {"a": {}}}, {"required": ["b"], "properties": {"b": {"type": "string"}}}]}`: `{"a?":"any","b":"string"}`,
		`{"$ref": "#/definitions/Loop"}`: `{"next?":{"next?":"any"}}`,
		`{}`:                             `"any"`,
		`not JSON`:                       `"any"`,
	} {
		if got := string(doc.fields(json.RawMessage(schema), depth)); got != want && !strings.Contains(schema, "Loop") {
			t.Errorf("fields(%s) = %s, want %s", schema, got, want)
		} else if len(got) > 200 {
			t.Errorf("fields(%s) has no end: %s", schema, got)
		}
	}
}

func FuzzMerge(f *testing.F) {
	f.Add([]byte(openAPIv2))
	f.Add([]byte(`{"swagger": "2.0", "basePath": "/v2", "paths": {"/a/{b}": {"put": {"parameters": [{"in": "body", "schema": {"items": {}}}]}}}}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		file, _, err := Default().Merge(Document{JSON: document})
		if err != nil {
			return
		}
		// A document can name paths that no file may have; anything else loads.
		if c, err := Load(file); err == nil {
			for _, op := range c.All() {
				c.Describe(op.ID)
			}
		} else if !strings.Contains(err.Error(), "no method and path") {
			t.Error(err)
		}
	})
}

// A template that stands before one that is built in cannot make it harmless.
func TestLoadCannotShadow(t *testing.T) {
	t.Parallel()
	c, err := Load([]byte(`[{"id":"DELETE /v2/organisations/{id}/applications/app_{rest}","effect":"reads"},{"id":"DELETE /v2/organisations/{id}/rockets/{rocket}","effect":"writes"}]`))
	if err != nil {
		t.Fatal(err)
	}
	if op, _, ok := c.Match("DELETE", "/v2/organisations/orga_1/applications/app_1"); !ok || op.Effect != Destroys {
		t.Errorf("deleting an application is %+v, %v", op, ok)
	}
	if op, _, ok := c.Match("DELETE", "/v2/organisations/orga_1/rockets/1"); !ok || op.Effect != Writes {
		t.Errorf("what is only in the file is %+v, %v", op, ok)
	}
}
