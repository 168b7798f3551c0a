package cleverapi

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"clever-mcp/cleverapi/catalogue"
)

// request is one operation with everything filled in.
type request struct {
	op      catalogue.Operation
	unknown bool   // to the catalogue; op was made up
	path    string // escaped
	query   url.Values
	body    []byte
	content string // Content-Type of body
	accept  string
	// after is the last event that came of a stream which is opened again.
	after  string
	shapes *shapes // prune the answer; nil does it without remembering
	// narrowed marks the client's own reading of the summary, whose answer is cut
	// down to the owners that are allowed before anybody sees it.
	narrowed bool
}

// repeatable tells whether sending the request twice is the same as once. A few
// operations change something although they are a GET.
func (r *request) repeatable() bool {
	return r.op.Method() == http.MethodGet && r.op.Effect == catalogue.Reads
}

// handler performs a request. A response has a status below 300 and a body that
// the caller closes; everything else is an error.
type handler func(ctx context.Context, r *request) (*http.Response, error)

// chain assembles the way of a request; the package comment names its links.
func chain(cfg Config, clock *clock, scope *Scope) handler {
	h := send(cfg.Session, cfg.UserAgent)
	h = compare(clock, h)
	h = limit(cfg.MaxInFlight, h)
	h = bound(cfg.Bounds, scope, cfg.Catalogue, h)
	h = policy(cfg.Policy, h)
	tries := new(triesKey)
	h = retry(tries, h)
	return observe(cfg.Observe, tries, h)
}

func send(session func(context.Context) (Session, error), agent string) handler {
	return func(ctx context.Context, r *request) (*http.Response, error) {
		s, err := session(ctx)
		if err != nil {
			return nil, err
		}
		var w written
		req, err := build(httptrace.WithClientTrace(ctx, w.trace()), s, agent, r)
		if err != nil {
			return nil, err
		}
		resp, err := s.Transport.RoundTrip(req)
		if err != nil {
			return nil, lost(ctx, r, err, &w)
		}
		if err := unzip(resp); err != nil {
			resp.Body.Close()
			return nil, &Error{Operation: r.op.ID, Status: resp.StatusCode, RequestID: requestID(resp), Kind: ErrBadAnswer, Message: "the answer is not the gzip that it claims to be"}
		}
		if resp.StatusCode < 300 {
			return resp, nil
		}
		defer resp.Body.Close()
		return nil, refusal(r.op.ID, resp)
	}
}

// build makes the HTTP request and checks that its URL, parsed again, says what
// was meant.
func build(ctx context.Context, s Session, agent string, r *request) (*http.Request, error) {
	base := s.API
	if r.op.Host == catalogue.Bridge || s.Bearer {
		base = s.Bridge
	}
	if r.op.Host == catalogue.KVProxy {
		return nil, &Error{Operation: r.op.ID, Kind: ErrPolicy, Message: "this operation lives on another host than the API and is not offered here"}
	}
	target := base.Scheme + "://" + base.Host + r.path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	u, err := url.Parse(target)
	if err != nil || u.Scheme != base.Scheme || u.Host != base.Host || u.User != nil || u.EscapedPath() != r.path || u.Fragment != "" {
		return nil, &PathError{Path: r.path, Why: "does not survive being parsed as a URL"}
	}
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(ctx, r.op.Method(), target, body)
	if err != nil {
		return nil, &PathError{Path: r.path, Why: "does not make a request"}
	}
	req.Header.Set("Accept", r.accept)
	req.Header.Set("Accept-Encoding", "gzip")
	if r.accept == eventStream {
		// An event that waits in a compressor is an event too late.
		req.Header.Set("Accept-Encoding", "identity")
	}
	if r.after != "" {
		req.Header.Set("Last-Event-ID", r.after)
	}
	req.Header.Set("User-Agent", agent)
	if r.content != "" {
		req.Header.Set("Content-Type", r.content)
	}
	return req, nil
}

// written finds out how far a request came: whether TLS was refused, and whether
// anything was put on a connection. A transport that tells nothing, such as one
// without sockets, may have sent it; nil has.
type written struct{ told, wrote, refused atomic.Bool }

func (w *written) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn:          func(string) { w.told.Store(true) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) { w.refused.Store(err != nil && !broke(err)) },
		WroteHeaders:     func() { w.wrote.Store(true) },
	}
}

func (w *written) maybe() bool { return w == nil || w.wrote.Load() || !w.told.Load() }

// broke tells a connection that ended from one whose other end said something wrong.
func broke(err error) bool {
	var op *net.OpError
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &op) && (op.Op == "read" || op.Op == "write")
}

