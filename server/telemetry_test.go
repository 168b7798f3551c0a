package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
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
			if strings.Contains(a.Value.String(), "planted-argument") {
				t.Errorf("attribute %s has an argument", a.Key)
			}
		}
	}
	if n := len(spans.Ended()); n != 3 {
		t.Errorf("%d spans, want 3", n)
	}
}

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestSpansReachACollector(t *testing.T) {
	t.Parallel()
	type export struct {
		path, kind, key string
		body            otlpRequest
	}
	got := make(chan export, 1)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		e := export{path: r.URL.Path, kind: r.Header.Get("Content-Type"), key: r.Header.Get("Api-Key")}
		if err := json.NewDecoder(r.Body).Decode(&e.body); err != nil {
			t.Error(err)
		}
		got <- e
	}))
	defer collector.Close()
	tracer, shutdown, err := NewTracer("clever-mcp", "1.2.3", env("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL+"/", "OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%20b"))
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t, echo())
	s.tracer = tracer
	w := openWire(t, s)
	w.send(strings.Replace(callLine("1"), `"tags"`, `"no"`, 1))
	w.next()
	if err := shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	e := <-got
	if e.path != "/v1/traces" || e.kind != "application/json" || e.key != "a b" {
		t.Errorf("export to %s as %s with key %q", e.path, e.kind, e.key)
	}
	resource := e.body.ResourceSpans[0]
	if about := fmt.Sprint(resource.Resource.Attributes); !strings.Contains(about, "service.name map[stringValue:clever-mcp]") || !strings.Contains(about, "1.2.3") {
		t.Errorf("resource %s", about)
	}
	span := resource.ScopeSpans[0].Spans[0]
	if span.Name != "tools/call list_zones" || span.Kind != 2 || span.Status.Code != 2 || len(span.TraceID) != 32 || len(span.SpanID) != 16 || span.Start > span.End || span.ParentID != "" {
		t.Errorf("span %+v", span)
	}
}

func TestTracerObeysTheStandardVariables(t *testing.T) {
	t.Parallel()
	const endpoint, url = "OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318"
	for _, c := range []struct {
		name string
		env  []string
		on   bool
		err  string
	}{
		{"nothing said", nil, false, ""},
		{"endpoint", []string{endpoint, url}, true, ""},
		{"endpoint of traces", []string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", url + "/x"}, true, ""},
		{"disabled", []string{endpoint, url, "OTEL_SDK_DISABLED", "TRUE"}, false, ""},
		{"no exporter", []string{endpoint, url, "OTEL_TRACES_EXPORTER", "none"}, false, ""},
		{"no address", []string{endpoint, "localhost:4318"}, false, endpoint + " is not the address"},
		{"headers without a value", []string{endpoint, url, "OTEL_EXPORTER_OTLP_HEADERS", "planted-token"}, false, "name=value"},
	} {
		tracer, shutdown, err := NewTracer("s", "1", env(c.env...))
		if (tracer != nil) != c.on || (err != nil) != (c.err != "") {
			t.Errorf("%s: tracer %v, error %v", c.name, tracer, err)
		}
		if err != nil && (!strings.Contains(err.Error(), c.err) || strings.Contains(err.Error(), "planted")) {
			t.Errorf("%s: error %v", c.name, err)
		}
		if err := shutdown(t.Context()); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestRefusedExportIsAnErrorAndFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer elsewhere.Close()
	collector := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer collector.Close()
	o := &otlp{target: collector.URL, client: exportClient()}
	if err := o.ExportSpans(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "307") {
		t.Errorf("error %v, want one that says 307", err)
	}
}
