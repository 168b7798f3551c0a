package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
)

// asks are the questions that a connection asked its client.
type asks struct {
	// open is done when no answer can come any more; hangUp makes it so.
	open   context.Context
	hangUp context.CancelFunc

	mu      sync.Mutex
	last    int64 // id of the last question
	waiting map[string]chan reply
}

type reply struct {
	result *mcp.ElicitationResult
	err    error
}

func (a *asks) expect() (id int64, answer <-chan reply, forget func()) {
	ch := make(chan reply, 1)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last++
	id = a.last
	key := fmt.Sprintf("n%d", id)
	a.waiting[key] = ch
	return id, ch, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.waiting, key)
	}
}

// deliver passes on the answer to a question; an answer to none is dropped.
func (a *asks) deliver(e *envelope) {
	key, bad := idKey(e.id)
	if bad != nil {
		return
	}
	a.mu.Lock()
	waiting := a.waiting[key]
	delete(a.waiting, key)
	a.mu.Unlock()
	if waiting == nil {
		return
	}
	var r reply
	if e.result == nil {
		r.err = errors.New("the client refused to ask")
	} else {
		r.result = &mcp.ElicitationResult{}
		r.err = json.Unmarshal(e.result, r.result)
	}
	waiting <- r
}

func (c *conn) elicit(ctx context.Context, params mcp.ElicitationParams) (*mcp.ElicitationResult, error) {
	id, answer, forget := c.asks.expect()
	defer forget()
	msg, err := json.Marshal(struct {
		JSONRPC string                `json:"jsonrpc"`
		ID      int64                 `json:"id"`
		Method  mcp.MCPMethod         `json:"method"`
		Params  mcp.ElicitationParams `json:"params"`
	}{"2.0", id, mcp.MethodElicitationCreate, params})
	if err != nil {
		return nil, err
	}
	if err := c.send(msg); err != nil {
		return nil, err
	}
	select {
	case r := <-answer:
		return r.result, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
