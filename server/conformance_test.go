package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
)

// TestConformanceFixture is no test by itself: with CONFORMANCE_LISTEN=ADDR it
// serves, on the transports of this package, the tools, prompts and resources
// that the MCP conformance suite calls by name, until it is interrupted. Being
// a test keeps it out of the product.
//
//	CONFORMANCE_LISTEN=127.0.0.1:3902 go test ./server -run ^TestConformanceFixture$ -timeout 0
func TestConformanceFixture(t *testing.T) {
	addr := os.Getenv("CONFORMANCE_LISTEN")
	if addr == "" {
		t.Skip("CONFORMANCE_LISTEN is not set")
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	var s *Server
	if os.Getenv("CONFORMANCE_REAL") != "" {
		s = newServer(t, echo(), confirmed(func() {}))
	} else {
		s = newFixture()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	// The suite cannot send a token, so one is added before the guard looks.
	front := requireCapability(withToken(s.Handler(testHTTP)), "test_missing_capability", "sampling")
	srv := &http.Server{Handler: front, ReadHeaderTimeout: headerTimeout}
	go func() {
		<-ctx.Done()
		srv.Close()
	}()
	t.Log(srv.Serve(l))
}

func withToken(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+testToken)
		next.ServeHTTP(w, r)
	})
}

// requireCapability refuses a call of 2026-07-28 to a tool whose client did not
// declare what the tool needs. No tool of ours needs anything of the kind, so it
// is here and not in the server.
func requireCapability(next http.Handler, tool, capability string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.Header.Get("Mcp-Name") != tool {
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var m struct {
			ID     json.RawMessage
			Params struct {
				Meta struct {
					Capabilities map[string]any `json:"io.modelcontextprotocol/clientCapabilities"`
				} `json:"_meta"`
			}
		}
		if json.Unmarshal(body, &m) == nil && m.Params.Meta.Capabilities != nil && m.Params.Meta.Capabilities[capability] == nil {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"error":{"code":%d,"message":"needs %s","data":{"requiredCapabilities":{%q:{}}}}}`,
				m.ID, mcp.MISSING_REQUIRED_CLIENT_CAPABILITY, capability, capability)
			return
		}
		next.ServeHTTP(w, withBody(r, body))
	})
}

func newFixture() *Server {
	m := mcpserver.NewMCPServer("conformance", "1",
		mcpserver.WithToolCapabilities(true), mcpserver.WithResourceCapabilities(true, true),
		mcpserver.WithPromptCapabilities(true), mcpserver.WithCompletions(), mcpserver.WithLogging(),
		mcpserver.WithInputSchemaValidation(), mcpserver.WithCacheHints(1000, mcp.CacheScopePrivate))
	addContentTools(m)
	addTalkingTools(m)
	addAskingTools(m)
	addSchemaTools(m)
	addPrompts(m)
	addResources(m)
	return around(m, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
}

type toolHandler = mcpserver.ToolHandlerFunc

func addTool(m *mcpserver.MCPServer, name string, h toolHandler, opts ...mcp.ToolOption) {
	m.AddTool(mcp.NewTool(name, append([]mcp.ToolOption{mcp.WithDescription(name)}, opts...)...), h)
}

func say(content ...mcp.Content) toolHandler {
	return func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return &mcp.CallToolResult{Content: content}, nil
	}
}

const (
	tinyPNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
	tinyWAV = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA="
)

func embedded(uri, kind, text string) mcp.Content {
	return mcp.NewEmbeddedResource(mcp.TextResourceContents{URI: uri, MIMEType: kind, Text: text})
}

func addContentTools(m *mcpserver.MCPServer) {
	text, image := mcp.NewTextContent, mcp.NewImageContent(tinyPNG, "image/png")
	addTool(m, "test_simple_text", say(text("This is a simple text response for testing.")))
	addTool(m, "test_image_content", say(image))
	addTool(m, "test_audio_content", say(mcp.NewAudioContent(tinyWAV, "audio/wav")))
	addTool(m, "test_embedded_resource", say(embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")))
	addTool(m, "test_multiple_content_types", say(text("Multiple content types test:"), image,
		embedded("test://mixed-content-resource", "application/json", `{"test":"data","value":123}`)))
	addTool(m, "test_error_handling", func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultError("This tool intentionally returns an error for testing"), nil
	})
	addTool(m, "test_reconnection", say(text("Reconnection test completed successfully")))
	addTool(m, "test_missing_capability", say(text("ok")))
	addTool(m, "test_trigger_tool_change", later(func() { addTool(m, "dyn_tool", say(text("d"))) }))
	addTool(m, "test_trigger_prompt_change", later(func() {
		addPrompt(m, "dyn_prompt", func(mcp.GetPromptRequest) []mcp.Content { return nil })
	}))
}

// later does something after the answer has left.
func later(do func()) toolHandler {
	return func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		time.AfterFunc(50*time.Millisecond, do)
		return mcp.NewToolResultText("ok"), nil
	}
}

func addSchemaTools(m *mcpserver.MCPServer) {
	for name, schema := range map[string]string{
		"test_headers": `{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},"priority":{"type":"integer","x-mcp-header":"Priority"},
			"verbose":{"type":"boolean","x-mcp-header":"Verbose"},"query":{"type":"string"}},"required":["region"]}`,
		"json_schema_2020_12_tool": `{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
			"$defs":{"address":{"$anchor":"addressDef","type":"object","properties":{"street":{"type":"string"},"city":{"type":"string"}}}},
			"properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},"contactMethod":{"type":"string","enum":["phone","email"]},
			"phone":{"type":"string"},"email":{"type":"string"}},"allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],
			"if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},"then":{"required":["phone"]},"else":{"required":["email"]},
			"additionalProperties":false}`,
	} {
		m.AddTool(mcp.Tool{Name: name, Description: name, RawInputSchema: json.RawMessage(schema)}, say(mcp.NewTextContent("ok")))
	}
}
