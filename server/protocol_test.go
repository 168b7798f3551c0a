package server

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"clever-mcp/tools"
)

const modernMeta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`

func result(t *testing.T, line string) map[string]any {
	t.Helper()
	var m struct{ Result map[string]any }
	if err := json.Unmarshal([]byte(line), &m); err != nil || m.Result == nil {
		t.Fatalf("answer %q, want a result (%v)", line, err)
	}
	return m.Result
}

func TestInitializeAgreesOnEveryOlderRevision(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string]string{
		"2024-11-05": "2024-11-05", "2025-03-26": "2025-03-26", "2025-06-18": "2025-06-18", "2025-11-25": "2025-11-25",
		"2026-07-28": "2025-11-25", "1999-01-01": "2025-11-25",
	} {
		w := openWire(t, newServer(t, echo()))
		w.send(strings.Replace(elicitingHello, "2025-11-25", asked, 1))
		got := result(t, w.next())
		if got["protocolVersion"] != want {
			t.Errorf("asked for %s, got %v, want %s", asked, got["protocolVersion"], want)
		}
		// What is not true is not claimed: no tasks, no list that changes.
		if want := map[string]any{"tools": map[string]any{}}; !reflect.DeepEqual(got["capabilities"], want) {
			t.Errorf("capabilities %v, want %v", got["capabilities"], want)
		}
		if got["instructions"] != "Be brief." {
			t.Errorf("instructions %v", got["instructions"])
		}
	}
}

func TestDiscoverNamesWhatTheTransportServes(t *testing.T) {
	t.Parallel()
	const line = `{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{` + modernMeta + `}}`
	const older = "2025-11-25 2025-06-18 2025-03-26 2024-11-05"
	s := newServer(t, echo())
	v := open(t, s, testHTTP)
	defer v.close()

	w := openWire(t, s)
	w.send(line)
	_, overHTTP := v.post(line, "Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "server/discover")
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
	v.do(v.request(t.Context(), "POST", data(), line))
	for where, c := range map[string]struct{ answer, want string }{
		"stdio": {w.next(), "2026-07-28 " + older},
		"http":  {overHTTP, "2026-07-28 " + older},
		"sse":   {data(), older}, // a client that finds 2026-07-28 there breaks
	} {
		got := strings.Trim(fmt.Sprint(result(t, c.answer)["supportedVersions"]), "[]")
		if got != c.want {
			t.Errorf("%s: versions %q, want %q", where, got, c.want)
		}
	}
}

func TestToolListIsStableAndMayBeKept(t *testing.T) {
	t.Parallel()
	w := openWire(t, newServer(t, confirmed(func() {}), echo()))
	const line = `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{` + modernMeta + `}}`
	w.send(line)
	first := w.next()
	got := result(t, first)
	if got["ttlMs"] != float64(time.Hour.Milliseconds()) || got["cacheScope"] != "private" || got["resultType"] != "complete" {
		t.Errorf("ttlMs %v, cacheScope %v, resultType %v", got["ttlMs"], got["cacheScope"], got["resultType"])
	}
	for range 20 {
		w.send(line)
		if again := w.next(); again != first {
			t.Fatalf("another answer:\n%s\n%s", first, again)
		}
	}
	// Without the hints of 2026-07-28 for clients that do not know them.
	w.send(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`)
	if older := w.next(); strings.Contains(older, "ttlMs") || strings.Contains(older, "resultType") {
		t.Errorf("an older client gets %s", older)
	}
}

func TestSubscriptionToNothingSaysSoAndEnds(t *testing.T) {
	t.Parallel()
	w := openWire(t, newServer(t, echo()))
	w.send(`{"jsonrpc":"2.0","id":"s","method":"subscriptions/listen","params":{` + modernMeta + `,"notifications":{"toolsListChanged":true}}}`)
	if ack := w.next(); !strings.Contains(ack, "subscriptions/acknowledged") || strings.Contains(ack, "toolsListChanged") {
		t.Errorf("first %s, want an acknowledgement of nothing", ack)
	}
	if end := w.next(); !strings.Contains(end, `"id":"s","result"`) {
		t.Errorf("then %s, want the end of the subscription", end)
	}
}

