package cli

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"clever-mcp/cleverapi/catalogue"
	"clever-mcp/tools"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// onlyReads holds that an account was asked for nothing but reads.
func (p *planted) onlyReads(t *testing.T) {
	t.Helper()
	asked := p.emulator.Requests()
	for _, r := range asked {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			t.Errorf("%s %s was sent", r.Method, r.Path)
		}
		// Some GETs change something.
		if op, known := catalogue.Lookup(r.Operation); known && op.Effect != catalogue.Reads {
			t.Errorf("%s was sent", op.ID)
		}
	}
	if len(asked) < 100 {
		t.Errorf("only %d requests were made", len(asked))
	}
}

// A server that is read-only sends nothing but GET and HEAD, whatever is called.
func TestReadOnlySweep(t *testing.T) {
	if testing.Short() {
		t.Skip("a sweep over everything")
	}
	t.Parallel()
	for _, seed := range []string{"demo", "broken", "hostile"} {
		if seed != "demo" && os.Getenv("CLEVER_MCP_SWEEP") == "" {
			continue // only where there is time
		}
		t.Run(seed, func(t *testing.T) {
			t.Parallel()
			p := plant(t, seed, address(t))
			p.flags = append(p.flags, "--read-only")
			transport, _, stop := p.serve(t, "stdio", io.Discard)
			session := connect(t, transport, nil)
			sweep(t, p, func(tool string, args map[string]any) string {
				res, err := session.CallTool(t.Context(), &sdk.CallToolParams{Name: tool, Arguments: args})
				if err != nil {
					return err.Error()
				}
				return textOf(res)
			}, seed == "demo")
			attach(t, session, p)
			session.Close()
			stop()
			p.onlyReads(t)
		})
	}
}

// The filter of tools, the tool layer and the request chain each keep a server
// read-only. Without the filter, and without the layer below it too, the sweep
// still sends nothing but reads; nor does it when the chain is the layer that is
// away.
func TestReadOnlySweepWithoutALayer(t *testing.T) {
	if testing.Short() {
		t.Skip("a sweep over everything")
	}
	t.Parallel()
	for name, away := range map[string]struct{ filter, layer, chain bool }{
		"filter":           {filter: true},
		"filter and layer": {filter: true, layer: true},
		"filter and chain": {filter: true, chain: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := plant(t, "demo", address(t))
			proc := &Process{Stderr: io.Discard, Getenv: func(name string) string { return p.env[name] }}
			o, err := open(proc, &settings{readOnly: !away.chain, confirm: "any", tokenDir: p.dir, filesDir: p.dir, allowDirs: []string{p.dir + "/values"}})
			if err != nil {
				t.Fatal(err)
			}
			o.deps.Settings.ReadOnly = !away.layer
			runner, err := tools.NewRunner(tools.All(), o.deps)
			if err != nil {
				t.Fatal(err)
			}
			sweep(t, p, func(tool string, args map[string]any) string {
				raw, err := json.Marshal(args)
				if err != nil {
					t.Fatal(err)
				}
				return runner.Call(context.Background(), tool, raw, tools.Caller{ID: "sweep"}).Text
			}, false)
			p.onlyReads(t)
		})
	}
}

// A tool that was switched off is not called unknown: the user can be told.
func TestToolThatIsSwitchedOffIsNamed(t *testing.T) {
	t.Parallel()
	in := `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"set_env","arguments":{"app":"storefront","set":{"A":"1"}}}}
{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"set_enf","arguments":{}}}
`
	out, _, code := run(t, nil, in, "serve", "--demo", "--read-only")
	if code != exitDone || !strings.Contains(out, `"The tool set_env is switched off on this server. Nothing was done.\nNext: tell the user`) || !strings.Contains(out, `There is no tool \"set_enf\".`) {
		t.Errorf("exit %d: %s", code, out)
	}
}

// A prompt that has the model call what is switched off can only fail: it is not
// offered, and who asks for it learns why.
func TestPromptsOfToolsThatAreSwitchedOff(t *testing.T) {
	t.Parallel()
	in := `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
{"jsonrpc":"2.0","id":2,"method":"prompts/list"}
{"jsonrpc":"2.0","id":3,"method":"prompts/get","params":{"name":"deploy_safely_fr","arguments":{"app":"storefront"}}}
`
	const why = "is not offered, because this server has these tools of it switched off: "
	for _, tt := range []struct {
		args          []string
		offered, said string
	}{
		{nil, "deploy_safely review_costs set_up_app troubleshoot_app", ""},
		{[]string{"--read-only"}, "review_costs troubleshoot_app", why + "deploy_app."},
		{[]string{"--without", "get_billing,deploy_app,get_app"}, "set_up_app troubleshoot_app", why + "get_app, deploy_app."},
		{[]string{"--tools", "get_self"}, "", why + "get_app, deploy_app, get_logs."},
	} {
		out, _, code := run(t, nil, in, append([]string{"serve", "--demo"}, tt.args...)...)
		var got []string
		for _, r := range recipes {
			en, fr := strings.Contains(out, `"name":"`+r.name+`"`), strings.Contains(out, `"name":"`+r.name+`_fr"`)
			if en != fr {
				t.Errorf("%v: %s is offered in one language", tt.args, r.name)
			}
			if en {
				got = append(got, r.name)
			}
		}
		slices.Sort(got)
		if s := strings.Join(got, " "); code != exitDone || s != tt.offered {
			t.Errorf("%v: exit %d, offered %q, want %q", tt.args, code, s, tt.offered)
		}
		if answered := strings.Contains(out, "Déploie l'application"); answered != (tt.said == "") || !strings.Contains(out, tt.said) {
			t.Errorf("%v: %s", tt.args, out)
		}
	}
}
