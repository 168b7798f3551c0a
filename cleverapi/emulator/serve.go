package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"clever-mcp/cleverapi/catalogue"
)

// The largest request body that is read. The API's own limit is not published.
const maxBody = 8 << 20

// handler answers one operation, under the emulator's lock.
type handler func(c *call) (any, error)

// raw is an answer that is not JSON, or has a status or headers of its own.
type raw struct {
	status      int // 0: 200
	contentType string
	header      http.Header
	body        []byte
}

// stream is an answer without an end. It runs without the lock.
type stream func(w http.ResponseWriter, r *http.Request)

// accepted is an answer of 202 or 201 with a body.
type accepted struct {
	status int
	body   any
}

// call is one request that was let in.
type call struct {
	e      *Emulator
	r      *http.Request
	op     catalogue.Operation
	params map[string]string // unescaped
	self   bool              // asked by its /v2/self form
	user   *user             // nil for operations that need no credential
	cred   credential
	body   []byte
	now    time.Time
	base   string // scheme and host that the client dialled
}

func (c *call) state() *state { return c.e.state }

func (c *call) query(name string) string { return c.r.URL.Query().Get(name) }

// decode reads the JSON body. An empty body is refused, as an unreadable one.
func (c *call) decode(v any) error {
	if err := json.Unmarshal(c.body, v); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) && wrong.Field != "" {
			return invalid("The field %s is a %s; it should be a %s", wrong.Field, wrong.Value, wrong.Type)
		}
		return invalid("The request body is not valid JSON for this call")
	}
	return nil
}

// ServeHTTP serves the API and the bridge: their paths do not collide.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if e.control != nil && strings.HasPrefix(r.URL.Path, controlPrefix) {
		e.control.mux.ServeHTTP(w, r)
		return
	}
	rec := e.log.begin(r, e.clock.Now())
	w.Header().Set("Sozu-Id", rec.RequestID)
	w.Header().Set("Date", e.clock.Now().UTC().Format(http.TimeFormat))
	w = &recorder{ResponseWriter: w, log: &e.log, rec: rec}

	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	op, params, ok := catalogue.Match(method, r.URL.EscapedPath())
	if !ok {
		e.servePage(w, r)
		return
	}
	e.log.named(rec, op.ID)
	fault, faulty, err := e.faults.take(r, op.ID)
	if err != nil {
		e.refuse(w, r, rec.RequestID, err)
		return
	}
	if faulty {
		e.log.faulted(rec, fault.Kind)
		if !fault.After {
			fault.serve(w, r, rec.RequestID)
			return
		}
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	switch {
	case err != nil:
		err = invalid("The request body ended too early")
	case len(body) > maxBody:
		err = fail(http.StatusRequestEntityTooLarge, idGeneric, "The request body is larger than %d bytes", maxBody)
	}
	if err != nil {
		e.refuse(w, r, rec.RequestID, err)
		return
	}
	c := &call{e: e, r: r, op: op, body: body, base: e.baseOf(r)}
	if c.params, err = unescape(params); err != nil {
		e.refuse(w, r, rec.RequestID, err)
		return
	}
	answer, encoded, err := e.run(c, rec)
	if faulty {
		fault.serve(w, r, rec.RequestID)
		return
	}
	if err != nil {
		e.refuse(w, r, rec.RequestID, err)
		return
	}
	switch a := answer.(type) {
	case stream:
		a(w, r)
	case raw:
		for name, values := range a.header {
			w.Header()[name] = values
		}
		write(w, a.status, a.contentType, a.body)
	case accepted:
		write(w, a.status, "application/json", encoded)
	case nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		write(w, http.StatusOK, "application/json", encoded)
	}
}

// run lets the call in and answers it, all under the lock. The answer is encoded
// here because it may share memory with the state.
func (e *Emulator) run(c *call, rec *Request) (answer any, encoded []byte, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	c.now = e.clock.Now()
	c.cred, c.user, err = e.authenticate(c)
	e.log.credential(rec, c.cred.kind)
	if err != nil {
		return nil, nil, err
	}
	e.state.settle(c.now)
	if err := c.permitRights(); err != nil {
		return nil, nil, err
	}
	h, ok := e.routes.find(c)
	if !ok {
		return nil, nil, &apiError{status: http.StatusNotImplemented, id: idGeneric, code: "clever.emulator.not-implemented",
			message: "The emulator does not do " + c.op.ID}
	}
	answer, err = h(c)
	if err != nil {
		return nil, nil, err
	}
	if c.op.Effect != catalogue.Reads {
		e.touch()
	}
	switch a := answer.(type) {
	case nil, raw, stream:
		return answer, nil, nil
	case accepted:
		encoded, err = encode(a.body)
	default:
		encoded, err = encode(a)
	}
	return answer, encoded, err
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func (e *Emulator) refuse(w http.ResponseWriter, r *http.Request, requestID string, err error) {
	status, body := errorBody(r.URL.Path, requestID, err)
	b, err := encode(body)
	if err != nil {
		status, b = http.StatusInternalServerError, nil
	}
	write(w, status, "application/json", b)
}

func write(w http.ResponseWriter, status int, contentType string, body []byte) {
	if status == 0 {
		status = http.StatusOK
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	// A client that went away is its own affair.
	_, _ = w.Write(body)
}

// baseOf returns the scheme and host that the client dialled.
func (e *Emulator) baseOf(r *http.Request) string {
	if e.publicURL != "" {
		return strings.TrimRight(e.publicURL, "/")
	}
	return dialled(r)
}

func dialled(r *http.Request) string {
	switch {
	case r.URL.Scheme != "": // in the process: the client's own URL
		return r.URL.Scheme + "://" + r.Host
	case r.TLS != nil:
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func unescape(params map[string]string) (map[string]string, error) {
	for name, value := range params {
		plain, err := url.PathUnescape(value)
		if err != nil {
			return nil, invalid("The path is not well escaped near %q", value)
		}
		params[name] = plain
	}
	return params, nil
}
