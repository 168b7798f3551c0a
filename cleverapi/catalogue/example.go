package catalogue

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
)

// example writes a request out of the types of an operation. A body that is
// given is taken as it is.
func example(d Detail, body json.RawMessage) Example {
	e := Example{Method: d.Method(), Path: d.Operation.Path(), Body: body}
	for _, p := range d.Path {
		e.Path = strings.Replace(e.Path, "{"+p.Name+"}", url.PathEscape(p.Example), 1)
	}
	for _, q := range d.Query {
		if q.Required {
			if e.Query == nil {
				e.Query = map[string]string{}
			}
			e.Query[q.Name] = q.Example
		}
	}
	if e.Body == nil && d.Request != nil && len(d.Request.Fields) > 0 {
		e.Body = exampleBody(d.Request.Fields)
	}
	return e
}

// exampleBody keeps the order of the fields, which a map would lose, and leaves
// optional fields out.
func exampleBody(fields json.RawMessage) json.RawMessage {
	dec := json.NewDecoder(bytes.NewReader(fields))
	var b bytes.Buffer
	if !writeExample(&b, dec, "") {
		return nil
	}
	if b.String() == "{}" && bytes.Contains(fields, []byte("?")) {
		// Nothing is required, but a request that says nothing shows nothing.
		return exampleBody(bytes.ReplaceAll(fields, []byte(`?":`), []byte(`":`)))
	}
	return b.Bytes()
}

func writeExample(b *bytes.Buffer, dec *json.Decoder, name string) bool {
	tok, err := dec.Token()
	if err != nil {
		return false
	}
	switch tok := tok.(type) {
	case json.Delim:
		if tok == '{' {
			return writeExampleObject(b, dec)
		}
		b.WriteByte('[')
		for n := 0; dec.More(); n++ {
			var item bytes.Buffer
			if !writeExample(&item, dec, name) {
				return false
			}
			if n == 0 { // the list of types has one element
				b.Write(item.Bytes())
			}
		}
		b.WriteByte(']')
		_, err = dec.Token()
		return err == nil
	case string:
		b.Write(exampleValue(tok, name))
		return true
	}
	b.WriteString("null")
	return true
}

// writeExampleObject writes the first of a choice of objects and the required
// fields of all others.
func writeExampleObject(b *bytes.Buffer, dec *json.Decoder) bool {
	var out bytes.Buffer
	out.WriteByte('{')
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return false
		}
		name, optional := strings.CutSuffix(key.(string), "?")
		var value bytes.Buffer
		if !writeExample(&value, dec, name) {
			return false
		}
		switch {
		case name == "oneOf":
			var choices []json.RawMessage
			if json.Unmarshal(value.Bytes(), &choices) == nil && len(choices) > 0 {
				out.Reset()
				out.Write(bytes.TrimSuffix(choices[0], []byte("}")))
			}
		case name == "*" || name == "note" || optional:
		default:
			if out.Len() > 1 {
				out.WriteByte(',')
			}
			quoted, _ := json.Marshal(name)
			out.Write(quoted)
			out.WriteByte(':')
			out.Write(value.Bytes())
		}
	}
	out.WriteByte('}')
	b.Write(out.Bytes())
	_, err := dec.Token()
	return err == nil
}

func exampleValue(typ, name string) []byte {
	typ, _, _ = strings.Cut(typ, " (")
	switch {
	case typ == "integer" || typ == "number":
		return []byte("1")
	case typ == "boolean":
		return []byte("true")
	case strings.HasPrefix(typ, "map<") || strings.HasPrefix(typ, "object") || strings.HasPrefix(typ, "one-of("):
		return []byte("{}")
	case strings.HasPrefix(typ, "array<"):
		return []byte("[]")
	case strings.HasPrefix(typ, "enum("):
		first, _, _ := strings.Cut(strings.Trim(typ[4:], "()"), "|")
		quoted, _ := json.Marshal(first)
		return quoted
	}
	quoted, _ := json.Marshal(exampleText(typ, name))
	return quoted
}

// exampleText is the value of a field of type text: by its form, else by its
// name, else, as in {"type": "DATADOG"}, the type itself.
func exampleText(typ, name string) string {
	switch typ {
	case "date-time":
		if e := exampleOf(name); e != "" {
			return e
		}
		return "2026-07-01T00:00:00Z"
	case "email":
		return "someone@example.com"
	case "uuid":
		return "395103fb-d6e2-4fdd-93bc-bc99146f1ea2"
	}
	if typ != "string" && typ != "any" {
		return typ
	}
	if e := exampleOf(name); e != "" {
		return e
	}
	return "text"
}
