package clients

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// decodeTOML reads a file into tables (map[string]any), lists of them (tables),
// lists of values ([]any), texts, and everything else as scalar. The decoder of the library does
// that too, by reflection that weighs 200 kB; its parser is needed anyway.
func decodeTOML(content []byte) (map[string]any, error) {
	p := unstable.Parser{}
	p.Reset(content)
	d := tomlDecoder{root: map[string]any{}, marks: map[uintptr]mark{}}
	d.table = d.root
	for p.NextExpression() {
		if err := d.expression(p.Expression()); err != nil {
			return nil, err
		}
	}
	if err := p.Error(); err != nil {
		return nil, err
	}
	return d.root, nil
}

// scalar is a value other than a text, as it is written.
type scalar struct {
	kind    unstable.Kind
	written string
}

// tables are what [[headers]] make. A list that is written as a value cannot grow.
type tables []map[string]any

type mark int

const (
	headed mark = iota + 1 // its header was read
	closed                 // it was written on one line, so nothing comes to it
)

type tomlDecoder struct {
	root, table map[string]any
	marks       map[uintptr]mark // of tables, by where they are in memory
}

func at(table map[string]any) uintptr { return reflect.ValueOf(table).Pointer() }

func (d *tomlDecoder) expression(e *unstable.Node) (err error) {
	switch e.Kind {
	case unstable.Table:
		keys := keysOf(e)
		if d.table, err = d.below(d.root, keys); err != nil {
			return err
		}
		if d.marks[at(d.table)] != 0 {
			return fmt.Errorf("the table %s is there twice", strings.Join(keys, "."))
		}
		d.marks[at(d.table)] = headed
	case unstable.ArrayTable:
		keys := keysOf(e)
		parent, err := d.below(d.root, keys[:len(keys)-1])
		if err != nil {
			return err
		}
		last := keys[len(keys)-1]
		list, ok := parent[last].(tables)
		if _, there := parent[last]; there && !ok {
			return fmt.Errorf("%s is there twice", strings.Join(keys, "."))
		}
		d.table = map[string]any{}
		d.marks[at(d.table)] = headed
		parent[last] = append(list, d.table)
	case unstable.KeyValue:
		return d.set(d.table, e)
	}
	return nil
}

// set puts a key and its value into a table.
func (d *tomlDecoder) set(table map[string]any, e *unstable.Node) error {
	keys := keysOf(e)
	table, err := d.below(table, keys[:len(keys)-1])
	if err != nil {
		return err
	}
	last := keys[len(keys)-1]
	if _, there := table[last]; there {
		return fmt.Errorf("%s is there twice", strings.Join(keys, "."))
	}
	table[last], err = d.value(e.Value())
	return err
}

// below is the table of that path. It is made as far as it is not there; of a list
// of tables the last is meant.
func (d *tomlDecoder) below(table map[string]any, keys []string) (map[string]any, error) {
	for i, key := range keys {
		switch next := table[key].(type) {
		case nil:
			made := map[string]any{}
			table[key] = made
			table = made
		case map[string]any:
			table = next
		case tables:
			table = next[len(next)-1]
		default:
			return nil, fmt.Errorf("%s is no table", strings.Join(keys[:i+1], "."))
		}
		if d.marks[at(table)] == closed {
			return nil, fmt.Errorf("%s is written on one line, and more comes to it", strings.Join(keys[:i+1], "."))
		}
	}
	return table, nil
}

func keysOf(e *unstable.Node) []string {
	var keys []string
	for it := e.Key(); it.Next(); {
		keys = append(keys, string(it.Node().Data))
	}
	return keys
}

func (d *tomlDecoder) value(n *unstable.Node) (any, error) {
	switch n.Kind {
	case unstable.String:
		return string(n.Data), nil
	case unstable.Array:
		list := []any{}
		for it := n.Children(); it.Next(); {
			if it.Node().Kind == unstable.Comment {
				continue
			}
			v, err := d.value(it.Node())
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case unstable.InlineTable:
		table := map[string]any{}
		for it := n.Children(); it.Next(); {
			if it.Node().Kind != unstable.KeyValue {
				continue
			}
			if err := d.set(table, it.Node()); err != nil {
				return nil, err
			}
		}
		d.marks[at(table)] = closed
		return table, nil
	}
	return scalar{n.Kind, string(n.Data)}, nil
}
