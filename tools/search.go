package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
	"clever-mcp/schemas"
)

// SearchAPIInput is a phrase, or one operation.
type SearchAPIInput struct {
	// E.g. "add a domain", "factures impayées".
	Phrase string `json:"phrase,omitempty"`
	// Or one to describe in full: GET /v2/self
	Operation string `json:"operation,omitempty"`
}

// FoundOperations is what fits, best first, or one operation in full.
type FoundOperations struct {
	// Set when the API has no operation for it: what to do instead.
	Note       string           `json:"note,omitempty"`
	Operations []OperationHit   `json:"operations"`
	Detail     *OperationDetail `json:"detail,omitempty"`
}

// OperationHit is one operation with just enough to call it.
type OperationHit struct {
	// What read_api and raw_request take as operation.
	Operation string `json:"operation"`
	Does      string `json:"does"`
	// reads, writes or destroys.
	Effect string `json:"effect"`
	// Parameters of the path and, after ?, of the query; * marks required ones.
	Params string `json:"params,omitempty"`
	// Fields of the body; ? marks optional ones.
	Body string `json:"body,omitempty"`
	// Costs money, answers secrets, is a file, is deprecated…
	Note string `json:"note,omitempty"`
}

// OperationDetail is everything about one operation.
type OperationDetail struct {
	Operation  string                `json:"operation"`
	Does       string                `json:"does"`
	Effect     string                `json:"effect"`
	Note       string                `json:"note,omitempty"`
	Params     []catalogue.Parameter `json:"params"`
	Query      []catalogue.Parameter `json:"query"`
	Body       schemas.AnyJSON       `json:"body,omitempty"`
	Answer     schemas.AnyJSON       `json:"answer,omitempty"`
	CLI        []string              `json:"clever,omitempty"`
	Personal   string                `json:"personal_form,omitempty"`
	ReplacedBy string                `json:"replaced_by,omitempty"`
	// A request that works, with invented ids.
	Example RequestExample `json:"example"`
}

// RequestExample is arguments for raw_request.
type RequestExample struct {
	Method string            `json:"method"`
	Path   string            `json:"path"`
	Query  map[string]string `json:"query,omitempty"`
	Body   schemas.AnyJSON   `json:"body,omitempty"`
}

var searchAPI = &Tool[SearchAPIInput, FoundOperations]{
	Name: "search_api", Title: "Find an API operation", Toolset: "api",
	Doc:    `Finds operations of Clever Cloud's whole API by what is wanted, in English or French, and says how to call them. For what no other tool does; then call read_api or raw_request.`,
	Effect: catalogue.Reads, Offline: true,
	Run: runSearchAPI,
}

const maxHits = 5

func runSearchAPI(_ context.Context, c *Call, in SearchAPIInput) (FoundOperations, error) {
	out, known := FoundOperations{Operations: []OperationHit{}}, c.API.Catalogue()
	switch {
	case in.Operation != "":
		d, err := describe(known, in.Operation, c.set)
		if err != nil {
			return out, err
		}
		out.Detail = d
		return out, nil
	case strings.TrimSpace(in.Phrase) == "":
		return out, badArgument("search_api needs phrase (what is wanted) or operation (one to describe).")
	}
	out.Note = known.Absent(in.Phrase)
	for _, h := range known.Search(in.Phrase, maxHits) {
		d, ok := known.Describe(h.Operation.ID)
		if !ok {
			continue
		}
		out.Operations = append(out.Operations, OperationHit{
			Operation: d.ID, Does: d.Summary, Effect: d.Effect.String(), Params: paramLine(d), Body: bodyLine(d), Note: noteOf(d, c.set),
		})
	}
	if len(out.Operations) == 0 && out.Note == "" {
		return out, badArgument("No operation fits %q. Say it in other words: what thing (domain, add-on, invoice, log…) and what to do with it.", clip(in.Phrase, 100))
	}
	return out, nil
}

func describe(known *catalogue.Catalogue, id string, set []Any) (*OperationDetail, error) {
	d, ok := known.Describe(strings.TrimSpace(id))
	if !ok {
		return nil, unknownOperation(known, id, "Find it with phrase; an operation is written like GET /v2/organisations/{id}/applications.")
	}
	out := &OperationDetail{
		Operation: d.ID, Does: d.Summary, Effect: d.Effect.String(), Note: noteOf(d, set),
		Params: append([]catalogue.Parameter{}, d.Path...), Query: append([]catalogue.Parameter{}, d.Query...),
		CLI: d.Commands, Personal: d.Self, ReplacedBy: d.ReplacedBy,
		Example: RequestExample{Method: d.Example.Method, Path: d.Example.Path, Query: d.Example.Query, Body: schemas.AnyJSON(d.Example.Body)},
	}
	for i, p := range out.Params {
		if referenceIn(p) != noReference {
			out.Params[i].Meaning += "; or its name"
		}
	}
	if d.Request != nil {
		out.Body = schemas.AnyJSON(d.Request.Fields)
	}
	if d.Response != nil {
		out.Answer = schemas.AnyJSON(d.Response.Fields)
		if d.Effect != catalogue.Reads && len(out.Answer) > longAnswer {
			out.Answer = outermost(d.Response.Fields)
		}
	}
	return out, nil
}

