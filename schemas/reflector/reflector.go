// Package reflector generates contracts from the Go types of tools. It reads source
// code, so it serves go generate and tests, and is no part of the program.
package reflector

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"clever-mcp/schemas"

	"github.com/invopop/jsonschema"
)

// Reflector turns Go types into schemas, with the comments of the fields as
// descriptions.
type Reflector struct{ comments jsonschema.Reflector }

// New reads the comments of the packages found under root/dir for each
// dir, root being the folder of module.
func New(module string, dirs ...string) (*Reflector, error) {
	r := &Reflector{}
	for _, dir := range dirs {
		if err := r.comments.AddGoComments(module, dir, jsonschema.WithFullComment()); err != nil {
			return nil, fmt.Errorf("read comments of %s: %w", dir, err)
		}
	}
	return r, nil
}

// Input returns the schema of a tool's arguments: one flat object without
// references that takes no other members.
func (r *Reflector) Input(t reflect.Type) (json.RawMessage, error) {
	s, err := r.schema(t, false)
	if err != nil {
		return nil, err
	}
	for name, header := range map[string]string{"app": "App", "owner": "Owner"} {
		if p, ok := s.Properties.Get(name); ok {
			p.Extras = map[string]any{headerKeyword: header}
		}
	}
	return schemas.Compact(s)
}

// headerKeyword names the HTTP header, Mcp-Param-…, in which clients since
// 2026-07-28 repeat an argument, so that a gateway can route and log calls by
// what they are about without reading their bodies.
const headerKeyword = "x-mcp-header"

// Output returns the schema of a tool's result. It lets objects grow, so that a
// client which validates survives a newer server.
func (r *Reflector) Output(t reflect.Type) (json.RawMessage, error) {
	s, err := r.schema(t, true)
	if err != nil {
		return nil, err
	}
	return schemas.Compact(s)
}

func (r *Reflector) schema(t reflect.Type, grows bool) (*jsonschema.Schema, error) {
	reflector := jsonschema.Reflector{
		Anonymous:                 true,
		DoNotReference:            true,
		ExpandedStruct:            true,
		AllowAdditionalProperties: grows,
		CommentMap:                joined(r.comments.CommentMap),
		Mapper:                    anyKind,
	}
	s := reflector.ReflectFromType(t)
	s.Version = ""
	s.Description = "" // the type's own comment is for us, not for the model
	if s.Properties == nil {
		return nil, fmt.Errorf("%s is not a struct", t)
	}
	return s, nil
}

// joined makes one line of each comment: source is wrapped for people.
func joined(comments map[string]string) map[string]string {
	out := make(map[string]string, len(comments))
	for k, v := range comments {
		out[k] = strings.Join(strings.Fields(v), " ")
	}
	return out
}

// anyKind is the schema of what may be JSON of several kinds. It names the kinds,
// because clients refuse a schema that is a bare true.
func anyKind(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[schemas.AnyJSON]():
		return kinds("object", "array", "string", "number", "boolean", "null")
	case reflect.TypeFor[schemas.BodyJSON]():
		return kinds("object", "array", "string")
	}
	return nil
}

func kinds(names ...string) *jsonschema.Schema {
	return &jsonschema.Schema{Extras: map[string]any{"type": names}}
}
