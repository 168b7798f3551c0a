// Package server is an MCP server out of tools: it speaks every revision of the
// protocol from 2024-11-05 to 2026-07-28, over standard input and output,
// Streamable HTTP and, for clients before 2026-07-28, HTTP+SSE.
//
// The protocol itself is the work of mcp-go, which nothing else in the module
// imports. This package adds what a server in real use needs around it: how
// messages are framed and bounded, who may reach the endpoints, in which order
// notifications and answers leave, how calls are cancelled and how the process
// ends. What a tool does is none of its business.
package server

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"clever-mcp/tools"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// listTTL is how long a client of 2026-07-28 may keep the list of tools. The
// set is fixed for the life of a process.
const listTTL = time.Hour

// Config says what a Server serves.
type Config struct {
	Name, Title, Version string
	// Instructions are shown to the model once, at the start.
	Instructions string
	Runner       *tools.Runner
	// Prompts and Resources are what clients offer to their users. What their
	// functions return is shown as it is: they hide secrets themselves.
	Prompts   []Prompt
	Resources []Resource
	// Log takes what an operator should see. It must not write to the output of
	// ServeStdio. Nil discards it.
	Log *slog.Logger
	// Tracer records a span for each call of a tool; nil records none.
	Tracer trace.Tracer
	// Upstream has the metrics of what the tools ask of Clever Cloud; nil shows none.
	Upstream *Upstream
}

// Server answers MCP messages with the tools of a Runner. It keeps no state
// about its clients and may serve any number of them, on any transport.
type Server struct {
	mcp    *mcpserver.MCPServer
	runner *tools.Runner
	log    *slog.Logger
	names  string          // of the tools, for people
	writes map[string]bool // our tools; true for one that changes something

	tracer   trace.Tracer
	metrics  *callMetrics
	upstream *Upstream
	content  content

	requests atomic.Uint64
	run      string // begins the names of this process's requests
	buffers  sync.Pool
}

// New returns a server. It makes no request.
func New(cfg Config) (*Server, error) {
	if cfg.Runner == nil {
		return nil, errors.New("a server needs a runner of tools")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	private := mcp.CacheScopePrivate
	s := around(nil, cfg.Log)
	s.mcp = mcpserver.NewMCPServer(cfg.Name, cfg.Version, append(s.libraryOptions(cfg.Prompts, cfg.Resources),
		mcpserver.WithTitle(cfg.Title),
		mcpserver.WithInstructions(cfg.Instructions),
		mcpserver.WithToolCapabilities(false),
		mcpserver.WithCacheHints(0, private),
		mcpserver.WithMethodCacheHints(mcp.MethodToolsList, listTTL.Milliseconds(), private),
		mcpserver.WithMethodCacheHints(mcp.MethodPromptsList, listTTL.Milliseconds(), private),
		mcpserver.WithMethodCacheHints(mcp.MethodResourcesList, listTTL.Milliseconds(), private),
		mcpserver.WithMethodCacheHints(mcp.MethodResourcesTemplatesList, listTTL.Milliseconds(), private),
		mcpserver.WithMethodCacheHints(mcp.MethodServerDiscover, listTTL.Milliseconds(), private),
	)...)
	if err := s.offer(cfg.Prompts, cfg.Resources); err != nil {
		return nil, err
	}
	s.runner, s.upstream = cfg.Runner, cfg.Upstream
	if cfg.Tracer != nil {
		s.tracer = cfg.Tracer
	}
	var names []string
	for _, c := range cfg.Runner.Contracts() {
		hints := c.Annotations
		tool := mcp.Tool{
			Name: c.Name, Title: c.Title, Description: c.Description,
			RawInputSchema: c.InputSchema, RawOutputSchema: c.OutputSchema,
			Annotations: mcp.ToolAnnotation{
				ReadOnlyHint: &hints.ReadOnly, DestructiveHint: &hints.Destructive,
				IdempotentHint: &hints.Idempotent, OpenWorldHint: &hints.OpenWorld,
			},
		}
		// The library answers nothing at all to tools/list when one of the tools
		// cannot be written as JSON, so that is found out here.
		if _, err := tool.MarshalJSON(); err != nil {
			return nil, fmt.Errorf("the contract of %s cannot be served: %w", c.Name, err)
		}
		s.mcp.AddTool(tool, s.handle)
		s.writes[c.Name] = !c.Annotations.ReadOnly
		s.metrics.add(c.Name)
		names = append(names, c.Name)
	}
	slices.Sort(names)
	s.names = strings.Join(names, ", ")
	return s, nil
}

// around returns a server of whatever the library serves, without tools of ours.
func around(library *mcpserver.MCPServer, log *slog.Logger) *Server {
	return &Server{
		mcp: library, log: log, tracer: noop.Tracer{}, metrics: newCallMetrics(), writes: map[string]bool{}, run: strings.ToLower(rand.Text()[:8]),
		buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }},
	}
}

// refuse answers for the library where the library's own answer would not help:
// a tool, prompt or resource that does not exist.
func (s *Server) refuse(e *envelope) *rpcError {
	if !e.request() {
		return nil
	}
	if e.method != string(mcp.MethodToolsCall) {
		return s.content.missing(e)
	}
	if _, ours := s.writes[e.name]; ours || s.mcp.GetTool(e.name) != nil {
		return nil
	}
	return &rpcError{mcp.INVALID_PARAMS, fmt.Sprintf("There is no tool %q. The tools are %s.", e.name, s.names)}
}

// nextRequest names a request, so that its log lines can be found.
func (s *Server) nextRequest() string {
	return s.run + "-" + strconv.FormatUint(s.requests.Add(1), 36)
}
