package cli

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"clever-mcp/cleverapi/catalogue"
	"clever-mcp/cleverapi/emulator"
	"clever-mcp/tools"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// started is when the accounts of these tests are looked at.
var started = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// address gives an emulator an address of loopback.
func address(t *testing.T) func(*emulator.Emulator) string {
	return func(e *emulator.Emulator) string {
		srv := httptest.NewServer(e)
		t.Cleanup(func() {
			srv.CloseClientConnections()
			srv.Close()
		})
		return srv.URL
	}
}

// asking is one call of a tool, as its caller sees it.
type asking func(tool string, args map[string]any) (text string)

// sweep calls every tool in every way that differs in what it shows. It reads ids
// from what it is told, as an assistant does.
func sweep(t *testing.T, p *planted, ask asking, everything bool) {
	t.Helper()
	app, called := p.app, map[string]bool{}
	call := func(tool string, args map[string]any) string {
		called[tool] = true
		text := ask(tool, args)
		// What destroys is agreed to with the handle that the plan came with.
		if _, handle, ok := strings.Cut(text, "confirm: "); ok {
			args["confirm"] = strings.Fields(handle)[0]
			text = ask(tool, args)
		}
		return text
	}
	type args = map[string]any
	apps, addons := call("list_apps", args{"limit": 50}), call("list_addons", args{"limit": 50})
	appID := find(apps, `app_[0-9a-f-]{36}`)
	owner := find(apps, `orga_[0-9a-f-]{36}`)
	addon, realID := find(addons, `addon_[0-9a-f-]{36}`), find(addons, `(?:postgresql|redis|mysql|mongodb|config)_[0-9a-f-]{36}`)
	call("get_self", args{})
	call("list_zones", args{})
	call("list_products", args{"name": "postgresql-addon"})
	call("search_api", args{"phrase": "environment variables"})
	call("get_app", args{"app": app})
	call("get_env", args{"app": app})
	for _, kind := range []string{"runtime", "build", "access"} {
		call("get_logs", args{"app": app, "kind": kind, "since": "7d"})
	}
	call("get_logs", args{"app": app, "search": "loaded", "since": "7d"})
	call("get_metrics", args{"app": app})
	deployments := call("list_deployments", args{"app": app})
	deployment := find(deployments, `deployment_[0-9a-f-]{36}`)
	call("list_deployments", args{"app": app, "deployment": deployment})
	call("diagnose_app", args{"app": app})
	call("get_billing", args{"owner": owner})
	call("get_addon", args{"addon": addon})
	call("list_tokens", args{})
	call("set_env", args{"app": app, "from": args{"BORROWED": "file:word", "DRAWN": "generate:40"}})
	call("set_env", args{"app": app, "from": args{"BORROWED": "file:" + p.secrets["file"]}})
	call("set_env", args{"app": app, "unset": []string{"GREETING"}})
	call("set_env", args{"app": app, "dotenv": "WORD=" + p.secrets["file"]})
	call("update_app", args{"app": app, "description": "changed"})
	call("update_domains", args{"app": app, "add": []string{"sweep.example.com"}})
	call("create_app", args{"name": "swept", "type": "node", "owner": owner})
	call("create_addon", args{"provider": "postgresql-addon", "name": "swept-db", "owner": owner, "plan": "dev"})
	call("link_addon", args{"app": "swept", "addon": "swept-db"})
	call("get_addon", args{"addon": "swept-db"})
	call("deploy_app", args{"app": app, "timeout": 2})
	call("deploy_app", args{"app": "swept", "commit": p.secrets["CLEVER_SECRET"]})
	call("stop_app", args{"app": app})
	call("create_token", args{"name": "swept-token"})
	call("revoke_token", args{"token": "swept-token"})
	call("delete_addon", args{"addon": "swept-db"})
	call("delete_app", args{"app": "swept"})

	// The generic tools: every read that there is, and selections that encode.
	known := args{
		"id": owner, "ownerId": owner, "orgaId": owner, "owner_id": owner, "tenantId": owner, "appId": appID, "applicationId": appID,
		"addonId": addon, "ref": realID, "resourceId": realID, "configurationProviderId": realID, "postgreSQLId": realID,
		"deploymentId": deployment, "providerId": "postgresql-addon", "provider_id": "postgresql-addon", "type": "node", "zoneName": "par",
	}
	for _, op := range catalogue.All() {
		// A stream is listened to for seconds; the logs above are streams too.
		if op.Method() != http.MethodGet || op.Stream || !everything && !op.Secret {
			continue
		}
		params := args{}
		for _, name := range catalogue.ParamNames(op.Path()) {
			if params[name] = known[name]; params[name] == nil {
				params[name] = "unknown-1"
			}
		}
		call("read_api", args{"operation": op.ID, "params": params})
	}
	env := args{"operation": "GET /v2/organisations/{id}/applications/{appId}/env", "params": args{"id": owner, "appId": appID}}
	for _, way := range []string{".", "map(.value)", "map(.value|@base64)", "map(.value|@uri)", "tojson", "map(.value[2:14])", "map(.value|explode)", ".[0].value|error"} {
		env["select"] = way
		call("read_api", env)
	}
	call("raw_request", args{"method": "PUT", "path": "/v2/organisations/" + owner + "/applications/" + appID + "/env/RAW", "body": args{"value": p.secrets["file"]}})
	call("raw_request", args{"method": "POST", "path": "/v2/nobody/" + p.secrets["CLEVER_TOKEN"]})
	call("raw_request", args{"method": "GET", "path": "https://user:" + p.secrets["CLEVER_SECRET"] + "@evil.example/v2/self"})

	// Errors that quote what the process holds, of every shape.
	leak := "bad header for " + p.secrets["CLEVER_TOKEN"] + " and " + p.secrets["CLEVER_SECRET"] + ", password " + p.secrets["password"]
	for _, shape := range []emulator.BodyShape{emulator.BodyV2, emulator.BodyV4, emulator.BodyBridge, emulator.BodyHTML} {
		for _, status := range []int{400, 401, 403, 404, 409, 500} {
			p.emulator.Inject(emulator.Fault{Count: 1, Status: status, Body: shape, Message: leak, Code: p.secrets["CLEVER_SECRET"]})
			call("list_zones", args{})
			p.emulator.ResetFaults()
		}
	}
	// Wrong arguments with something secret in them.
	for _, tool := range tools.All() {
		name := tool.Spec().Name
		ask(name, args{p.secrets["CLEVER_SECRET"]: 1})
		ask(name, args{"app": args{"x": p.secrets["password"]}, "owner": p.secrets["password"], "limit": p.secrets["CLEVER_TOKEN"]})
		if !called[name] {
			t.Errorf("%s is not called", name)
		}
	}
	ask(p.secrets["CLEVER_SECRET"], args{})
}

