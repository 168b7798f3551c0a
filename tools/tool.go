// Package tools is what an assistant can do with a Clever Cloud account: one
// value for each tool, one file for each noun.
//
// A tool says what it is (name, effect, the operations it uses) and has one
// function from typed arguments to a typed result. Everything that is true of
// all tools is done once, around that function, by the Runner: arguments are
// checked against the contract, the operator's policy is enforced, secrets are
// hidden, sizes are bounded and errors get their next step.
//
// The package knows the API's client and catalogue. It does not know which
// protocol or terminal carries a call, nor how a request is signed.
package tools

//go:generate go test -run "^(TestContracts|TestScripts)$" -update .

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	"clever-mcp/cleverapi/catalogue"
)

// Tool is one thing that an assistant can do.
type Tool[In, Out any] struct {
	Name    string // verb_noun
	File    string // of the contract; left out, Name
	Title   string // for people, three words or so
	Toolset string
	// Doc is read by the model: what the tool does to the world, when to use it,
	// what it costs, what comes back.
	Doc        string
	Effect     catalogue.Effect
	Idempotent bool // twice is the same as once; always so for a tool that reads
	// Uses lists the operations that the tool may perform. Empty with AnyOperation.
	Uses         []string
	AnyOperation bool // a generic tool: the request chain judges each operation
	Offline      bool // makes no request, so it uses no operation
	Run          func(ctx context.Context, c *Call, in In) (Out, error)
}

// Any is a tool of whatever types.
type Any interface {
	Spec() Spec
	// decode checks and decodes arguments; run needs what decode returned.
	decode(args json.RawMessage) (any, error)
	run(ctx context.Context, c *Call, in any) (any, error)
	// types are what the contract is generated from.
	types() (in, out reflect.Type)
}

// Spec is a tool without its types.
type Spec struct {
	Name, Title, Toolset, Doc string
	Effect                    catalogue.Effect
	Idempotent                bool
	Uses                      []string
	AnyOperation, Offline     bool
	Contract                  string // name of its file
}

func (t *Tool[In, Out]) Spec() Spec {
	return Spec{t.Name, t.Title, t.Toolset, t.Doc, t.Effect, t.Idempotent || t.Effect == catalogue.Reads, t.Uses, t.AnyOperation, t.Offline, cmp.Or(t.File, t.Name)}
}

func (t *Tool[In, Out]) decode(args json.RawMessage) (any, error) {
	var in In
	if err := json.Unmarshal(args, &in); err != nil {
		return nil, fmt.Errorf("%s could not read its arguments: %w", t.Name, err)
	}
	return in, nil
}

func (t *Tool[In, Out]) run(ctx context.Context, c *Call, in any) (any, error) {
	return t.Run(ctx, c, in.(In))
}

func (t *Tool[In, Out]) types() (in, out reflect.Type) {
	return reflect.TypeFor[In](), reflect.TypeFor[Out]()
}
