package tools

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"clever-mcp/cleverapi/catalogue"
	"clever-mcp/cleverapi/emulator"
)

// readers are calls of the tools that only read.
var readers = map[string]string{
	"diagnose_app":     `{"app":"storefront"}`,
	"get_addon":        `{"addon":"shop-db"}`,
	"get_app":          `{"app":"storefront"}`,
	"get_billing":      `{"owner":"Acme Corp"}`,
	"get_env":          `{"app":"storefront"}`,
	"get_logs":         `{"app":"storefront"}`,
	"get_metrics":      `{"app":"storefront"}`,
	"get_self":         `{}`,
	"list_addons":      `{}`,
	"list_apps":        `{}`,
	"list_deployments": `{"app":"storefront"}`,
	"list_products":    `{}`,
	"list_tokens":      `{}`,
	"list_zones":       `{}`,
	"read_api":         `{"path":"/v2/self"}`,
	"search_api":       `{"phrase":"domains"}`,
}

// callOf is a good call of any tool.
func callOf(t *testing.T, tool string) json.RawMessage {
	t.Helper()
	args := writing[tool] + readers[tool]
	if args == "" {
		t.Fatalf("%s has no call", tool)
	}
	return json.RawMessage(args)
}

// agreed calls a tool, and once more when it wants to be confirmed.
func (w *world) agreed(ctx context.Context, tool string, args json.RawMessage) Result {
	res := w.runner.Call(ctx, tool, args, Caller{})
	if _, handle, ok := strings.Cut(res.Text, "\nconfirm: "); ok {
		res = w.runner.Call(ctx, tool, json.RawMessage(strings.TrimSuffix(string(args), "}")+`,"confirm":"`+handle+`"}`), Caller{})
	}
	return res
}

// mishaps are the ways in which answers go wrong.
func mishaps() map[string]emulator.Fault {
	all := map[string]emulator.Fault{
		"reset":            {Kind: emulator.FaultReset},
		"reset when done":  {Kind: emulator.FaultReset, After: true},
		"hang":             {Kind: emulator.FaultHang},
		"slow":             {Kind: emulator.FaultSlow},
		"truncated":        {Kind: emulator.FaultTruncated},
		"other JSON":       {Kind: emulator.FaultWrongJSON},
		"page":             {Kind: emulator.FaultNotJSON},
		"redirect":         {Kind: emulator.FaultRedirect, Location: "https://evil.example/v2/self"},
		"gzip bomb":        {Kind: emulator.FaultGzipBomb},
		"endless":          {Kind: emulator.FaultEndless},
		"500":              {Status: 500},
		"502 as a page":    {Status: 502, Body: emulator.BodyHTML},
		"503 without body": {Status: 503, Body: emulator.BodyEmpty},
		"504":              {Status: 504},
		"401":              {Status: 401},
		"403":              {Status: 403},
	}
	for name, value := range map[string]string{
		"none": "", "seconds": "2", "zero": "0", "negative": "-1", "an hour": "3600", "nonsense": "soon", "huge": "999999999999999999999",
		"date": started.Add(5 * time.Second).Format(http.TimeFormat), "date in the past": started.Add(-time.Hour).Format(http.TimeFormat),
	} {
		all["429, Retry-After "+name] = emulator.Fault{Status: 429, RetryAfter: value}
	}
	return all
}

// patience is what a call may take when everything goes wrong: the 30 seconds of each
// request, for the requests that follow each other.
const patience = 4 * time.Minute

// Whatever goes wrong with every answer, each tool ends in time with an error that
// says what to do, or with a result that fits its contract, and a write was sent
// at most once.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("a sweep over everything")
	}
	t.Parallel()
	for name, fault := range mishaps() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, tool := range All() {
				tool := tool.Spec().Name
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t, worldOptions{Speed: 1})
					f := fault
					f.Count = -1
					w.Inject(f)
					start := time.Now()
					res := w.agreed(t.Context(), tool, callOf(t, tool))
					if took := time.Since(start); took > patience {
						t.Errorf("%s: took %s", tool, took)
					}
					w.saysWhatHappened(t, tool, res)
				})
			}
		})
	}
}

