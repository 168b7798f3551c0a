package schemas

import (
	"bytes"
	"encoding/json"
)

// AnyJSON is a JSON document of any kind.
type AnyJSON json.RawMessage

func (a AnyJSON) MarshalJSON() ([]byte, error) { return json.RawMessage(a).MarshalJSON() }

func (a *AnyJSON) UnmarshalJSON(b []byte) error { return (*json.RawMessage)(a).UnmarshalJSON(b) }

// BodyJSON is what the body of a request can be: an object, a list or a text.
type BodyJSON json.RawMessage

func (a BodyJSON) MarshalJSON() ([]byte, error) { return json.RawMessage(a).MarshalJSON() }

func (a *BodyJSON) UnmarshalJSON(b []byte) error { return (*json.RawMessage)(a).UnmarshalJSON(b) }

// Compact marshals v on one line and leaves <, > and & as they are.
func Compact(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}
