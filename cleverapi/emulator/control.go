package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// controlPrefix is where the control API is served, when Options ask for it. It
// steers the emulator itself, has no counterpart in the API of Clever Cloud, asks
// for no credential, and its requests are not recorded.
const controlPrefix = "/emulator/v1/"

// control is the state of the control API.
type control struct {
	mux *http.ServeMux

	mu        sync.Mutex
	snapshots []keptSnapshot // oldest first
	taken     int
}

type keptSnapshot struct {
	id string
	*Snapshot
}

func (k keptSnapshot) view() map[string]string { return map[string]string{"id": k.id, "at": iso(k.at)} }

// The most snapshots that are kept: each is a whole account.
const maxSnapshots = 100

func (e *Emulator) newControl() *control {
	c := &control{mux: http.NewServeMux()}
	for pattern, h := range map[string]controlHandler{
		"GET seeds":                   e.controlSeeds,
		"GET environment":             e.controlEnvironment,
		"GET account":                 e.controlAccount,
		"POST reset":                  e.controlReset,
		"GET clock":                   e.controlClock,
		"POST clock":                  e.controlSetClock,
		"GET requests":                e.controlRequests,
		"DELETE requests":             func(*http.Request) (any, error) { e.ResetRequests(); return nil, nil },
		"GET faults":                  func(*http.Request) (any, error) { return e.Faults(), nil },
		"POST faults":                 e.controlInject,
		"DELETE faults":               func(*http.Request) (any, error) { e.ResetFaults(); return nil, nil },
		"GET snapshots":               c.list,
		"POST snapshots":              func(*http.Request) (any, error) { return c.take(e) },
		"POST snapshots/{id}/restore": func(r *http.Request) (any, error) { return c.restore(e, r.PathValue("id")) },
		"DELETE snapshots/{id}":       c.drop,
	} {
		method, path, _ := strings.Cut(pattern, " ")
		c.mux.Handle(method+" "+controlPrefix+path, h)
	}
	c.mux.Handle(controlPrefix, controlHandler(func(r *http.Request) (any, error) {
		return nil, fail(http.StatusNotFound, 0, "The control API has no %s %s: docs/emulator.md lists its requests", r.Method, r.URL.Path)
	}))
	return c
}

// controlHandler answers one operation of the control API: nil is 204.
type controlHandler func(r *http.Request) (any, error)

func (h controlHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v, err := h.guarded(w, r)
	if err != nil {
		status := http.StatusBadRequest
		var refused *apiError
		if errors.As(err, &refused) {
			status = refused.status
			err = errors.New(refused.message)
		}
		writeJSON(w, status, map[string]string{"error": err.Error()})
		return
	}
	if v == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	writeJSON(w, http.StatusOK, v)
}

// guarded lets no web page through: a browser names its origin with each request
// that changes something, and cannot send JSON to another site unasked.
func (h controlHandler) guarded(w http.ResponseWriter, r *http.Request) (any, error) {
	if r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") == "cross-site" {
		return nil, fail(http.StatusForbidden, 0, "The control API is not for web pages")
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Method == http.MethodPost && kind != "application/json" {
		return nil, fail(http.StatusUnsupportedMediaType, 0, "The body should be JSON: send the header Content-Type: application/json")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	return h(r)
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := encode(v)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte(`{"error":"The answer cannot be written as JSON"}`)
	}
	write(w, status, "application/json", append(b, '\n'))
}

// readControl reads the JSON body; an empty one leaves v as it is.
func readControl(r *http.Request, v any) error {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("the body cannot be read: %w", err)
	}
	return nil
}

func (e *Emulator) controlSeeds(*http.Request) (any, error) {
	return map[string]any{"seeds": SeedNames()}, nil
}

func (e *Emulator) controlEnvironment(r *http.Request) (any, error) {
	env := map[string]string{}
	for _, line := range e.Env(e.baseOf(r)) {
		name, value, _ := strings.Cut(line, "=")
		env[name] = value
	}
	return map[string]any{"environment": env}, nil
}

