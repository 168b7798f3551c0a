package server

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"clever-mcp/tools"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
)

// Tools of the conformance suite that say something before they answer.
func addTalkingTools(m *mcpserver.MCPServer) {
	logging := func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		for i, line := range []string{"Tool execution started", "Tool processing data", "Tool execution completed"} {
			if err := pause(ctx, i); err != nil {
				return nil, err
			}
			logLine(ctx, line)
		}
		return mcp.NewToolResultText("done"), nil
	}
	addTool(m, "test_tool_with_logging", logging)
	addTool(m, "test_logging_tool", logging)
	addTool(m, "test_tool_with_progress", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		for i := range 3 {
			if err := pause(ctx, i); err != nil {
				return nil, err
			}
			step(ctx, r, float64(i*50))
		}
		return mcp.NewToolResultText("done"), nil
	})
}

// pause lets time pass between one event and the next, but not before the first.
func pause(ctx context.Context, i int) error {
	if i == 0 {
		return nil
	}
	select {
	case <-time.After(50 * time.Millisecond):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func step(ctx context.Context, r mcp.CallToolRequest, at float64) {
	if r.Params.Meta != nil && r.Params.Meta.ProgressToken != nil {
		newProgress(exchangeFrom(ctx), r.Params.Meta.ProgressToken).step(tools.Step{Progress: at, Total: 100})
	}
}

// logLine is for clients that asked for it: since 2026-07-28 each request does.
func logLine(ctx context.Context, line string) {
	if info := mcpserver.RequestProtocolInfoFromContext(ctx); info.Modern && info.LogLevel == "" {
		return
	}
	msg, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "method": "notifications/message",
		"params": map[string]any{"level": "info", "logger": "fixture", "data": line}})
	if err == nil {
		_ = exchangeFrom(ctx).send(msg)
	}
}

// question asks for fields of a form.
func question(message string, properties map[string]any, required ...string) mcp.ElicitationParams {
	schema := map[string]any{"type": "object", "properties": properties}
	if required != nil {
		schema["required"] = required
	}
	return mcp.ElicitationParams{Message: message, RequestedSchema: schema}
}

func textField(message, name string) mcp.ElicitationParams {
	return question(message, map[string]any{name: map[string]any{"type": "string"}}, name)
}

func sampling(text string, tokens int) mcp.CreateMessageParams {
	return mcp.CreateMessageParams{MaxTokens: tokens, Messages: []mcp.SamplingMessage{{Role: mcp.RoleUser, Content: mcp.NewTextContent(text)}}}
}

// rounds makes a tool that asks until done has all it needs. done returns the
// answer, or false; a state that was tampered with never gets there.
func rounds(ask func(r mcp.CallToolRequest, state string) *mcpserver.InputRequestBuilder, done func(r mcp.CallToolRequest, state string) (string, bool)) toolHandler {
	return func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		state, err := unsealed(r.Params.RequestState)
		if err != nil {
			return nil, err
		}
		if text, ok := done(r, state); ok {
			return mcp.NewToolResultText(text), nil
		}
		return ask(r, state).ToolResult(), nil
	}
}

func sealed(state string) string {
	mac := hmac.New(sha256.New, []byte("fixture"))
	mac.Write([]byte(state))
	return state + "." + hex.EncodeToString(mac.Sum(nil))
}

func unsealed(given string) (string, error) {
	state, _, _ := strings.Cut(given, ".")
	if given != "" && given != sealed(state) {
		return "", errors.New("the request state is not one of this server")
	}
	return state, nil
}

