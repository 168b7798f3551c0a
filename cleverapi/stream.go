package cleverapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tmaxmax/go-sse"
)

const (
	eventStream = "text/event-stream"
	// maxEvent is the longest event that is read: a log line of 64 KiB as JSON,
	// with room for what is beside it.
	maxEvent = 1 << 20

	defaultStreamTime  = 2 * time.Minute
	defaultStreamBytes = 32 << 20
	// idleLimit is how long a stream may say nothing. The API sends a heartbeat
	// every 2 seconds.
	idleLimit = 30 * time.Second

	// maxReopens counts openings without an event in between. Each of them has the
	// tries of any read.
	maxReopens  = 5
	firstReopen = time.Second
)

// StreamLimits bound what is read of a stream. Zero values mean the defaults.
type StreamLimits struct {
	Time  time.Duration // 2 minutes
	Bytes int64         // 32 MiB, all connections together
}

// StreamEnd says why reading a stream ended without an error.
type StreamEnd string

const (
	// EndReached: the server sent everything that was asked for.
	EndReached StreamEnd = "end"
	// EndStopped: the caller had enough.
	EndStopped StreamEnd = "stopped"
	// EndTime and EndBytes: a limit was met, and there may be more.
	EndTime  StreamEnd = "time"
	EndBytes StreamEnd = "size"
)

// errStop ends the reading of events when the caller has enough.
var errStop = errors.New("stop")

// errIdle is the cause of a context whose stream fell silent.
var errIdle = errors.New("the stream fell silent")

// stream reads the events of one type and decodes them; see [Client.events].
func stream[T any](ctx context.Context, c *Client, id string, p params, q url.Values, event string, limits StreamLimits, keep func(T) bool) (StreamEnd, error) {
	r, err := newRequest(c, id, p, q)
	if err != nil {
		return "", err
	}
	return c.events(ctx, r, limits, func(e sse.Event) (more bool, err error) {
		if e.Type != event {
			return true, nil
		}
		var v T
		if err := json.Unmarshal([]byte(e.Data), &v); err != nil {
			return false, err
		}
		return keep(v), nil
	})
}

// events reads events until the server ends the stream, take returns false or a
// limit is met. A connection that is lost or cut is opened again after the last
// event that came, 5 times without an event in between. What the API refuses is
// not asked again.
func (c *Client) events(ctx context.Context, r *request, limits StreamLimits, take func(sse.Event) (more bool, err error)) (StreamEnd, error) {
	r.accept = eventStream
	if limits.Time == 0 {
		limits.Time = defaultStreamTime
	}
	if limits.Bytes == 0 {
		limits.Bytes = defaultStreamBytes
	}
	within, cancel := context.WithTimeout(ctx, limits.Time)
	defer cancel()
	s := &events{c: c, r: r, left: limits.Bytes, take: take}
	for try := 0; ; try++ {
		before := r.after
		end, err := s.once(within)
		switch {
		case err == nil:
			return end, nil
		case ctx.Err() != nil:
			return "", lost(ctx, r, ctx.Err(), nil)
		case within.Err() != nil && s.opened:
			return EndTime, nil
		case within.Err() != nil, !reopens(err):
			return "", err
		}
		if r.after != before {
			try = 0
		}
		if try == maxReopens {
			return "", err
		}
		select {
		case <-time.After(firstReopen + rand.N(firstReopen<<min(try, 3))):
		case <-within.Done():
		}
	}
}

// reopens tells a connection that may be better the next time from a refusal.
func reopens(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	return retryable(err) || e.Kind == ErrServer || e.Kind == ErrTimeout || e.Kind == ErrUnreachable ||
		e.Status == http.StatusRequestTimeout || e.Kind == ErrBadAnswer && e.cut
}

// events is one stream over however many connections it takes.
type events struct {
	c      *Client
	r      *request
	left   int64 // bytes that may still be read
	take   func(sse.Event) (more bool, err error)
	opened bool // the API took the request at least once
}

// once opens one connection and reads it to its end.
func (s *events) once(ctx context.Context) (StreamEnd, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := time.AfterFunc(idleLimit, func() { cancel(errIdle) })
	defer silence.Stop()

	resp, err := s.c.do(ctx, s.r)
	if err != nil {
		return "", s.silent(ctx, err)
	}
	defer resp.Body.Close()
	if kind := resp.Header.Get("Content-Type"); resp.StatusCode != http.StatusOK || !strings.HasPrefix(kind, eventStream) {
		return "", &Error{Operation: s.r.op.ID, Status: resp.StatusCode, RequestID: requestID(resp), Kind: ErrBadAnswer, Message: "the answer is not a stream of events"}
	}
	s.opened = true
	counted := &counting{r: resp.Body}
	defer func() { s.left -= counted.n }()
	err = s.read(&bounded{counted, s.left}, func() { silence.Reset(idleLimit) })
	switch {
	case errors.Is(err, errStop):
		return EndStopped, nil
	case errors.Is(err, io.EOF):
		return EndReached, nil
	case errors.Is(err, errLimit):
		return EndBytes, nil
	}
	return "", s.silent(ctx, &Error{Operation: s.r.op.ID, Status: resp.StatusCode, RequestID: requestID(resp), Kind: ErrBadAnswer, cut: true, cause: err, Message: "the stream broke off"})
}

// silent returns err, or what it comes from when the server fell silent.
func (s *events) silent(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), errIdle) {
		return &Error{Operation: s.r.op.ID, Kind: ErrTimeout, cause: err, Message: fmt.Sprintf("the stream said nothing for %s", idleLimit)}
	}
	return err
}

// read returns io.EOF for a stream that the server ended properly, errStop when
// the caller did, and why otherwise. A stream that just closes was cut.
func (s *events) read(body io.Reader, alive func()) error {
	for e, err := range sse.Read(body, &sse.ReadConfig{MaxEventSize: maxEvent}) {
		if err != nil {
			return err
		}
		alive()
		switch e.Type {
		case "END_OF_STREAM":
			if !json.Valid([]byte(e.Data)) {
				return io.ErrUnexpectedEOF
			}
			return io.EOF
		case "HEARTBEAT":
			continue
		}
		more, err := s.take(e)
		if err != nil {
			return err
		}
		s.r.after = e.LastEventID
		if !more {
			return errStop
		}
	}
	return io.ErrUnexpectedEOF
}
