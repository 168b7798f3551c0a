package emulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// FaultHeader is the request header that asks for one fault: a FaultKind
// ("reset"), a status ("503"), or a Fault as JSON.
const FaultHeader = "X-Emulator-Fault"

// FaultKind is a way of going wrong.
type FaultKind string

const (
	FaultNone      FaultKind = ""
	FaultStatus    FaultKind = "status"     // an error answer: Status, Body, Message, RetryAfter
	FaultReset     FaultKind = "reset"      // the connection is reset before any answer
	FaultHang      FaultKind = "hang"       // no answer until the client gives up
	FaultSlow      FaultKind = "slow"       // one byte of JSON each Delay
	FaultTruncated FaultKind = "truncated"  // JSON cut in the middle, shorter than announced
	FaultWrongJSON FaultKind = "wrong-json" // JSON of another shape than promised
	FaultNotJSON   FaultKind = "not-json"   // a web page called application/json
	FaultRedirect  FaultKind = "redirect"   // 302 to Location
	FaultGzipBomb  FaultKind = "gzip-bomb"  // 1 GiB of zeros in 1 MiB
	FaultEndless   FaultKind = "endless"    // JSON that never ends
)

// BodyShape is the form of an error answer.
type BodyShape string

const (
	BodyOfPath BodyShape = ""       // what the path calls for
	BodyV2     BodyShape = "v2"     // {"id", "message", "type"}
	BodyV4     BodyShape = "v4"     // {"code", "error", "context", "apiRequestId"}
	BodyBridge BodyShape = "bridge" // {"code", "error"}
	BodyHTML   BodyShape = "html"   // what a gateway says
	BodyEmpty  BodyShape = "empty"
)

// Fault is something to go wrong.
type Fault struct {
	// The operation that fails, by ID. Empty is any.
	Operation string `json:"operation,omitempty"`
	// How many matching requests fail. 0 is one, a negative number is all.
	Count int `json:"count,omitempty"`
	// How many matching requests pass before.
	Skip int `json:"skip,omitempty"`
	// Carry the request out first and spoil only its answer, as when an answer
	// is lost on its way.
	After bool `json:"after,omitempty"`

	Kind       FaultKind     `json:"kind,omitempty"` // "" with a status is FaultStatus
	Status     int           `json:"status,omitempty"`
	Body       BodyShape     `json:"body,omitempty"`
	ID         int           `json:"id,omitempty"`   // v2, else the status
	Code       string        `json:"code,omitempty"` // v4 and bridge, else by status
	Message    string        `json:"message,omitempty"`
	RetryAfter string        `json:"retry_after,omitempty"`
	Location   string        `json:"location,omitempty"` // of a redirect
	Delay      time.Duration `json:"delay,omitempty"`    // nanoseconds; of FaultSlow, default 100 ms
}

type faults struct {
	mu   sync.Mutex
	list []Fault
}

// Inject makes coming requests fail. Faults are tried in the order of injection.
func (e *Emulator) Inject(f Fault) {
	if f.Count == 0 {
		f.Count = 1
	}
	e.faults.mu.Lock()
	defer e.faults.mu.Unlock()
	e.faults.list = append(e.faults.list, f.complete())
}

// Faults returns what is still to go wrong, in order.
func (e *Emulator) Faults() []Fault {
	e.faults.mu.Lock()
	defer e.faults.mu.Unlock()
	return append([]Fault{}, e.faults.list...)
}

// ResetFaults forgets the faults that are still to come.
func (e *Emulator) ResetFaults() {
	e.faults.mu.Lock()
	defer e.faults.mu.Unlock()
	e.faults.list = nil
}

// take returns the fault for this request. What the header asks for comes first.
func (fs *faults) take(r *http.Request, operation string) (f Fault, ok bool, err error) {
	if asked := r.Header.Get(FaultHeader); asked != "" {
		f, err = parseFault(asked)
		return f, err == nil, err
	}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for i := range fs.list {
		f := &fs.list[i]
		if f.Operation != "" && f.Operation != operation {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		taken := *f
		if f.Count--; f.Count == 0 {
			fs.list = slices.Delete(fs.list, i, i+1)
		}
		return taken, true, nil
	}
	return Fault{}, false, nil
}

func parseFault(s string) (Fault, error) {
	var f Fault
	if status, err := strconv.Atoi(s); err == nil {
		f.Status = status
	} else if s[0] == '{' {
		if err := json.Unmarshal([]byte(s), &f); err != nil {
			return Fault{}, invalid("The header %s is not the JSON of a fault: %v", FaultHeader, err)
		}
	} else {
		f.Kind = FaultKind(s)
	}
	f = f.complete()
	if !f.known() {
		return Fault{}, invalid("The header %s asks for an unknown fault. Known are a status from 300 to 599, and %v", FaultHeader, faultKinds())
	}
	return f, nil
}

func (f Fault) complete() Fault {
	if f.Kind == FaultNone || f.Kind == FaultStatus {
		f.Kind = FaultStatus
		if f.Status == 0 {
			f.Status = http.StatusInternalServerError
		}
	}
	if f.Kind == FaultRedirect && f.Location == "" {
		f.Location = "https://elsewhere.example.com/"
	}
	if f.Delay == 0 {
		f.Delay = 100 * time.Millisecond
	}
	return f
}

func (f Fault) known() bool {
	return slices.Contains(faultKinds(), f.Kind) && (f.Kind != FaultStatus || f.Status >= 300 && f.Status <= 599)
}

func faultKinds() []FaultKind {
	return []FaultKind{FaultEndless, FaultGzipBomb, FaultHang, FaultNotJSON, FaultRedirect, FaultReset, FaultSlow, FaultStatus, FaultTruncated, FaultWrongJSON}
}