// lost says what a missing answer means. A read can simply be asked again; a
// write may have happened, unless the request never left.
func lost(ctx context.Context, r *request, err error, w *written) error {
	var typed *Error
	var refused notSent
	if errors.As(err, &typed) || errors.As(err, &refused) {
		return err
	}
	e, left := &Error{Operation: r.op.ID, Kind: ErrUnreachable, cause: err, Message: "the connection failed"}, w.maybe()
	var network net.Error
	var op *net.OpError
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var noTLS tls.RecordHeaderError
	switch {
	case errors.As(err, &dns):
		left, e.Message = false, "the host name of the API could not be looked up"
	case errors.As(err, &op) && op.Op == "dial":
		left, e.Message = false, "nothing accepts connections at the address of the API"
	case errors.As(err, &certificate):
		left, e.Kind, e.Message = false, ErrUntrusted, "the certificate of the API is not good for its host name, so nothing was sent"
	case errors.As(err, &noTLS):
		left, e.Kind, e.Message = false, ErrUntrusted, "what answers at the address of the API speaks no TLS, so nothing was sent"
	case errors.Is(ctx.Err(), context.Canceled):
		e.Kind, e.Message = ErrCanceled, "the call was cancelled"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		e.Kind, e.Message = ErrTimeout, "there was no answer in time"
		if !left {
			e.Message = "no connection was made in time, so nothing was sent"
		}
	case !left && w.refused.Load():
		e.Kind, e.Message = ErrUntrusted, "what answers at the address of the API makes no TLS connection of version 1.2 or newer, so nothing was sent"
	case !left:
		e.Message = "the connection failed before it was of use, so nothing was sent"
	}
	if left && r.op.Effect != catalogue.Reads {
		e.Kind = ErrUnknownOutcome
		e.Message += " after the request was sent, so nobody can tell whether it was done"
	}
	return e
}

// notSent is what a transport returns that refused to send. It is declared by
// its method because the client does not know the package that signs.
type notSent interface {
	error
	NotSent() bool
}

func policy(check func(catalogue.Operation) error, next handler) handler {
	if check == nil {
		return next
	}
	return func(ctx context.Context, r *request) (*http.Response, error) {
		if err := check(r.op); err != nil {
			return nil, err
		}
		return next(ctx, r)
	}
}

// retryable are the statuses that say nothing about the request itself.
func retryable(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	case 0:
		return e.Kind == ErrUnreachable
	}
	return e.Kind == ErrRateLimited
}

const (
	maxTries  = 4
	firstWait = 200 * time.Millisecond
	// longestWait is the most that a Retry-After may hold a call up; beyond it
	// the caller is told when to come back.
	longestWait = 10 * time.Second
)

func retry(key *triesKey, next handler) handler {
	return func(ctx context.Context, r *request) (*http.Response, error) {
		tries, _ := ctx.Value(key).(*int)
		for try := 1; ; try++ {
			if tries != nil {
				*tries = try
			}
			resp, err := next(ctx, r)
			if err == nil || !r.repeatable() || try == maxTries || !retryable(err) {
				return resp, err
			}
			wait := rand.N(firstWait << (try - 1))
			var e *Error
			if errors.As(err, &e) && e.RetryAfter > 0 {
				wait = e.RetryAfter + rand.N(firstWait)
			}
			if deadline, ok := ctx.Deadline(); wait > longestWait || ok && time.Until(deadline) < wait {
				return nil, err
			}
			select {
			case <-time.After(wait):
			case <-ctx.Done():
				return nil, err
			}
		}
	}
}

// triesKey carries the number of tries from retry to observe. It has a size, so
// that each chain has a key of its own.
type triesKey struct{ _ byte }

func observe(begin func(context.Context, string) (context.Context, func(Observation)), key *triesKey, next handler) handler {
	if begin == nil {
		return next
	}
	return func(ctx context.Context, r *request) (*http.Response, error) {
		operation := r.op.ID
		if r.unknown {
			operation = ""
		}
		ctx, ended := begin(ctx, operation)
		tries, start := 0, time.Now()
		resp, err := next(context.WithValue(ctx, key, &tries), r)
		o := Observation{Operation: operation, Tries: tries, Duration: time.Since(start), Err: err}
		var e *Error
		if errors.As(err, &e) {
			o.Status, o.RequestID = e.Status, e.RequestID
		}
		if resp != nil {
			o.Status, o.RequestID = resp.StatusCode, requestID(resp)
		}
		ended(o)
		return resp, err
	}
}

func requestID(resp *http.Response) string {
	return resp.Header.Get("Sozu-Id")
}

// fill puts values into a path template, escaped.
func fill(op catalogue.Operation, params map[string]string) (string, error) {
	var b strings.Builder
	template := op.Path()
	for {
		text, rest, found := strings.Cut(template, "{")
		b.WriteString(text)
		if !found {
			break
		}
		name, rest, _ := strings.Cut(rest, "}")
		value := params[name]
		switch {
		case value == "":
			return "", &PathError{Path: op.Path(), Why: fmt.Sprintf("needs a value for %s", name)}
		case value == "." || value == "..":
			return "", &PathError{Path: op.Path(), Why: fmt.Sprintf("cannot take %q for %s", value, name)}
		case strings.ContainsFunc(value, func(r rune) bool { return r < 0x20 || r == 0x7f }):
			return "", &PathError{Path: op.Path(), Why: fmt.Sprintf("cannot take control characters in %s", name)}
		}
		// The star of a wildcard domain goes bare, as the CLI sends it.
		b.WriteString(strings.ReplaceAll(url.PathEscape(value), "%2A", "*"))
		template = rest
	}
	return b.String(), nil
}
