package catalogue

import (
	"encoding/json"
	"strings"
	"sync"
)

// Detail is everything that is known about one operation.
type Detail struct {
	Operation
	Group      string // "domain", "billing": the chapter of docs/operations.md
	Summary    string // one sentence: what it does for a user
	Resource   string // what it is about: "app domain", the main thing last
	Action     string // "list", "add", "delete": one of the verbs of actions.txt
	Self       string // the ID of the same call for the personal space, if there is one
	SelfOf     string // in a personal space call, the ID of its organisation form
	Why        string // why it is deprecated, or must not go through generic tools
	ReplacedBy string // the ID to call in place of a deprecated one
	Unverified bool   // only a machine-made client knows it; it may not be open to the public
	Commands   []string
	Path       []Parameter
	Query      []Parameter
	Request    *Body // nil: no body
	Response   *Body // nil: no body, or none that is known
	Example    Example
}

// Parameter is one value that goes into the path or the query.
type Parameter struct {
	Name     string `json:"name"`
	Type     string `json:"type"` // "string", "integer", "date-time", "array<string>", "enum(a|b)"
	Required bool   `json:"required,omitempty"`
	Meaning  string `json:"meaning,omitempty"`
	Example  string `json:"example,omitempty"`
}

// Body describes what is sent or answered. Fields is JSON in which each value
// is the type of the field; a name that ends in "?" is optional.
type Body struct {
	Status      int             `json:"status,omitempty"` // 0: not known, or a request
	ContentType string          `json:"contentType,omitempty"`
	Fields      json.RawMessage `json:"fields,omitempty"`
}

// Example is a request that a strict server accepts, with invented ids. Query
// has only what is required.
type Example struct {
	Method string
	Path   string // escaped, without query
	Query  map[string]string
	Body   json.RawMessage
}

// record is one line of operations.json.
type record struct {
	ID          string          `json:"id"`
	Host        string          `json:"host,omitempty"` // "": the API
	Group       string          `json:"group"`
	Effect      string          `json:"effect"`
	Secret      bool            `json:"secret,omitempty"`
	Stream      bool            `json:"stream,omitempty"`
	File        bool            `json:"file,omitempty"`
	Billed      bool            `json:"billed,omitempty"`
	Forbidden   bool            `json:"forbidden,omitempty"`
	Deprecated  bool            `json:"deprecated,omitempty"`
	Why         string          `json:"why,omitempty"`
	ReplacedBy  string          `json:"replacedBy,omitempty"`
	SelfOf      string          `json:"selfOf,omitempty"`
	Unverified  bool            `json:"unverified,omitempty"`
	Published   bool            `json:"published,omitempty"` // in the OpenAPI documents of the API when this was written
	Commands    []string        `json:"clever,omitempty"`
	Resource    string          `json:"resource"`
	Action      string          `json:"action"`
	Summary     string          `json:"summary"`
	Goals       string          `json:"goals,omitempty"` // what people say who need it; "; " between
	Query       []Parameter     `json:"query,omitempty"`
	Request     *Body           `json:"request,omitempty"`
	Response    *Body           `json:"response,omitempty"`
	ExampleBody json.RawMessage `json:"example,omitempty"` // where the types alone give a body that is refused
}

// records are the descriptions that are built in, by ID.
var records = sync.OnceValue(func() map[string]*record {
	list, err := decode(unpack("operations.json"))
	if err != nil {
		panic("operations.json: " + err.Error()) // a test would have met it
	}
	return byID(list)
})

func decode(raw []byte) ([]record, error) {
	var list []record
	err := json.Unmarshal(raw, &list)
	return list, err
}

// byID also lets each personal space call take over what its organisation form
// says, since the file does not repeat it.
func byID(list []record) map[string]*record {
	m := make(map[string]*record, len(list))
	for i := range list {
		m[list[i].ID] = &list[i]
	}
	for _, r := range m {
		of := m[r.SelfOf]
		if of == nil {
			continue
		}
		own := *r
		*r = *of
		r.ID, r.SelfOf, r.Commands = own.ID, own.SelfOf, own.Commands
		r.Summary = strings.TrimSuffix(of.Summary, ".") + ", in your personal space."
		if own.Response != nil {
			r.Response = own.Response
		}
		if of.ReplacedBy != "" {
			r.ReplacedBy = of.ReplacedBy
		}
	}
	return m
}

// Describe returns everything that is known about an operation.
func Describe(id string) (Detail, bool) { return builtIn().Describe(id) }

// Describe is the package's Describe over this catalogue.
func (c *Catalogue) Describe(id string) (Detail, bool) {
	op, ok := c.Lookup(id)
	if !ok {
		return Detail{}, false
	}
	r := c.records()[id]
	d := Detail{
		Operation: op, Group: r.Group, Summary: r.Summary, Resource: r.Resource, Action: r.Action,
		Self: c.selfForm(id), SelfOf: r.SelfOf, Why: r.Why, ReplacedBy: r.ReplacedBy,
		Unverified: r.Unverified, Commands: r.Commands, Request: r.Request, Response: r.Response,
	}
	for _, name := range ParamNames(op.Path()) {
		d.Path = append(d.Path, pathParameter(op, name))
	}
	for _, q := range r.Query {
		d.Query = append(d.Query, queryParameter(op, q))
	}
	d.Example = example(d, r.ExampleBody)
	return d, true
}

// selfForm returns the ID of the same call for the personal space, or "".
func (c *Catalogue) selfForm(id string) string {
	self := strings.Replace(id, " /v2/organisations/{id}", " /v2/self", 1)
	if r := c.records()[self]; r != nil && r.SelfOf == id {
		return self
	}
	return ""
}
