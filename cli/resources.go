package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"

	"clever-mcp/cleverapi/catalogue"
	"clever-mcp/server"
	"clever-mcp/tools"
)

// resources are what a client can attach to a conversation without a call: the
// same facts as a tool that reads, under an address.
func resources(runner *tools.Runner) []server.Resource {
	apps := completer(runner, func(n tools.Names) []string { return n.Apps })
	all := []struct {
		tool string
		server.Resource
		args func(vars map[string]string) map[string]any
	}{
		{"get_self", server.Resource{URI: "clever://self", Name: "self", Title: "Who is signed in", Description: "The user, the organisations and the credential in use."},
			func(map[string]string) map[string]any { return nil }},
		{"get_app", server.Resource{URI: "clever://apps/{app}", Name: "app", Title: "One application", Description: "An application whole, by name or id.", Complete: map[string]server.Completer{"app": apps}},
			func(v map[string]string) map[string]any { return map[string]any{"app": v["app"]} }},
		{"get_logs", server.Resource{URI: "clever://apps/{app}/logs", Name: "logs", Title: "Log of an application", Description: "The last hour of an application's log, repeats folded.", Complete: map[string]server.Completer{"app": apps}},
			func(v map[string]string) map[string]any { return map[string]any{"app": v["app"]} }},
		{"search_api", server.Resource{URI: "clever://operations/{id}", Name: "operation", Title: "One API operation", Description: "An operation of the API in full, such as GET%20%2Fv2%2Fself.", Complete: map[string]server.Completer{"id": completeOperation}},
			func(v map[string]string) map[string]any { return map[string]any{"operation": v["id"]} }},
	}
	var out []server.Resource
	for _, r := range all {
		if !runner.Has(r.tool) {
			continue
		}
		r.MIMEType = "application/json"
		r.Read = func(ctx context.Context, vars map[string]string) (string, error) {
			args, err := json.Marshal(r.args(vars))
			if err != nil {
				return "", err
			}
			res := server.RunnerOf(ctx, runner).Call(ctx, r.tool, args, tools.Caller{ID: cmp.Or(server.CallerOf(ctx), "resource")})
			switch {
			case res.Absent:
				return "", server.Absent(res.Text)
			case res.IsError:
				return "", errors.New(res.Text)
			}
			return res.Text, nil
		}
		out = append(out, r.Resource)
	}
	return out
}

// completeOperation helps with typing the ID of an operation.
func completeOperation(_ context.Context, begun string, _ map[string]string) ([]string, error) {
	var out []string
	for _, op := range catalogue.All() {
		if strings.HasPrefix(strings.ToLower(op.ID), strings.ToLower(begun)) {
			out = append(out, op.ID)
		}
	}
	return out, nil
}

// completer helps with typing one kind of name.
func completer(runner *tools.Runner, of func(tools.Names) []string) server.Completer {
	return func(ctx context.Context, begun string, _ map[string]string) ([]string, error) {
		names, err := server.RunnerOf(ctx, runner).Names(ctx)
		if err != nil {
			return nil, err
		}
		var out []string
		for _, name := range of(names) {
			if strings.HasPrefix(strings.ToLower(name), strings.ToLower(begun)) {
				out = append(out, name)
			}
		}
		return out, nil
	}
}
