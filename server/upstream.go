package server

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Upstream measures what tools ask of Clever Cloud: metrics by operation, and a
// span below that of the call. Operations are named by their templates, so that
// no id and no name of the account becomes a label or an attribute.
type Upstream struct {
	set *metrics.Set
	// counted finds metrics without putting their names together: by operation and
	// class of status, of which there are few.
	counted sync.Map // of ending to *counters
}

type ending struct{ operation, status string }

type counters struct {
	requests *metrics.Counter
	took     *metrics.PrometheusHistogram
}

// NewUpstream returns metrics of no operation yet.
func NewUpstream() *Upstream { return &Upstream{set: metrics.NewSet()} }

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
	c := u.of(ending{operation, statusClass(r.Status)})
	c.requests.Inc()
	c.took.UpdateDuration(began)
	if r.Tries > 1 {
		u.set.GetOrCreateCounter(fmt.Sprintf("clever_mcp_api_retries_total{operation=%q}", operation)).Add(r.Tries - 1)
	}
}

func (u *Upstream) of(e ending) *counters {
	if c, ok := u.counted.Load(e); ok {
		return c.(*counters)
	}
	c := &counters{
		u.set.GetOrCreateCounter(fmt.Sprintf("clever_mcp_api_requests_total{operation=%q,status=%q}", e.operation, e.status)),
		u.set.GetOrCreatePrometheusHistogram(fmt.Sprintf("clever_mcp_api_request_duration_seconds{operation=%q}", e.operation)),
	}
	u.counted.Store(e, c)
	return c
}

func statusClass(status int) string {
	if status == 0 {
		return "none"
	}
	return strconv.Itoa(status/100) + "xx"
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

func (u *Upstream) write(w io.Writer) {
	if u != nil {
		u.set.WritePrometheus(w)
	}
}
