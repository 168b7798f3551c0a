package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

const exportTimeout = 10 * time.Second

// scopeName is what all spans are recorded under.
const scopeName = "clever-mcp/server"

// NewTracer returns the tracer that OpenTelemetry's standard variables ask for,
// and a function that sends what is left and ends it. It returns nil and a
// function that does nothing when they ask for none: without
// OTEL_EXPORTER_OTLP_ENDPOINT or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, with
// OTEL_SDK_DISABLED=true or OTEL_TRACES_EXPORTER=none.
//
// Spans go out as OTLP over HTTP in JSON, which every collector takes; the
// official exporters would double the size of the program. Sampling, batching
// and resource attributes are the SDK's and obey its variables.
func NewTracer(service, version string, getenv func(string) string) (trace.Tracer, func(context.Context) error, error) {
	none := func(context.Context) error { return nil }
	target, err := tracesEndpoint(getenv)
	if err != nil || target == "" {
		return nil, none, err
	}
	headers, err := exportHeaders(getenv)
	if err != nil {
		return nil, none, err
	}
	attrs := []attribute.KeyValue{attribute.String("service.version", version)}
	if getenv("OTEL_SERVICE_NAME") == "" {
		attrs = append(attrs, attribute.String("service.name", service))
	}
	// What the variables say comes last and wins.
	about, err := resource.New(context.Background(), resource.WithAttributes(attrs...), resource.WithFromEnv())
	if err != nil {
		return nil, none, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	exporter := &otlp{target: target, headers: headers, client: exportClient()}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))
	return provider.Tracer(scopeName), provider.Shutdown, nil
}

