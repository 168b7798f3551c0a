package server

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"clever-mcp/tools"

	"github.com/mark3labs/mcp-go/mcp"
)

// A call of 2026-07-28, and one from before.
const (
	modernCall = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_zones","arguments":{"tags":["a"]},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"},"io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}}}}`
	olderCall  = `{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"list_zones","arguments":{"tags":["a \"b\""]}}}`
)

// toldZone names the zone after all that a tool learns of its call.
func toldZone() tools.Any {
	return reads(func(_ context.Context, c *tools.Call, tags []string) (string, error) {
		said, err := json.Marshal([]any{tags, c.Caller.Elicit, c.Caller.ElicitURL, c.Caller.Progress != nil})
		return string(said), err
	})
}

// bothWays answers a message as a plain call and by the library. plain is nil when it
// is none.
func bothWays(t testing.TB, s *Server, msg string) (plain, library []byte) {
	t.Helper()
	e, bad := readEnvelope([]byte(msg))
	if bad != nil {
		return nil, nil
	}
	c := newConn(s, "test", "test", func([]byte) error { return nil })
	defer c.asks.hangUp()
	ctx := func() context.Context {
		return s.mcp.WithContext(withExchange(t.Context(), &exchange{send: func([]byte) error { return nil }, answers: t.Context()}), newSession(c))
	}
	render := func(resp mcp.JSONRPCMessage) []byte {
		var out bytes.Buffer
		if bad := s.render(&out, e.id, resp); bad != nil {
			t.Fatalf("%s: %v", msg, bad)
		}
		return out.Bytes()
	}
	call, ok := s.readPlain([]byte(msg), &e)
	if !ok {
		return nil, nil
	}
	result, bad := s.runPlain(ctx(), call)
	if bad != nil {
		t.Fatal(bad)
	}
	resp, bad := s.dispatch(ctx(), []byte(msg))
	if bad != nil {
		t.Fatal(bad)
	}
	return render(mcp.JSONRPCResponse{JSONRPC: mcp.JSONRPC_VERSION, Result: result}), render(resp)
}

func sameJSON(t testing.TB, msg string, got, want []byte) {
	t.Helper()
	var a, b any
	if err := json.Unmarshal(got, &a); err != nil {
		t.Fatalf("%s\nanswered by %s: %v", msg, got, err)
	}
	if err := json.Unmarshal(want, &b); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("%s\nanswered by %s\nthe library %s", msg, got, want)
	}
}

func TestPlainCallsAreAnsweredAsTheLibraryDoes(t *testing.T) {
	t.Parallel()
	s := newServer(t, toldZone())
	for _, msg := range []string{
		modernCall, olderCall,
		strings.Replace(modernCall, `{"elicitation":{}}`, `{}`, 1),
		strings.Replace(modernCall, `{"elicitation":{}}`, `{"elicitation":{"url":{}}}`, 1),
		strings.Replace(modernCall, `"_meta":{`, `"_meta":{"progressToken":7,`, 1),
		strings.Replace(olderCall, `"arguments"`, `"_meta":{"progressToken":"p"},"arguments"`, 1),
		strings.Replace(olderCall, `"arguments"`, `"_meta":{"io.modelcontextprotocol/protocolVersion":"2025-06-18"},"arguments"`, 1),
		strings.Replace(olderCall, `"arguments"`, `"_meta":null,"arguments"`, 1),
		strings.Replace(olderCall, `,"arguments":{"tags":["a \"b\""]}`, ``, 1),
		strings.Replace(olderCall, `{"tags":["a \"b\""]}`, `null`, 1),
		strings.Replace(olderCall, `{"tags":["a \"b\""]}`, `{"zone":1}`, 1), // the tool refuses it
		strings.Replace(olderCall, `"name":"list_zones"`, ` "name" : "list\u005fzones" `, 1),
	} {
		plain, library := bothWays(t, s, msg)
		if plain == nil {
			t.Errorf("%s is left to the library", msg)
			continue
		}
		sameJSON(t, msg, plain, library)
	}
}

