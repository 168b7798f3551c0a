package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"clever-mcp/tools"

	"github.com/mark3labs/mcp-go/mcp"
	"golang.org/x/sync/semaphore"
)

const (
	// budget is what the requests under way on one connection may weigh: their
	// bytes, and requestWeight for the work on each.
	budget        = 64 << 20
	requestWeight = 4 << 10
	// patience is how long reading waits for room. It must end, because what
	// makes room may be an answer or a cancellation that is still to be read.
	patience = time.Second
)

// conn is one client on a two-way stream of messages: standard input and output,
// or the two halves of HTTP+SSE.
type conn struct {
	server *Server
	id     string
	caller string
	runner *tools.Runner // of the caller's own account; nil: of the server
	client atomic.Pointer[identity]
	calls  *calls
	room   *semaphore.Weighted
	weigh  func(bytes int) int64 // what a request takes of room

	mu     sync.Mutex // of write
	write  func(msg []byte) error
	broken chan error // holds the first failed write

	workers *workers
	asks    asks
}

func newConn(s *Server, id, caller string, write func([]byte) error) *conn {
	c := &conn{
		server: s, id: id, caller: caller, write: write,
		calls: newCalls(), room: semaphore.NewWeighted(budget), broken: make(chan error, 1),
		asks: asks{waiting: map[string]chan reply{}}, weigh: func(bytes int) int64 { return int64(bytes) + requestWeight },
	}
	c.asks.open, c.asks.hangUp = context.WithCancel(context.Background())
	c.workers = newWorkers(c.asks.open.Done())
	c.client.Store(&identity{})
	return c
}

// send writes one whole message.
func (c *conn) send(msg []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.write(msg)
	if err != nil {
		select {
		case c.broken <- err:
		default:
		}
	}
	return err
}

// receive takes one message or batch, in the order of reading. Requests are
// answered by goroutines of their own, so that a slow one holds nothing up.
func (c *conn) receive(ctx context.Context, msg []byte) {
	if isBatch(msg) {
		c.takeBatch(ctx, msg)
		return
	}
	c.take(ctx, msg, outlet{send: c.send, over: func() {}})
}

func (c *conn) take(ctx context.Context, msg []byte, to outlet) {
	e, bad := readEnvelope(msg)
	if bad == nil && e.method != "" && e.method != string(mcp.MethodNotificationCancelled) && e.id != nil {
		c.request(ctx, e, msg, to)
		return
	}
	defer to.over()
	switch {
	case bad != nil:
		_ = to.send(errorMessage(nil, bad))
	case e.method == "":
		c.asks.deliver(&e)
	case e.method == string(mcp.MethodNotificationCancelled):
		c.calls.withdraw(e.target)
	default:
		c.serve(ctx, nil, e, msg, to)
	}
}

func (c *conn) request(ctx context.Context, e envelope, msg []byte, to outlet) {
	bad := c.server.refuse(&e)
	if bad == nil && to.among {
		bad = unbatchable(&e)
	}
	weight := c.weigh(len(msg))
	if bad == nil && !c.acquire(ctx, weight) {
		bad = &rpcError{mcp.INTERNAL_ERROR, "Too many requests are under way on this connection. Wait for answers before sending more."}
	}
	if bad != nil {
		_ = to.send(errorMessage(e.id, bad))
		to.over()
		return
	}
	key, _ := idKey(e.id)
	ctx, one := c.calls.begin(ctx, key, c.server.writes[e.name])
	if one == nil {
		c.room.Release(weight)
		to.over()
		return
	}
	c.workers.run(func() {
		defer c.room.Release(weight)
		defer c.calls.end(one)
		defer to.over()
		c.serve(ctx, one, e, msg, to)
	})
}