// exportClient follows no redirect: headers carry the collector's token, which
// is meant for no other host.
func exportClient() *http.Client {
	return &http.Client{
		Timeout:       exportTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func tracesEndpoint(getenv func(string) string) (string, error) {
	if strings.EqualFold(getenv("OTEL_SDK_DISABLED"), "true") || getenv("OTEL_TRACES_EXPORTER") == "none" {
		return "", nil
	}
	name, target := "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
	if target == "" {
		name, target = "OTEL_EXPORTER_OTLP_ENDPOINT", getenv("OTEL_EXPORTER_OTLP_ENDPOINT")
		if target == "" {
			return "", nil
		}
		target = strings.TrimSuffix(target, "/") + "/v1/traces"
	}
	u, err := url.Parse(target)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("%s is not the address of a collector. Give one such as http://127.0.0.1:4318", name)
	}
	return target, nil
}

// exportHeaders reads name=value pairs, URL-encoded and separated by commas. An
// error never quotes them: they hold tokens.
func exportHeaders(getenv func(string) string) (http.Header, error) {
	name, list := "OTEL_EXPORTER_OTLP_TRACES_HEADERS", getenv("OTEL_EXPORTER_OTLP_TRACES_HEADERS")
	if list == "" {
		name, list = "OTEL_EXPORTER_OTLP_HEADERS", getenv("OTEL_EXPORTER_OTLP_HEADERS")
	}
	h := http.Header{}
	if list == "" {
		return h, nil
	}
	for pair := range strings.SplitSeq(list, ",") {
		key, value, ok := strings.Cut(pair, "=")
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if key = strings.TrimSpace(key); !ok || key == "" || err != nil {
			return nil, fmt.Errorf("%s is not a list of name=value pairs separated by commas. Write it as api-key=VALUE,other=VALUE", name)
		}
		h.Set(key, value)
	}
	return h, nil
}

// otlp sends spans to a collector.
type otlp struct {
	target  string
	headers http.Header
	client  *http.Client
}

func (o *otlp) Shutdown(context.Context) error { return nil }

func (o *otlp) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	body, err := json.Marshal(exportRequest(spans))
	if err != nil {
		return fmt.Errorf("write spans: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, o.target, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("export spans: %w", err)
	}
	maps.Copy(req.Header, o.headers)
	req.Header.Set("Content-Type", "application/json")
	resp, err := o.client.Do(req)
	if err != nil {
		return fmt.Errorf("export spans: %w", err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
	if resp.StatusCode >= 300 {
		return fmt.Errorf("export spans: the collector answered %d", resp.StatusCode)
	}
	return nil
}

// The JSON form of OTLP: 64-bit numbers are strings, ids are hexadecimal.
type (
	otlpRequest struct {
		ResourceSpans []otlpResource `json:"resourceSpans"`
	}
	otlpResource struct {
		Resource struct {
			Attributes []otlpAttribute `json:"attributes"`
		} `json:"resource"`
		ScopeSpans []otlpScope `json:"scopeSpans"`
	}
	otlpScope struct {
		Scope struct {
			Name string `json:"name"`
		} `json:"scope"`
		Spans []otlpSpan `json:"spans"`
	}
	otlpSpan struct {
		TraceID    string          `json:"traceId"`
		SpanID     string          `json:"spanId"`
		ParentID   string          `json:"parentSpanId,omitempty"`
		TraceState string          `json:"traceState,omitempty"`
		Flags      uint32          `json:"flags"`
		Name       string          `json:"name"`
		Kind       int             `json:"kind"`
		Start      string          `json:"startTimeUnixNano"`
		End        string          `json:"endTimeUnixNano"`
		Attributes []otlpAttribute `json:"attributes,omitempty"`
		Status     otlpStatus      `json:"status"`
	}
	otlpStatus struct {
		Message string `json:"message,omitempty"`
		Code    int    `json:"code,omitempty"`
	}
	otlpAttribute struct {
		Key   string         `json:"key"`
		Value map[string]any `json:"value"`
	}
)

// exportRequest puts all spans below one resource and scope: there is one of
// each.
func exportRequest(spans []sdktrace.ReadOnlySpan) otlpRequest {
	var r otlpResource
	var scope otlpScope
	for i, s := range spans {
		if i == 0 {
			r.Resource.Attributes = otlpAttributes(s.Resource().Attributes())
			scope.Scope.Name = s.InstrumentationScope().Name
		}
		scope.Spans = append(scope.Spans, exportSpan(s))
	}
	r.ScopeSpans = []otlpScope{scope}
	return otlpRequest{[]otlpResource{r}}
}

func exportSpan(s sdktrace.ReadOnlySpan) otlpSpan {
	c := s.SpanContext()
	out := otlpSpan{
		TraceID: c.TraceID().String(), SpanID: c.SpanID().String(), TraceState: c.TraceState().String(),
		Flags: uint32(c.TraceFlags()), Name: s.Name(), Kind: int(s.SpanKind()), // numbered as in OTLP
		Start: nanos(s.StartTime()), End: nanos(s.EndTime()), Attributes: otlpAttributes(s.Attributes()),
		Status: otlpStatus{Message: s.Status().Description},
	}
	if s.Parent().HasSpanID() {
		out.ParentID = s.Parent().SpanID().String()
	}
	switch s.Status().Code {
	case codes.Ok:
		out.Status.Code = 1
	case codes.Error:
		out.Status.Code = 2
	}
	return out
}

func nanos(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }

func otlpAttributes(list []attribute.KeyValue) []otlpAttribute {
	out := make([]otlpAttribute, 0, len(list))
	for _, kv := range list {
		out = append(out, otlpAttribute{string(kv.Key), otlpValue(kv.Value)})
	}
	return out
}

// otlpValue keeps the kinds that spans of ours have; others become text.
func otlpValue(v attribute.Value) map[string]any {
	switch v.Type() {
	case attribute.INT64:
		return map[string]any{"intValue": strconv.FormatInt(v.AsInt64(), 10)}
	case attribute.BOOL:
		return map[string]any{"boolValue": v.AsBool()}
	}
	return map[string]any{"stringValue": v.String()}
}
