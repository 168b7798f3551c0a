package tools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// ArgumentError says which argument does not fit and what would.
type ArgumentError struct{ Text string }

func (e *ArgumentError) Error() string { return e.Text }

func badArgument(format string, a ...any) error {
	return &ArgumentError{fmt.Sprintf(format, a...)}
}

// input checks the arguments of one tool against its input schema.
type input struct {
	tool   string
	schema *jsonschema.Schema
	// kinds has the JSON types that each argument may have.
	kinds map[string][]string
}

func compileInput(tool string, raw json.RawMessage) (*input, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	url := "contract:" + tool
	if err := c.AddResource(url, doc); err != nil {
		return nil, err
	}
	schema, err := c.Compile(url)
	if err != nil {
		return nil, err
	}
	in := &input{tool: tool, schema: schema, kinds: map[string][]string{}}
	for name, p := range schema.Properties {
		in.kinds[name] = p.Types.ToStrings()
	}
	return in, nil
}

// check returns the arguments as the schema wants them. What models send nearly
// right is put right (a number as "3" or 3.0, an object or list as JSON text,
// one string where a list is wanted, null for left out); anything else that does
// not fit is an *ArgumentError which names the argument.
func (in *input) check(raw json.RawMessage) (json.RawMessage, error) {
	if len(bytes.TrimSpace(raw)) == 0 || string(bytes.TrimSpace(raw)) == "null" {
		raw = json.RawMessage("{}")
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, badArgument("The arguments of %s are not JSON. Send one object; it takes %s.", in.tool, in.takes())
	}
	args, ok := doc.(map[string]any)
	if !ok {
		return nil, badArgument("The arguments of %s must be one JSON object; it takes %s.", in.tool, in.takes())
	}
	if membersIn(raw) != membersOf(args) {
		return nil, badArgument("A member stands twice in the arguments of %s, and nobody can say which is meant. Send each once.", in.tool)
	}
	for name, v := range args {
		if v == nil {
			delete(args, name)
			continue
		}
		args[name] = nearly(v, in.kinds[name])
	}
	if err := in.schema.Validate(args); err != nil {
		return nil, in.explain(err)
	}
	return json.Marshal(args)
}

// membersIn counts the members of all objects in a JSON document as it is written:
// whoever shows a call to a person may take the first of two where this server
// takes the last.
func membersIn(raw []byte) (n int) {
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case ':':
			n++
		case '"':
			for i++; i < len(raw) && raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
		}
	}
	return n
}

// membersOf counts the members that are left when a document was read.
func membersOf(doc any) (n int) {
	switch doc := doc.(type) {
	case map[string]any:
		n = len(doc)
		for _, v := range doc {
			n += membersOf(v)
		}
	case []any:
		for _, v := range doc {
			n += membersOf(v)
		}
	}
	return n
}

// nearly puts v right when one of the wanted types can be read from it without
// guessing, and returns it unchanged otherwise.
func nearly(v any, want []string) any {
	if len(want) == 0 {
		return v
	}
	wants := func(t string) bool { return slices.Contains(want, t) }
	switch v := v.(type) {
	case string:
		if wants("string") {
			return v
		}
		s := strings.TrimSpace(v)
		switch {
		case wants("integer") || wants("number"):
			if _, err := strconv.ParseFloat(s, 64); err == nil && json.Valid([]byte(s)) {
				return nearly(json.Number(s), want)
			}
		case wants("boolean") && (s == "true" || s == "false"):
			return s == "true"
		case wants("object") && strings.HasPrefix(s, "{"), wants("array") && strings.HasPrefix(s, "["):
			if doc, err := jsonschema.UnmarshalJSON(strings.NewReader(s)); err == nil {
				return doc
			}
		}
		if wants("array") {
			return []any{v}
		}
	case json.Number:
		if wants("integer") {
			if f, err := v.Float64(); err == nil && f == float64(int64(f)) {
				return json.Number(strconv.FormatInt(int64(f), 10))
			}
		}
		if wants("string") && !wants("integer") && !wants("number") {
			return v.String()
		}
	case bool:
		if wants("string") && !wants("boolean") {
			return strconv.FormatBool(v)
		}
	}
	return v
}

