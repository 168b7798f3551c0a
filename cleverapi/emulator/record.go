package emulator

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// The requests that are remembered; older ones are forgotten.
const maxRecorded = 10_000

// Request is one request that the emulator got.
type Request struct {
	Time       time.Time // emulated
	RequestID  string    // as sent in Sozu-Id
	Operation  string    // "" when no operation has this path
	Method     string
	Path       string // escaped, as sent
	Query      string
	Credential CredentialKind // what was sent, accepted or not
	Status     int            // 0 while nothing was answered, or when a fault dropped the connection
	Fault      FaultKind
}

type requestLog struct {
	mu   sync.Mutex
	n    int
	list []*Request
}

// Requests returns what was asked, oldest first.
func (e *Emulator) Requests() []Request {
	e.log.mu.Lock()
	defer e.log.mu.Unlock()
	out := make([]Request, len(e.log.list))
	for i, r := range e.log.list {
		out[i] = *r
	}
	return out
}

// ResetRequests forgets what was asked.
func (e *Emulator) ResetRequests() {
	e.log.mu.Lock()
	defer e.log.mu.Unlock()
	e.log.list = nil
}

func (l *requestLog) begin(r *http.Request, now time.Time) *Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n++
	rec := &Request{
		Time:      now,
		RequestID: strings.ToUpper(ulid("request", now.String(), time.Duration(l.n).String())),
		Method:    r.Method,
		Path:      r.URL.EscapedPath(),
		Query:     r.URL.RawQuery,
	}
	if len(l.list) == maxRecorded {
		l.list = append(l.list[:0:0], l.list[maxRecorded/2:]...)
	}
	l.list = append(l.list, rec)
	return rec
}

func (l *requestLog) named(rec *Request, operation string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	rec.Operation = operation
}

func (l *requestLog) credential(rec *Request, kind CredentialKind) {
	l.mu.Lock()
	defer l.mu.Unlock()
	rec.Credential = kind
}

func (l *requestLog) faulted(rec *Request, kind FaultKind) {
	l.mu.Lock()
	defer l.mu.Unlock()
	rec.Fault = kind
}

func (l *requestLog) answered(rec *Request, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if rec.Status == 0 {
		rec.Status = status
	}
}

// recorder notes the status before the client can see it, so that who has an
// answer finds its request complete.
type recorder struct {
	http.ResponseWriter
	log *requestLog
	rec *Request
}

func (w *recorder) WriteHeader(status int) {
	w.log.answered(w.rec, status)
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	w.log.answered(w.rec, http.StatusOK)
	return w.ResponseWriter.Write(b)
}

func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
