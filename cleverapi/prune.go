package cleverapi

import (
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// The API sends some 5 kB for an application of which 500 bytes are used, and
// encoding/json takes as long for what it throws away as for what it keeps. So a
// body is pruned to what a Go type takes, as it comes, and decoded then: a fifth of
// the time, and the memory of what is left.

// shape is what a type takes of a JSON value; nil is all of it.
type shape struct {
	kind    jsontext.Kind     // '{' or '['; a value of another kind is taken whole, to be refused
	members map[string]*shape // of a struct, by quoted name
	each    *shape            // of a list or map: its values
}

// shapes are of the types met so far. Nil remembers none.
type shapes struct{ known sync.Map }

func (s *shapes) of(t reflect.Type) *shape {
	if s == nil {
		return shapeOf(t, map[reflect.Type]*shape{})
	}
	if known, ok := s.known.Load(t); ok {
		return known.(*shape)
	}
	made := shapeOf(t, map[reflect.Type]*shape{})
	s.known.Store(t, made)
	return made
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

func shapeOf(t reflect.Type, begun map[reflect.Type]*shape) *shape {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if s, ok := begun[t]; ok {
		return s // of a type that contains itself
	}
	if reflect.PointerTo(t).Implements(unmarshaler) {
		return nil
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		s := &shape{kind: '['}
		begun[t] = s
		s.each = shapeOf(t.Elem(), begun)
		return s
	case reflect.Map:
		s := &shape{kind: '{'}
		begun[t] = s
		s.each = shapeOf(t.Elem(), begun)
		return s
	case reflect.Struct:
		s := &shape{kind: '{', members: map[string]*shape{}}
		begun[t] = s
		for _, f := range reflect.VisibleFields(t) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "-" || !f.IsExported() || f.Anonymous && name == "" {
				continue // what is embedded has its own fields in the list
			}
			if name == "" {
				name = f.Name
			}
			s.members[`"`+name+`"`] = shapeOf(f.Type, begun)
		}
		return s
	}
	return nil
}

// prune appends to out what the shape takes of the next value.
func (s *shape) prune(d *jsontext.Decoder, out []byte) ([]byte, error) {
	if s == nil || d.PeekKind() != s.kind {
		v, err := d.ReadValue()
		return append(out, v...), err
	}
	if _, err := d.ReadToken(); err != nil {
		return out, err
	}
	out = append(out, byte(s.kind))
	end := s.kind + 2 // in ASCII, of { and [ alike
	for first := true; d.PeekKind() != end; {
		child := s.each
		var name []byte
		if s.kind == '{' {
			v, err := d.ReadValue()
			if err != nil {
				return out, err
			}
			taken := true
			if s.members != nil {
				child, taken = s.members[string(plain(v))]
			}
			if !taken {
				if err := d.SkipValue(); err != nil {
					return out, err
				}
				continue
			}
			name = v
		}
		if !first {
			out = append(out, ',')
		}
		first = false
		if name != nil {
			out = append(append(out, name...), ':')
		}
		var err error
		if out, err = child.prune(d, out); err != nil {
			return out, err
		}
	}
	_, err := d.ReadToken()
	return append(out, byte(end)), err
}

// plain is a name without needless escapes.
func plain(name jsontext.Value) jsontext.Value {
	for _, c := range name {
		if c != '\\' {
			continue
		}
		if text, err := jsontext.AppendUnquote(nil, name); err == nil {
			if quoted, err := jsontext.AppendQuote(nil, text); err == nil {
				return quoted
			}
		}
		break
	}
	return name
}

// newDecoder reads what the API sends, which may repeat names and break UTF-8.
func newDecoder(body io.Reader, max int64) *jsontext.Decoder {
	return jsontext.NewDecoder(&bounded{body, max}, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}
