package clients

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/tailscale/hujson"
)

// jsonObject is a JSON file, with comments and trailing commas where its client
// takes them, that has its servers in an object.
type jsonObject struct {
	path []string // of the object
	kind string   // value of "type"; "" for none
}

func (f jsonObject) entries(content []byte) ([]Entry, error) {
	root, _, err := f.decode(content)
	if err != nil {
		return nil, err
	}
	all, _ := f.servers(root).(map[string]any)
	return entriesOf(all, "command"), nil
}

// entriesOf are the members that name a program to start, sorted by name.
func entriesOf(all map[string]any, command string) []Entry {
	var out []Entry
	for name, v := range all {
		server, _ := v.(map[string]any)
		program, ok := server[command].(string)
		if !ok {
			continue
		}
		e := Entry{Name: name, Command: program}
		list, _ := server["args"].([]any)
		for _, a := range list {
			if s, ok := a.(string); ok {
				e.Args = append(e.Args, s)
			}
		}
		out = append(out, e)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

func (f jsonObject) servers(root map[string]any) any {
	var at any = root
	for _, key := range f.path {
		object, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = object[key]
	}
	return at
}

func (f jsonObject) rest(content []byte, name string) (any, error) {
	root, _, err := f.decode(content)
	if err != nil {
		return nil, err
	}
	return without(root, f.path, name), nil
}

// without takes an entry out, and the objects that are then empty.
func without(root map[string]any, path []string, name string) map[string]any {
	if len(path) == 0 {
		delete(root, name)
		return root
	}
	if below, ok := root[path[0]].(map[string]any); ok {
		if len(without(below, path[1:], name)) == 0 {
			delete(root, path[0])
		}
	}
	return root
}

// decode reads the file twice over: as values, and as a tree that keeps every
// space and comment.
func (f jsonObject) decode(content []byte) (root map[string]any, tree hujson.Value, err error) {
	text := bytes.TrimPrefix(content, bom)
	if len(bytes.TrimSpace(text)) == 0 {
		return map[string]any{}, hujson.Value{}, nil
	}
	if tree, err = hujson.Parse(text); err != nil {
		return nil, tree, fmt.Errorf("it is no JSON: %w", err)
	}
	if _, ok := tree.Value.(*hujson.Object); !ok {
		return nil, tree, errors.New("it is no JSON object")
	}
	standard, err := hujson.Standardize(bytes.Clone(text))
	if err != nil {
		return nil, tree, err
	}
	return root, tree, json.Unmarshal(standard, &root)
}

var bom = []byte("\xef\xbb\xbf")

func (f jsonObject) put(content []byte, e Entry) ([]byte, error) {
	_, tree, err := f.decode(content)
	if err != nil {
		return nil, err
	}
	style := styleOf(content)
	if tree.Value == nil {
		tree = hujson.Value{Value: &hujson.Object{}, AfterExtra: hujson.Extra(style.end)}
	}
	object := tree.Value.(*hujson.Object)
	for depth, key := range f.path {
		at := find(object, key)
		if at < 0 {
			appendMember(object, key, &hujson.Object{}, depth+1, style)
			at = len(object.Members) - 1
		}
		below, ok := object.Members[at].Value.Value.(*hujson.Object)
		if !ok {
			return nil, fmt.Errorf("its %q is no object", key)
		}
		object = below
	}
	value, err := hujson.Parse(f.text(e, len(f.path)+1, style))
	if err != nil {
		return nil, err
	}
	if at := find(object, e.Name); at >= 0 {
		object.Members[at].Value.Value = value.Value
	} else {
		appendMember(object, e.Name, value.Value, len(f.path)+1, style)
	}
	return append(prefixOf(content), tree.Pack()...), nil
}

func (f jsonObject) text(e Entry, depth int, s style) []byte {
	inner := s.end + strings.Repeat(s.indent, depth+1)
	var b strings.Builder
	b.WriteString("{" + inner)
	if f.kind != "" {
		b.WriteString(`"type": ` + quoted(f.kind) + "," + inner)
	}
	b.WriteString(`"command": ` + quoted(e.Command) + "," + inner + `"args": [`)
	for i, a := range e.Args {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quoted(a))
	}
	b.WriteString("]" + s.end + strings.Repeat(s.indent, depth) + "}")
	return []byte(b.String())
}

// quoted writes a JSON string, which is one of TOML and YAML too.
func quoted(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always can be
	return strings.TrimSpace(b.String())
}

func (f jsonObject) drop(content []byte, name string) ([]byte, error) {
	_, tree, err := f.decode(content)
	if err != nil || tree.Value == nil {
		return content, err
	}
	object := tree.Value.(*hujson.Object)
	for _, key := range f.path {
		at := find(object, key)
		if at < 0 {
			return content, nil
		}
		below, ok := object.Members[at].Value.Value.(*hujson.Object)
		if !ok {
			return content, nil
		}
		object = below
	}
	at := find(object, name)
	if at < 0 {
		return content, nil
	}
	removeMember(object, at)
	return append(prefixOf(content), tree.Pack()...), nil
}

func find(o *hujson.Object, key string) int {
	return slices.IndexFunc(o.Members, func(m hujson.ObjectMember) bool {
		name, ok := m.Name.Value.(hujson.Literal)
		return ok && name.String() == key
	})
}

// appendMember puts a member last, on a line of its own. A comment behind the
// member that was last stays with it.
func appendMember(o *hujson.Object, key string, v hujson.ValueTrimmed, depth int, s style) {
	lead := hujson.Extra(s.end + strings.Repeat(s.indent, depth))
	closing := hujson.Extra(s.end + strings.Repeat(s.indent, depth-1))
	n := len(o.Members)
	switch cut := bytes.LastIndexByte(o.AfterExtra, '\n'); {
	case cut >= 0:
		if cut > 0 && o.AfterExtra[cut-1] == '\r' {
			cut--
		}
		lead, closing = append(bytes.Clone(o.AfterExtra[:cut]), lead...), o.AfterExtra[cut:]
	case n > 0: // all on one line
		lead, closing = hujson.Extra(" "), o.AfterExtra
	default:
		lead = append(bytes.Clone(bytes.TrimRight(o.AfterExtra, " \t")), lead...)
	}
	m := hujson.ObjectMember{
		Name:  hujson.Value{BeforeExtra: lead, Value: hujson.String(key)},
		Value: hujson.Value{BeforeExtra: hujson.Extra(" "), Value: v},
	}
	if n > 0 && o.Members[n-1].Value.AfterExtra != nil {
		m.Value.AfterExtra = hujson.Extra{} // a comma behind the last, as it was
	} else if n > 0 {
		o.Members[n-1].Value.AfterExtra = nil
	}
	o.Members = append(o.Members, m)
	o.AfterExtra = closing
}

// removeMember takes a member out with its line, and leaves comments.
func removeMember(o *hujson.Object, at int) {
	gone := o.Members[at]
	trailing := gone.Value.AfterExtra != nil
	lead := gone.Name.BeforeExtra
	last := at == len(o.Members)-1
	o.Members = slices.Delete(o.Members, at, at+1)
	comments := bytes.TrimRight(lead, " \t\r\n")
	switch {
	case last:
		o.AfterExtra = append(bytes.Clone(comments), o.AfterExtra...)
		if len(o.Members) > 0 {
			before := &o.Members[len(o.Members)-1].Value
			if before.AfterExtra = nil; trailing {
				before.AfterExtra = hujson.Extra{} // a comma behind the last, as it was
			}
		}
	case len(comments) > 0:
		o.Members[at].Name.BeforeExtra = append(bytes.Clone(comments), o.Members[at].Name.BeforeExtra...)
	}
	if len(o.Members) == 0 && len(bytes.TrimSpace(o.AfterExtra)) == 0 {
		o.AfterExtra = nil
	}
}

// style is how a file writes its lines.
type style struct{ end, indent string }

func styleOf(content []byte) style {
	s := style{"\n", "  "}
	if text := bytes.TrimSpace(bytes.TrimPrefix(content, bom)); len(text) > 2 && text[0] == '{' && !bytes.ContainsRune(text, '\n') {
		return style{" ", ""} // all on one line
	}
	if bytes.Contains(content, []byte("\r\n")) {
		s.end = "\r\n"
	}
	for line := range bytes.Lines(content) {
		text := bytes.TrimLeft(line, " \t")
		if n := len(line) - len(text); n > 0 && len(bytes.TrimSpace(text)) > 0 {
			s.indent = string(line[:n])
			break
		}
	}
	return s
}

func prefixOf(content []byte) []byte {
	if bytes.HasPrefix(content, bom) {
		return bytes.Clone(bom)
	}
	return nil
}
