package catalogue

import (
	"encoding/json"
	"strings"
	"sync"
)

// meaning is one line of parameters.json. The same name can stand for different
// things: the line whose Under is the longest part of the operation's ID wins.
type meaning struct {
	Name    string `json:"name"`
	Query   bool   `json:"query"`
	Body    bool   `json:"body"` // a field of bodies: only its example is given
	Under   string `json:"under"`
	Meaning string `json:"meaning"`
	Example string `json:"example"`
}

var meanings = sync.OnceValue(func() map[string][]meaning {
	var list []meaning
	if err := json.Unmarshal(unpack("parameters.json"), &list); err != nil {
		panic("parameters.json: " + err.Error()) // a test would have met it
	}
	m := make(map[string][]meaning, len(list))
	for _, x := range list {
		m[x.Name] = append(m[x.Name], x)
	}
	return m
})

func meaningOf(op Operation, name string, query bool) (best meaning) {
	for _, m := range meanings()[name] {
		if m.Query == query && !m.Body && strings.Contains(op.ID, m.Under) && (best.Name == "" || len(m.Under) > len(best.Under)) {
			best = m
		}
	}
	return best
}

func pathParameter(op Operation, name string) Parameter {
	m := meaningOf(op, name, false)
	p := Parameter{Name: name, Type: "string", Required: true, Meaning: m.Meaning, Example: m.Example}
	if p.Example == "" {
		p.Example = name
	}
	return p
}

// queryParameter adds the meaning to what the operation itself says.
func queryParameter(op Operation, p Parameter) Parameter {
	m := meaningOf(op, p.Name, true)
	if p.Meaning == "" {
		p.Meaning = m.Meaning
	}
	if p.Example == "" {
		p.Example = m.Example
	}
	if p.Example == "" {
		p.Example = exampleText(p.Type, p.Name)
	}
	return p
}

// exampleOf is what stands for a field of this name in an example body: that of
// the body's own line, or of the path parameter of the same name.
func exampleOf(name string) string {
	for _, m := range meanings()[name] {
		if m.Body || m.Under == "" && !m.Query {
			return m.Example
		}
	}
	for _, m := range meanings()[name] {
		if m.Under == "" {
			return m.Example
		}
	}
	return ""
}
