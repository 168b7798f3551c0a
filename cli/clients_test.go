package cli

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// readingCalls are the tools that only read, with arguments for the demo account.
var readingCalls = map[string]map[string]any{
	"diagnose_app": {"app": "search"}, "get_addon": {"addon": "shop-db"}, "get_app": {"app": "storefront"}, "get_billing": {},
	"get_env": {"app": "storefront"}, "get_logs": {"app": "storefront"}, "get_metrics": {"app": "storefront"}, "get_self": {},
	"list_addons": {}, "list_apps": {}, "list_deployments": {"app": "storefront"}, "list_products": {}, "list_tokens": {}, "list_zones": {},
	"read_api": {"path": "/v2/self"}, "search_api": {"phrase": "add a domain"},
}

// everyProgram runs a test for each transport of the whole program and each era
// that the transport has.
func everyProgram(t *testing.T, test func(t *testing.T, connect func(*sdk.ClientOptions) *sdk.ClientSession)) {
	for name, route := range serveRoutes {
		for _, version := range []string{"2025-11-25", "2026-07-28"} {
			if name == "sse" && version == "2026-07-28" {
				continue // that revision does not have the transport
			}
			t.Run(name+"/"+version, func(t *testing.T) {
				t.Parallel()
				test(t, func(opts *sdk.ClientOptions) *sdk.ClientSession {
					client := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, opts)
					session, err := client.Connect(context.Background(), route(t, nil, "--demo"), &sdk.ClientSessionOptions{ProtocolVersion: version})
					if err != nil {
						t.Fatal(err)
					}
					t.Cleanup(func() { session.Close() })
					listTools(t, session)
					return session
				})
			})
		}
	}
}

// The official Go client calls every tool that reads.
func TestOfficialClientReads(t *testing.T) {
	t.Parallel()
	everyProgram(t, func(t *testing.T, connect func(*sdk.ClientOptions) *sdk.ClientSession) {
		c := connect(nil)
		list, err := c.ListTools(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		var readers []string
		for _, tool := range list.Tools {
			if tool.Annotations.ReadOnlyHint {
				readers = append(readers, tool.Name)
			}
		}
		if want := slices.Sorted(maps.Keys(readingCalls)); !slices.Equal(readers, want) {
			t.Fatalf("tools that read: %v, want %v", readers, want)
		}
		for _, name := range readers {
			res, err := c.CallTool(t.Context(), &sdk.CallToolParams{Name: name, Arguments: readingCalls[name]})
			if err != nil || res.IsError {
				t.Errorf("%s: %v, %+v", name, err, res)
				continue
			}
			var asText any
			if err := json.Unmarshal([]byte(contentText(res)), &asText); err != nil {
				t.Errorf("%s: the text is no JSON: %v", name, err)
			}
			if got, want := compactJSON(t, res.StructuredContent), compactJSON(t, asText); got != want {
				t.Errorf("%s: the data and the text differ:\n%s\n%s", name, got, want)
			}
		}
	})
}

// What destroys asks a person where the client can, and gives a handle where not.
func TestOfficialClientConfirms(t *testing.T) {
	t.Parallel()
	everyProgram(t, func(t *testing.T, connect func(*sdk.ClientOptions) *sdk.ClientSession) {
		action, asked := "decline", 0
		asking := connect(&sdk.ClientOptions{ElicitationHandler: func(_ context.Context, r *sdk.ElicitRequest) (*sdk.ElicitResult, error) {
			asked++
			if !strings.Contains(r.Params.Message, "docs") {
				t.Errorf("the question does not name what goes: %s", r.Params.Message)
			}
			if action == "decline" {
				return &sdk.ElicitResult{Action: action}, nil
			}
			return &sdk.ElicitResult{Action: action, Content: map[string]any{"name": "docs"}}, nil
		}})
		remove := func(c *sdk.ClientSession, args map[string]any) *sdk.CallToolResult {
			t.Helper()
			res, err := c.CallTool(t.Context(), &sdk.CallToolParams{Name: "delete_app", Arguments: args})
			if err != nil {
				t.Fatal(err)
			}
			return res
		}
		there := func(c *sdk.ClientSession) bool {
			t.Helper()
			res, err := c.CallTool(t.Context(), &sdk.CallToolParams{Name: "list_apps", Arguments: map[string]any{"name": "docs"}})
			if err != nil || res.IsError {
				t.Fatal(err, res)
			}
			return strings.Contains(contentText(res), ` docs"`)
		}

		if res := remove(asking, map[string]any{"app": "docs"}); !res.IsError || asked != 1 || !there(asking) {
			t.Errorf("declined: asked %d times, there %v: %s", asked, there(asking), contentText(res))
		}
		action = "accept"
		if res := remove(asking, map[string]any{"app": "docs"}); res.IsError || asked != 2 || there(asking) {
			t.Errorf("accepted: asked %d times, there %v: %s", asked, there(asking), contentText(res))
		}

		mute := connect(nil) // an emulator of its own, where the application is still there
		plan := contentText(remove(mute, map[string]any{"app": "docs"}))
		_, handle, found := strings.Cut(plan, "confirm: ")
		if !found || !there(mute) {
			t.Fatalf("the plan has no handle: %s", plan)
		}
		if res := remove(mute, map[string]any{"app": "docs", "confirm": strings.TrimSpace(handle)}); res.IsError || there(mute) {
			t.Errorf("confirmed: there %v: %s", there(mute), contentText(res))
		}
	})
}

// Prompts, resources and completion, by the same client.
func TestOfficialClientReadsContent(t *testing.T) {
	t.Parallel()
	everyProgram(t, func(t *testing.T, connect func(*sdk.ClientOptions) *sdk.ClientSession) {
		c := connect(nil)
		prompts, err := c.ListPrompts(t.Context(), nil)
		if err != nil || len(prompts.Prompts) < 4 {
			t.Fatalf("prompts %+v, %v", prompts, err)
		}
		for _, p := range prompts.Prompts {
			args := map[string]string{}
			for _, a := range p.Arguments {
				args[a.Name] = "storefront"
			}
			got, err := c.GetPrompt(t.Context(), &sdk.GetPromptParams{Name: p.Name, Arguments: args})
			if err != nil || len(got.Messages) == 0 {
				t.Errorf("prompt %s: %+v, %v", p.Name, got, err)
			}
		}
		for _, uri := range []string{"clever://self", "clever://apps/storefront", "clever://apps/storefront/logs"} {
			got, err := c.ReadResource(t.Context(), &sdk.ReadResourceParams{URI: uri})
			if err != nil || len(got.Contents) != 1 || got.Contents[0].Text == "" {
				t.Errorf("%s: %+v, %v", uri, got, err)
			}
		}
		done, err := c.Complete(t.Context(), &sdk.CompleteParams{
			Ref:      &sdk.CompleteReference{Type: "ref/resource", URI: "clever://apps/{app}"},
			Argument: sdk.CompleteParamsArgument{Name: "app", Value: "stor"},
		})
		if err != nil || !slices.Contains(done.Completion.Values, "storefront") {
			t.Errorf("completion of stor: %+v, %v", done, err)
		}
	})
}

func contentText(res *sdk.CallToolResult) string {
	var texts []string
	for _, c := range res.Content {
		if text, ok := c.(*sdk.TextContent); ok {
			texts = append(texts, text.Text)
		}
	}
	return strings.Join(texts, "\n")
}

func compactJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
