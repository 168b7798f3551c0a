package server

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"

	"clever-mcp/tools"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

// asking is a tool that makes the requests of the tags, "OPERATION STATUS", and
// is told by the reply how each ended.
func asking(u *Upstream, replies map[string]Reply) tools.Any {
	return reads(func(ctx context.Context, _ *tools.Call, tags []string) (string, error) {
		for _, operation := range tags {
			_, ended := u.Begin(ctx, operation)
			ended(replies[operation])
		}
		return "", nil
	})
}

func TestMetricsCountOperations(t *testing.T) {
	t.Parallel()
	u := NewUpstream()
	s := newServer(t, asking(u, map[string]Reply{
		"GET /v2/self": {Status: 200, Tries: 3}, "GET /v2/lost": {}, "GET /v2/gone/{id}": {Status: 404, Tries: 1}, "": {Status: 204, Tries: 1},
	}))
	s.upstream = u
	cfg := testHTTP
	cfg.Metrics = true
	v := open(t, s, cfg)
	defer v.close()
	line, headers := modern("1", "GET /v2/self", "GET /v2/self", "GET /v2/lost", "GET /v2/gone/{id}", "")
	v.post(line, headers...)
	_, body := v.do(v.request(t.Context(), "GET", "/metrics", ""))
	for _, want := range []string{
		`clever_mcp_api_requests_total{operation="GET /v2/self",status="2xx"} 2`,
		`clever_mcp_api_retries_total{operation="GET /v2/self"} 4`,
		`clever_mcp_api_requests_total{operation="GET /v2/lost",status="none"} 1`,
		`clever_mcp_api_requests_total{operation="GET /v2/gone/{id}",status="4xx"} 1`,
		`clever_mcp_api_requests_total{operation="unknown",status="2xx"} 1`,
		`clever_mcp_api_request_duration_seconds_count{operation="GET /v2/self"} 2`,
		`clever_mcp_calls_total{tool="list_zones",outcome="done"} 1`,
	} {
		if !strings.Contains(body, want+"\n") {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
}

func TestRequestsAreSpansBelowTheirCall(t *testing.T) {
	t.Parallel()
	u := NewUpstream()
	s := newServer(t, asking(u, map[string]Reply{"GET /v2/self": {Status: 200, Tries: 2, RequestID: "r1"}, "GET /v2/lost": {}, "GET /v2/gone/{id}": {Status: 404}}))
	spans := tracetest.NewSpanRecorder()
	s.tracer = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)).Tracer("test")
	w := openWire(t, s)
	w.send(callLine("1", "GET /v2/self", "GET /v2/lost", "GET /v2/gone/{id}"))
	w.next()
	all := spans.Ended()
	if len(all) != 4 {
		t.Fatalf("%d spans, want 4", len(all))
	}
	call := all[3] // it ends last
	for i, want := range []struct {
		name, status string
		attributes   map[string]string
	}{
		{"GET /v2/self", "Unset", map[string]string{
			"http.request.method": "GET", "url.template": "/v2/self", "http.response.status_code": "200",
			"http.request.resend_count": "1", "clever_cloud.request_id": "r1"}},
		{"GET /v2/lost", "Error", map[string]string{"http.request.method": "GET", "url.template": "/v2/lost", "error.type": "no_answer"}},
		{"GET /v2/gone/{id}", "Error", map[string]string{
			"http.request.method": "GET", "url.template": "/v2/gone/{id}", "http.response.status_code": "404", "error.type": "404"}},
	} {
		span := all[i]
		if span.Name() != want.name || span.SpanKind() != trace.SpanKindClient || span.Status().Code.String() != want.status {
			t.Errorf("%s: span %s, kind %s, status %s", want.name, span.Name(), span.SpanKind(), span.Status().Code)
		}
		if span.Parent().SpanID() != call.SpanContext().SpanID() || span.SpanContext().TraceID() != call.SpanContext().TraceID() {
			t.Errorf("%s is not below the call", want.name)
		}
		for _, a := range span.Attributes() {
			if got := a.Value.String(); want.attributes[string(a.Key)] != got {
				t.Errorf("%s: attribute %s is %q", want.name, a.Key, got)
			}
			delete(want.attributes, string(a.Key))
		}
		if len(want.attributes) > 0 {
			t.Errorf("%s: no attributes %v", want.name, want.attributes)
		}
	}
}

// Prompts and resources have spans too, named by what we offer and not by what
// somebody asked for.
func TestPromptsAndResourcesHaveSpans(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	runner, err := tools.NewRunner([]tools.Any{echo()}, &tools.Deps{Hide: tools.NewHider(), Confirm: tools.NewSealer(), Log: log})
	if err != nil {
		t.Fatal(err)
	}
	spans := tracetest.NewSpanRecorder()
	u := NewUpstream()
	s, err := New(Config{
		Name: "t", Version: "1", Runner: runner, Log: log,
		Tracer: sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)).Tracer("test"),
		Prompts: []Prompt{{Name: "review", Text: func(ctx context.Context, _ map[string]string) (string, error) {
			_, ended := u.Begin(ctx, "GET /v2/self")
			ended(Reply{Status: 200})
			return "text", nil
		}}},
		Resources: []Resource{{URI: "clever://apps/{app}", Name: "app", Read: func(context.Context, map[string]string) (string, error) { return "", ErrAbsent }}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w := openWire(t, s)
	w.send(`{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"review"}}`)
	w.next()
	w.send(`{"jsonrpc":"2.0","id":2,"method":"resources/read","params":{"uri":"clever://apps/planted"}}`)
	w.next()
	var got []string
	for _, span := range spans.Ended() {
		got = append(got, span.Name()+" "+span.Status().Code.String())
	}
	if names := strings.Join(got, ", "); names != "GET /v2/self Unset, prompts/get review Unset, resources/read clever://apps/{app} Error" {
		t.Errorf("spans %s", names)
	}
}
