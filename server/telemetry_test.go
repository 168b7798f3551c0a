package server

import (
	"context"
	"strings"
	"testing"

	"clever-mcp/tools"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

func TestMetricsCountCallsByToolAndOutcome(t *testing.T) {
	t.Parallel()
	cfg := testHTTP
	cfg.Metrics = true
	v := open(t, newServer(t, echo(), confirmed(func() {})), cfg)
	defer v.close()
	line, headers := modern("1", "planted-argument")
	v.post(line, headers...)
	v.post(line, headers...)
	v.post(strings.Replace(line, `"tags"`, `"no"`, 1), headers...)
	resp, body := v.do(v.request(t.Context(), "GET", "/metrics", ""))
	if resp.StatusCode != 200 {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	for _, want := range []string{
		`clever_mcp_calls_total{tool="list_zones",outcome="done"} 2`,
		`clever_mcp_calls_total{tool="list_zones",outcome="refused"} 1`,
		`clever_mcp_calls_total{tool="raw_request",outcome="done"} 0`,
		`clever_mcp_call_duration_seconds_count{tool="list_zones"} 3`,
		"clever_mcp_calls_running 0", "process_resident_memory_bytes",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
	if strings.Contains(body, "planted-argument") {
		t.Error("an argument is in the metrics")
	}
	if resp, _ := v.do(v.request(t.Context(), "GET", "/metrics", "", "Authorization", "")); resp.StatusCode != 401 {
		t.Errorf("without a token: %d", resp.StatusCode)
	}
}

func TestSpanBelongsToTheTraceOfTheClient(t *testing.T) {
	t.Parallel()
	const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	s := newServer(t, reads(func(ctx context.Context, _ *tools.Call, _ []string) (string, error) {
		return trace.SpanContextFromContext(ctx).TraceID().String(), nil
	}))
	spans := tracetest.NewSpanRecorder()
	s.tracer = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)).Tracer("test")
	v := open(t, s, testHTTP)
	defer v.close()
	w := openWire(t, s)
	line, headers := modern("1", "planted-argument")
	inMeta := strings.Replace(line, `"_meta":{`, `"_meta":{"traceparent":"`+parent+`",`, 1)
	w.send(inMeta)
	_, viaMeta := v.post(inMeta, headers...)
	_, viaHeader := v.post(line, append(headers, "Traceparent", parent)...)
	for where, got := range map[string]string{"stdio": w.next(), "http _meta": viaMeta, "http header": viaHeader} {
		if !strings.Contains(got, "0af7651916cd43dd8448eb211c80319c") {
			t.Errorf("%s: the call ran in another trace: %s", where, got)
		}
	}
	for _, span := range spans.Ended() {
		if span.Name() != "tools/call list_zones" || span.SpanKind() != trace.SpanKindServer || span.Parent().SpanID().String() != "b7ad6b7169203331" {
			t.Errorf("span %s of %s", span.Name(), span.Parent().SpanID())
		}
		for _, a := range span.Attributes() {
			if strings.Contains(a.Value.Emit(), "planted-argument") {
				t.Errorf("attribute %s has an argument", a.Key)
			}
		}
	}
	if n := len(spans.Ended()); n != 3 {
		t.Errorf("%d spans, want 3", n)
	}
}
