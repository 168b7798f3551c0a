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

func (f tomlTable) decode(content []byte) (map[string]any, error) {
	root, err := decodeTOML(bytes.TrimPrefix(content, bom))
	if err != nil {
		return nil, fmt.Errorf("it is no TOML: %w", err)
	}
	return root, nil
}

func (f tomlTable) entries(content []byte) ([]Entry, error) {
	root, err := f.decode(content)
	if err != nil {
		return nil, err
	}
	all, _ := root[f.table].(map[string]any)
	return entriesOf(all, "command"), nil
}

func (f tomlTable) rest(content []byte, name string) (any, error) {
	root, err := f.decode(content)
	if err != nil {
		return nil, err
	}
	return without(root, []string{f.table}, name), nil
}

func (f tomlTable) put(content []byte, e Entry) ([]byte, error) {
	if _, err := f.decode(content); err != nil {
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
	if _, err := f.decode(content); err != nil {
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
	if body, found := bytes.CutPrefix(content, bom); found {
		start, end, ok = f.span(body, name)
		return len(bom) + start, len(bom) + end, ok
	}
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
