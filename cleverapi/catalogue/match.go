package catalogue

import "strings"

// Match finds the operation of a concrete request: method and escaped path,
// without query. A literal segment wins over a parameter. The values of params
// are still escaped, exactly as they stand in the path.
func Match(method, escapedPath string) (op Operation, params map[string]string, ok bool) {
	return builtIn().Match(method, escapedPath)
}

// Match is the package's Match over this catalogue.
func (c *Catalogue) Match(method, escapedPath string) (op Operation, params map[string]string, ok bool) {
	tree := c.router()[method]
	if tree == nil || !strings.HasPrefix(escapedPath, "/") {
		return Operation{}, nil, false
	}
	segments := strings.Split(escapedPath[1:], "/")
	values := make([]string, 0, 8)
	leaf := tree.find(segments, &values)
	if leaf == nil {
		return Operation{}, nil, false
	}
	op = c.operations[leaf.row-1]
	if c.base != nil {
		// A template of a file can stand before one that is built in and mean the
		// same request; it does not make it harmless.
		if built, _, ok := c.base.Match(method, escapedPath); ok {
			op = stricter(op, built)
		}
	}
	params = make(map[string]string, len(values))
	for i, name := range leaf.names {
		params[name] = values[i]
	}
	return op, params, true
}

// ParamNames returns the names of the parameters of a path template in order.
func ParamNames(template string) []string {
	var names []string
	for {
		_, rest, ok := strings.Cut(template, "{")
		if !ok {
			return names
		}
		name, rest, _ := strings.Cut(rest, "}")
		names, template = append(names, name), rest
	}
}

// node is one segment of the router. Patterns are segments that mix text and
// parameters, such as {bid}.pdf and {type}-{version}.
type node struct {
	literal  map[string]*node
	patterns []pattern
	param    *node
	row      int // 1 + index into the operations; 0: no operation ends here
	names    []string
}

type pattern struct {
	parts []string // text, name, text, name, …
	next  *node
}

// route builds the router: less than a millisecond, at the first Match.
func route(operations []Operation) map[string]*node {
	roots := map[string]*node{}
	for i, op := range operations {
		root := roots[op.Method()]
		if root == nil {
			root = &node{}
			roots[op.Method()] = root
		}
		n := root
		for seg := range strings.SplitSeq(op.Path()[1:], "/") {
			n = n.child(seg)
		}
		n.row, n.names = i+1, ParamNames(op.Path())
	}
	return roots
}

func (n *node) child(seg string) *node {
	open := strings.IndexByte(seg, '{')
	switch {
	case open < 0:
		if n.literal == nil {
			n.literal = map[string]*node{}
		}
		if n.literal[seg] == nil {
			n.literal[seg] = &node{}
		}
		return n.literal[seg]
	case open == 0 && strings.IndexByte(seg, '}') == len(seg)-1:
		if n.param == nil {
			n.param = &node{}
		}
		return n.param
	}
	parts := strings.FieldsFunc(seg, func(r rune) bool { return r == '{' || r == '}' })
	if open == 0 {
		parts = append([]string{""}, parts...)
	}
	for _, p := range n.patterns {
		if strings.Join(p.parts, "\x00") == strings.Join(parts, "\x00") {
			return p.next
		}
	}
	next := &node{}
	n.patterns = append(n.patterns, pattern{parts: parts, next: next})
	return next
}

func (n *node) find(segments []string, values *[]string) *node {
	if len(segments) == 0 {
		if n.row == 0 {
			return nil
		}
		return n
	}
	seg, rest := segments[0], segments[1:]
	if next := n.literal[seg]; next != nil {
		if leaf := next.find(rest, values); leaf != nil {
			return leaf
		}
	}
	kept := len(*values)
	for _, p := range n.patterns {
		if p.match(seg, values) {
			if leaf := p.next.find(rest, values); leaf != nil {
				return leaf
			}
		}
		*values = (*values)[:kept]
	}
	if n.param != nil && seg != "" {
		*values = append(*values, seg)
		if leaf := n.param.find(rest, values); leaf != nil {
			return leaf
		}
		*values = (*values)[:kept]
	}
	return nil
}

// match appends the values of the pattern's parameters. A parameter takes as
// much as it can, so "jar-maven-2024" is type "jar-maven", version "2024".
func (p pattern) match(seg string, values *[]string) bool {
	seg, ok := strings.CutPrefix(seg, p.parts[0])
	if !ok {
		return false
	}
	for i := 1; i < len(p.parts); i += 2 {
		end := len(seg)
		if i+1 < len(p.parts) {
			end = strings.LastIndex(seg, p.parts[i+1])
		}
		if end <= 0 {
			return false
		}
		*values = append(*values, seg[:end])
		seg = seg[end:]
		if i+1 < len(p.parts) {
			seg = seg[len(p.parts[i+1]):]
		}
	}
	return seg == ""
}