func find(text, pattern string) string {
	if m := regexp.MustCompile(pattern).FindString(text); m != "" {
		return m
	}
	return "none"
}

// hears is a client that keeps all that it is told.
func hears(t *testing.T, transport sdk.Transport) (*sdk.ClientSession, *lockedBuffer) {
	t.Helper()
	heard := &lockedBuffer{}
	session := connect(t, &sdk.LoggingTransport{Transport: transport, Writer: heard}, &sdk.ClientOptions{
		ProgressNotificationHandler: func(context.Context, *sdk.ProgressNotificationClientRequest) {},
	})
	return session, heard
}

// told is what was heard, without what the client itself said.
func told(heard *lockedBuffer) string {
	var b strings.Builder
	for line := range strings.Lines(heard.String()) {
		if !strings.HasPrefix(line, "write: ") {
			b.WriteString(line)
		}
	}
	return b.String()
}

func textOf(res *sdk.CallToolResult) string {
	var b strings.Builder
	for _, c := range res.Content {
		if text, ok := c.(*sdk.TextContent); ok {
			b.WriteString(text.Text)
		}
	}
	return b.String()
}

// No 8 bytes of a secret leave the process, whatever is called on whichever
// account over whichever transport: not in results, errors, progress, resources,
// prompts, completions, logs, traces, metrics or the audit file.
func TestNoSecretLeaves(t *testing.T) {
	if testing.Short() {
		t.Skip("a sweep over everything")
	}
	t.Parallel()
	for _, seed := range []string{"demo", "broken", "hostile"} {
		for _, route := range []string{"stdio", "http", "sse"} {
			// All pairs only where there is time for them.
			if os.Getenv("CLEVER_MCP_SWEEP") == "" && map[string]string{"demo": "http", "broken": "sse", "hostile": "stdio"}[seed] != route {
				continue
			}
			t.Run(seed+"/"+route, func(t *testing.T) {
				t.Parallel()
				traces := &lockedBuffer{}
				collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					body, err := io.ReadAll(r.Body)
					if err != nil {
						t.Error(err)
					}
					traces.Write(body)
				}))
				t.Cleanup(collector.Close)
				p := plant(t, seed, address(t))
				p.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.URL
				stderr := &lockedBuffer{}
				transport, fetch, stop := p.serve(t, route, stderr)
				session, heard := hears(t, transport)

				sweep(t, p, func(tool string, args map[string]any) string {
					params := &sdk.CallToolParams{Name: tool, Arguments: args}
					params.SetProgressToken("p")
					res, err := session.CallTool(t.Context(), params)
					if err != nil {
						return err.Error()
					}
					return textOf(res)
				}, true)
				attach(t, session, p)
				said := map[string]string{"the metrics": fetch("/metrics")}
				session.Close()
				stop()
				audit, err := os.ReadFile(filepath.Join(p.dir, "audit"))
				if err != nil || len(audit) < 10_000 {
					t.Errorf("the audit file has %d bytes, %v", len(audit), err)
				}
				said["the audit file"] = string(audit)
				said["standard error"], said["the client's side"], said["traces"] = stderr.String(), told(heard), traces.String()
				if len(said["the client's side"]) < 100_000 || !strings.Contains(said["traces"], "list_apps") || !strings.Contains(said["standard error"], "outcome=refused") {
					t.Errorf("too little was said to prove anything: %d bytes, %d of traces, %d on standard error", len(said["the client's side"]), len(traces.String()), len(stderr.String()))
				}
				p.check(t, said)
				clean(t, said["the client's side"])
			})
		}
	}
}

