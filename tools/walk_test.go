package tools

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"clever-mcp/cleverapi/catalogue"
	"clever-mcp/cleverapi/emulator"
)

// absent is a socket: the API says so to whoever asks without an upgrade.
var absent = []string{"GET /v2/events/event-socket"}

// Every GET that the emulator serves can be called through read_api with what
// the demo account has, and what was ordered for it.
func TestEveryRead(t *testing.T) {
	if testing.Short() {
		t.Skip("a sweep over everything")
	}
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, worldOptions{Files: true})
		ids := idsOf(t, w)
		ids.furnish(t, w)
		read := 0
		for _, op := range catalogue.All() {
			if op.Method() != http.MethodGet {
				continue
			}
			w.ResetRequests()
			d, _ := catalogue.Describe(op.ID)
			res := w.runner.Call(t.Context(), "read_api", arguments(t, map[string]any{"operation": op.ID, "params": ids.params(op), "query": ids.query(op, d.Example.Query)}), Caller{})
			w.check(t, "read_api", res)
			refused := op.Forbidden || op.Effect != catalogue.Reads || op.Host == catalogue.KVProxy
			switch sent := w.Requests(); {
			case strings.Contains(res.Text, "mistake of this server"):
				t.Errorf("%s panics: %s", op.ID, w.logged)
			case refused && (!res.IsError || len(sent) > 0):
				t.Errorf("%s is sent %d times, and comes to %s", op.ID, len(sent), clip(res.Text, 300))
			case refused:
			case len(sent) == 0:
				if !strings.Contains(res.Text, "login") && !strings.Contains(res.Text, "second factors") {
					t.Errorf("%s is not sent: %s", op.ID, res.Text)
				}
			case sent[len(sent)-1].Status == http.StatusNotImplemented: // what was read before is for a log
			case slices.Contains(absent, op.ID):
				if status := sent[0].Status; !res.IsError || status != http.StatusUpgradeRequired {
					t.Errorf("%s is there: %s", op.ID, clip(res.Text, 300))
				}
			case res.IsError:
				t.Errorf("%s %v comes to %s", op.ID, ids.params(op), clip(res.Text, 300))
			default:
				read++
			}
		}
		if read < 120 {
			t.Errorf("only %d operations were read", read)
		}
	})
}

func arguments(t testing.TB, args map[string]any) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Every operation that changes something reaches the API through raw_request,
// and what destroys is first a plan. Read-only refuses all of them.
func TestEveryChange(t *testing.T) {
	if testing.Short() {
		t.Skip("a sweep over everything")
	}
	t.Parallel()
	w, guarded := newWorld(t, worldOptions{Files: true}), newWorld(t, worldOptions{ReadOnly: true})
	ids := idsOf(t, w)
	ids.furnish(t, w)
	done := 0
	for _, op := range deepestFirst(catalogue.All()) {
		if op.Effect == catalogue.Reads {
			continue
		}
		d, _ := catalogue.Describe(op.ID)
		c := change{op: op, params: ids.params(op), query: d.Example.Query}
		if d.Example.Body != nil {
			c.body = d.Example.Body
		}
		if !op.Forbidden && op.Host != catalogue.KVProxy {
			ids.ready(t, w, &c)
		}
		args := map[string]any{"operation": op.ID, "params": c.params, "query": c.query}
		if c.body != nil {
			args["body"] = c.body
		}
		guarded.ResetRequests()
		if res := guarded.runner.Call(t.Context(), "raw_request", arguments(t, args), Caller{}); !res.IsError || len(guarded.Requests()) > 0 {
			t.Errorf("%s in read-only mode comes to %s", op.ID, clip(res.Text, 300))
		}
		w.ResetRequests()
		res := w.runner.Call(t.Context(), "raw_request", arguments(t, args), Caller{})
		w.check(t, "raw_request", res)
		_, handle, planned := strings.Cut(res.Text, "\nconfirm: ")
		if planned {
			if len(w.beside(op.ID)) > 0 {
				t.Errorf("%s is sent before anybody agreed", op.ID)
			}
			args["confirm"] = handle
			res = w.runner.Call(t.Context(), "raw_request", arguments(t, args), Caller{})
			w.check(t, "raw_request", res)
		}
		sent := w.beside(op.ID)
		refused := strings.Contains(res.Text, "never performed by a raw request") || strings.Contains(res.Text, "not reached from here") ||
			strings.Contains(res.Text, "not done by raw requests") || strings.Contains(res.Text, "never pass through the conversation") || strings.Contains(res.Text, "made by create_token")
		switch {
		case strings.Contains(res.Text, "mistake of this server"):
			t.Errorf("%s panics: %s", op.ID, w.logged)
		case (op.Forbidden || op.Host == catalogue.KVProxy) && !refused, refused && len(sent) > 0:
			t.Errorf("%s is sent %d times, and comes to %s", op.ID, len(sent), clip(res.Text, 300))
		case refused:
		case op.Effect == catalogue.Destroys && op.Method() != http.MethodGet && !planned:
			t.Errorf("%s needs no consent", op.ID)
		case len(sent) == 0 || sent[0].Operation != op.ID || sent[0].Status == http.StatusUnauthorized && op.ID != signsOut:
			t.Errorf("%s is sent %d times, and comes to %s", op.ID, len(sent), clip(res.Text, 300))
		case !res.IsError:
			done++
		case sent[len(sent)-1].Status == http.StatusNotImplemented: // what was read before is for a log
		case !slices.Contains(unfit, op.ID):
			t.Errorf("%s %v is refused: %s", op.ID, c.params, clip(res.Text, 300))
		}
	}
	if done < 80 {
		t.Errorf("only %d changes were done", done)
	}
}

