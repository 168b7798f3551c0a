package server

import (
	"bytes"
	"errors"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"
)

// stream is the answer to one request over HTTP. It becomes a stream of events
// with the first notification, and is one JSON document otherwise.
//
// Notifications are written by notify and are on the wire when it returns. The
// library, which does not know of them, then writes its answer; it is kept back
// until the request is over and leaves in the form that the stream has by then.
// So no notification is lost and none follows the answer.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	own     http.Header // what the library sets

	mu     sync.Mutex
	status int
	events bool // the header is gone, and says that events follow
	over   bool
	answer bytes.Buffer // what the library wrote that is no event
	// complete makes what leaves out of an answer or event of the library; nil changes
	// nothing.
	complete func(answer []byte) []byte
}

const eventStream = "text/event-stream"

func newStream(w http.ResponseWriter) *stream {
	return &stream{w: w, control: http.NewResponseController(w), own: http.Header{}, status: http.StatusOK}
}

func (s *stream) Header() http.Header { return s.own }

func (s *stream) WriteHeader(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.events || s.over {
		return
	}
	s.status = status
	if s.writesEvents() {
		s.begin()
	}
}

// writesEvents tells whether the library itself writes events. Only its own
// goroutines may ask.
func (s *stream) writesEvents() bool {
	return strings.HasPrefix(s.own.Get("Content-Type"), eventStream)
}

// begin sends the header of a stream of events.
func (s *stream) begin() {
	h := s.w.Header()
	h.Set("Content-Type", eventStream)
	h.Set("Cache-Control", "no-cache, no-transform")
	h.Set("X-Accel-Buffering", "no") // proxies that collect answers would hold events back
	s.w.WriteHeader(http.StatusOK)
	s.events = true
}

func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.over:
		return 0, errOver
	case s.events && s.writesEvents():
		event := p
		if s.complete != nil {
			event = s.complete(p)
		}
		return len(p), s.put(event)
	}
	return s.answer.Write(p)
}

var errOver = errors.New("the answer is complete")

// put writes and flushes within eventTimeout: a client that does not read must
// not hold a goroutine and its memory for ever.
func (s *stream) put(parts ...[]byte) error {
	_ = s.control.SetWriteDeadline(time.Now().Add(eventTimeout)) // not every writer has deadlines
	for _, p := range parts {
		if _, err := s.w.Write(p); err != nil {
			return err
		}
	}
	if err := s.control.Flush(); err != nil {
		return err
	}
	_ = s.control.SetWriteDeadline(time.Time{})
	return nil
}

// Flush is for the library, which cannot stream without it. Everything that
// matters is flushed when it is written, but for the header.
func (s *stream) Flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.events && !s.over {
		_ = s.put()
	}
}

// notify writes one message ahead of the answer.
func (s *stream) notify(msg []byte) error { return s.event(eventHead, msg, eventTail) }

// event writes one event, given in parts, ahead of the answer.
func (s *stream) event(parts ...[]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return errOver
	}
	if !s.events {
		s.begin()
	}
	return s.put(parts...)
}

var eventHead, eventTail = []byte("event: message\ndata: "), []byte("\n\n")

// replace puts an answer in place of the library's.
func (s *stream) replace(status int, answer []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = status
	s.answer.Reset()
	s.answer.Write(answer)
	s.own.Set("Content-Type", "application/json")
}

// change passes what the library answered through edit.
func (s *stream) change(edit func(answer []byte) []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.answer.Bytes()
	if after := edit(before); !bytes.Equal(after, before) {
		s.answer.Reset()
		s.answer.Write(after)
	}
}

// finish sends the answer. When the library wrote none, otherwise says what to
// answer instead; it may be nil.
func (s *stream) finish(otherwise func() []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	body := bytes.TrimSpace(s.answer.Bytes())
	if len(body) == 0 && !s.events && s.status == http.StatusOK && otherwise != nil {
		body = otherwise()
		s.own.Set("Content-Type", "application/json")
	}
	if s.complete != nil {
		body = s.complete(body)
	}
	if s.events {
		if len(body) > 0 {
			_ = s.put(eventHead, body, eventTail) // the client is gone
		}
		return
	}
	h := s.w.Header()
	maps.Copy(h, s.own)
	_ = s.control.SetWriteDeadline(time.Now().Add(eventTimeout))
	s.w.WriteHeader(s.status)
	_, _ = s.w.Write(body)
}

// open begins a stream of events with one of another kind than message.
func (s *stream) open(event, data string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begin()
	return s.put([]byte("event: " + event + "\ndata: " + data + "\n\n"))
}

// comment writes what clients ignore.
func (s *stream) comment(text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.put([]byte(": " + text + "\n\n"))
}