// takes lists the arguments of the tool for an error message.
func (in *input) takes() string {
	if len(in.kinds) == 0 {
		return "no arguments"
	}
	return strings.Join(slices.Sorted(maps.Keys(in.kinds)), ", ")
}

// meant describes the arguments that unknown ones have in their names: instances
// for max_instances, app for app_id.
func (in *input) meant(unknown []string) string {
	var said []string
	for _, name := range slices.Sorted(slices.Values(unknown)) {
		words := strings.Split(name, "_")
		slices.Reverse(words)
		for _, word := range words {
			if p := in.schema.Properties[word]; p != nil && len(words) > 1 {
				said = append(said, fmt.Sprintf("\nPerhaps %s: %s", word, p.Description))
				break
			}
		}
	}
	return strings.Join(slices.Compact(said), "")
}

func (in *input) explain(err error) error {
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return badArgument("The arguments of %s do not fit its contract.", in.tool)
	}
	var said []string
	var walk func(*jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		if len(e.Causes) == 0 {
			said = append(said, in.say(strings.Join(e.InstanceLocation, "."), e.ErrorKind))
		}
		for _, cause := range e.Causes {
			walk(cause)
		}
	}
	walk(invalid)
	slices.Sort(said)
	return &ArgumentError{strings.Join(slices.Compact(said), "\n")}
}

// say puts one failure into words. It never repeats a value: one may be secret.
func (in *input) say(where string, k jsonschema.ErrorKind) string {
	at := fmt.Sprintf("%s: argument %s", in.tool, where)
	switch k := k.(type) {
	case *kind.AdditionalProperties:
		if where == "" {
			return fmt.Sprintf("%s takes no argument %s; it takes %s%s", in.tool, quoted(k.Properties), in.takes(), in.meant(k.Properties))
		}
		return fmt.Sprintf("%s takes no member %s", at, quoted(k.Properties))
	case *kind.Required:
		if where == "" {
			return fmt.Sprintf("%s needs the argument %s", in.tool, quoted(k.Missing))
		}
		return fmt.Sprintf("%s needs the member %s", at, quoted(k.Missing))
	case *kind.Type:
		return fmt.Sprintf("%s must be %s, not %s", at, article(strings.Join(k.Want, " or ")), article(k.Got))
	case *kind.Enum:
		choices := make([]string, 0, len(k.Want))
		for _, w := range k.Want {
			choices = append(choices, fmt.Sprint(w))
		}
		slices.Sort(choices)
		return fmt.Sprintf("%s must be one of %s", at, strings.Join(choices, ", "))
	case *kind.Minimum:
		return fmt.Sprintf("%s must be at least %s", at, k.Want.RatString())
	case *kind.Maximum:
		return fmt.Sprintf("%s must be at most %s", at, k.Want.RatString())
	case *kind.MinLength:
		return fmt.Sprintf("%s must have at least %d characters", at, k.Want)
	case *kind.MaxLength:
		return fmt.Sprintf("%s must have at most %d characters, not %d", at, k.Want, k.Got)
	case *kind.MinItems:
		return fmt.Sprintf("%s must have at least %d items", at, k.Want)
	case *kind.MaxItems:
		return fmt.Sprintf("%s must have at most %d items, not %d", at, k.Want, k.Got)
	case *kind.Pattern:
		return fmt.Sprintf("%s must match %s", at, k.Want)
	case *kind.Format:
		return fmt.Sprintf("%s must be %s", at, article(k.Want))
	}
	return at + " does not fit the contract"
}

func quoted(names []string) string {
	names = slices.Sorted(slices.Values(names))
	for i, n := range names {
		if len(n) > 64 {
			n = n[:64] + "…"
		}
		names[i] = strconv.Quote(n)
	}
	return strings.Join(names, ", ")
}

func article(noun string) string {
	if noun == "null" {
		return noun
	}
	if strings.ContainsAny(noun[:1], "aeiou") {
		return "an " + noun
	}
	return "a " + noun
}
