package schemas

import (
	"encoding/json"

	"github.com/invopop/jsonschema"
)

// AnyJSON is a JSON document of any kind. Its schema names the kinds, because
// clients refuse a schema that is a bare true.
type AnyJSON json.RawMessage

// JSONSchema implements the interface of the reflector.
func (AnyJSON) JSONSchema() *jsonschema.Schema {
	return kinds("object", "array", "string", "number", "boolean", "null")
}

func (a AnyJSON) MarshalJSON() ([]byte, error) { return json.RawMessage(a).MarshalJSON() }

func (a *AnyJSON) UnmarshalJSON(b []byte) error { return (*json.RawMessage)(a).UnmarshalJSON(b) }

// BodyJSON is what the body of a request can be.
type BodyJSON json.RawMessage

// JSONSchema implements the interface of the reflector.
func (BodyJSON) JSONSchema() *jsonschema.Schema { return kinds("object", "array", "string") }

func (a BodyJSON) MarshalJSON() ([]byte, error) { return json.RawMessage(a).MarshalJSON() }

func (a *BodyJSON) UnmarshalJSON(b []byte) error { return (*json.RawMessage)(a).UnmarshalJSON(b) }

func kinds(names ...string) *jsonschema.Schema {
	return &jsonschema.Schema{Extras: map[string]any{"type": names}}
}
