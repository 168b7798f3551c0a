package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// network carries the requests of tests. Whenever a server of httptest is closed, it
// closes the idle connections of the default transport, under the hands of others.
var network = &http.Transport{}

func newRecord(t *testing.T, person string) (r *record, agent, server *bytes.Buffer, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "messages.jsonl")
	j, err := openJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	agent, server = &bytes.Buffer{}, &bytes.Buffer{}
	return &record{journal: j, person: person, out: whole{to: agent}, in: whole{to: server}}, agent, server, path
}

// pass sends lines through: ">" from the agent, "<" from the server.
func pass(t *testing.T, r *record, lines ...string) {
	t.Helper()
	for _, line := range lines {
		send := r.fromServer
		if line[0] == '>' {
			send = r.fromAgent
		}
		if err := send([]byte(line[1:] + "\n")); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRecordCountsCalls(t *testing.T) {
	t.Parallel()
	r, agent, server, path := newRecord(t, "")
	pass(t, r,
		`>{"jsonrpc":"2.0","id":1,"method":"tools/list"}`,
		`<{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"get_self","description":"Shows.","inputSchema":{},"outputSchema":{"much":"more"}}]}}`,
		`>{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"get_self","arguments":{"a":1}}}`,
		`<{"jsonrpc":"2.0","id":2,"method":"ping"}`, // the server counts its own ids
		`>{"jsonrpc":"2.0","id":2,"result":{}}`,
		`<{"jsonrpc":"2.0","id":2,"result":{"isError":true,"content":[{"type":"text","text":"no"}]}}`,
	)
	got, err := readTranscript(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := `[{"name":"get_self","description":"Shows.","inputSchema":{}}]`; got.tools != want {
		t.Errorf("the tools are %s, want %s", got.tools, want)
	}
	if len(got.calls) != 1 || got.calls[0] != (call{"get_self", `{"a":1}`, "no", true}) {
		t.Errorf("the calls are %+v", got.calls)
	}
	if c := got.cost(); c.Calls != 1 || c.Tokens < 5 || c.Tokens > 20 {
		t.Errorf("they cost %+v", c)
	}
	if strings.Count(agent.String(), "\n") != 3 || strings.Count(server.String(), "\n") != 3 {
		t.Errorf("to the agent went\n%s\nand to the server\n%s", agent, server)
	}
}

func TestRecordPlaysThePerson(t *testing.T) {
	t.Parallel()
	question := `<{"jsonrpc":"2.0","id":7,"method":"elicitation/create","params":{"message":"This would delete: application \"docs\" (app_1).","requestedSchema":{"properties":{"name":{}}}}}`
	for person, want := range map[string]string{
		"accept":  `{"id":7,"jsonrpc":"2.0","result":{"action":"accept","content":{"name":"docs"}}}`,
		"decline": `{"id":7,"jsonrpc":"2.0","result":{"action":"decline"}}`,
	} {
		r, agent, server, _ := newRecord(t, person)
		pass(t, r, question)
		if agent.Len() > 0 || strings.TrimSpace(server.String()) != want {
			t.Errorf("%s: the server got %s and the agent %s", person, server, agent)
		}
	}
}

// What the agent's own client can ask a person makes no difference.
func TestRecordSaysWhetherThereIsAPerson(t *testing.T) {
	t.Parallel()
	for person, want := range map[string]bool{"": false, "decline": true} {
		r, agent, server, _ := newRecord(t, person)
		pass(t, r, `>{"jsonrpc":"2.0","id":1,"method":"server/discover"}`, `>{"jsonrpc":"2.0","id":2,"method":"initialize","params":{"capabilities":{"roots":{},"elicitation":{"url":{}}}}}`)
		var m struct {
			Params struct{ Capabilities map[string]map[string]any }
		}
		if err := json.Unmarshal(server.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		if can, ok := m.Params.Capabilities["elicitation"]; ok != want || len(can) > 0 {
			t.Errorf("person %q: the server hears of %v", person, m.Params.Capabilities)
		}
		if !strings.Contains(agent.String(), "-32601") {
			t.Errorf("server/discover is answered %s", agent)
		}
	}
}

func TestProxyKeepsBodiesAndEvents(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept") == "text/event-stream" {
			_, _ = w.Write([]byte("event: message\ndata: {\"id\":2,\"result\":{\"content\":[{\"text\":\"two\"}]}}\n\n"))
			return
		}
		_, _ = w.Write([]byte(`{"id":1,"result":{"content":[{"text":"one"}]}}`))
	}))
	defer server.Close()
	path := filepath.Join(t.TempDir(), "messages.jsonl")
	w, err := proxy(server.URL+"/mcp", path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.stop()
	for i, accept := range []string{"application/json", "text/event-stream"} {
		req, err := http.NewRequestWithContext(t.Context(), "POST", w.url, strings.NewReader(`{"id":`+string(rune('1'+i))+`,"method":"tools/call","params":{"name":"t"}}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", accept)
		resp, err := (&http.Client{Transport: network}).Do(req)
		if err != nil {
			t.Fatal(err)
		}
		var body bytes.Buffer
		_, _ = body.ReadFrom(resp.Body)
		resp.Body.Close()
	}
	got, err := readTranscript(path)
	if err != nil || len(got.calls) != 2 || got.calls[0].result != "one" || got.calls[1].result != "two" {
		t.Errorf("the calls are %+v, %v", got.calls, err)
	}
}
