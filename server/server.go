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
	// Hide takes secrets out of what errors of the protocol quote. Nil leaves it.
	Hide func(text string) string
	// Log takes what an operator should see. It hides secrets itself, and must not write to the output of
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
	hide   func(string) string
	names  string          // of the tools, for people
	set    []tools.Served  // nil: the library lists tools of its own
	writes map[string]bool // our tools; true for one that changes something

	tracer   trace.Tracer
	metrics  *callMetrics
	upstream *Upstream
	content  content

	lastMeta   atomic.Pointer[knownMeta]
	modernMeta func() resultMeta

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
		mcpserver.WithHooks(emptyList()),
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
	if cfg.Hide != nil {
		s.hide = cfg.Hide
	}
	var names []string
	s.set = cfg.Runner.Served()
	for _, t := range s.set {
		// The library needs no more of a tool than its name, but over HTTP: arguments
		// are checked by the runner, and the list is put in by withTools.
		s.mcp.AddTool(mcp.Tool{Name: t.Name, RawInputSchema: anyObject}, s.handle)
		s.writes[t.Name] = !t.ReadOnly
		s.metrics.add(t.Name)
		names = append(names, t.Name)
	}
	slices.Sort(names)
	s.names = strings.Join(names, ", ")
	return s, nil
}

// around returns a server of whatever the library serves, without tools of ours.
func around(library *mcpserver.MCPServer, log *slog.Logger) *Server {
	s := &Server{
		mcp: library, log: log, hide: func(text string) string { return text }, tracer: noop.Tracer{}, metrics: newCallMetrics(), writes: map[string]bool{}, run: strings.ToLower(rand.Text()[:8]),
		buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }},
	}
	s.modernMeta = sync.OnceValue(s.askModernMeta)
	return s
}

// refuse answers for the library where the library's own answer would not help:
// a tool, prompt or resource that does not exist.
func (s *Server) refuse(e *envelope) *rpcError {
	if !e.request() {
		return nil
	}
	if e.method != string(mcp.MethodToolsCall) {
		return s.hidden(s.content.missing(e))
	}
	if _, ours := s.writes[e.name]; ours || s.mcp.GetTool(e.name) != nil {
		return nil
	}
	if s.runner != nil {
		if why := s.runner.SwitchedOff(e.name); why != "" {
			return s.hidden(&rpcError{mcp.INVALID_PARAMS, why})
		}
	}
	return s.hidden(&rpcError{mcp.INVALID_PARAMS, fmt.Sprintf("There is no tool %q. The tools are %s.", e.name, s.names)})
}

// hidden is a protocol error without the secrets that it quotes.
func (s *Server) hidden(e *rpcError) *rpcError {
	if e == nil {
		return nil
	}
	return &rpcError{e.Code, s.hide(e.Message)}
}

// nextRequest names a request, so that its log lines can be found.
func (s *Server) nextRequest() string {
	return s.run + "-" + strconv.FormatUint(s.requests.Add(1), 36)
}
