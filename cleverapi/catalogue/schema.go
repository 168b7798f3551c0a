package catalogue

import (
	"encoding/json"
	"slices"
	"strings"
)

// depth is how far down the types of a body are described; schemas that contain
// themselves end there too.
const depth = 6

type jsonSchema struct {
	Ref                  string                     `json:"$ref"`
	Type                 json.RawMessage            `json:"type"` // text, or a list in OpenAPI 3.1
	Format               string                     `json:"format"`
	Enum                 []any                      `json:"enum"`
	Items                json.RawMessage            `json:"items"`
	Properties           map[string]json.RawMessage `json:"properties"`
	Required             []string                   `json:"required"`
	AdditionalProperties json.RawMessage            `json:"additionalProperties"`
	OneOf                []json.RawMessage          `json:"oneOf"`
	AnyOf                []json.RawMessage          `json:"anyOf"`
	AllOf                []json.RawMessage          `json:"allOf"`
}

// fields writes a schema in the compact form of Body.Fields.
func (doc openAPI) fields(raw json.RawMessage, left int) json.RawMessage {
	out, err := json.Marshal(doc.shape(raw, left))
	if err != nil {
		return json.RawMessage(`"any"`)
	}
	return out
}

func (doc openAPI) shape(raw json.RawMessage, left int) any {
	var s jsonSchema
	if left == 0 || len(raw) == 0 || json.Unmarshal(raw, &s) != nil {
		return "any"
	}
	switch {
	case s.Ref != "":
		name := s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
		target := doc.Components.Schemas[name]
		if target == nil {
			target = doc.Definitions[name]
		}
		return doc.shape(target, left-1)
	case len(s.Enum) > 0:
		return enum(s.Enum)
	case len(s.OneOf)+len(s.AnyOf) > 0:
		var choices []any
		for _, c := range append(s.OneOf, s.AnyOf...) {
			choices = append(choices, doc.shape(c, left-1))
		}
		return map[string]any{"oneOf": choices}
	case len(s.AllOf) > 0:
		all := map[string]any{}
		for _, part := range s.AllOf {
			if m, ok := doc.shape(part, left-1).(map[string]any); ok {
				for k, v := range m {
					all[k] = v
				}
			}
		}
		return all
	case len(s.Properties) > 0:
		object := map[string]any{}
		for name, p := range s.Properties {
			if !slices.Contains(s.Required, name) {
				name += "?"
			}
			object[name] = doc.shape(p, left-1)
		}
		return object
	case len(s.Items) > 0:
		return []any{doc.shape(s.Items, left-1)}
	case len(s.AdditionalProperties) > 0 && s.AdditionalProperties[0] == '{':
		return map[string]any{"*": doc.shape(s.AdditionalProperties, left-1)}
	}
	return plain(s)
}

func plain(s jsonSchema) string {
	var name string
	if json.Unmarshal(s.Type, &name) != nil {
		var names []string
		if json.Unmarshal(s.Type, &names) == nil && len(names) > 0 {
			name = names[0]
		}
	}
	switch s.Format {
	case "date-time", "uuid", "email":
		return s.Format
	}
	if name == "" {
		return "any"
	}
	return name
}

func enum(values []any) string {
	var names []string
	for _, v := range values {
		if text, ok := v.(string); ok {
			names = append(names, text)
		}
	}
	return "enum(" + strings.Join(names, "|") + ")"
}
