package server

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"

	"clever-mcp/tools"
)

// exchange is what the transport of a request offers to its handler.
type exchange struct {
	// caller tells principals apart, not connections.
	caller string
	// runner has the tools of the caller's own account; nil: those of the server.
	runner *tools.Runner
	// send writes one message to the client ahead of the answer. It returns when
	// the message is on its way, so that order is kept by construction. Nil when
	// the transport has no way for it.
	send func(msg []byte) error
	// answers is done when the client can answer no more questions: its stream
	// or this process is ending.
	answers context.Context
	// failed, when a handler sets it, is the answer instead of the library's.
	failed *rpcError
	// later is done when the answer has left, unless the transport knows no such
	// moment: then it is nil.
	later *[]func()
	// holds is set where withContent gets what the library writes.
	holds bool
	held  atomic.Pointer[[]byte]
}

// afterAnswer keeps what can wait until the answer has left; nil where nothing can.
func (x *exchange) afterAnswer() func(func()) {
	if x.later == nil {
		return nil
	}
	return func(do func()) { *x.later = append(*x.later, do) }
}

type exchangeKey struct{}

func withExchange(ctx context.Context, x *exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

func exchangeFrom(ctx context.Context) *exchange {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x
	}
	return &exchange{answers: ctx}
}

// progress sends the steps of one call on. After end it sends nothing, so that a
// step which comes too late cannot follow the result.
type progress struct {
	send  func(msg []byte) error
	token json.RawMessage

	mu   sync.Mutex
	over bool
}

func newProgress(x *exchange, token any) *progress {
	raw, err := json.Marshal(token)
	if err != nil { // it came out of JSON
		raw = json.RawMessage("null")
	}
	return &progress{send: x.send, token: raw}
}

func (p *progress) step(s tools.Step) {
	type params struct {
		Token    json.RawMessage `json:"progressToken"`
		Progress float64         `json:"progress"`
		Total    float64         `json:"total,omitempty"`
		Message  string          `json:"message,omitempty"`
	}
	msg, err := json.Marshal(struct {
		JSONRPC string `json:"jsonrpc"`
		Method  string `json:"method"`
		Params  params `json:"params"`
	}{"2.0", "notifications/progress", params{p.token, s.Progress, s.Total, s.Message}})
	if err != nil { // a number that JSON does not have
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.over {
		// A client that is gone is found out by whoever writes the answer.
		_ = p.send(msg)
	}
}

func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
}