// longAnswer is how long the form of what a write answers may be, in bytes. What is
// written matters before the call, and what comes back is seen after it.
const longAnswer = 400

// outermost leaves the outermost fields of a form, with … for what is inside them.
func outermost(form json.RawMessage) schemas.AnyJSON {
	var list []json.RawMessage
	if json.Unmarshal(form, &list) == nil && len(list) == 1 {
		return append(append(schemas.AnyJSON("["), outermost(list[0])...), ']')
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(form, &fields) != nil || fields["oneOf"] != nil {
		return schemas.AnyJSON(form)
	}
	for name, kind := range fields {
		switch {
		case kind[0] == '{':
			fields[name] = json.RawMessage(`"{…}"`)
		case kind[0] == '[' && bytes.ContainsRune(kind, '{'):
			fields[name] = json.RawMessage(`"[…]"`)
		}
	}
	out, err := json.Marshal(fields)
	if err != nil {
		return schemas.AnyJSON(form)
	}
	return out
}

func paramLine(d catalogue.Detail) string {
	var said []string
	for _, p := range d.Path {
		said = append(said, p.Name+"*")
	}
	line := strings.Join(said, ", ")
	said = said[:0]
	for _, p := range d.Query {
		name := p.Name
		if p.Required {
			name += "*"
		}
		said = append(said, name)
	}
	if len(said) > 8 {
		said = append(said[:8], "…")
	}
	if len(said) > 0 {
		line += " ?" + strings.Join(said, ", ")
	}
	return strings.TrimSpace(line)
}

// choices are those of a field that has a few: DEVELOPER is hard to guess.
func choices(kind string) string {
	list, ok := strings.CutPrefix(kind, `"enum`)
	end := strings.IndexByte(list, ')')
	if !ok || end < 0 || end > 60 {
		return ""
	}
	return list[:end+1]
}

// bodyLine names the fields of the body, the required ones first, at most 12.
func bodyLine(d catalogue.Detail) string {
	if d.Request == nil {
		return ""
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(d.Request.Fields, &fields) != nil {
		var kind string
		if json.Unmarshal(d.Request.Fields, &kind) == nil {
			return kind
		}
		return clip(string(d.Request.Fields), 80)
	}
	var needed, optional []string
	for name, kind := range fields {
		said := name + choices(string(kind))
		if strings.HasSuffix(name, "?") {
			optional = append(optional, said)
		} else {
			needed = append(needed, said)
		}
	}
	slices.Sort(needed)
	slices.Sort(optional)
	all := append(needed, optional...)
	if len(all) > 12 {
		all = append(all[:12], "…")
	}
	return strings.Join(all, ", ")
}

// toolsFor names the tools that are made for a change. What reads is read by many.
func toolsFor(op catalogue.Operation, set []Any) (names []string) {
	if op.Effect == catalogue.Reads {
		return nil
	}
	for _, t := range set {
		if s := t.Spec(); s.Effect != catalogue.Reads && slices.Contains(s.Uses, op.ID) {
			names = append(names, s.Name)
		}
	}
	return names
}

func noteOf(d catalogue.Detail, set []Any) string {
	var said []string
	add := func(yes bool, text string) {
		if yes {
			said = append(said, text)
		}
	}
	if names := toolsFor(d.Operation, set); len(names) > 0 {
		add(true, "a tool for it: "+strings.Join(names, ", "))
	}
	switch why := cleverapi.NeverRaw(d.Operation); {
	case d.Forbidden:
		add(true, "never through raw_request: "+strings.TrimSuffix(d.Why, "."))
	case why != "":
		add(true, "never through raw_request: "+why)
	}
	add(d.Billed, "costs money")
	add(d.Secret, "secrets in it are hidden")
	add(d.Stream, "a stream: read for a bounded time")
	add(d.File, "answers a file")
	add(d.Deprecated, fmt.Sprintf("deprecated, use %s", d.ReplacedBy))
	add(d.Host == catalogue.KVProxy, "on another host, not reached from here")
	add(d.Unverified, "may not be open to the public")
	return strings.Join(said, "; ")
}
