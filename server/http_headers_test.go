package server

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"clever-mcp/cleverapi/catalogue"
	"clever-mcp/tools"
)

type appIn struct {
	App   string `json:"app"`
	Owner string `json:"owner"`
}

type diagnosisOut struct {
	App     string   `json:"app"`
	Healthy bool     `json:"healthy"`
	Causes  []string `json:"causes"`
	Checked []string `json:"checked"`
}

// named is a tool with the arguments app and owner; its result is their values.
func named() tools.Any {
	return &tools.Tool[appIn, diagnosisOut]{
		Name: "diagnose_app", Effect: catalogue.Reads,
		Run: func(_ context.Context, _ *tools.Call, in appIn) (diagnosisOut, error) {
			return diagnosisOut{App: "app " + in.App + " of " + in.Owner, Causes: []string{}, Checked: []string{}}, nil
		},
	}
}

const namedLine = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{%s"name":"diagnose_app","arguments":{"app":"shop","owner":"Café"}}}`

// Since 2026-07-28 the owner and the application of a call stand in headers too,
// for gateways. Both must say the same, or a gateway lets through what it would
// have stopped.
func TestHeadersOfArgumentsAgreeWithTheBody(t *testing.T) {
	t.Parallel()
	v := open(t, newServer(t, named()), testHTTP)
	defer v.close()
	body := fmt.Sprintf(namedLine, `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}},`)
	always := []string{"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", "diagnose_app"}
	const cafe = "=?base64?Q2Fmw6k=?=" // Café
	for _, c := range []struct {
		name    string
		headers []string
		status  int
		want    string
	}{
		{"both", []string{"Mcp-Param-App", "shop", "Mcp-Param-Owner", cafe}, 200, "app shop of Café"},
		{"one that no argument has", []string{"Mcp-Param-App", "shop", "Mcp-Param-Owner", cafe, "Mcp-Param-Zone", "par"}, 200, "app shop of Café"},
		{"none", nil, 400, "-32020"},
		{"only one", []string{"Mcp-Param-App", "shop"}, 400, "-32020"},
		{"another application", []string{"Mcp-Param-App", "blog", "Mcp-Param-Owner", cafe}, 400, "-32020"},
		{"another owner", []string{"Mcp-Param-App", "shop", "Mcp-Param-Owner", "acme"}, 400, "-32020"},
		{"broken encoding", []string{"Mcp-Param-App", "shop", "Mcp-Param-Owner", "=?base64?!?="}, 400, "-32020"},
		{"another tool", []string{"Mcp-Param-App", "shop", "Mcp-Param-Owner", cafe, "Mcp-Name", "get_app"}, 400, "-32020"},
	} {
		resp, got := v.post(body, append(always, c.headers...)...)
		if resp.StatusCode != c.status || !strings.Contains(got, c.want) {
			t.Errorf("%s: %d %s, want %d with %s", c.name, resp.StatusCode, got, c.status, c.want)
		}
	}
	r := v.request(t.Context(), "POST", "/mcp", body, append(always, "Mcp-Param-App", "shop", "Mcp-Param-Owner", cafe)...)
	r.Header.Add("Mcp-Param-App", "blog")
	if resp, got := v.do(r); resp.StatusCode != 400 || !strings.Contains(got, "Mcp-Param-App stands there twice") {
		t.Errorf("two headers: %d %s", resp.StatusCode, got)
	}
}

// Before 2026-07-28, and on standard input, there are no such headers.
func TestOlderClientsSendNoHeadersOfArguments(t *testing.T) {
	t.Parallel()
	s := newServer(t, named())
	v := open(t, s, testHTTP)
	defer v.close()
	for _, version := range []string{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"} {
		session := v.begin(strings.Replace(elicitingHello, "2025-11-25", version, 1))
		resp, got := v.post(fmt.Sprintf(namedLine, ""), sessionHeader, session, "Mcp-Protocol-Version", version)
		if resp.StatusCode != 200 || !strings.Contains(got, "app shop of Café") {
			t.Errorf("%s: %d %s", version, resp.StatusCode, got)
		}
	}
	w := openWire(t, s)
	w.send(fmt.Sprintf(namedLine, `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}},`))
	if got := w.next(); !strings.Contains(got, "app shop of Café") {
		t.Errorf("stdio: %s", got)
	}
}
