package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
)

// Client is a real MCP client on a server in the same process: every message
// crosses the wire format of ServeStdio, both ways.
type Client struct {
	library *client.Client
	hangUp  func() error
	ended   chan error
}

// ToolInfo is what a client reads of a tool.
type ToolInfo struct {
	Name, Title, Description string
	ReadOnly, Destructive    bool
	InputSchema              json.RawMessage
}

// ToolResult is the outcome of a call as a client sees it.
type ToolResult struct {
	Structured json.RawMessage // nil when the tool failed
	Text       string
	IsError    bool
}

// Dial connects a client to s. It is over when Close is called or ctx ends.
func Dial(ctx context.Context, s *Server) (*Client, error) {
	fromClient, toServer := io.Pipe()
	fromServer, toClient := io.Pipe()
	c := &Client{hangUp: toServer.Close, ended: make(chan error, 1)}
	go func() {
		err := s.ServeStdio(ctx, fromClient, toClient)
		toClient.Close()
		fromClient.Close()
		c.ended <- err
	}()
	c.library = client.NewClient(transport.NewIO(fromServer, toServer, io.NopCloser(eof{})))
	hello := mcp.InitializeRequest{Params: mcp.InitializeParams{
		ProtocolVersion: mcp.LATEST_LEGACY_PROTOCOL_VERSION,
		ClientInfo:      mcp.Implementation{Name: "in-process", Version: "1"},
	}}
	err := c.library.Start(ctx)
	if err == nil {
		_, err = c.library.Initialize(ctx, hello)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("connect to the server in the process: %w", err), c.Close())
	}
	return c, nil
}

// eof is an error output that says nothing.
type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }

// ListTools returns the tools in the order of the server.
func (c *Client) ListTools(ctx context.Context) ([]ToolInfo, error) {
	list, err := c.library.ListTools(ctx, mcp.ListToolsRequest{})
	if err != nil {
		return nil, fmt.Errorf("list tools: %w", err)
	}
	out := make([]ToolInfo, 0, len(list.Tools))
	for _, t := range list.Tools {
		schema := t.RawInputSchema
		if schema == nil {
			if schema, err = json.Marshal(t.InputSchema); err != nil {
				return nil, fmt.Errorf("input schema of %s: %w", t.Name, err)
			}
		}
		out = append(out, ToolInfo{
			Name: t.Name, Title: t.Title, Description: t.Description, InputSchema: schema,
			ReadOnly: isTrue(t.Annotations.ReadOnlyHint), Destructive: isTrue(t.Annotations.DestructiveHint),
		})
	}
	return out, nil
}

func isTrue(b *bool) bool { return b != nil && *b }

// CallTool calls a tool; args is a JSON object or nil. The error is one of the
// protocol; what goes wrong in the tool is in the result.
func (c *Client) CallTool(ctx context.Context, name string, args json.RawMessage) (ToolResult, error) {
	if args == nil {
		args = json.RawMessage("{}")
	}
	res, err := c.library.CallTool(ctx, mcp.CallToolRequest{Params: mcp.CallToolParams{Name: name, Arguments: args}})
	if err != nil {
		return ToolResult{}, fmt.Errorf("call %s: %w", name, err)
	}
	out := ToolResult{Structured: res.RawStructuredContent, IsError: res.IsError}
	for _, content := range res.Content {
		if text, ok := content.(mcp.TextContent); ok {
			out.Text += text.Text
		}
	}
	return out, nil
}

// Close ends the connection and waits for the server's side of it.
func (c *Client) Close() error {
	err := c.library.Close()
	return errors.Join(err, c.hangUp(), <-c.ended)
}
