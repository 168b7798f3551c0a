package catalogue

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Report is what a merge found, as IDs, sorted.
type Report struct {
	New     []string
	Changed []Change
	Gone    []string // published when this program was built, not in the documents any more
}

// Change is how an operation that is known differs from its document.
type Change struct {
	ID   string
	What []string // "query: +cursor", "body: -color"
}

// Merge compares OpenAPI documents with the catalogue and returns a file for
// Load that has what is new and what changed. What nobody has reviewed is
// trusted as little as can be: it counts as secret, and as destroying unless it
// is a GET. Operations that are gone stay in the catalogue: a document that
// leaves one out does not say that it stopped working.
func (c *Catalogue) Merge(documents ...Document) (file []byte, report Report, err error) {
	shapes := map[string]string{}
	for _, op := range c.operations {
		shapes[shape(op)] = op.ID
	}
	var changed []record
	seen := map[string]bool{}
	for _, d := range documents {
		list, err := d.read()
		if err != nil {
			return nil, Report{}, err
		}
		for _, r := range list {
			op := Operation{ID: r.ID, Host: d.Host}
			known, ok := shapes[shape(op)]
			if !ok {
				known = r.ID
				shapes[shape(op)] = r.ID
				report.New = append(report.New, r.ID)
				changed = append(changed, unreviewed(r, d.Host))
			} else if old := c.records()[known]; old != nil {
				if what := differences(*old, r); len(what) > 0 {
					report.Changed = append(report.Changed, Change{known, what})
					changed = append(changed, updated(*old, r))
				}
			}
			seen[known] = true
		}
		report.Gone = append(report.Gone, c.gone(d.Host, list)...)
	}
	report.Gone = slices.DeleteFunc(report.Gone, func(id string) bool { return seen[id] })
	slices.Sort(report.Gone)
	report.Gone = slices.Compact(report.Gone)
	slices.Sort(report.New)
	sort.Slice(report.Changed, func(i, j int) bool { return report.Changed[i].ID < report.Changed[j].ID })
	sort.Slice(changed, func(i, j int) bool { return changed[i].ID < changed[j].ID })
	return encode(changed), report, nil
}

// shape is an ID with its parameters nameless: documents call the owner {id},
// {ownerId} or {organisationId} for the same path.
func shape(op Operation) string {
	id := op.ID
	var b strings.Builder
	fmt.Fprintf(&b, "%d ", op.Host)
	for {
		before, rest, ok := strings.Cut(id, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		b.WriteString("{}")
		_, id, _ = strings.Cut(rest, "}")
	}
}

// gone lists what was published of the versions (/v2/, /v4/) that a document
// covers.
func (c *Catalogue) gone(host Host, list []record) (ids []string) {
	covered := map[string]bool{}
	for _, r := range list {
		covered[version(r.ID)] = true
	}
	for _, op := range c.operations {
		if r := c.records()[op.ID]; r != nil && r.Published && op.Host == host && covered[version(op.ID)] {
			ids = append(ids, op.ID)
		}
	}
	return ids
}

// version is the first segment of the path of an operation.
func version(id string) string {
	_, path, _ := strings.Cut(id, " /")
	first, _, _ := strings.Cut(path, "/")
	return first
}

func unreviewed(r record, host Host) record {
	r.Host = hostNames[host]
	r.Secret, r.Unverified = true, true
	r.Effect, r.Action = "destroys", "update"
	method, path, _ := strings.Cut(r.ID, " ")
	switch method {
	case "GET":
		r.Effect, r.Action = "reads", "get"
	case "DELETE":
		r.Action = "delete"
	}
	if r.Group == "" {
		r.Group = "new"
	}
	if r.Summary == "" {
		r.Summary = "No description is published."
	}
	for _, way := range []string{"/oauth", "cli_tokens", "api-tokens", "password", "/mfa", "/sessions"} {
		if strings.Contains(path, way) && method != "GET" || strings.Contains(path, "/oauth/") {
			r.Forbidden, r.Why = true, "It seems to handle credentials, and nobody has reviewed it."
		}
	}
	return r
}

// updated keeps the judgement and the texts of the old record.
func updated(old, r record) record {
	old.Query, old.Request, old.Response = r.Query, r.Request, r.Response
	old.Deprecated = old.Deprecated || r.Deprecated
	old.SelfOf, old.ExampleBody = "", nil
	return old
}

// differences compares by the names of fields alone: the types of documents are
// too loose to say more.
func differences(old, r record) []string {
	var what []string
	add := func(part string, before, after []string) {
		for _, name := range after {
			if !slices.Contains(before, name) {
				what = append(what, part+": +"+name)
			}
		}
		for _, name := range before {
			if !slices.Contains(after, name) {
				what = append(what, part+": -"+name)
			}
		}
	}
	add("query", queryNames(old), queryNames(r))
	add("body", bodyNames(old.Request), bodyNames(r.Request))
	add("answer", bodyNames(old.Response), bodyNames(r.Response))
	if r.Deprecated && !old.Deprecated {
		what = append(what, "deprecated")
	}
	return what
}

func queryNames(r record) (names []string) {
	for _, q := range r.Query {
		names = append(names, q.Name)
	}
	slices.Sort(names)
	return names
}

func bodyNames(b *Body) []string {
	if b == nil {
		return nil
	}
	fields := bytes.TrimSpace(b.Fields)
	var list []json.RawMessage
	if json.Unmarshal(fields, &list) == nil && len(list) > 0 {
		fields = list[0]
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(fields, &object) != nil {
		return nil
	}
	var names []string
	for name := range object {
		names = append(names, strings.TrimSuffix(name, "?"))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// encode writes one record a line, so that a change is one line of a diff.
func encode(list []record) []byte {
	var b bytes.Buffer
	b.WriteString("[")
	for i, r := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		line, err := json.Marshal(r)
		if err != nil {
			panic(err) // records are plain data that was JSON before
		}
		b.WriteString("\n")
		b.Write(line)
	}
	b.WriteString("\n]\n")
	return b.Bytes()
}