func TestWhatIsDoubtfulGoesToTheLibrary(t *testing.T) {
	t.Parallel()
	s := newServer(t, toldZone())
	for name, msg := range map[string]string{
		"another version of JSON-RPC":  strings.Replace(olderCall, `"2.0"`, `"1.0"`, 1),
		"none":                         strings.Replace(olderCall, `"jsonrpc":"2.0",`, ``, 1),
		"a notification":               strings.Replace(olderCall, `"id":"x",`, ``, 1),
		"a result too":                 strings.Replace(olderCall, `"id"`, `"result":{},"id"`, 1),
		"another method":               strings.Replace(olderCall, `tools/call`, `prompts/get`, 1),
		"a tool of nobody":             strings.Replace(olderCall, `list_zones`, `list_apps`, 1),
		"a task":                       strings.Replace(olderCall, `"arguments"`, `"task":{},"arguments"`, 1),
		"an answer to a question":      strings.Replace(modernCall, `"arguments"`, `"inputResponses":{},"arguments"`, 1),
		"its state":                    strings.Replace(modernCall, `"arguments"`, `"requestState":"s","arguments"`, 1),
		"no capabilities":              strings.Replace(modernCall, `,"io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}`, ``, 1),
		"capabilities that are none":   strings.Replace(modernCall, `{"elicitation":{}}`, `7`, 1),
		"a revision that is to come":   strings.Replace(modernCall, `2026-07-28`, `2027-01-01`, 1),
		"a _meta that is a list":       strings.Replace(olderCall, `"arguments"`, `"_meta":[],"arguments"`, 1),
		"broken deeper down":           strings.Replace(olderCall, `["a \"b\""]`, `[truly]`, 1),
		"an argument that is cut":      strings.Replace(olderCall, `["a \"b\""]`, `["\x"]`, 1),
		"something after the message":  olderCall + ` {}`,
		"text that nobody may have in": strings.Replace(olderCall, `a \"b\"`, "a\nb", 1),
	} {
		if plain, _ := bothWays(t, s, msg); plain != nil {
			t.Errorf("%s: %s is answered by %s", name, msg, plain)
		}
	}
}

// Over HTTP the headers have to say the same as the body.
func TestPlainHeaders(t *testing.T) {
	t.Parallel()
	e := &endpoint{inHeaders: map[string][]string{"list_zones": {"owner"}}}
	s := newServer(t, toldZone())
	env, bad := readEnvelope([]byte(modernCall))
	if bad != nil {
		t.Fatal(bad)
	}
	call, ok := s.readPlain([]byte(modernCall), &env)
	if !ok {
		t.Fatal("the call is not plain")
	}
	for name, tt := range map[string]struct {
		change func(h http.Header, c *plainCall)
		plain  bool
	}{
		"as they should be":          {func(http.Header, *plainCall) {}, true},
		"headers of others":          {func(h http.Header, _ *plainCall) { h.Set("Traceparent", "x") }, true},
		"another revision":           {func(h http.Header, _ *plainCall) { h.Set(mcp.HeaderProtocolVersion, "2025-11-25") }, false},
		"no revision":                {func(h http.Header, _ *plainCall) { h.Del(mcp.HeaderProtocolVersion) }, false},
		"another method":             {func(h http.Header, _ *plainCall) { h.Set(mcp.HeaderMethod, "tools/list") }, false},
		"no method":                  {func(h http.Header, _ *plainCall) { h.Del(mcp.HeaderMethod) }, false},
		"another tool":               {func(h http.Header, _ *plainCall) { h.Set(mcp.HeaderName, "get_app") }, false},
		"no tool":                    {func(h http.Header, _ *plainCall) { h.Del(mcp.HeaderName) }, false},
		"an event to go on from":     {func(h http.Header, _ *plainCall) { h.Set(mcp.HeaderLastEventID, "1") }, false},
		"an argument in the headers": {func(h http.Header, _ *plainCall) { h.Set("Mcp-Param-Owner", "acme") }, false},
		"one that should be there":   {func(_ http.Header, c *plainCall) { c.request.Params.RawArguments = []byte(`{"owner":"acme"}`) }, false},
		"spelled in another way":     {func(_ http.Header, c *plainCall) { c.request.Params.RawArguments = []byte(`{"own\u0065r":"acme"}`) }, false},
		"from before 2026-07-28":     {func(_ http.Header, c *plainCall) { c.info.Modern = false }, false},
	} {
		h := http.Header{}
		h.Set(mcp.HeaderProtocolVersion, "2026-07-28")
		h.Set(mcp.HeaderMethod, "tools/call")
		h.Set(mcp.HeaderName, "list_zones")
		c, info := call, *call.info
		c.info = &info
		tt.change(h, &c)
		if got := e.plainHeaders(h, &c); got != tt.plain {
			t.Errorf("%s: plain is %v", name, got)
		}
	}
}

// FuzzPlainCall compares the two ways for whatever counts as plain.
func FuzzPlainCall(f *testing.F) {
	s := newServer(f, toldZone())
	for _, seed := range []string{modernCall, olderCall, strings.Replace(modernCall, `"_meta":{`, `"_meta":{"progressToken":7,"io.modelcontextprotocol/logLevel":"info","a":[1],`, 1)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, msg string) {
		if plain, library := bothWays(t, s, msg); plain != nil {
			sameJSON(t, msg, plain, library)
		}
	})
}
