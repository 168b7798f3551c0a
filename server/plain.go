package server

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
)

// The library reads a call five to seven times, which is a fifth of it, and half over
// HTTP. So a call of one of our tools that is plainly right is read once, here, and run
// at once. What is doubtful in any way goes to the library, which says what is wrong
// with it: nothing is refused here. See docs/adr/0011-plain-calls.md.

// plainCall is a call that needs no more of the library.
type plainCall struct {
	request mcp.CallToolRequest
	info    *mcpserver.RequestProtocolInfo
}

// knownMeta is a _meta that was read before. Clients send the same with each request.
type knownMeta struct {
	raw  string
	meta *mcp.Meta
	info *mcpserver.RequestProtocolInfo
}

// readPlain reads a call, unless something about it is for the library to judge.
func (s *Server) readPlain(msg []byte, e *envelope) (c plainCall, ok bool) {
	if _, ours := s.writes[e.name]; !ours || !e.plain || e.id == nil || e.method != string(mcp.MethodToolsCall) || !json.Valid(msg) {
		return c, false
	}
	known, ok := s.readMeta(e.meta)
	if !ok {
		return c, false
	}
	c.info = known.info
	c.request.Params = mcp.CallToolParams{Name: e.name, RawArguments: e.arguments, Meta: known.meta}
	return c, true
}

// readMeta reads a _meta as the library does. It declines one that the library would
// refuse.
func (s *Server) readMeta(raw json.RawMessage) (*knownMeta, bool) {
	if raw == nil {
		return &knownMeta{info: &mcpserver.RequestProtocolInfo{}}, true
	}
	if last := s.lastMeta.Load(); last != nil && last.raw == string(raw) {
		return last, true
	}
	m := &knownMeta{raw: string(raw)}
	if json.Unmarshal(raw, &m.meta) != nil {
		return nil, false
	}
	version := m.meta.ProtocolVersion()
	m.info = &mcpserver.RequestProtocolInfo{ProtocolVersion: version}
	if mcp.IsModernProtocol(version) {
		m.info.Modern = true
		m.info.ClientInfo, m.info.ClientCapabilities, m.info.LogLevel = m.meta.ClientInfo(), m.meta.ClientCapabilities(), m.meta.LogLevel()
		if m.info.ClientCapabilities == nil || !mcp.IsValidProtocolVersion(version) {
			return nil, false
		}
	}
	s.lastMeta.Store(m)
	return m, true
}

// plainHeaders tells whether the headers of a call say what its body says, as those of
// 2026-07-28 must. Arguments that come in headers too are the library's to compare.
func (e *endpoint) plainHeaders(h http.Header, c *plainCall) bool {
	if !c.info.Modern || h.Get(mcp.HeaderProtocolVersion) != c.info.ProtocolVersion || h.Get(mcp.HeaderMethod) != string(mcp.MethodToolsCall) ||
		h.Get(mcp.HeaderName) != c.request.Params.Name || h.Get(mcp.HeaderLastEventID) != "" {
		return false
	}
	for name := range h {
		if strings.HasPrefix(name, "Mcp-Param-") {
			return false
		}
	}
	args := c.request.Params.RawArguments
	for _, name := range e.inHeaders[c.request.Params.Name] {
		if bytes.Contains(args, []byte(name)) || bytes.IndexByte(args, '\\') >= 0 {
			return false
		}
	}
	return true
}

// runPlain runs a call, and answers as the library would.
func (s *Server) runPlain(ctx context.Context, c plainCall) (result *mcp.CallToolResult, bad *rpcError) {
	defer func() {
		if p := recover(); p != nil {
			result, bad = nil, s.panicked(p)
		}
	}()
	result, _ = s.handle(mcpserver.WithRequestProtocolInfo(ctx, c.info), c.request)
	if c.info.Modern {
		if result.ResultType == "" {
			result.ResultType = mcp.ResultTypeComplete
		}
		result.Meta = s.modernMeta().meta
	}
	return result, nil
}

// resultMeta is what the library says about this server with each result of
// 2026-07-28.
type resultMeta struct {
	meta *mcp.Meta
	raw  json.RawMessage
}

func (s *Server) askModernMeta() resultMeta {
	const ping = `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"` + mcp.MetaKeyProtocolVersion + `":"` + mcp.ProtocolVersion20260728 + `","` + mcp.MetaKeyClientCapabilities + `":{}}}}`
	var answer struct {
		Result struct {
			Meta json.RawMessage `json:"_meta"`
		} `json:"result"`
	}
	var m resultMeta
	raw, err := json.Marshal(s.mcp.HandleMessage(context.Background(), json.RawMessage(ping)))
	if err == nil {
		err = json.Unmarshal(raw, &answer)
	}
	if err == nil {
		m.raw = answer.Result.Meta
		err = json.Unmarshal(m.raw, &m.meta)
	}
	if err != nil {
		panic("the library does not say who this server is: " + err.Error()) // a test would have met it
	}
	return m
}
