package server

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

const (
	// batchRevision is the only revision with batches: several messages in one
	// JSON array, and their answers in another.
	batchRevision = mcp.ProtocolVersion20250326
	maxBatch      = 1000 // messages
)

func isBatch(msg []byte) bool {
	msg = bytes.TrimLeft(msg, " \t\r\n")
	return len(msg) > 0 && msg[0] == '['
}

// splitBatch returns the messages of a batch of a client that speaks revision.
func splitBatch(msg []byte, revision string) ([]json.RawMessage, *rpcError) {
	if revision != batchRevision {
		speaks := "no revision is agreed on yet"
		if revision != "" {
			speaks = "this client speaks " + revision
		}
		return nil, invalid("Batches exist in revision %s only, and %s. Send one message at a time.", batchRevision, speaks)
	}
	var list []json.RawMessage
	if json.Unmarshal(msg, &list) != nil {
		return nil, errNoJSON
	}
	if len(list) == 0 || len(list) > maxBatch {
		return nil, invalid("A batch holds 1 to %d messages, and this one %d. Send it in parts.", maxBatch, len(list))
	}
	return list, nil
}

// unbatchable refuses what must be sent alone.
func unbatchable(e *envelope) *rpcError {
	if e.method == string(mcp.MethodInitialize) {
		return invalid("initialize cannot be part of a batch. Send it alone, and first.")
	}
	return nil
}

// outlet is where the answer to a message goes.
type outlet struct {
	send func(answer []byte) error
	// over is called once, when the answer was sent or there will be none.
	over func()
	// among is set for a message of a batch.
	among bool
}

// batch collects the answers to messages that came together.
type batch struct {
	mu      sync.Mutex
	open    int // messages that are not over
	answers bytes.Buffer
	whole   func(answers []byte) // gets all of them, unless there are none
}

func newBatch(messages int, whole func([]byte)) *batch { return &batch{open: messages, whole: whole} }

func (b *batch) outlet() outlet {
	return outlet{send: b.add, over: b.over, among: true}
}

func (b *batch) add(answer []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	first := byte(',')
	if b.answers.Len() == 0 {
		first = '['
	}
	b.answers.WriteByte(first)
	b.answers.Write(bytes.TrimSpace(answer))
	return nil
}

func (b *batch) over() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open--; b.open > 0 || b.answers.Len() == 0 {
		return
	}
	b.answers.WriteByte(']')
	b.whole(b.answers.Bytes())
}

// takeBatch receives each message of a batch as if it had come alone.
func (c *conn) takeBatch(ctx context.Context, msg []byte) {
	list, bad := splitBatch(msg, c.client.Load().version)
	if bad != nil {
		_ = c.send(errorMessage(nil, bad))
		return
	}
	b := newBatch(len(list), func(answers []byte) { _ = c.send(answers) })
	for _, one := range list {
		c.take(ctx, one, b.outlet())
	}
}

// batch answers a batch over HTTP when all of its messages are over. What they
// send meanwhile goes ahead on the stream that the answer then ends.
func (e *endpoint) batch(w http.ResponseWriter, r *http.Request, body []byte, session string) {
	revision := r.Header.Get(mcp.HeaderProtocolVersion)
	if revision == "" { // later revisions have to name themselves
		revision = batchRevision
	}
	list, bad := splitBatch(body, revision)
	if bad != nil {
		writeError(w, http.StatusBadRequest, nil, bad)
		return
	}
	if session == "" {
		e.guard.refuse(w, r, http.StatusNotFound, "session", "A batch belongs to a session. Begin one with initialize.")
		return
	}
	release, wait, why := principalOf(r.Context()).limits.takeMore(len(list) - 1)
	if release == nil {
		w.Header().Set("Retry-After", retryAfter(wait))
		e.guard.refuse(w, r, http.StatusTooManyRequests, "limit", why)
		return
	}
	defer release()
	out := newStream(w)
	out.WriteHeader(http.StatusAccepted)
	b := newBatch(len(list), func(answers []byte) { out.replace(http.StatusOK, answers) })
	var members sync.WaitGroup
	for _, one := range list {
		members.Go(func() {
			to := b.outlet()
			defer to.over()
			if answer := e.member(r, one, out, session); len(answer) > 0 {
				_ = to.send(answer)
			}
		})
	}
	members.Wait()
	out.finish(nil)
}

// member returns the answer to one message of a batch, nil when it has none.
func (e *endpoint) member(r *http.Request, msg []byte, out *stream, session string) []byte {
	env, bad := readEnvelope(msg)
	if bad == nil {
		bad = unbatchable(&env)
	}
	if bad == nil {
		bad = e.server.refuse(&env)
	}
	if bad != nil {
		return errorMessage(env.id, bad)
	}
	if env.id == nil && env.method == string(mcp.MethodNotificationCancelled) {
		e.withdraw(&env, session)
		return nil
	}
	part := &part{stream: out, header: http.Header{}}
	if !e.answer(part, r, msg, &env, false, session) {
		return errorMessage(env.id, &rpcError{mcp.INTERNAL_ERROR, stopping})
	}
	if !env.request() {
		return nil
	}
	// The library refuses some requests in words that are no message.
	if body := bytes.TrimSpace(part.held.Bytes()); len(body) == 0 || json.Valid(body) {
		return body
	}
	return errorMessage(env.id, invalid("This message was refused: %s.", bytes.TrimSpace(part.held.Bytes())))
}

// part is where the answer to one message of a batch is written. Events go ahead
// when they are whole, so that progress and questions arrive while others still
// work; an answer that is no event stays for the batch.
type part struct {
	stream *stream
	header http.Header
	held   bytes.Buffer
}

func (p *part) Header() http.Header         { return p.header }
func (p *part) WriteHeader(int)             {}
func (p *part) Write(b []byte) (int, error) { return p.held.Write(b) }

// FlushError is called after each event.
func (p *part) FlushError() error {
	defer p.held.Reset()
	if p.held.Len() == 0 {
		return nil
	}
	return p.stream.event(p.held.Bytes())
}
