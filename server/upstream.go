package server

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Upstream measures what tools ask of Clever Cloud: metrics by operation, and a
// span below that of the call. Operations are named by their templates, so that
// no id and no name of the account becomes a label or an attribute.
type Upstream struct {
	// known is replaced and never changed, so that counting waits for nobody. There
	// are as many operations as the catalogue has.
	known  atomic.Pointer[map[string]*operationCounts]
	adding sync.Mutex
}

type operationCounts struct {
	requests [10]atomic.Uint64 // by the first digit of the status; 0 of no answer
	retries  atomic.Uint64
	took     histogram
}

// NewUpstream returns metrics of no operation yet.
func NewUpstream() *Upstream {
	u := &Upstream{}
	u.known.Store(&map[string]*operationCounts{})
	return u
}

// Reply is how a request to Clever Cloud ended.
type Reply struct {
	Status    int // 0: no answer
	Tries     int
	RequestID string // of Clever Cloud's side; "" when it gave none
}

// Begin measures one request, with all its tries. The operation is a method and
// a path template; "" is one that nobody knows. The context that it returns is
// for the request, and the function is called once, at its end.
func (u *Upstream) Begin(ctx context.Context, operation string) (context.Context, func(Reply)) {
	if operation == "" {
		operation = "unknown"
	}
	began := time.Now()
	ctx, span := tracerFrom(ctx).Start(ctx, operation, trace.WithSpanKind(trace.SpanKindClient))
	return ctx, func(r Reply) {
		u.count(operation, r, began)
		endRequest(span, operation, r)
	}
}

func (u *Upstream) count(operation string, r Reply, began time.Time) {
	c := u.of(operation)
	c.requests[min(max(r.Status/100, 0), 9)].Add(1)
	c.took.observe(time.Since(began))
	if r.Tries > 1 {
		c.retries.Add(uint64(r.Tries - 1))
	}
}

func (u *Upstream) of(operation string) *operationCounts {
	if c := (*u.known.Load())[operation]; c != nil {
		return c
	}
	u.adding.Lock()
	defer u.adding.Unlock()
	known := *u.known.Load()
	c := known[operation]
	if c == nil {
		c = &operationCounts{}
		more := maps.Clone(known)
		more[operation] = c
		u.known.Store(&more)
	}
	return c
}

func endRequest(span trace.Span, operation string, r Reply) {
	if !span.IsRecording() {
		span.End()
		return
	}
	if method, template, ok := strings.Cut(operation, " "); ok {
		span.SetAttributes(attribute.String("http.request.method", method), attribute.String("url.template", template))
	}
	if r.RequestID != "" {
		span.SetAttributes(attribute.String("clever_cloud.request_id", r.RequestID))
	}
	if r.Tries > 1 {
		span.SetAttributes(attribute.Int("http.request.resend_count", r.Tries-1))
	}
	kind := "no_answer"
	if r.Status != 0 {
		span.SetAttributes(attribute.Int("http.response.status_code", r.Status))
		kind = strconv.Itoa(r.Status)
	}
	if r.Status == 0 || r.Status >= 400 {
		span.SetAttributes(attribute.String("error.type", kind))
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

// write leaves out what has not been seen: few processes use most operations.
func (u *Upstream) write(e *exposition) {
	if u == nil {
		return
	}
	known := *u.known.Load()
	operations := slices.Sorted(maps.Keys(known))
	e.family("clever_mcp_api_request_duration_seconds", "histogram", "How long requests to Clever Cloud took, with all their tries.")
	for _, o := range operations {
		e.histogram(&known[o].took, "operation", o)
	}
	e.family("clever_mcp_api_requests_total", "counter", "Requests to Clever Cloud that ended, each with all its tries.")
	for _, o := range operations {
		for class := range known[o].requests {
			if n := known[o].requests[class].Load(); n > 0 {
				e.series(float64(n), "operation", o, "status", statusClass(class))
			}
		}
	}
	e.family("clever_mcp_api_retries_total", "counter", "Tries of requests to Clever Cloud after the first.")
	for _, o := range operations {
		if n := known[o].retries.Load(); n > 0 {
			e.series(float64(n), "operation", o)
		}
	}
}

func statusClass(class int) string {
	if class == 0 {
		return "none"
	}
	return strconv.Itoa(class) + "xx"
}
