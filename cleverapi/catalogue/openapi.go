package catalogue

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strings"
)

// Document is an OpenAPI 3 document, or a Swagger 2 one, in JSON.
type Document struct {
	Host   Host   // where its operations live
	Prefix string // put before paths that do not begin with it: "/v2"; "" trusts the document
	JSON   []byte
}

// openAPI is the part of a document that a catalogue needs.
type openAPI struct {
	OpenAPI    string                                `json:"openapi"`
	Swagger    string                                `json:"swagger"`
	BasePath   string                                `json:"basePath"` // Swagger
	Servers    []struct{ URL string }                `json:"servers"`
	Paths      map[string]map[string]json.RawMessage `json:"paths"`
	Components struct {
		Schemas    map[string]json.RawMessage `json:"schemas"`
		Parameters map[string]json.RawMessage `json:"parameters"`
	} `json:"components"`
	Definitions map[string]json.RawMessage `json:"definitions"` // Swagger
	Parameters  map[string]json.RawMessage `json:"parameters"`  // Swagger
}

type openAPIOperation struct {
	Summary     string             `json:"summary"`
	Description string             `json:"description"`
	Tags        []string           `json:"tags"`
	Deprecated  bool               `json:"deprecated"`
	Parameters  []openAPIParameter `json:"parameters"`
	RequestBody *struct {
		Content map[string]struct {
			Schema json.RawMessage `json:"schema"`
		} `json:"content"`
	} `json:"requestBody"`
	Responses map[string]struct {
		Content map[string]struct {
			Schema json.RawMessage `json:"schema"`
		} `json:"content"`
		Schema json.RawMessage `json:"schema"` // Swagger
	} `json:"responses"`
}

type openAPIParameter struct {
	Ref         string          `json:"$ref"`
	Name        string          `json:"name"`
	In          string          `json:"in"`
	Description string          `json:"description"`
	Required    bool            `json:"required"`
	Schema      json.RawMessage `json:"schema"`
	Type        string          `json:"type"` // Swagger
}

// read turns a document into records, sorted by ID. It leaves the judgement
// (effect, secrecy, texts) to merge.
func (d Document) read() ([]record, error) {
	var doc openAPI
	if err := json.Unmarshal(d.JSON, &doc); err != nil {
		return nil, fmt.Errorf("the OpenAPI document is not JSON of the right form: %w. Fetch it again", err)
	}
	if doc.OpenAPI == "" && doc.Swagger == "" || len(doc.Paths) == 0 {
		return nil, fmt.Errorf("this is no OpenAPI document with paths. Pass the answer of /v2/openapi.json, of /v4/ovd/openapi.json or of the bridge's /documentation/json")
	}
	var list []record
	for path, item := range doc.Paths {
		if !strings.HasPrefix(path, "/") {
			return nil, fmt.Errorf("the OpenAPI document has a path that does not begin with a slash: %q. Correct or drop it", path)
		}
		if strings.Contains(path, "*") {
			continue // the bridge says so that it passes all of /v2 on
		}
		shared := doc.parameters(item["parameters"])
		for method, raw := range item {
			method = strings.ToUpper(method)
			if !slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, method) {
				continue
			}
			var op openAPIOperation
			if err := json.Unmarshal(raw, &op); err != nil {
				return nil, fmt.Errorf("%s %s is not described in the form of OpenAPI: %w. Correct or drop it", method, path, err)
			}
			list = append(list, doc.record(method+" "+d.full(doc, path), op, shared))
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].ID < list[j].ID })
	return list, nil
}

// full puts the base path of the document before a path that lacks it.
func (d Document) full(doc openAPI, path string) string {
	prefix := d.Prefix
	if prefix == "" {
		prefix = doc.BasePath
		if len(doc.Servers) > 0 {
			if u, err := url.Parse(doc.Servers[0].URL); err == nil {
				prefix = u.Path
			}
		}
	}
	prefix = strings.TrimRight(prefix, "/")
	if prefix == "" || path == prefix || strings.HasPrefix(path, prefix+"/") {
		return path
	}
	return prefix + path
}

func (doc openAPI) record(id string, op openAPIOperation, shared []openAPIParameter) record {
	r := record{ID: id, Deprecated: op.Deprecated, Published: true, Summary: op.Summary}
	if r.Summary == "" {
		r.Summary = op.Description
	}
	if len(op.Tags) > 0 {
		r.Group = op.Tags[0]
	}
	for _, p := range append(shared, doc.resolved(op.Parameters)...) {
		switch p.In {
		case "query":
			typ := p.Type
			if typ == "" {
				typ = strings.Trim(string(doc.fields(p.Schema, 2)), `"`)
			}
			if strings.HasPrefix(typ, "[") {
				typ = "array<string>"
			}
			r.Query = append(r.Query, Parameter{Name: p.Name, Type: typ, Required: p.Required, Meaning: p.Description})
		case "body":
			r.Request = &Body{ContentType: "application/json", Fields: doc.fields(p.Schema, depth)}
		}
	}
	if op.RequestBody != nil {
		for _, kind := range sortedKeys(op.RequestBody.Content) {
			r.Request = &Body{ContentType: kind, Fields: doc.fields(op.RequestBody.Content[kind].Schema, depth)}
			break
		}
	}
	for _, status := range sortedKeys(op.Responses) {
		if len(status) != 3 || status[0] != '2' {
			continue
		}
		answer := op.Responses[status]
		r.Response = &Body{Status: int(status[1]-'0')*10 + int(status[2]-'0') + 200}
		if len(answer.Schema) > 0 {
			r.Response.ContentType, r.Response.Fields = "application/json", doc.fields(answer.Schema, depth)
		}
		for _, kind := range sortedKeys(answer.Content) {
			r.Response.ContentType, r.Response.Fields = kind, doc.fields(answer.Content[kind].Schema, depth)
			break
		}
		break
	}
	return r
}

func (doc openAPI) parameters(raw json.RawMessage) []openAPIParameter {
	var list []openAPIParameter
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	return doc.resolved(list)
}

func (doc openAPI) resolved(list []openAPIParameter) []openAPIParameter {
	out := make([]openAPIParameter, 0, len(list))
	for _, p := range list {
		if p.Ref != "" {
			name := p.Ref[strings.LastIndexByte(p.Ref, '/')+1:]
			raw := doc.Components.Parameters[name]
			if raw == nil {
				raw = doc.Parameters[name]
			}
			if json.Unmarshal(raw, &p) != nil {
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