// controlReset starts again with the first seed, one that is named, or one that
// the body brings whole. It answers the credentials of the account.
func (e *Emulator) controlReset(r *http.Request) (any, error) {
	var b struct {
		Seed json.RawMessage `json:"seed"`
	}
	if err := readControl(r, &b); err != nil {
		return nil, err
	}
	var seed *Seed
	var name string
	var err error
	switch {
	case len(b.Seed) == 0:
	case json.Unmarshal(b.Seed, &name) == nil:
		seed, err = SeedNamed(name)
	default:
		seed, err = ReadSeed(b.Seed)
	}
	if err != nil {
		return nil, err
	}
	if err := e.Reset(seed); err != nil {
		return nil, err
	}
	return e.controlEnvironment(r)
}

type clockView struct {
	Now   string  `json:"now"`
	Speed float64 `json:"speed"`
}

func (e *Emulator) controlClock(*http.Request) (any, error) {
	return clockView{iso(e.clock.Now()), e.clock.Speed()}, nil
}

func (e *Emulator) controlSetClock(r *http.Request) (any, error) {
	var b struct {
		Advance string   `json:"advance"`
		Speed   *float64 `json:"speed"`
	}
	if err := readControl(r, &b); err != nil {
		return nil, err
	}
	var by Age
	if b.Advance != "" {
		if err := by.UnmarshalText([]byte(b.Advance)); err != nil {
			return nil, fmt.Errorf("advance: %q is not a time such as 90s, 10m or 2d", b.Advance)
		}
	}
	if b.Speed != nil && (*b.Speed < 0 || *b.Speed > 1e6) {
		return nil, fmt.Errorf("speed should be between 0, which stands still, and 1000000")
	}
	if b.Speed != nil {
		e.clock.SetSpeed(*b.Speed)
	}
	e.clock.Advance(time.Duration(by))
	e.mu.Lock()
	e.touch()
	e.mu.Unlock()
	return e.controlClock(r)
}

type recordedView struct {
	Time       string         `json:"time"`
	RequestID  string         `json:"request_id"`
	Operation  string         `json:"operation,omitempty"`
	Method     string         `json:"method"`
	Path       string         `json:"path"`
	Query      string         `json:"query,omitempty"`
	Credential CredentialKind `json:"credential,omitempty"`
	Status     int            `json:"status"`
	Fault      FaultKind      `json:"fault,omitempty"`
}

// controlRequests lists what was asked, oldest first, of one operation when the
// query names it.
func (e *Emulator) controlRequests(r *http.Request) (any, error) {
	operation := r.URL.Query().Get("operation")
	out := []recordedView{}
	for _, q := range e.Requests() {
		if operation == "" || q.Operation == operation {
			out = append(out, recordedView{iso(q.Time), q.RequestID, q.Operation, q.Method, q.Path, q.Query, q.Credential, q.Status, q.Fault})
		}
	}
	return map[string]any{"requests": out}, nil
}

func (e *Emulator) controlInject(r *http.Request) (any, error) {
	var f Fault
	if err := readControl(r, &f); err != nil {
		return nil, err
	}
	if !f.complete().known() {
		return nil, fmt.Errorf("there is no fault of kind %q and status %d. A status is from 300 to 599; the kinds are %v", f.Kind, f.Status, faultKinds())
	}
	e.Inject(f)
	return e.Faults(), nil
}

func (c *control) list(*http.Request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := []map[string]string{}
	for _, k := range c.snapshots {
		out = append(out, k.view())
	}
	return map[string]any{"snapshots": out}, nil
}

func (c *control) take(e *Emulator) (any, error) {
	s := e.Snapshot()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.snapshots) >= maxSnapshots {
		return nil, fmt.Errorf("there are %d snapshots already. Delete one", maxSnapshots)
	}
	c.taken++
	k := keptSnapshot{strconv.Itoa(c.taken), s}
	c.snapshots = append(c.snapshots, k)
	return k.view(), nil
}

// find returns the place of a snapshot. The lock is held.
func (c *control) find(id string) (int, error) {
	i := slices.IndexFunc(c.snapshots, func(k keptSnapshot) bool { return k.id == id })
	if i < 0 {
		return 0, notFound("There is no snapshot %q", id)
	}
	return i, nil
}

func (c *control) restore(e *Emulator, id string) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i, err := c.find(id)
	if err != nil {
		return nil, err
	}
	e.Restore(c.snapshots[i].Snapshot)
	return c.snapshots[i].view(), nil
}

func (c *control) drop(r *http.Request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i, err := c.find(r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	c.snapshots = slices.Delete(c.snapshots, i, i+1)
	return nil, nil
}
