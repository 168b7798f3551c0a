package tools

import (
	"encoding/json"
	"strconv"
	"strings"
)

// An error repeats an argument only as far as a reader needs it. What is cut off in
// the middle of a secret is no longer known as one.

// hideClipped hides the beginnings of secrets of the arguments that a text has.
func (c *Call) hideClipped(text string) string {
	var args any
	if json.Unmarshal(c.args, &args) == nil {
		eachText(args, func(s string) {
			begin := common(s, c.Hide.Text(s))
			if s = s[begin:]; len(s) > shortestPart {
				quoted := strconv.Quote(s)
				text = hideBeginnings(text, s, quoted[1:len(quoted)-1], c.Hide.Mark(s))
			}
		})
	}
	return text
}

// hideBeginnings puts mark in place of each beginning of a secret in a text, as it is
// or quoted, that has eight bytes or more.
func hideBeginnings(text, plain, quoted, mark string) string {
	var b strings.Builder
	for {
		i := strings.Index(text, plain[:shortestPart])
		if j := strings.Index(text, quoted[:shortestPart]); i < 0 || j >= 0 && j < i {
			i = j
		}
		if i < 0 {
			return b.String() + text
		}
		b.WriteString(text[:i] + mark)
		text = text[i:]
		text = text[max(common(text, plain), common(text, quoted)):]
	}
}

// common is how many bytes two texts begin with in common.
func common(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// eachText visits all strings of a JSON document, and the names of members.
func eachText(doc any, visit func(string)) {
	switch doc := doc.(type) {
	case string:
		visit(doc)
	case []any:
		for _, v := range doc {
			eachText(v, visit)
		}
	case map[string]any:
		for name, v := range doc {
			visit(name)
			eachText(v, visit)
		}
	}
}
