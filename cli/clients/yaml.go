package clients

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// yamlMapping is a YAML file that has its servers in a mapping of the root.
type yamlMapping struct{ key string }

func (f yamlMapping) decode(content []byte) (root map[string]any, tree *yaml.Node, err error) {
	tree = &yaml.Node{}
	if err := yaml.Unmarshal(content, tree); err != nil {
		return nil, nil, fmt.Errorf("it is no YAML: %w", err)
	}
	if tree.Kind == 0 {
		return map[string]any{}, nil, nil
	}
	if tree.Content[0].Kind != yaml.MappingNode {
		return nil, nil, errors.New("it is no YAML mapping")
	}
	return root, tree.Content[0], yaml.Unmarshal(content, &root)
}

func (f yamlMapping) entries(content []byte) ([]Entry, error) {
	root, _, err := f.decode(content)
	if err != nil {
		return nil, err
	}
	all, _ := root[f.key].(map[string]any)
	return entriesOf(all, "cmd"), nil
}

func (f yamlMapping) rest(content []byte, name string) (any, error) {
	root, _, err := f.decode(content)
	if err != nil {
		return nil, err
	}
	if root[f.key] == nil {
		delete(root, f.key) // nothing, said in so many words
	}
	return without(root, []string{f.key}, name), nil
}

func (f yamlMapping) put(content []byte, e Entry) ([]byte, error) {
	content, err := f.drop(content, e.Name)
	if err != nil {
		return nil, err
	}
	_, tree, err := f.decode(content)
	if err != nil {
		return nil, err
	}
	s := styleOf(content)
	key, servers := member(tree, f.key)
	switch {
	case key == nil:
		gap := ""
		if len(content) > 0 && !bytes.HasSuffix(content, []byte("\n")) {
			gap = s.end
		}
		return slices.Concat(content, []byte(gap+f.key+":"+s.end), f.text(e, s.indent, s)), nil
	case servers.Kind == yaml.MappingNode && len(servers.Content) > 0 && servers.Style&yaml.FlowStyle == 0:
		indent := strings.Repeat(" ", servers.Content[0].Column-1)
		at := line(content, key.Line+1)
		return slices.Concat(content[:at], f.text(e, indent, s), content[at:]), nil
	case servers.Tag == "!!null" && servers.Value == "":
		at := line(content, key.Line+1)
		gap := ""
		if at > 0 && content[at-1] != '\n' {
			gap = s.end
		}
		return slices.Concat(content[:at], []byte(gap), f.text(e, s.indent, s), content[at:]), nil
	}
	return nil, fmt.Errorf("its %q is not a block of one line each: write the entry by hand, as --print shows it", f.key)
}

func (f yamlMapping) text(e Entry, indent string, s style) []byte {
	var b strings.Builder
	write := func(depth int, text string) {
		b.WriteString(strings.Repeat(indent, depth) + text + s.end)
	}
	write(1, e.Name+":")
	write(2, "enabled: true")
	write(2, "type: stdio")
	write(2, "name: "+quoted(e.Name))
	write(2, "cmd: "+quoted(e.Command))
	if len(e.Args) == 0 {
		write(2, "args: []")
	} else {
		write(2, "args:")
		for _, a := range e.Args {
			write(3, "- "+quoted(a))
		}
	}
	write(2, "envs: {}")
	write(2, "timeout: 300")
	return []byte(b.String())
}

func (f yamlMapping) drop(content []byte, name string) ([]byte, error) {
	_, tree, err := f.decode(content)
	if err != nil {
		return nil, err
	}
	_, servers := member(tree, f.key)
	key, value := member(servers, name)
	if key == nil {
		return content, nil
	}
	if servers.Style&yaml.FlowStyle != 0 {
		return nil, fmt.Errorf("its %q is not a block of one line each: take the entry out by hand", f.key)
	}
	start, end := line(content, key.Line), line(content, lastLine(value)+1)
	return slices.Concat(content[:start], content[end:]), nil
}

// member finds a key of a mapping, which may be nil.
func member(mapping *yaml.Node, name string) (key, value *yaml.Node) {
	if mapping == nil || mapping.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == name {
			return mapping.Content[i], mapping.Content[i+1]
		}
	}
	return nil, nil
}

// lastLine is the line that the last scalar of a node begins on. Those that go on
// below it make the comparison of before and after fail, and nothing is written.
func lastLine(n *yaml.Node) int {
	last := n.Line
	for _, c := range n.Content {
		last = max(last, lastLine(c))
	}
	return last
}

// line is where a line begins, counted from 1, or the end.
func line(content []byte, number int) int {
	at := 0
	for range number - 1 {
		i := bytes.IndexByte(content[at:], '\n')
		if i < 0 {
			return len(content)
		}
		at += i + 1
	}
	return at
}
