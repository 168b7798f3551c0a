package tools

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"clever-mcp/cleverapi/catalogue"
)

// writing are calls that would change something, one for each tool that can.
var writing = map[string]string{
	"create_addon":   `{"provider":"postgresql-addon","name":"x","owner":"Acme Corp","plan":"dev"}`,
	"create_app":     `{"name":"x","type":"node","owner":"Acme Corp"}`,
	"create_token":   `{"name":"x"}`,
	"delete_addon":   `{"addon":"shop-cache"}`,
	"delete_app":     `{"app":"docs"}`,
	"deploy_app":     `{"app":"storefront"}`,
	"link_addon":     `{"app":"docs","addon":"shop-cache"}`,
	"raw_request":    `{"method":"PUT","path":"/v2/self","body":{"name":"x"}}`,
	"revoke_token":   `{"token":"ci"}`,
	"set_env":        `{"app":"docs","set":{"A":"b"}}`,
	"stop_app":       `{"app":"storefront"}`,
	"update_app":     `{"app":"docs","description":"x"}`,
	"update_domains": `{"app":"docs","add":["a.example.com"]}`,
}

// Read-only is enforced twice. With either layer switched off, the other still
// refuses, and nothing but reads is sent.
func TestReadOnlyHoldsTwice(t *testing.T) {
	t.Parallel()
	for name, args := range writing {
		for _, layer := range []string{"both", "tools", "requests"} {
			t.Run(name+" "+layer, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, worldOptions{ReadOnly: layer != "tools"})
				w.deps.Settings.ReadOnly = layer != "requests"
				res := w.runner.Call(t.Context(), name, json.RawMessage(args), Caller{})
				if _, handle, ok := strings.Cut(res.Text, "\nconfirm: "); ok {
					agreed := strings.TrimSuffix(args, "}") + `,"confirm":"` + handle + `"}`
					res = w.runner.Call(t.Context(), name, json.RawMessage(agreed), Caller{})
				}
				if !res.IsError || !strings.Contains(res.Text, "read-only") {
					t.Errorf("%s comes to %s", name, res.Text)
				}
				for _, r := range w.Requests() {
					if r.Method != http.MethodGet {
						t.Errorf("%s %s was sent", r.Method, r.Path)
					}
				}
			})
		}
	}
}

// Some operations only read although they are a POST. Read-only is about what can be
// seen from outside too: the method.
func TestReadOnlySendsNoPost(t *testing.T) {
	t.Parallel()
	for _, layer := range []string{"both", "tools", "requests"} {
		w := newWorld(t, worldOptions{ReadOnly: layer != "tools"})
		w.deps.Settings.ReadOnly = layer != "requests"
		ids, tried := idsOf(t, w), 0
		w.ResetRequests()
		for _, op := range catalogue.All() {
			if op.Effect != catalogue.Reads || op.Method() != http.MethodPost || op.Host != catalogue.API {
				continue
			}
			tried++
			d, _ := catalogue.Describe(op.ID)
			res := w.runner.Call(t.Context(), "raw_request", arguments(t, map[string]any{"operation": op.ID, "params": ids.params(op), "body": d.Example.Body}), Caller{})
			if !res.IsError || !strings.Contains(res.Text, "read-only") {
				t.Errorf("%s, %s: %.200s", layer, op.ID, res.Text)
			}
		}
		if sent := w.beside(""); len(sent) > 0 || tried == 0 {
			t.Errorf("%s: %d of %d were sent", layer, len(sent), tried)
		}
	}
}

// Every tool that can write has a call above, so that none is forgotten.
func TestReadOnlyKnowsEveryTool(t *testing.T) {
	t.Parallel()
	for _, tool := range All() {
		if s := tool.Spec(); s.Effect != catalogue.Reads && writing[s.Name] == "" {
			t.Errorf("%s writes and is not tried in read-only mode", s.Name)
		}
	}
	on, off, err := Select(All(), Selection{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, tool := range on {
		if s := tool.Spec(); s.Effect != catalogue.Reads && !s.AnyOperation {
			t.Errorf("%s is on in read-only mode", s.Name)
		}
	}
	if len(on)+len(off) != len(All()) {
		t.Errorf("%d tools are on and %d off, of %d", len(on), len(off), len(All()))
	}
}

// What a tool logs names it and how it went, and nothing that was in it.
func TestAuditHasNoValues(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.runner.Call(t.Context(), "create_token", json.RawMessage(`{"name":"a-name-to-look-for"}`), Caller{RequestID: "r1"})
	w.runner.Call(t.Context(), "list_apps", json.RawMessage(`{"owner":"an-owner-to-look-for"}`), Caller{RequestID: "r2"})
	w.runner.Call(t.Context(), "nothing\nforged=line", json.RawMessage(`{}`), Caller{RequestID: "r3"})
	log := w.logged.String()
	for _, want := range []string{"tool=create_token", "outcome=done", "outcome=refused", "request=r1", "request=r2", "request=r3"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s: %s", want, log)
		}
	}
	if strings.Contains(log, "to-look-for") || strings.Count(log, "\n") != 3 {
		t.Errorf("the log says too much: %s", log)
	}
}

// The line of a call that changes something is there before anybody hears of it; that
// of a read may follow the answer.
func TestLineOfAWriteComesFirst(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		tool, args string
		waits      bool
	}{
		{"get_self", `{}`, true},
		{"read_api", `{"path":"/v2/self"}`, true},
		{"raw_request", `{"method":"GET","path":"/v2/self"}`, true},
		{"raw_request", `{"method":"PUT","path":"/v2/self","body":{"name":"C"}}`, false},
		{"raw_request", `{"method":"DELETE","path":"/v2/self"}`, false}, // plans
		{"set_env", `{"app":"blog","set":{"A_NAME":"b"}}`, false},
		{"set_env", `{"app":"nobody","set":{"A_NAME":"b"}}`, false}, // is refused
	} {
		w := newWorld(t, worldOptions{})
		var later []func()
		w.runner.Call(t.Context(), tt.tool, json.RawMessage(tt.args), Caller{Later: func(do func()) { later = append(later, do) }})
		if waits := !strings.Contains(w.logged.String(), "tool="+tt.tool); waits != tt.waits || waits != (len(later) == 1) {
			t.Errorf("%s %s: its line waits: %v, and %d things do", tt.tool, tt.args, waits, len(later))
		}
		for _, do := range later {
			do()
		}
		if n := strings.Count(w.logged.String(), "tool="+tt.tool); n != 1 {
			t.Errorf("%s %s has %d lines", tt.tool, tt.args, n)
		}
	}
}

// A panic is answered with a reference, and its text stays in the log, hidden.
func TestPanic(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.deps.Hide.Learn("a-secret-value")
	w.runner.tools["get_self"].Any = panicking{w.runner.tools["get_self"].Any}
	res := w.runner.Call(t.Context(), "get_self", nil, Caller{})
	if !res.IsError || strings.Contains(res.Text, "boom") || !strings.Contains(res.Text, "reference ") {
		t.Errorf("a panic is answered with %q", res.Text)
	}
	log := w.logged.String()
	if !strings.Contains(log, "boom") || strings.Contains(log, "a-secret-value") {
		t.Errorf("the log of a panic is %s", log)
	}
}

type panicking struct{ Any }

func (panicking) decode(json.RawMessage) (any, error) { panic("boom a-secret-value") }
