// Package catalogue knows every operation of the Clever Cloud API: what it is
// called, where it lives, what it does to the world and whether its answer
// holds secrets.
//
// An operation has one name everywhere, its method and path template:
//
//	GET /v2/organisations/{id}/applications
//
// Two layers answer at two prices. The table (Lookup, Match) is compiled in as
// constants, costs nothing at start and is what each request is checked
// against. The descriptions (Describe, and the search) are JSON, read the first
// time that somebody asks.
//
// The package makes no request and knows nothing about credentials.
package catalogue

//go:generate go test -run "^(TestGenerated|TestPacked|TestLessonsAreCurrent)$" . -update

import (
	"sort"
	"strings"
	"sync"
)

// Effect is what an operation does to the world. The zero value is the worst,
// so that what nobody classified is treated as destroying.
type Effect uint8

const (
	Destroys Effect = iota // something is lost for ever, or a service stops
	Writes                 // something changes and can be changed back
	Reads                  // nothing changes
)

func (e Effect) String() string {
	switch e {
	case Reads:
		return "reads"
	case Writes:
		return "writes"
	}
	return "destroys"
}

// Host is the server that an operation lives on.
type Host uint8

const (
	API     Host = iota // the API; with an API token the bridge stands in for it
	Bridge              // the auth bridge only: API tokens
	KVProxy             // Redis commands over HTTP
)

// Operation is one row of the table.
type Operation struct {
	ID         string // "GET /v2/self"
	Host       Host
	Effect     Effect
	Secret     bool // the answer, or what is sent, can hold credentials
	Stream     bool // the answer is a stream of events without an end
	Deprecated bool // there is a better call: Detail.ReplacedBy
	Billed     bool // it makes or enlarges something that costs money, or pays
	Forbidden  bool // never through the generic tools: it has its own way, or none
	File       bool // the answer is a file for a person or a program, not data to read
}

// Method returns the first word of the ID.
func (o Operation) Method() string { m, _, _ := strings.Cut(o.ID, " "); return m }

// ReadsOnly tells what a read-only server may send: it changes nothing, and its method
// says so too.
func (o Operation) ReadsOnly() bool {
	method := o.Method()
	return o.Effect == Reads && (method == "GET" || method == "HEAD")
}

// Path returns the path template of the ID.
func (o Operation) Path() string { _, p, _ := strings.Cut(o.ID, " "); return p }

// Catalogue is a set of operations with their descriptions. The functions of
// the package work on the one that is built in; Load makes one that knows more.
type Catalogue struct {
	operations []Operation // sorted by ID
	base       *Catalogue  // what a file was laid over; nil in the one that is built in
	records    func() map[string]*record
	router     func() map[string]*node
	index      func() *index
}

// builtIn costs nothing until something in it is asked for.
var builtIn = sync.OnceValue(func() *Catalogue { return newCatalogue(table[:], records) })

func newCatalogue(operations []Operation, records func() map[string]*record) *Catalogue {
	return &Catalogue{
		operations: operations,
		records:    records,
		router:     sync.OnceValue(func() map[string]*node { return route(operations) }),
		index:      sync.OnceValue(func() *index { return newIndex(operations, records(), learned()) }),
	}
}

// Default returns the catalogue that is built in.
func Default() *Catalogue { return builtIn() }

// All returns every operation, sorted by ID. The slice is shared: do not change it.
func All() []Operation { return table[:] }

// All is the package's All over this catalogue.
func (c *Catalogue) All() []Operation { return c.operations }

// Lookup finds an operation by its ID.
func Lookup(id string) (Operation, bool) { return find(table[:], id) }

// Lookup is the package's Lookup over this catalogue.
func (c *Catalogue) Lookup(id string) (Operation, bool) { return find(c.operations, id) }

func find(operations []Operation, id string) (Operation, bool) {
	i := sort.Search(len(operations), func(i int) bool { return operations[i].ID >= id })
	if i < len(operations) && operations[i].ID == id {
		return operations[i], true
	}
	return Operation{}, false
}

// MustLookup is Lookup for IDs that are written in our own code.
func MustLookup(id string) Operation { return builtIn().MustLookup(id) }

// MustLookup is the package's MustLookup over this catalogue.
func (c *Catalogue) MustLookup(id string) Operation {
	o, ok := c.Lookup(id)
	if !ok {
		panic("operation is not in the catalogue: " + id)
	}
	return o
}
