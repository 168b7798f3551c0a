package server

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"clever-mcp/tools"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

func withContent(t testing.TB) *Server {
	t.Helper()
	apps := func(_ context.Context, begun string, given map[string]string) ([]string, error) {
		var all []string
		for i := range 150 {
			all = append(all, fmt.Sprintf("%s-%s-%d", begun, given["owner"], i))
		}
		return all, nil
	}
	runner, err := tools.NewRunner([]tools.Any{echo()}, &tools.Deps{Hide: tools.NewHider(), Confirm: tools.NewSealer()})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Config{
		Name: "clever-mcp", Version: "1", Runner: runner,
		Prompts: []Prompt{{
			Name: "troubleshoot", Title: "Troubleshoot", Description: "Find out why an application fails.",
			Arguments: []Argument{{Name: "app", Description: "id or name.", Required: true, Complete: apps}, {Name: "owner"}},
			Text: func(_ context.Context, args map[string]string) (string, error) {
				return "Look at " + args["app"], nil
			},
		}},
		Resources: []Resource{
			{URI: "clever://self", Name: "self", MIMEType: "text/plain", Read: func(context.Context, map[string]string) (string, error) { return "me", nil }},
			{URI: "clever://apps/{app}", Name: "app", MIMEType: "text/plain", Complete: map[string]Completer{"app": apps},
				Read: func(_ context.Context, vars map[string]string) (string, error) {
					if vars["app"] == "gone" {
						return "", Absent("There is no application gone. Look it up with list_apps.")
					}
					return "app " + vars["app"], nil
				}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryClientReadsPromptsAndResources(t *testing.T) {
	t.Parallel()
	everyClient(t, func(t *testing.T, transport transportFunc, version string) {
		c := connect(t, transport(t, withContent(t)), version, nil)
		ctx := t.Context()
		prompts, err := c.ListPrompts(ctx, nil)
		if err != nil || len(prompts.Prompts) != 1 || prompts.Prompts[0].Title != "Troubleshoot" {
			t.Errorf("prompts %v, error %v", prompts, err)
		}
		prompt, err := c.GetPrompt(ctx, &sdk.GetPromptParams{Name: "troubleshoot", Arguments: map[string]string{"app": "shop"}})
		if err != nil || prompt.Messages[0].Content.(*sdk.TextContent).Text != "Look at shop" {
			t.Errorf("prompt %v, error %v", prompt, err)
		}
		for uri, want := range map[string]string{"clever://self": "me", "clever://apps/app_1": "app app_1"} {
			res, err := c.ReadResource(ctx, &sdk.ReadResourceParams{URI: uri})
			if err != nil || res.Contents[0].Text != want {
				t.Errorf("%s: %v, error %v", uri, res, err)
			}
		}
		list, err := c.Complete(ctx, &sdk.CompleteParams{
			Ref: &sdk.CompleteReference{Type: "ref/prompt", Name: "troubleshoot"}, Argument: sdk.CompleteParamsArgument{Name: "app", Value: "s"},
			Context: &sdk.CompleteContext{Arguments: map[string]string{"owner": "acme"}},
		})
		if err != nil || len(list.Completion.Values) != maxCompletions || list.Completion.Values[0] != "s-acme-0" || list.Completion.Total != 150 || !list.Completion.HasMore {
			t.Errorf("completion %+v, error %v", list, err)
		}
	})
}

func TestWhatDoesNotExistSaysWhatDoes(t *testing.T) {
	t.Parallel()
	s := withContent(t)
	v := open(t, s, testHTTP)
	defer v.close()
	session := v.begin(elicitingHello)
	w := openWire(t, s)
	for _, c := range []struct{ method, params, older, modern, says string }{
		{"prompts/get", `"name":"no"`, "-32602", "-32602", "The prompts are troubleshoot."},
		{"prompts/get", `"name":"troubleshoot"`, "-32602", "-32602", "needs the argument app"},
		{"resources/read", `"uri":"clever://no"`, "-32002", "-32602", "The resources are clever://apps/{app}, clever://self."},
		{"resources/read", `"uri":"clever://apps/a/b"`, "-32002", "-32602", "The resources are"},
		{"resources/read", `"uri":"clever://apps/gone"`, "-32002", "-32602", "Look it up with list_apps"},
		{"completion/complete", `"ref":{"type":"ref/prompt","name":"no"},"argument":{"name":"app","value":""}`, "-32602", "-32602", "There is no prompt \\\"no\\\" with an argument \\\"app\\\". There is app of troubleshoot"},
		{"completion/complete", `"ref":{"type":"ref/resource","uri":"clever://apps/{app}"},"argument":{"name":"no","value":""}`, "-32602", "-32602", "with a variable \\\"no\\\". There is app of clever://apps/{app}."},
	} {
		older := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":{%s}}`, c.method, c.params)
		modern := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":{%s,%s}}`, c.method, modernMeta, c.params)
		w.send(older)
		answers := map[string]string{"stdio": w.next()}
		_, answers["http"] = v.post(older, sessionHeader, session)
		w.send(modern)
		answers["modern stdio"] = w.next()
		name := "x"
		for _, at := range []string{`"name":"`, `"uri":"`} {
			if _, rest, ok := strings.Cut(c.params, at); ok {
				name, _, _ = strings.Cut(rest, `"`)
				break
			}
		}
		resp, body := v.post(modern, "Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", c.method, "Mcp-Name", name)
		answers["modern http"] = body
		if resp.StatusCode != 400 {
			t.Errorf("%s %s: status %d", c.method, c.params, resp.StatusCode)
		}
		for where, answer := range answers {
			code := c.older
			if strings.HasPrefix(where, "modern") {
				code = c.modern
			}
			if !strings.Contains(answer, `"code":`+code) || !strings.Contains(answer, c.says) || !strings.Contains(answer, `"id":1`) {
				t.Errorf("%s over %s of %s: %s, want %s and %q", c.method, where, c.params, answer, code, c.says)
			}
		}
	}
}
