package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
)

// The list of tools is the same for the life of a process and JSON since it was
// built. The library would take it apart and put it together for each client, which
// is most of the time that a first tools/list takes. So it answers with an empty
// list, and the tools are put in where that stands.

var (
	anyObject = json.RawMessage(`{"type":"object"}`)
	noTools   = []byte(`"tools":[]`)
)

// emptyList makes the library answer tools/list without tools.
func emptyList() *mcpserver.Hooks {
	hooks := &mcpserver.Hooks{}
	hooks.AddAfterListTools(func(_ context.Context, _ any, _ *mcp.ListToolsRequest, result *mcp.ListToolsResult) {
		result.Tools = []mcp.Tool{}
	})
	return hooks
}

// declareArguments tells the library which arguments also come in headers, so that it
// compares the two. It reads what it is told with each request, so that is no more. It
// returns them, by tool.
func (s *Server) declareArguments() map[string][]string {
	inHeaders := map[string][]string{}
	for _, t := range s.set {
		var contract struct {
			InputSchema struct {
				Properties map[string]json.RawMessage `json:"properties"`
			} `json:"inputSchema"`
		}
		err := json.Unmarshal([]byte(t.JSON), &contract)
		properties := contract.InputSchema.Properties
		maps.DeleteFunc(properties, func(_ string, p json.RawMessage) bool { return !bytes.Contains(p, []byte(`"x-mcp-header"`)) })
		inHeaders[t.Name] = slices.Sorted(maps.Keys(properties))
		schema, err2 := json.Marshal(map[string]any{"type": "object", "properties": properties})
		if err := errors.Join(err, err2); err != nil {
			panic("the contract of " + t.Name + ": " + err.Error()) // a test would have met it
		}
		s.mcp.AddTool(mcp.Tool{Name: t.Name, RawInputSchema: schema}, s.handle)
	}
	return inHeaders
}

// withTools puts the tools into an answer to tools/list. Nothing before them in it
// comes from a client: the id is a string or a number.
func (s *Server) withTools(method string, answer []byte) []byte {
	if s.set == nil || method != string(mcp.MethodToolsList) {
		return answer
	}
	before, after, found := bytes.Cut(answer, noTools)
	if !found {
		return answer // an error
	}
	size := len(answer) + len(s.set)
	for _, t := range s.set {
		size += len(t.JSON)
	}
	list := append(append(make([]byte, 0, size), before...), `"tools":[`...)
	for i, t := range s.set {
		if i > 0 {
			list = append(list, ',')
		}
		list = append(list, t.JSON...)
	}
	return append(append(list, ']'), after...)
}