func TestStepsAreWrittenInOrderBeforeTheResult(t *testing.T) {
	t.Parallel()
	const steps = 100
	s := newServer(t, reads(func(_ context.Context, c *tools.Call, _ []string) (string, error) {
		for i := range steps {
			c.Progress(tools.Step{Progress: float64(i + 1)})
		}
		return "the result", nil
	}))
	check := func(where, written string) {
		for i := range steps {
			_, rest, found := strings.Cut(written, fmt.Sprintf(`"progress":%d}`, i+1))
			if !found {
				t.Fatalf("%s: step %d is not written after step %d", where, i+1, i)
			}
			written = rest
		}
		if !strings.Contains(written, "the result") {
			t.Errorf("%s: the last step is followed by %s, want the result", where, written)
		}
	}
	line := strings.Replace(callLine("1"), `"params":{`, `"params":{"_meta":{"progressToken":"p"},`, 1)
	w := openWire(t, s)
	w.send(line)
	var lines strings.Builder
	for range steps + 1 {
		lines.WriteString(w.next())
	}
	check("stdio", lines.String())
	v := open(t, s, testHTTP)
	defer v.close()
	_, body := v.post(line, sessionHeader, v.begin(elicitingHello))
	check("http", body)
}

func TestStepAfterTheResultIsDropped(t *testing.T) {
	t.Parallel()
	var late func(tools.Step)
	w := openWire(t, newServer(t, reads(func(_ context.Context, c *tools.Call, _ []string) (string, error) {
		if c.Caller.Progress != nil {
			late = c.Caller.Progress
		}
		return "", nil
	})))
	w.send(strings.Replace(callLine("1"), `"params":{`, `"params":{"_meta":{"progressToken":"p"},`, 1))
	w.next()
	late(tools.Step{Progress: 1})
	w.send(callLine("2"))
	if got := w.next(); !strings.Contains(got, `"id":2,"result"`) {
		t.Errorf("got %s", got)
	}
}

func TestWithdrawnCallSaysNothingMore(t *testing.T) {
	t.Parallel()
	started, over := make(chan struct{}), make(chan struct{})
	w := openWire(t, newServer(t, reads(func(ctx context.Context, c *tools.Call, tags []string) (string, error) {
		if len(tags) > 0 {
			return "", nil
		}
		close(started)
		<-ctx.Done()
		c.Progress(tools.Step{Progress: 1})
		close(over)
		return "", ctx.Err()
	})))
	w.send(strings.Replace(callLine("1"), `"params":{`, `"params":{"_meta":{"progressToken":"p"},`, 1))
	<-started
	w.send(cancelLine("1"))
	<-over
	w.send(callLine("2", "x"))
	if got := w.next(); !strings.Contains(got, `"id":2,"result"`) {
		t.Errorf("got %s", got)
	}
}

func TestNothingAboutSessionsIsLogged(t *testing.T) {
	t.Parallel()
	var log syncBuffer
	v := open(t, newServerLogging(t, &log, echo()), testHTTP)
	session := v.begin(elicitingHello)
	v.post(callLine("1"), sessionHeader, session)
	v.do(v.request(t.Context(), "DELETE", "/mcp", "", sessionHeader, session))
	v.close()
	for _, secret := range []string{session, testToken} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log has %s: %s", secret, log.String())
		}
	}
}

func TestDialedClientSeesWhatAnyClientSees(t *testing.T) {
	t.Parallel()
	c, err := Dial(t.Context(), newServer(t, echo(), confirmed(func() {})))
	if err != nil {
		t.Fatal(err)
	}
	list, err := c.ListTools(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[0].Name != "list_zones" || !list[0].ReadOnly || list[1].ReadOnly || !list[1].Destructive || !json.Valid(list[0].InputSchema) {
		t.Errorf("tools %+v", list)
	}
	res, err := c.CallTool(t.Context(), "list_zones", json.RawMessage(`{"tags":["rbx"]}`))
	if err != nil || res.IsError || string(res.Structured) != `{"zones":[{"name":"rbx"}]}` || res.Text != string(res.Structured) {
		t.Errorf("result %+v, error %v", res, err)
	}
	if res, err = c.CallTool(t.Context(), "list_zones", json.RawMessage(`{"no":1}`)); err != nil || !res.IsError || res.Structured != nil {
		t.Errorf("result %+v, error %v, want a tool error", res, err)
	}
	if _, err = c.CallTool(t.Context(), "no_tool", nil); err == nil || !strings.Contains(err.Error(), "list_zones") {
		t.Errorf("error %v, want one that names the tools", err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
