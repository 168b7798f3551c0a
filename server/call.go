package server

import (
	"context"
	"encoding/base64"
	"net/url"
	"path/filepath"
	"strings"

	"clever-mcp/tools"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
	"go.opentelemetry.io/otel/attribute"
)

// maxRounds is how often one call may ask its user something.
const maxRounds = 5

// handle runs a tool for the library. It never returns an error: that would be
// a protocol error, which a model does not see.
func (s *Server) handle(ctx context.Context, req mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	ctx, span := s.startSpan(ctx, mcp.MethodToolsCall, req.Params.Name, req.Header, req.Params.Meta,
		attribute.String("gen_ai.tool.name", req.Params.Name), attribute.String("gen_ai.operation.name", "execute_tool"))
	measured := s.metrics.start(req.Params.Name)
	res := s.call(ctx, req)
	outcome := outcomeOf(res)
	measured.ended(outcome)
	endSpan(span, outcome)
	exchangeFrom(ctx).hold(res)
	return res, nil
}

// outcome says how a call ended, in a word for metrics and traces.
type outcome string

const (
	done    outcome = "done"
	refused outcome = "refused" // by the tool, the policy or the API
	asked   outcome = "asked"   // the client repeats the call with an answer
)

func outcomeOf(res *mcp.CallToolResult) outcome {
	switch {
	case res.IsError:
		return refused
	case res.ResultType == mcp.ResultTypeInputRequired:
		return asked
	}
	return done
}

func (s *Server) call(ctx context.Context, req mcp.CallToolRequest) *mcp.CallToolResult {
	x := exchangeFrom(ctx)
	forms, pages := canElicit(ctx)
	caller := tools.Caller{
		ID:        x.caller,
		Elicit:    forms,
		ElicitURL: pages,
		Answer:    answerIn(req.Params.MultiRoundTripParams),
		RequestID: s.nextRequest(),
		Later:     x.afterAnswer(),
	}
	if meta := req.Params.Meta; meta != nil && meta.ProgressToken != nil && x.send != nil {
		p := newProgress(x, meta.ProgressToken)
		defer p.end()
		caller.Progress = p.step
	}
	runner := RunnerOf(ctx, s.runner)
	for range maxRounds {
		res := runner.Call(ctx, req.Params.Name, req.Params.RawArguments, caller)
		if res.Ask == nil {
			return render(res)
		}
		if mcpserver.IsModernRequest(ctx) {
			return inputRequired(res.Ask)
		}
		caller.Answer = ask(ctx, res.Ask)
	}
	return render(tools.Result{IsError: true, Text: "The question was answered several times and is still open: nothing was done.\nNext: ask the user before calling again."})
}

func render(res tools.Result) *mcp.CallToolResult {
	out := &mcp.CallToolResult{
		Content: []mcp.Content{mcp.TextContent{Type: mcp.ContentTypeText, Text: res.Text}},
		IsError: res.IsError,
	}
	if len(res.Structured) > 0 {
		out.RawStructuredContent = res.Structured
	}
	for _, i := range res.Images {
		out.Content = append(out.Content, mcp.NewImageContent(base64.StdEncoding.EncodeToString(i.Data), i.Type))
	}
	for _, f := range res.Files {
		uri := url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(filepath.ToSlash(f.Path), "/")}
		link := mcp.NewResourceLink(uri.String(), f.Name, "", f.Type)
		link.Size = &f.Size
		out.Content = append(out.Content, link)
	}
	return out
}