func addAskingTools(m *mcpserver.MCPServer) {
	build := mcpserver.NewInputRequestBuilder
	elicited := func(r mcp.CallToolRequest, id string) *mcp.ElicitationResult {
		return mcpserver.ElicitationResponse(r.Params.InputResponses, id)
	}
	sampled := func(r mcp.CallToolRequest, id string) *mcp.CreateMessageResult {
		return mcpserver.SamplingResponse(r.Params.InputResponses, id)
	}

	addTool(m, "test_sampling", rounds(
		func(r mcp.CallToolRequest, _ string) *mcpserver.InputRequestBuilder {
			return build("").Sample("s", sampling(r.GetString("prompt", ""), 100))
		},
		func(r mcp.CallToolRequest, _ string) (string, bool) {
			if a := sampled(r, "s"); a != nil {
				return "LLM response: " + mcp.GetTextFromContent(a.Content), true
			}
			return "", false
		}), mcp.WithString("prompt", mcp.Required()))

	eliciting := func(name, label string, ask func(r mcp.CallToolRequest) mcp.ElicitationParams, opts ...mcp.ToolOption) {
		addTool(m, name, rounds(
			func(r mcp.CallToolRequest, _ string) *mcpserver.InputRequestBuilder {
				return build("").Elicit("e", ask(r))
			},
			func(r mcp.CallToolRequest, _ string) (string, bool) {
				a := elicited(r, "e")
				if a == nil {
					return "", false
				}
				content, err := json.Marshal(a.Content)
				return fmt.Sprintf("%s: action=%s, content=%s", label, a.Action, content), err == nil
			}), opts...)
	}
	eliciting("test_elicitation", "User response", func(r mcp.CallToolRequest) mcp.ElicitationParams {
		return question(r.GetString("message", ""), map[string]any{
			"username": map[string]any{"type": "string", "description": "User's response"},
			"email":    map[string]any{"type": "string", "description": "User's email address"}}, "username", "email")
	}, mcp.WithString("message", mcp.Required()))
	eliciting("test_elicitation_sep1034_defaults", "Elicitation completed", func(mcp.CallToolRequest) mcp.ElicitationParams {
		return question("Please review", map[string]any{
			"name":     map[string]any{"type": "string", "default": "John Doe"},
			"age":      map[string]any{"type": "integer", "default": 30},
			"score":    map[string]any{"type": "number", "default": 95.5},
			"verified": map[string]any{"type": "boolean", "default": true},
			"status":   map[string]any{"type": "string", "enum": []string{"active", "inactive", "pending"}, "default": "active"}})
	})
	eliciting("test_elicitation_sep1330_enums", "Elicitation completed", func(mcp.CallToolRequest) mcp.ElicitationParams {
		plain := []string{"option1", "option2", "option3"}
		var titled []any
		for i, ordinal := range []string{"First", "Second", "Third"} {
			titled = append(titled, map[string]any{"const": fmt.Sprint("value", i+1), "title": ordinal + " Option"})
		}
		return question("Please select", map[string]any{
			"untitledSingle": map[string]any{"type": "string", "enum": plain},
			"titledSingle":   map[string]any{"type": "string", "oneOf": titled},
			"legacyEnum": map[string]any{"type": "string", "enum": []string{"opt1", "opt2", "opt3"},
				"enumNames": []string{"Option One", "Option Two", "Option Three"}},
			"untitledMulti": map[string]any{"type": "array", "items": map[string]any{"type": "string", "enum": plain}},
			"titledMulti":   map[string]any{"type": "array", "items": map[string]any{"anyOf": titled}}})
	})

	const prefix = "test_input_required_result_"
	addTool(m, prefix+"elicitation", rounds(
		func(mcp.CallToolRequest, string) *mcpserver.InputRequestBuilder {
			return build("").Elicit("user_name", textField("What is your name?", "name"))
		},
		func(r mcp.CallToolRequest, _ string) (string, bool) {
			a := elicited(r, "user_name")
			if a == nil {
				return "", false
			}
			content, _ := a.Content.(map[string]any)
			name, ok := content["name"].(string)
			return "Hello, " + name + "!", ok
		}))
	addTool(m, prefix+"sampling", rounds(
		func(mcp.CallToolRequest, string) *mcpserver.InputRequestBuilder {
			return build("").Sample("capital_question", sampling("What is the capital of France?", 100))
		},
		func(r mcp.CallToolRequest, _ string) (string, bool) {
			if a := sampled(r, "capital_question"); a != nil {
				return mcp.GetTextFromContent(a.Content), true
			}
			return "", false
		}))
	addTool(m, prefix+"list_roots", rounds(
		func(mcp.CallToolRequest, string) *mcpserver.InputRequestBuilder {
			return build("").Roots("client_roots")
		},
		func(r mcp.CallToolRequest, _ string) (string, bool) {
			a := mcpserver.RootsResponse(r.Params.InputResponses, "client_roots")
			if a == nil {
				return "", false
			}
			roots, err := json.Marshal(a.Roots)
			return string(roots), err == nil
		}))
	for _, name := range []string{"request_state", "tampered_state"} {
		addTool(m, prefix+name, rounds(
			func(mcp.CallToolRequest, string) *mcpserver.InputRequestBuilder {
				return build(sealed(name)).Elicit("confirm", question("Please confirm", map[string]any{"ok": map[string]any{"type": "boolean"}}, "ok"))
			},
			func(r mcp.CallToolRequest, _ string) (string, bool) {
				return "state-ok", elicited(r, "confirm") != nil
			}))
	}
	addTool(m, prefix+"multiple_inputs", rounds(
		func(mcp.CallToolRequest, string) *mcpserver.InputRequestBuilder {
			return build(sealed("multi")).Elicit("user_name", textField("What is your name?", "name")).
				Sample("greeting", sampling("Generate a greeting", 50)).Roots("client_roots")
		},
		func(r mcp.CallToolRequest, _ string) (string, bool) {
			return "all inputs", elicited(r, "user_name") != nil && sampled(r, "greeting") != nil &&
				mcpserver.RootsResponse(r.Params.InputResponses, "client_roots") != nil
		}))
	addTool(m, prefix+"multi_round", rounds(
		func(r mcp.CallToolRequest, state string) *mcpserver.InputRequestBuilder {
			if state == "r1" && elicited(r, "step1") != nil {
				return build(sealed("r2")).Elicit("step2", textField("Step 2: What is your favorite color?", "color"))
			}
			return build(sealed("r1")).Elicit("step1", textField("Step 1: What is your name?", "name"))
		},
		func(r mcp.CallToolRequest, state string) (string, bool) {
			return "done", state == "r2" && elicited(r, "step2") != nil
		}))
	addTool(m, prefix+"capabilities", askWhatTheClientCan)
	addTool(m, "test_streaming_elicitation", func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		step(ctx, r, 1)
		return build("").Elicit("x", textField("name?", "name")).ToolResult(), nil
	})
}

func askWhatTheClientCan(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
	var can mcp.ClientCapabilities
	if info := mcpserver.RequestProtocolInfoFromContext(ctx); info.ClientCapabilities != nil {
		can = *info.ClientCapabilities
	}
	b := mcpserver.NewInputRequestBuilder("")
	if can.Elicitation != nil {
		b.Elicit("e", textField("name?", "name"))
	}
	if can.Sampling != nil {
		b.Sample("s", sampling("hi", 10))
	}
	if len(r.Params.InputResponses) > 0 || can.Elicitation == nil && can.Sampling == nil {
		return mcp.NewToolResultText("nothing to ask"), nil
	}
	return b.ToolResult(), nil
}
