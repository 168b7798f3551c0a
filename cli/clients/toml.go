package clients

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// tomlTable is a TOML file that has each server in a table below one.
type tomlTable struct{ table string }

// tomlLine is one expression of the file: a header, or a key with its value.
type tomlLine struct {
	kind unstable.Kind
	keys []string // whole, with those of the table it is in
	text string   // of the value, or of the header
	node *unstable.Node
}

// parse reads the file with the parser alone: the rest of the library would cost
// more than all that this package does. What it does not check is not changed
// either: other tables stay as they are, right or wrong.
func (f tomlTable) parse(content []byte, each func(l tomlLine)) error {
	content = bytes.TrimPrefix(content, bom)
	p := unstable.Parser{}
	p.Reset(content)
	var table []string
	for p.NextExpression() {
		e := p.Expression()
		l := tomlLine{kind: e.Kind, node: e}
		for it := e.Key(); it.Next(); {
			l.keys = append(l.keys, string(it.Node().Data))
		}
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = l.keys
		case unstable.KeyValue:
			l.keys = slices.Concat(table, l.keys)
			l.text = valueText(e.Value())
		}
		if len(l.keys) > 0 && l.keys[0] == f.table && (e.Kind == unstable.ArrayTable || len(l.keys) < 3 && e.Kind == unstable.KeyValue) {
			return fmt.Errorf("its %q is not in tables of the form [%s.name]", f.table, f.table)
		}
		each(l)
	}
	if err := p.Error(); err != nil {
		return fmt.Errorf("it is no TOML: %w", err)
	}
	return nil
}

// valueText is a value as the parser understood it: spaces and comments do not count.
func valueText(n *unstable.Node) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q", n.Kind, n.Data)
	if n.Kind == unstable.Array || n.Kind == unstable.InlineTable || n.Kind == unstable.KeyValue {
		b.WriteString(" (")
		for it := n.Children(); it.Next(); {
			b.WriteString(valueText(it.Node()) + ", ")
		}
		b.WriteString(")")
	}
	return b.String()
}

func (f tomlTable) entries(content []byte) ([]Entry, error) {
	all := map[string]any{}
	err := f.parse(content, func(l tomlLine) {
		if len(l.keys) != 3 || l.keys[0] != f.table || l.kind != unstable.KeyValue {
			return
		}
		server, _ := all[l.keys[1]].(map[string]any)
		if server == nil {
			server = map[string]any{}
			all[l.keys[1]] = server
		}
		switch v := l.node.Value(); v.Kind {
		case unstable.String:
			server[l.keys[2]] = string(v.Data)
		case unstable.Array:
			list := []any{}
			for it := v.Children(); it.Next(); {
				list = append(list, string(it.Node().Data))
			}
			server[l.keys[2]] = list
		}
	})
	return entriesOf(all, "command"), err
}

func (f tomlTable) rest(content []byte, name string) (any, error) {
	var others []string
	err := f.parse(content, func(l tomlLine) {
		if len(l.keys) < 2 || l.keys[0] != f.table || l.keys[1] != name {
			others = append(others, fmt.Sprintf("%s %q %s", l.kind, l.keys, l.text))
		}
	})
	return others, err
}

func (f tomlTable) put(content []byte, e Entry) ([]byte, error) {
	if err := f.parse(content, func(tomlLine) {}); err != nil {
		return nil, err
	}
	s := styleOf(content)
	if start, end, ok := f.span(content, e.Name); ok {
		// What is written below the table, such as env, goes with it: an entry that
		// was changed by hand is shown in the preview before it is replaced.
		return slices.Concat(content[:start], f.text(e, s), content[end:]), nil
	}
	var gap string
	if len(bytes.TrimSpace(content)) > 0 {
		gap = s.end
		if !bytes.HasSuffix(content, []byte("\n")) {
			gap += s.end
		}
	}
	return slices.Concat(content, []byte(gap), f.text(e, s)), nil
}

func (f tomlTable) text(e Entry, s style) []byte {
	args := make([]string, len(e.Args))
	for i, a := range e.Args {
		args[i] = quoted(a)
	}
	return []byte("[" + f.table + "." + e.Name + "]" + s.end +
		"command = " + quoted(e.Command) + s.end +
		"args = [" + strings.Join(args, ", ") + "]" + s.end)
}

func (f tomlTable) drop(content []byte, name string) ([]byte, error) {
	if err := f.parse(content, func(tomlLine) {}); err != nil {
		return nil, err
	}
	start, end, ok := f.span(content, name)
	if !ok {
		return content, nil
	}
	before, after := content[:start], content[end:]
	if len(bytes.TrimSpace(after)) == 0 {
		// The empty line that parted it from what stands above.
		for _, gap := range []string{"\r\n\r\n", "\n\n"} {
			if trimmed, found := bytes.CutSuffix(before, []byte(gap)); found {
				before = slices.Concat(trimmed, []byte(gap[len(gap)/2:]))
				break
			}
		}
	}
	return slices.Concat(before, after), nil
}

// span is where the table of a server, and those below it, stand: from the line
// of its header to the line of the next header that is not below it, without the
// comments and empty lines that belong to that.
func (f tomlTable) span(content []byte, name string) (start, end int, ok bool) {
	p := unstable.Parser{}
	p.Reset(content)
	start = -1
	last := 0 // where the last thing of the table ends
	for p.NextExpression() {
		e := p.Expression()
		var keys []string
		at := -1
		for it := e.Key(); it.Next(); {
			keys = append(keys, string(it.Node().Data))
			if at < 0 {
				at = int(it.Node().Raw.Offset)
			}
		}
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			ours := len(keys) >= 2 && keys[0] == f.table && keys[1] == name
			line := lineStart(content, at)
			switch {
			case ours && start < 0:
				start = line
			case !ours && start >= 0:
				return start, lineEnd(content, last), true
			}
		}
		if start >= 0 && at >= 0 {
			last = at
			if e.Kind == unstable.KeyValue {
				last = max(last, valueEnd(content, e))
			}
		}
	}
	if start < 0 {
		return 0, 0, false
	}
	return start, lineEnd(content, last), true
}

// valueEnd is the last byte of a key's value that the parser tells.
func valueEnd(content []byte, e *unstable.Node) int {
	end := 0
	var walk func(n *unstable.Node)
	walk = func(n *unstable.Node) {
		end = max(end, int(n.Raw.Offset+n.Raw.Length)-1)
		for it := n.Children(); it.Next(); {
			walk(it.Node())
		}
	}
	walk(e)
	// An array or inline table tells where its last element ends, not itself.
	if v := e.Value(); v.Kind == unstable.Array || v.Kind == unstable.InlineTable {
		if i := bytes.IndexAny(content[end:], "]}"); i >= 0 {
			end += i
		}
	}
	return end
}

func lineStart(content []byte, at int) int { return bytes.LastIndexByte(content[:at], '\n') + 1 }

func lineEnd(content []byte, at int) int {
	if i := bytes.IndexByte(content[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(content)
}
