package server

import (
	"context"
	"net/http"

	"github.com/mark3labs/mcp-go/mcp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// startSpan begins the span of a request, below the client's when it sent a W3C
// trace context: in _meta, which every transport carries, or as HTTP headers. No
// argument and no result ever gets into it.
func (s *Server) startSpan(ctx context.Context, method mcp.MCPMethod, name string, header http.Header, meta *mcp.Meta, attrs ...attribute.KeyValue) (context.Context, trace.Span) {
	if _, off := s.tracer.(noop.Tracer); off {
		return ctx, noop.Span{}
	}
	var w3c propagation.TraceContext
	if header.Get("Traceparent") != "" {
		ctx = w3c.Extract(ctx, propagation.HeaderCarrier(header))
	}
	if meta != nil {
		carrier := propagation.MapCarrier{}
		for _, field := range w3c.Fields() {
			if value, ok := meta.AdditionalFields[field].(string); ok {
				carrier.Set(field, value)
			}
		}
		ctx = w3c.Extract(ctx, carrier)
	}
	ctx = context.WithValue(ctx, tracerKey{}, s.tracer)
	return s.tracer.Start(ctx, string(method)+" "+name, trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(append(attrs, attribute.String("mcp.method.name", string(method)))...))
}

type tracerKey struct{}

// tracerFrom returns the tracer of the request that ctx is of. Asking its span
// for a provider would link a second SDK into the program.
func tracerFrom(ctx context.Context) trace.Tracer {
	if t, ok := ctx.Value(tracerKey{}).(trace.Tracer); ok {
		return t
	}
	return noop.Tracer{}
}

// traced runs what answers a prompt or a resource within a span. name is ours:
// the address of a template, not the one that was asked for.
func traced[T any](s *Server, ctx context.Context, method mcp.MCPMethod, name string, header http.Header, meta *mcp.Meta, run func(context.Context) (T, error)) (T, error) {
	ctx, span := s.startSpan(ctx, method, name, header, meta)
	out, err := run(ctx)
	o := done
	if err != nil {
		o = refused
	}
	endSpan(span, o)
	return out, err
}

func endSpan(span trace.Span, o outcome) {
	span.SetAttributes(attribute.String("clever_mcp.outcome", string(o)))
	if o == refused {
		span.SetAttributes(attribute.String("error.type", "refused"))
		span.SetStatus(codes.Error, "the answer is an error")
	}
	span.End()
}
