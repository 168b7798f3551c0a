package catalogue

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Load returns the catalogue that is built in with a file of Merge laid over it.
// The file can add operations and describe known ones anew, but it cannot loosen
// what the build says of one: the worse effect counts, and what was secret or
// forbidden stays so.
func Load(file []byte) (*Catalogue, error) {
	var list []record
	if err := json.Unmarshal(file, &list); err != nil {
		return nil, fmt.Errorf("the catalogue file is not a list of operations: %w. Make it again from the OpenAPI documents", err)
	}
	all := maps.Clone(records())
	operations := slices.Clone(table[:])
	for i := range list {
		r := &list[i]
		op, err := r.operation()
		if err != nil {
			return nil, err
		}
		at, known := slices.BinarySearchFunc(operations, op.ID, func(o Operation, id string) int { return strings.Compare(o.ID, id) })
		if known {
			operations[at] = stricter(operations[at], op)
			r.SelfOf = all[op.ID].SelfOf
		} else {
			operations = slices.Insert(operations, at, op)
			r.SelfOf = ""
		}
		all[op.ID] = r
	}
	c := newCatalogue(operations, func() map[string]*record { return all })
	c.base = builtIn()
	return c, nil
}

// hostNames are the hosts as files spell them.
var hostNames = [...]string{API: "", Bridge: "bridge", KVProxy: "kv-proxy"}

// operation is the row of the table that a record makes.
func (r *record) operation() (Operation, error) {
	method, path, ok := strings.Cut(r.ID, " ")
	if !ok || !slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, method) ||
		!strings.HasPrefix(path, "/") || strings.ContainsAny(path, " ?#\\") || strings.Contains(path, "//") ||
		strings.Count(path, "{") != strings.Count(path, "}") || slices.Contains(ParamNames(path), "") {
		return Operation{}, fmt.Errorf("the catalogue file has an operation that is no method and path: %q. Correct or drop it", r.ID)
	}
	host := slices.Index(hostNames[:], r.Host)
	if host < 0 {
		return Operation{}, fmt.Errorf("%s: host %q is not known; leave it out, or say bridge or kv-proxy", r.ID, r.Host)
	}
	op := Operation{
		ID: r.ID, Host: Host(host), Secret: r.Secret, Stream: r.Stream, Deprecated: r.Deprecated,
		Billed: r.Billed, Forbidden: r.Forbidden, File: r.File,
	}
	switch r.Effect {
	case "reads":
		op.Effect = Reads
	case "writes":
		op.Effect = Writes
	case "destroys", "":
	default:
		return Operation{}, fmt.Errorf("%s: effect %q is not known; say reads, writes or destroys", r.ID, r.Effect)
	}
	return op, nil
}

func stricter(a, b Operation) Operation {
	a.Effect = min(a.Effect, b.Effect)
	a.Secret = a.Secret || b.Secret
	a.Stream = a.Stream || b.Stream
	a.Deprecated = a.Deprecated || b.Deprecated
	a.Billed = a.Billed || b.Billed
	a.Forbidden = a.Forbidden || b.Forbidden
	a.File = a.File || b.File
	return a
}
