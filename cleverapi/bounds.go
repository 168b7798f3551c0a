package cleverapi

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"clever-mcp/cleverapi/catalogue"
)

// Bounds are the operator's limits on what any request may do, whoever makes it.
// The zero value allows everything.
type Bounds struct {
	Owners    [][]string // IDs or whole names; see NewScope
	Forbidden []string   // operations that are never sent, "DELETE /v2/…"; a path may end in *
	Ceilings  Ceilings
}

// Forbids tells whether an operation is forbidden by its name, or by a pattern
// with a * at its end.
func (b Bounds) Forbids(op catalogue.Operation) bool {
	return slices.ContainsFunc(b.Forbidden, func(pattern string) bool { return matches(pattern, op) })
}

func matches(pattern string, op catalogue.Operation) bool {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok || method != "*" && method != op.Method() && !(method == http.MethodGet && op.Method() == http.MethodHead) {
		return false
	}
	if prefix, open := strings.CutSuffix(path, "*"); open {
		return strings.HasPrefix(op.Path(), prefix)
	}
	return path == op.Path()
}

// guard judges each request before it is sent. What it needs to know itself it
// asks behind its own back.
type guard struct {
	Bounds
	scope *Scope
	send  handler
	known *catalogue.Catalogue

	turn chan struct{} // holds one: whoever takes it may use what follows
	all  Summary
	read time.Time // of all; zero: never
}

// summaryAge is how long it is believed what belongs to whom. What is not found
// in what is believed is looked up again at once.
const summaryAge = time.Minute

func bound(b Bounds, scope *Scope, known *catalogue.Catalogue, next handler) handler {
	if scope == nil && len(b.Forbidden) == 0 && !b.Ceilings.set() {
		return next
	}
	g := &guard{Bounds: b, scope: scope, send: next, known: known, turn: make(chan struct{}, 1)}
	return func(ctx context.Context, r *request) (*http.Response, error) {
		if err := g.check(ctx, r); err != nil {
			return nil, err
		}
		return next(ctx, r)
	}
}

func (g *guard) check(ctx context.Context, r *request) error {
	if r.narrowed {
		return nil
	}
	req := r.sending(g.known)
	if g.Forbids(req.Operation) {
		return &Error{Operation: req.Operation.ID, Kind: ErrBounds, Message: "the operator forbids this operation (--forbid)"}
	}
	order, err := g.Ceilings.Check(req)
	if err != nil {
		return err
	}
	if order != nil {
		if err := g.affordable(ctx, *order); err != nil {
			return err
		}
	}
	if g.scope == nil {
		return nil
	}
	all, fresh, err := g.summary(ctx, false)
	if err != nil {
		return err
	}
	if err = g.scope.Check(req, all); err == nil || fresh {
		return err
	}
	// What was made a moment ago is not in what was read before.
	if all, _, err = g.summary(ctx, true); err != nil {
		return err
	}
	return g.scope.Check(req, all)
}

// summary returns everything that the user can see, and whether it was read now.
func (g *guard) summary(ctx context.Context, again bool) (all Summary, fresh bool, err error) {
	select {
	case g.turn <- struct{}{}:
		defer func() { <-g.turn }()
	case <-ctx.Done():
		return Summary{}, false, &Error{Operation: summaryOperation, Kind: ErrCanceled, cause: ctx.Err(), Message: "the call was cancelled"}
	}
	if !again && !g.read.IsZero() && time.Since(g.read) < summaryAge {
		return g.all, false, nil
	}
	r := &request{op: g.known.MustLookup(summaryOperation), path: "/v2/summary", accept: "application/json"}
	resp, err := g.send(ctx, r)
	if err != nil {
		return Summary{}, false, err
	}
	defer drain(resp)
	var raw rawSummary
	if err := decode(r, resp, &raw); err != nil {
		return Summary{}, false, err
	}
	g.all, g.read = raw.summary(), time.Now()
	return g.all, true, nil
}

// affordable looks the price of a plan up in the public list.
func (g *guard) affordable(ctx context.Context, order PlanOrder) error {
	r := &request{op: g.known.MustLookup("GET /v2/products/addonproviders"), path: "/v2/products/addonproviders", accept: "application/json"}
	resp, err := g.send(ctx, r)
	if err != nil {
		return err
	}
	defer drain(resp)
	var price *float64
	err = decodeList(r, resp, reflect.TypeFor[AddonProvider](), func(element []byte) error {
		var p AddonProvider
		if err := json.Unmarshal(element, &p); err != nil {
			return err
		}
		for _, plan := range p.Plans {
			if plan.ID == order.Plan && (order.Provider == "" || order.Provider == p.ID) {
				price = &plan.Price
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return g.Ceilings.AllowMonthly(order.Plan, price)
}

// sending is the request as the bounds see it. The path of a raw request was
// matched when it was made.
func (r *request) sending(known *catalogue.Catalogue) Sending {
	_, ok := known.Lookup(strings.Replace(r.op.ID, "HEAD ", "GET ", 1))
	return Sending{Operation: r.op, Known: ok, Path: r.path, Query: r.query, Body: r.body, ContentType: r.content}
}