// serve starts the program for an account. fetch gets a page beside the protocol,
// "" where there are none.
func (p *planted) serve(t *testing.T, route string, stderr io.Writer) (transport sdk.Transport, fetch func(path string) string, stop func()) {
	t.Helper()
	if route == "stdio" {
		transport, stop := servePipes(t, p.env, stderr, p.flags...)
		return transport, func(string) string { return "" }, stop
	}
	file := filepath.Join(p.dir, "bearer")
	address := &seeing{pattern: regexp.MustCompile(`http://127\.0\.0\.1:\d+`), found: make(chan string, 1)}
	args := append([]string{"serve", "--http", "127.0.0.1:0", "--sse", "--metrics", "--http-token-file", file, "--confirm", "any"}, p.flags...)
	stop = serveProcess(t, Process{Args: args, Stderr: io.MultiWriter(address, stderr)}, p.env)
	base := ""
	select {
	case base = <-address.found:
	case <-time.After(30 * time.Second):
		t.Fatal("the server does not say where it serves")
	}
	token, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p.secrets["bearer"] = strings.TrimSpace(string(token))
	client := &http.Client{Transport: withBearer{&http.Transport{}, p.secrets["bearer"]}}
	fetch = func(path string) string {
		resp, err := client.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d, %v", path, resp.StatusCode, err)
		}
		return string(body)
	}
	if route == "sse" {
		return &sdk.SSEClientTransport{Endpoint: base + "/sse", HTTPClient: client}, fetch, stop
	}
	return &sdk.StreamableClientTransport{Endpoint: base + "/mcp", HTTPClient: client, MaxRetries: -1}, fetch, stop
}

// attach reads what a client offers to its user beside tools.
func attach(t *testing.T, session *sdk.ClientSession, p *planted) {
	t.Helper()
	ctx := t.Context()
	for _, uri := range []string{"clever://self", "clever://apps/" + url.PathEscape(p.app), "clever://apps/" + url.PathEscape(p.app) + "/logs", "clever://operations/GET%20%2Fv2%2Fself", "clever://apps/" + p.secrets["CLEVER_SECRET"]} {
		_, _ = session.ReadResource(ctx, &sdk.ReadResourceParams{URI: uri}) // what is told is looked at, errors too
	}
	list, err := session.ListPrompts(ctx, nil)
	if err != nil || len(list.Prompts) == 0 {
		t.Fatalf("no prompts: %v", err)
	}
	for _, prompt := range list.Prompts {
		for _, value := range []string{p.app, p.secrets["CLEVER_SECRET"]} {
			args := map[string]string{}
			for _, a := range prompt.Arguments {
				args[a.Name] = value
			}
			if _, err := session.GetPrompt(ctx, &sdk.GetPromptParams{Name: prompt.Name, Arguments: args}); err != nil {
				t.Errorf("%s: %v", prompt.Name, err)
			}
		}
		for _, a := range prompt.Arguments {
			_, err := session.Complete(ctx, &sdk.CompleteParams{Ref: &sdk.CompleteReference{Type: "ref/prompt", Name: prompt.Name}, Argument: sdk.CompleteParamsArgument{Name: a.Name}})
			if err != nil {
				t.Errorf("%s: %v", prompt.Name, err)
			}
		}
	}
}

// clean holds that nothing a client is told steers a terminal or hides.
func clean(t *testing.T, told string) {
	t.Helper()
	bad := 0
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			if tools.Visible(v) != v {
				if bad++; bad < 10 {
					t.Errorf("a client is told %.300q", v)
				}
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			for k, e := range v {
				walk(k)
				walk(e)
			}
		}
	}
	for line := range strings.Lines(told) {
		line, ok := strings.CutPrefix(line, "read: ")
		var doc any
		if ok && json.Unmarshal([]byte(line), &doc) == nil {
			walk(doc)
		}
	}
}