func (c *conn) acquire(ctx context.Context, weight int64) bool {
	if c.room.TryAcquire(weight) {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return c.room.Acquire(ctx, weight) == nil
}

// serve hands a message to the library and writes its answer, unless the client
// withdrew the request meanwhile. one is nil for a notification.
func (c *conn) serve(ctx context.Context, one *call, e envelope, msg []byte, to outlet) {
	s := newSession(c)
	send := c.send
	if one != nil {
		send = func(msg []byte) error {
			if !c.calls.answerable(one) {
				return context.Canceled
			}
			return c.send(msg)
		}
	}
	var later []func()
	defer func() {
		for _, do := range later {
			do()
		}
	}()
	x := &exchange{caller: c.caller, runner: c.runner, send: send, answers: c.asks.open, later: &later}
	resp, bad := c.server.respond(c.server.mcp.WithContext(withExchange(ctx, x), s), msg, &e)
	if bad == nil {
		bad = c.server.hidden(x.failed)
	}
	s.end()
	if e.method == string(mcp.MethodInitialize) {
		c.client.Store(&s.identity)
	}
	if resp == nil && bad == nil || one != nil && !c.calls.answerable(one) {
		return
	}
	out := c.server.buffers.Get().(*bytes.Buffer)
	defer c.server.release(out)
	if bad == nil {
		bad = c.server.render(out, e.id, resp)
	}
	if bad != nil {
		out.Reset()
		out.Write(errorMessage(e.id, bad))
	}
	_ = to.send(c.server.withTools(e.method, bytes.TrimSuffix(out.Bytes(), []byte("\n"))))
}

// respond answers a message: a plain call itself, all others by the library.
func (s *Server) respond(ctx context.Context, msg []byte, e *envelope) (mcp.JSONRPCMessage, *rpcError) {
	if call, ok := s.readPlain(msg, e); ok {
		result, bad := s.runPlain(ctx, call)
		return mcp.JSONRPCResponse{JSONRPC: mcp.JSONRPC_VERSION, Result: result}, bad
	}
	return s.dispatch(ctx, msg)
}

// dispatch is the library's message handler with its panics kept private.
func (s *Server) dispatch(ctx context.Context, msg []byte) (resp mcp.JSONRPCMessage, bad *rpcError) {
	defer func() {
		if p := recover(); p != nil {
			resp, bad = nil, s.panicked(p)
		}
	}()
	return s.mcp.HandleMessage(ctx, msg), nil
}

// render writes an answer of the library with the id exactly as it was given.
func (s *Server) render(out *bytes.Buffer, id json.RawMessage, resp mcp.JSONRPCMessage) *rpcError {
	if id == nil {
		id = json.RawMessage("null")
	}
	var answer any = resp
	switch r := resp.(type) {
	case mcp.JSONRPCResponse:
		if s.writeResult(out, id, r.Result) {
			return nil
		}
		answer = struct {
			JSONRPC string          `json:"jsonrpc"`
			ID      json.RawMessage `json:"id"`
			Result  any             `json:"result"`
		}{r.JSONRPC, id, written(r.Result)}
	case mcp.JSONRPCError:
		r.Error.Message = s.hide(r.Error.Message)
		answer = struct {
			JSONRPC string                  `json:"jsonrpc"`
			ID      json.RawMessage         `json:"id"`
			Error   mcp.JSONRPCErrorDetails `json:"error"`
		}{r.JSONRPC, id, r.Error}
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(answer); err != nil {
		return s.mistake("answer that is no JSON", "error", err.Error())
	}
	return nil
}

// mistake logs what must not leave the process and returns what may.
func (s *Server) mistake(what string, details ...any) *rpcError {
	ref := s.nextRequest()
	s.log.Error(what, append([]any{"reference", ref}, details...)...)
	return &rpcError{mcp.INTERNAL_ERROR, "This request ended by a mistake of the server. Report reference " + ref + "; its log line has the details."}
}

// panicked logs a recovered panic. It must be called where it was recovered.
func (s *Server) panicked(value any) *rpcError {
	return s.mistake("panic", "value", fmt.Sprint(value), "stack", string(debug.Stack()))
}

// release gives a buffer back, unless a large answer made it too large to keep.
func (s *Server) release(b *bytes.Buffer) {
	if b.Cap() <= 64<<10 {
		b.Reset()
		s.buffers.Put(b)
	}
}
