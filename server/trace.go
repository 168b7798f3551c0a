package server

import (
	"context"

	"github.com/mark3labs/mcp-go/mcp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// startSpan begins the span of a call, below the client's when it sent a W3C
// trace context: in _meta, which every transport carries, or as HTTP headers. No
// argument and no result ever gets into it.
func (s *Server) startSpan(ctx context.Context, req mcp.CallToolRequest) (context.Context, trace.Span) {
	var w3c propagation.TraceContext
	if req.Header.Get("Traceparent") != "" {
		ctx = w3c.Extract(ctx, propagation.HeaderCarrier(req.Header))
	}
	if meta := req.Params.Meta; meta != nil {
		carrier := propagation.MapCarrier{}
		for _, field := range w3c.Fields() {
			if value, ok := meta.AdditionalFields[field].(string); ok {
				carrier.Set(field, value)
			}
		}
		ctx = w3c.Extract(ctx, carrier)
	}
	return s.tracer.Start(ctx, string(mcp.MethodToolsCall)+" "+req.Params.Name,
		trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(
			attribute.String("mcp.method.name", string(mcp.MethodToolsCall)),
			attribute.String("gen_ai.tool.name", req.Params.Name),
			attribute.String("gen_ai.operation.name", "execute_tool"),
		))
}

func endSpan(span trace.Span, o outcome) {
	span.SetAttributes(attribute.String("clever_mcp.outcome", string(o)))
	if o == refused {
		span.SetAttributes(attribute.String("error.type", "tool_error"))
		span.SetStatus(codes.Error, "the tool answered with an error")
	}
	span.End()
}
