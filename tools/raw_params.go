package tools

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// unknownOperation names the operation that is meant by one with other names in
// its braces, or with values in their place; otherwise it says how to find one.
func unknownOperation(known *catalogue.Catalogue, id, otherwise string) error {
	said := fmt.Sprintf("There is no operation %q in the catalogue.", clip(id, 200))
	method, path, _ := strings.Cut(strings.TrimSpace(id), " ")
	op, _, ok := known.Match(strings.ToUpper(method), path)
	if !ok {
		return badArgument("%s %s", said, otherwise)
	}
	return badArgument("%s Did you mean %s? Values for its braces go into params.", said, op.ID)
}

// checkParams says what values an operation lacks, and what they are.
func (in RawRequestInput) checkParams(known *catalogue.Catalogue, op catalogue.Operation) error {
	d, _ := known.Describe(op.ID)
	for _, p := range d.Path {
		if in.Params[p.Name] == "" {
			return badArgument("%s needs a value for %s in params: %s, such as %s. Nothing was sent.", op.ID, p.Name, p.Meaning, p.Example)
		}
	}
	return nil
}

// wrongIDs is a 404 with what is odd about the ids that were sent: a name in place
// of one, or the other of the two ids of an add-on.
func wrongIDs(known *catalogue.Catalogue, req cleverapi.Sending, err error) error {
	if !errors.Is(err, cleverapi.ErrNotFound) || !req.Known {
		return err
	}
	method := req.Operation.Method()
	if method == http.MethodHead {
		method = http.MethodGet
	}
	op, values, _ := known.Match(method, req.Path)
	d, _ := known.Describe(op.ID)
	var said []string
	for _, p := range d.Path {
		kind, _, isID := strings.Cut(p.Example, "_")
		value, _ := url.PathUnescape(values[p.Name])
		kinds := []string{kind}
		if kind == "orga" {
			kinds = append(kinds, "user")
		}
		if got, _, _ := strings.Cut(value, "_"); isID && !slices.Contains(kinds, got) {
			said = append(said, fmt.Sprintf("%s (%s)", p.Name, p.Meaning))
		}
	}
	if len(said) == 0 {
		return err
	}
	return &advised{err, "the path takes ids, and what was sent for these is none of the right kind: " + strings.Join(said, "; ") + ". get_self, list_apps and get_addon (which has both ids of an add-on) show them."}
}
