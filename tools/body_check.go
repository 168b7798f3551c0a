package tools

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"clever-mcp/cleverapi/catalogue"
)

// checkBody compares a JSON body with what the catalogue knows of an operation,
// and names the first field that does not fit. It refuses what is surely wrong
// (a number where a text belongs, a choice that is none, a name that is almost a
// known one) and lets through what the catalogue may just not know.
func checkBody(known *catalogue.Catalogue, op catalogue.Operation, body []byte) error {
	d, ok := known.Describe(op.ID)
	if !ok || d.Request == nil || len(d.Request.Fields) == 0 || body == nil {
		return nil
	}
	var want, got any
	if json.Unmarshal(d.Request.Fields, &want) != nil || json.Unmarshal(body, &got) != nil {
		return nil
	}
	// Only v4 and the bridge say which fields may be left out; of v2 nothing is
	// known about that.
	strict := !strings.Contains(op.ID, " /v2/") && (op.Method() == "POST")
	if why := misfit("body", want, got, strict); why != "" {
		return badArgument("%s does not take this: %s\nNext: search_api with operation %q shows the whole body.", op.ID, sentence(why), op.ID)
	}
	return nil
}

// misfit says how a value differs from a type of the catalogue, "" when it fits.
func misfit(at string, want, got any, strict bool) string {
	switch want := want.(type) {
	case string:
		return misfitScalar(at, want, got)
	case []any:
		list, ok := got.([]any)
		if !ok {
			return fmt.Sprintf("%s must be a list", at)
		}
		for i, e := range list {
			if len(want) == 1 {
				if why := misfit(fmt.Sprintf("%s[%d]", at, i), want[0], e, strict); why != "" {
					return why
				}
			}
		}
	case map[string]any:
		if one, ok := want["oneOf"].([]any); ok && len(want) == 1 {
			return misfitOneOf(at, one, got, strict)
		}
		object, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s must be an object with %s", at, fieldNames(want))
		}
		return misfitObject(at, want, object, strict)
	}
	return ""
}

func misfitObject(at string, want, got map[string]any, strict bool) string {
	free := slices.ContainsFunc(slices.Collect(maps.Keys(want)), func(k string) bool { return k == "*" || strings.HasPrefix(k, "map<") })
	if free {
		return ""
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		t, ok := want[name]
		if !ok {
			t, ok = want[name+"?"]
		}
		if !ok {
			if near := nearest(name, want); near != "" {
				return fmt.Sprintf("there is no field %s.%s; did you mean %s?", at, clip(name, 64), near)
			}
			continue
		}
		if got[name] == nil {
			continue // null unsets
		}
		if why := misfit(at+"."+name, t, got[name], strict); why != "" {
			return why
		}
	}
	if strict {
		for _, name := range slices.Sorted(maps.Keys(want)) {
			if _, ok := got[name]; !ok && !strings.HasSuffix(name, "?") {
				return fmt.Sprintf("the field %s.%s is missing%s; it takes %s", at, name, inBrackets(want[name]), fieldNames(want))
			}
		}
	}
	return ""
}

// misfitOneOf accepts what fits any of the forms. Of several the one with the
// same type field explains what is wrong.
func misfitOneOf(at string, forms []any, got any, strict bool) string {
	first := ""
	for _, f := range forms {
		why := misfit(at, f, got, strict)
		if why == "" {
			return ""
		}
		if first == "" || sameType(f, got) {
			first = why
		}
	}
	return first
}

func sameType(form, got any) bool {
	f, ok1 := form.(map[string]any)
	g, ok2 := got.(map[string]any)
	return ok1 && ok2 && f["type"] != nil && f["type"] == g["type"]
}

func misfitScalar(at, want string, got any) string {
	if choices, ok := strings.CutPrefix(want, "enum("); ok {
		choices, _, _ = strings.Cut(choices, ")") // a remark may follow
		list := strings.Split(choices, "|")
		if s, ok := got.(string); ok && (slices.Contains(list, s) || slices.Contains(list, "…")) {
			return ""
		}
		slices.Sort(list)
		return fmt.Sprintf("%s must be one of %s", at, strings.Join(list, ", "))
	}
	kind, _, _ := strings.Cut(want, " ")
	if strings.Contains(want, "|") || strings.Contains(want, "any") {
		return ""
	}
	fits, noun := true, ""
	switch kind {
	case "string", "uuid", "email", "date-time", "uri", "date":
		_, fits = got.(string)
		noun = "a string"
	case "integer", "number":
		_, fits = got.(float64)
		noun = "a number"
	case "boolean":
		_, fits = got.(bool)
		noun = "true or false"
	}
	if !fits {
		return fmt.Sprintf("%s must be %s", at, noun)
	}
	return ""
}

// inBrackets is the type of a field, when it is said in a word.
func inBrackets(want any) string {
	kind, ok := want.(string)
	if !ok || len(kind) > 60 {
		return ""
	}
	return " (" + kind + ")"
}

func fieldNames(want map[string]any) string {
	return strings.Join(slices.Sorted(maps.Keys(want)), ", ")
}

// nearest finds the known field that a name almost is: other case, another
// separator, or one letter off.
func nearest(name string, want map[string]any) string {
	flat := func(s string) string {
		return strings.ToLower(strings.NewReplacer("_", "", "-", "", "?", "").Replace(s))
	}
	for _, known := range slices.Sorted(maps.Keys(want)) {
		if a, b := flat(name), flat(known); a == b || len(a) > 4 && oneOff(a, b) {
			return strings.TrimSuffix(known, "?")
		}
	}
	return ""
}

// oneOff tells whether one letter more, less or other makes a of b.
func oneOff(a, b string) bool {
	if len(a) < len(b) {
		a, b = b, a
	}
	if len(a)-len(b) > 1 {
		return false
	}
	i := 0
	for i < len(b) && a[i] == b[i] {
		i++
	}
	return a[i+1:] == b[i:] || len(a) == len(b) && i < len(b) && a[i+1:] == b[i+1:]
}
