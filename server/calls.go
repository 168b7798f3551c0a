package server

import (
	"context"
	"maps"
	"sync"
	"time"
)

// How long a stop waits: a read may be asked again by the client, a write that
// is cut leaves nobody knowing whether it happened.
const (
	readGrace  = 20 * time.Second
	writeGrace = 25 * time.Second
	// lastGrace is for calls that were told to end to say so.
	lastGrace = time.Second
	// earlyFor is how much later than its cancellation a request may come, which
	// two connections of one client can bring about. Of those, maxEarly are
	// remembered.
	earlyFor = 5 * time.Second
	maxEarly = 1024
)

// call is one request under way.
type call struct {
	key    string // by which its own client can cancel it; "" when it cannot
	write  bool
	cancel context.CancelFunc
	// gone is set when the client withdrew the request and waits for no answer.
	// Guarded by calls.mu.
	gone bool
}

// calls are the requests under way on one connection or one HTTP server.
type calls struct {
	mu      sync.Mutex
	running map[*call]struct{}
	named   map[string]*call
	closed  bool
	// early has the requests that were withdrawn before they came, and when. It is
	// nil where messages come in the order in which they were sent.
	early map[string]time.Time
	idle  chan struct{} // made by close; closed when nothing runs any more
}

func newCalls() *calls {
	return &calls{running: map[*call]struct{}{}, named: map[string]*call{}, idle: make(chan struct{})}
}

// begin registers a request. It returns nil when the calls are closed.
func (c *calls) begin(ctx context.Context, key string, write bool) (context.Context, *call) {
	ctx, cancel := context.WithCancel(ctx)
	one := &call{key: key, write: write, cancel: cancel}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		cancel()
		return ctx, nil
	}
	c.running[one] = struct{}{}
	if key != "" {
		c.named[key] = one
	}
	if at, ok := c.early[key]; ok {
		delete(c.early, key)
		if time.Since(at) < earlyFor {
			one.gone = true
			cancel()
		}
	}
	return ctx, one
}

// end forgets a request and tells whether its client still waits for an answer.
func (c *calls) end(one *call) (wanted bool) {
	one.cancel()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.running, one)
	if c.named[one.key] == one {
		delete(c.named, one.key)
	}
	if c.closed && len(c.running) == 0 {
		closeOnce(c.idle)
	}
	return !one.gone
}

// answerable tells whether the client of a request still waits for its answer.
func (c *calls) answerable(one *call) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !one.gone
}

// withdraw cancels exactly the request with that key, if it is under way. Where
// messages overtake each other it also stops one that is about to come.
func (c *calls) withdraw(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if one := c.named[key]; one != nil && key != "" {
		one.gone = true
		one.cancel()
		return
	}
	if c.early == nil || key == "" {
		return
	}
	now := time.Now()
	maps.DeleteFunc(c.early, func(_ string, at time.Time) bool { return now.Sub(at) >= earlyFor })
	if len(c.early) < maxEarly {
		c.early[key] = now
	}
}

// close takes no more requests and returns a channel that is closed when the
// running ones have ended.
func (c *calls) close() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if len(c.running) == 0 {
		closeOnce(c.idle)
	}
	return c.idle
}

// cancel ends running requests, all of them or the reads only.
func (c *calls) cancel(writesToo bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for one := range c.running {
		if writesToo || !one.write {
			one.cancel()
		}
	}
}

// drain takes no more requests and waits for the running ones, for each kind as
// long as it may take. It reports whether all of them ended.
func (c *calls) drain() bool {
	idle := c.close()
	for _, stage := range []struct {
		wait      time.Duration
		writesToo bool
	}{{readGrace, false}, {writeGrace - readGrace, true}, {lastGrace, true}} {
		timer := time.NewTimer(stage.wait)
		select {
		case <-idle:
			timer.Stop()
			return true
		case <-timer.C:
			c.cancel(stage.writesToo)
		}
	}
	return false
}

// closeOnce closes a channel that may be closed already. Callers hold the lock
// that guards it.
func closeOnce(ch chan struct{}) {
	select {
	case <-ch:
	default:
		close(ch)
	}
}