// unfit are operations whose request is right, and which the emulator always
// refuses: no set-up fails there that could go on.
var unfit = []string{
	"POST /v4/kubernetes/organisations/{ownerId}/clusters/{clusterId}/node-groups/{nodeGroupId}/resume",
	"POST /v4/kubernetes/organisations/{ownerId}/clusters/{clusterId}/resume",
}

// signsOut revokes the token in use, unless the account was deleted before.
const signsOut = "DELETE /v2/self/tokens/{token}"

// deepestFirst puts what hangs on something before that thing, so that a walk
// does not take away what it needs later.
func deepestFirst(operations []catalogue.Operation) []catalogue.Operation {
	last := []string{"DELETE /v2/organisations/{id}", "DELETE /v2/self", signsOut}
	rank := func(op catalogue.Operation) int {
		if i := slices.Index(last, op.ID); i >= 0 {
			return 1000 + i
		}
		if op.Effect == catalogue.Destroys {
			if op.Method() != http.MethodDelete {
				return 1 // what it changes is taken away below
			}
			return 100 - strings.Count(op.Path(), "/")
		}
		return 0
	}
	return slices.SortedStableFunc(slices.Values(operations), func(a, b catalogue.Operation) int { return rank(a) - rank(b) })
}

// Paths that mean to end elsewhere are refused before anything is sent.
func TestHostilePaths(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	for _, path := range []string{
		"/v2/../v4/x", "/v2/self/../../x", "/v2/%2e%2e/x", "/v2/%2E./x", "/v2/.%2e/x", "/v2/self/.", "/v2/%252e%252e/x",
		"//example.com/v2/self", "/v2//self", "///v2/self", "/v2/self/", "\\\\example.com\\v2", "/v2\\self", "/v2/%5cself", "/v2/a%2fb", "/v2/a%252fb",
		"/v2/self\r\nHost: example.com", "/v2/self%0d%0aHost:%20example.com", "/v2/self%00", "/v2/self\x00", "/v2/self\t", "/v2/ self", "/v2/sélf",
		"https://user:pw@127.0.0.1/v2/self", "http://user@127.0.0.1/v2/self", "https://example.com/v2/self", "http://127.0.0.1.example.com/v2/self",
		"http://127.0.0.1@example.com/v2/self", "http://127.0.0.1:99999/v2/self", "http://127.0.0.1:8/v2/self", "HTTP://127.0.0.1/v2/self",
		"file:///etc/passwd", "javascript:alert(1)", "/etc/passwd", "v2/self", "", " ", "/", "/v2", "/v1/self", "/V2/self", "/v2/self?x=1", "/v2/self#x", "/v2/{id}",
	} {
		for _, call := range []struct{ tool, method string }{{"read_api", ""}, {"raw_request", "GET"}, {"raw_request", "POST"}} {
			args := map[string]any{"path": path}
			if call.method != "" {
				args["method"] = call.method
			}
			if res := w.runner.Call(t.Context(), call.tool, arguments(t, args), Caller{}); !res.IsError {
				t.Errorf("%s of %q comes to %s", call.tool, path, clip(res.Text, 300))
			}
		}
	}
	for _, method := range []string{"TRACE", "CONNECT", "OPTIONS", "get", "GET ", "GET\r\nX: y", "", "PROPFIND"} {
		if res := w.runner.Call(t.Context(), "raw_request", arguments(t, map[string]any{"method": method, "path": "/v2/self"}), Caller{}); !res.IsError {
			t.Errorf("the method %q comes to %s", method, clip(res.Text, 300))
		}
	}
	if sent := w.Requests(); len(sent) > 0 {
		t.Errorf("%d requests were sent, the first %s %s", len(sent), sent[0].Method, sent[0].Path)
	}
}

// beside leaves out what was only read, for a plan, beside an operation.
func (w *world) beside(operation string) []emulator.Request {
	return slices.DeleteFunc(w.Requests(), func(r emulator.Request) bool {
		return r.Method == http.MethodGet && r.Operation != operation
	})
}
