package server

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"clever-mcp/tools"
)

const batchHello = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{"elicitation":{}},"clientInfo":{"name":"t","version":"1"}}}`

func array(lines ...string) string { return "[" + strings.Join(lines, ",") + "]" }

// answersOf reads a batch of answers, each by its id.
func answersOf(t *testing.T, body string) map[string]string {
	t.Helper()
	var list []json.RawMessage
	if err := json.Unmarshal([]byte(body), &list); err != nil {
		t.Fatalf("%v: %q is no batch", err, body)
	}
	out := map[string]string{}
	for _, raw := range list {
		var m struct{ ID json.RawMessage }
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatal(err)
		}
		out[string(m.ID)] = string(raw)
	}
	return out
}

const initialized = `{"jsonrpc":"2.0","method":"notifications/initialized"}`

var mixed = array(initialized, callLine("1", "1s"), callLine(`"a"`, "2s"), callLine("2", "1h"), cancelLine("2"),
	`{"jsonrpc":"2.0","id":3,"method":"ping"}`, `{"jsonrpc":"2.0","id":4,"method":"no/such"}`, "7", "[]", batchHello)

func checkMixed(t *testing.T, body string) {
	t.Helper()
	got := answersOf(t, body)
	for id, want := range map[string]string{
		"1": "slept", `"a"`: "slept", "3": `"result":{}`, "4": "-32601", "0": "initialize cannot be part of a batch", "null": "-32",
	} {
		if !strings.Contains(got[id], want) {
			t.Errorf("answer to %s is %s, want %s", id, got[id], want)
		}
	}
	if len(got) != 6 {
		t.Errorf("answers to %d ids, want 6: %s", len(got), body)
	}
}

func TestStdioAnswersABatchAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := openWire(t, newServer(t, sleeper()))
		w.send(batchHello)
		w.next()
		start := time.Now()
		w.send(mixed)
		checkMixed(t, w.next())
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("the batch took %v, want as long as its slowest call", took)
		}
		w.send(array(initialized, initialized), callLine("9", "1s"))
		if got := w.next(); !strings.Contains(got, `"id":9`) {
			t.Errorf("notifications were answered: %s", got)
		}
	})
}

func TestHTTPAnswersABatchAtOnce(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"", "2025-03-26"} {
		synctest.Test(t, func(t *testing.T) {
			v := open(t, newServer(t, sleeper()), testHTTP)
			defer v.close()
			headers := []string{sessionHeader, v.begin(batchHello)}
			if header != "" {
				headers = append(headers, "Mcp-Protocol-Version", header)
			}
			start := time.Now()
			// Over HTTP messages are taken together: a cancellation finds only what
			// was sent before.
			resp, body := v.post(strings.Replace(strings.Replace(mixed, callLine("2", "1h")+",", "", 1), cancelLine("2")+",", "", 1), headers...)
			if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
				t.Errorf("%d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
			}
			checkMixed(t, body)
			if took := time.Since(start); took != 2*time.Second {
				t.Errorf("the batch took %v, want as long as its slowest call", took)
			}
			if resp, body := v.post(array(initialized, cancelLine("77")), headers...); resp.StatusCode != 202 || body != "" {
				t.Errorf("notifications: %d %q", resp.StatusCode, body)
			}
		})
	}
}

func TestSSEAnswersABatchAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := open(t, newServer(t, sleeper()), testHTTP)
		defer v.close()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		resp, err := v.http.Do(v.request(ctx, "GET", "/sse", ""))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		events := bufio.NewScanner(resp.Body)
		data := func() string {
			for events.Scan() {
				if text, ok := strings.CutPrefix(events.Text(), "data: "); ok {
					return text
				}
			}
			return ""
		}
		path := data()
		for _, msg := range []string{batchHello, mixed} {
			if resp, body := v.do(v.request(t.Context(), "POST", path, msg)); resp.StatusCode != 202 {
				t.Fatalf("%d %s", resp.StatusCode, body)
			}
			if got := data(); msg == mixed {
				checkMixed(t, got)
			}
		}
	})
}

// A batch over HTTP can be cancelled from outside like any call.
func TestHTTPCancelsOneCallOfABatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := open(t, newServer(t, sleeper()), testHTTP)
		defer v.close()
		session := v.begin(batchHello)
		answered := make(chan string)
		go func() {
			_, body := v.post(array(callLine("1", "1h"), callLine("2", "2s")), sessionHeader, session)
			answered <- body
		}()
		synctest.Wait()
		start := time.Now()
		v.post(cancelLine("1"), sessionHeader, session)
		got := answersOf(t, <-answered)
		if took := time.Since(start); len(got) != 1 || !strings.Contains(got["2"], "slept") || took != 2*time.Second {
			t.Errorf("after %v the answers are %v", took, got)
		}
	})
}

// Progress of one message of a batch arrives before all of them are answered,
// and questions do too.
func TestBatchStreamsProgressAndQuestions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		agreed := 0
		stepping := reads(func(ctx context.Context, c *tools.Call, _ []string) (string, error) {
			for i := range 3 {
				c.Progress(tools.Step{Message: fmt.Sprint("step ", i), Progress: float64(i + 1), Total: 3})
			}
			return "stepped", nil
		})
		v := open(t, newServer(t, stepping, confirmed(func() { agreed++ })), testHTTP)
		defer v.close()
		session := v.begin(batchHello)
		call := strings.Replace(callLine("1"), `"params":{`, `"params":{"_meta":{"progressToken":"p"},`, 1)
		resp, err := v.http.Do(v.request(t.Context(), "POST", "/mcp", array(call, strings.Replace(destroyLine, `"id":1`, `"id":2`, 1)), sessionHeader, session))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		steps, asked, last := 0, false, ""
		events := bufio.NewScanner(resp.Body)
		for events.Scan() {
			text, ok := strings.CutPrefix(events.Text(), "data: ")
			if !ok {
				continue
			}
			last = text
			if !json.Valid([]byte(text)) {
				t.Errorf("event %q is no JSON", text)
			}
			if strings.Contains(text, "notifications/progress") {
				steps++
			}
			if strings.Contains(text, "elicitation/create") {
				asked = true
				var q struct{ ID json.RawMessage }
				if err := json.Unmarshal([]byte(text), &q); err != nil {
					t.Fatal(err)
				}
				answer := fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"action":"accept","content":{"name":"shop"}}}`, q.ID)
				if resp, body := v.post(array(answer), sessionHeader, session); resp.StatusCode != 202 {
					t.Errorf("answer: %d %s", resp.StatusCode, body)
				}
			}
		}
		if steps != 3 || !asked || agreed != 1 || !strings.Contains(last, `"id":`) {
			t.Errorf("%d steps, asked %v, done %d times, last %s", steps, asked, agreed, last)
		}
	})
}

