package server

import (
	"context"
	"fmt"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
)

func addPrompt(m *mcpserver.MCPServer, name string, say func(r mcp.GetPromptRequest) []mcp.Content, arguments ...string) {
	opts := []mcp.PromptOption{mcp.WithPromptDescription(name)}
	for _, a := range arguments {
		opts = append(opts, mcp.WithArgument(a, mcp.RequiredArgument(), mcp.ArgumentDescription(a)))
	}
	m.AddPrompt(mcp.NewPrompt(name, opts...), func(_ context.Context, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		var messages []mcp.PromptMessage
		for _, c := range say(r) {
			messages = append(messages, mcp.NewPromptMessage(mcp.RoleUser, c))
		}
		return mcp.NewGetPromptResult("", messages), nil
	})
}

// Prompts of the conformance suite.
func addPrompts(m *mcpserver.MCPServer) {
	addPrompt(m, "test_simple_prompt", func(mcp.GetPromptRequest) []mcp.Content {
		return []mcp.Content{mcp.NewTextContent("This is a simple prompt for testing.")}
	})
	addPrompt(m, "test_prompt_with_arguments", func(r mcp.GetPromptRequest) []mcp.Content {
		return []mcp.Content{mcp.NewTextContent(fmt.Sprintf("Prompt with arguments: arg1='%s', arg2='%s'", r.Params.Arguments["arg1"], r.Params.Arguments["arg2"]))}
	}, "arg1", "arg2")
	addPrompt(m, "test_prompt_with_embedded_resource", func(r mcp.GetPromptRequest) []mcp.Content {
		return []mcp.Content{embedded(r.Params.Arguments["resourceUri"], "text/plain", "Embedded resource content for testing."),
			mcp.NewTextContent("Please process the embedded resource above.")}
	}, "resourceUri")
	addPrompt(m, "test_prompt_with_image", func(mcp.GetPromptRequest) []mcp.Content {
		return []mcp.Content{mcp.NewImageContent(tinyPNG, "image/png"), mcp.NewTextContent("Please analyze the image above.")}
	})
	asking := mcp.NewPrompt("test_input_required_result_prompt", mcp.WithPromptDescription("asks"))
	m.AddPrompt(asking, func(_ context.Context, r mcp.GetPromptRequest) (*mcp.GetPromptResult, error) {
		if mcpserver.ElicitationResponse(r.Params.InputResponses, "user_context") == nil {
			return mcpserver.NewInputRequestBuilder("").Elicit("user_context", textField("What context should the prompt use?", "context")).PromptResult(), nil
		}
		return mcp.NewGetPromptResult("", []mcp.PromptMessage{mcp.NewPromptMessage(mcp.RoleUser, mcp.NewTextContent("with context"))}), nil
	})
}

// Resources of the conformance suite.
func addResources(m *mcpserver.MCPServer) {
	for uri, content := range map[string]mcp.ResourceContents{
		"test://static-text":      mcp.TextResourceContents{URI: "test://static-text", MIMEType: "text/plain", Text: "This is the content of the static text resource."},
		"test://static-binary":    mcp.BlobResourceContents{URI: "test://static-binary", MIMEType: "image/png", Blob: tinyPNG},
		"test://watched-resource": mcp.TextResourceContents{URI: "test://watched-resource", MIMEType: "text/plain", Text: "watched"},
	} {
		m.AddResource(mcp.NewResource(uri, uri, mcp.WithResourceDescription(uri)), func(context.Context, mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
			return []mcp.ResourceContents{content}, nil
		})
	}
	template := mcp.NewResourceTemplate("test://template/{id}/data", "template", mcp.WithTemplateMIMEType("application/json"), mcp.WithTemplateDescription("template"))
	m.AddResourceTemplate(template, func(_ context.Context, r mcp.ReadResourceRequest) ([]mcp.ResourceContents, error) {
		id := ""
		if values, ok := r.Params.Arguments["id"].([]string); ok && len(values) > 0 {
			id = values[0]
		}
		return []mcp.ResourceContents{mcp.TextResourceContents{URI: r.Params.URI, MIMEType: "application/json",
			Text: fmt.Sprintf(`{"id":%q,"templateTest":true,"data":"Data for ID: %s"}`, id, id)}}, nil
	})
}