// saysWhatHappened holds for whatever a call comes to when answers go wrong.
func (w *world) saysWhatHappened(t *testing.T, tool string, res Result) {
	t.Helper()
	if strings.Contains(w.logged.String(), "panic") || strings.Contains(res.Text, "mistake of this server") {
		t.Fatalf("%s: panics: %s", tool, w.logged)
	}
	w.check(t, tool, res)
	if res.IsError && !strings.Contains(res.Text, "\nNext: ") && !strings.Contains(res.Text, "list_") && !strings.Contains(res.Text, "Repeat the call") {
		t.Errorf("%s: says no next step: %s", tool, res.Text)
	}
	seen := map[string]int{}
	for _, r := range w.Requests() {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			seen[r.Method+" "+r.Path]++
		}
	}
	for write, n := range seen {
		// A signature that was refused changed nothing, and is tried in its other form.
		if n > 1 && !strings.Contains(res.Text, "401") {
			t.Errorf("%s: %s was sent %d times", tool, write, n)
		}
	}
}

// When the answer of a write is lost, it is sent once, and the result says that it
// may have happened, or what looking afterwards showed.
func TestLostAnswers(t *testing.T) {
	if testing.Short() {
		t.Skip("a sweep over everything")
	}
	t.Parallel()
	for _, tool := range All() {
		spec := tool.Spec()
		uses := spec.Uses
		if spec.Name == "raw_request" {
			uses = []string{"PUT /v2/self"}
		}
		for _, op := range uses {
			if strings.HasPrefix(op, "GET ") {
				continue
			}
			for _, fault := range []emulator.Fault{
				{Kind: emulator.FaultReset}, {Kind: emulator.FaultReset, After: true}, {Kind: emulator.FaultHang}, {Kind: emulator.FaultHang, After: true},
			} {
				name := spec.Name + "/" + strings.ReplaceAll(op, "/", "_") + "/" + string(fault.Kind)
				if fault.After {
					name += " when done"
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						w := newWorld(t, worldOptions{Speed: 1})
						fault.Operation, fault.Count = op, -1
						w.Inject(fault)
						res := w.agreed(t.Context(), spec.Name, callOf(t, spec.Name))
						sent := 0
						for _, r := range w.Requests() {
							if r.Operation == op {
								sent++
							}
						}
						if sent == 0 {
							return // this call has no need of it
						}
						if sent > 1 {
							t.Errorf("it was sent %d times", sent)
						}
						w.saysWhatHappened(t, spec.Name, res)
						if !res.IsError {
							// Success is only said when it happened and somebody looked.
							if !fault.After || !w.lookedAfter(op) {
								t.Errorf("it says that it is done: %s", res.Text)
							}
							return
						}
						if !slices.ContainsFunc(doubts, func(s string) bool { return strings.Contains(res.Text, s) }) {
							t.Errorf("it does not say that the answer was lost: %s", res.Text)
						}
					})
				})
			}
		}
	}
}

// doubts are the words for an answer that did not come.
var doubts = []string{"was lost", "may have happened", "nobody can tell", "not known"}

// lookedAfter tells whether something was read after the operation was sent.
func (w *world) lookedAfter(op string) bool {
	sent := false
	for _, r := range w.Requests() {
		if sent && r.Method == http.MethodGet {
			return true
		}
		sent = sent || r.Operation == op
	}
	return false
}

// The sizes that answers pretend to have are not the sizes that they take. Not in
// parallel: memory is the process's.
func TestFaultsTakeLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("a sweep over everything")
	}
	for _, kind := range []emulator.FaultKind{emulator.FaultGzipBomb, emulator.FaultEndless} {
		for _, tool := range All() {
			tool := tool.Spec().Name
			// One of each way of reading an answer; all where there is time.
			if os.Getenv("CLEVER_MCP_SWEEP") == "" && !slices.Contains([]string{"read_api", "get_app", "list_apps", "get_logs", "update_app"}, tool) {
				continue
			}
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, worldOptions{Speed: 1})
				w.Inject(emulator.Fault{Kind: kind, Count: -1})
				before := allocated()
				w.agreed(t.Context(), tool, callOf(t, tool))
				// The emulator's own work is in it.
				if took := allocated() - before; took > 400<<20 {
					t.Errorf("%s on a %s took %d MiB", tool, kind, took>>20)
				}
			})
		}
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// Every tool has a call in the lists above, in one of them.
func TestFaultsKnowEveryTool(t *testing.T) {
	t.Parallel()
	for _, tool := range All() {
		s := tool.Spec()
		if (readers[s.Name] == "") == (writing[s.Name] == "") || (readers[s.Name] != "") != (s.Effect == catalogue.Reads) {
			t.Errorf("%s is not in one list", s.Name)
		}
	}
}