func TestBatchesOfOtherRevisionsAreRefused(t *testing.T) {
	t.Parallel()
	ping := array(`{"jsonrpc":"2.0","id":1,"method":"ping"}`)
	many := array(strings.Repeat(initialized+",", maxBatch) + initialized)
	s := newServer(t, echo())
	v := open(t, s, testHTTP)
	defer v.close()
	for _, c := range []struct{ name, revision, msg, want string }{
		{"before initialize", "", ping, "no revision is agreed on yet"},
		{"2024-11-05", "2024-11-05", ping, "this client speaks 2024-11-05"},
		{"2025-06-18", "2025-06-18", ping, "this client speaks 2025-06-18"},
		{"2025-11-25", "2025-11-25", ping, "this client speaks 2025-11-25"},
		{"empty", batchRevision, "[]", "1 to 1000 messages, and this one 0"},
		{"too many", batchRevision, many, "1 to 1000 messages, and this one 1001"},
		{"cut off", batchRevision, "[{", "-32700"},
	} {
		w := openWire(t, s)
		if c.revision != "" {
			w.send(strings.Replace(batchHello, batchRevision, c.revision, 1))
			w.next()
		}
		w.send(c.msg)
		if got := w.next(); !strings.Contains(got, c.want) || !strings.Contains(got, `"id":null,"error"`) {
			t.Errorf("%s: stdio answers %s, want %s", c.name, got, c.want)
		}
		if c.revision == "" || c.revision == "2024-11-05" {
			continue // without a header, HTTP takes it for 2025-03-26
		}
		session := v.begin(strings.Replace(batchHello, batchRevision, c.revision, 1))
		resp, body := v.post(c.msg, sessionHeader, session, "Mcp-Protocol-Version", c.revision)
		if resp.StatusCode != http.StatusBadRequest || !strings.Contains(body, c.want) {
			t.Errorf("%s: HTTP answers %d %s, want %s", c.name, resp.StatusCode, body, c.want)
		}
	}
	if resp, body := v.post(ping); resp.StatusCode != 404 || !strings.Contains(body, "belongs to a session") {
		t.Errorf("without a session: %d %s", resp.StatusCode, body)
	}
	_, headers := modern("1")
	if resp, body := v.post(ping, headers...); resp.StatusCode != 400 || !strings.Contains(body, "this client speaks 2026-07-28") {
		t.Errorf("2026-07-28: %d %s", resp.StatusCode, body)
	}
}

// Whatever the library answers to one message, a batch of answers is JSON.
func TestAnswerThatIsNoJSONDoesNotSpoilABatch(t *testing.T) {
	t.Parallel()
	e := newServer(t, echo()).endpoint(testHTTP)
	defer e.close()
	r := httptest.NewRequest(http.MethodPost, "http://localhost/mcp", nil)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(sessionHeader, "of-nobody") // the library says so in plain text
	got := e.member(r, []byte(callLine("1")), newStream(httptest.NewRecorder()), "of-nobody")
	if !json.Valid(got) || !strings.Contains(string(got), `"id":1,"error"`) || !strings.Contains(string(got), "refused") {
		t.Errorf("answer %s", got)
	}
}
