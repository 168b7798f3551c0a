package server

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"clever-mcp/tools"
)

func TestCallersNeverTouchEachOther(t *testing.T) {
	t.Parallel()
	const callers = 20
	started := make(chan struct{}, 3*callers)
	release := make(chan struct{})
	s := newServer(t, reads(func(ctx context.Context, c *tools.Call, tags []string) (string, error) {
		c.Progress(tools.Step{Message: "for " + c.Caller.ID, Progress: 1})
		started <- struct{}{}
		select {
		case <-release:
			return c.Caller.ID, nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}))
	cfg := HTTPConfig{SSE: true}
	for i := range callers {
		cfg.Callers = append(cfg.Callers, NewCaller(fmt.Sprint(i), fmt.Sprint("token-", i)))
	}
	v := open(t, s, cfg)
	defer v.close()
	as := func(i int) []string { return []string{"Authorization", fmt.Sprint("Bearer token-", i)} }

	// Everybody uses the same ids and the same progress token.
	stepping := func(line string) string {
		if strings.Contains(line, `"_meta":{`) {
			return strings.Replace(line, `"_meta":{`, `"_meta":{"progressToken":"p",`, 1)
		}
		return strings.Replace(line, `"params":{`, `"params":{"_meta":{"progressToken":"p"},`, 1)
	}
	check := func(i int, body string) {
		for _, want := range []string{fmt.Sprintf(`\"http:%d\"`, i), fmt.Sprintf(`for http:%d"`, i)} {
			if !strings.Contains(body, want) {
				t.Errorf("caller %d reads no %s: %s", i, want, body)
			}
		}
		for _, name := range regexp.MustCompile(`http:\d+`).FindAllString(body, -1) {
			if name != fmt.Sprint("http:", i) {
				t.Errorf("caller %d reads what is for %s: %s", i, name, body)
			}
		}
	}
	sessions, streams := make([]string, callers), make([]string, callers)
	var wait sync.WaitGroup
	for i := range callers {
		sessions[i] = v.begin(elicitingHello, as(i)...)
		resp, err := v.http.Do(v.request(t.Context(), "GET", "/sse", "", as(i)...))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		events := bufio.NewScanner(resp.Body)
		events.Scan()
		events.Scan()
		streams[i] = strings.TrimPrefix(events.Text(), "data: ")
		wait.Go(func() { // on a stream
			var body strings.Builder
			for events.Scan() && !strings.Contains(events.Text(), `"result"`) {
				body.WriteString(events.Text())
			}
			check(i, body.String()+events.Text())
		})
	}
	for i := range callers {
		if resp, body := v.do(v.request(t.Context(), "POST", streams[i], stepping(callLine("1")), as(i)...)); resp.StatusCode != 202 {
			t.Errorf("caller %d on its stream: %d %s", i, resp.StatusCode, body)
		}
		wait.Go(func() { // in a session
			_, body := v.post(stepping(callLine("1")), append(as(i), sessionHeader, sessions[i])...)
			check(i, body)
		})
		wait.Go(func() { // without one
			line, headers := modern("1")
			_, body := v.post(stepping(line), append(headers, as(i)...)...)
			check(i, body)
		})
	}
	for range 3 * callers {
		<-started
	}
	// Everybody tries everything on the next caller's session and id.
	for i := range callers {
		foreign := append(as(i), sessionHeader, sessions[(i+1)%callers])
		for _, try := range []*http.Request{
			v.request(t.Context(), "POST", "/mcp", cancelLine("1"), foreign...),
			v.request(t.Context(), "POST", "/mcp", callLine("2"), foreign...),
			v.request(t.Context(), "POST", "/mcp", `{"jsonrpc":"2.0","id":1,"result":{"action":"accept"}}`, foreign...),
			v.request(t.Context(), "GET", "/mcp", "", foreign...),
			v.request(t.Context(), "DELETE", "/mcp", "", foreign...),
			v.request(t.Context(), "POST", streams[(i+1)%callers], cancelLine("1"), as(i)...),
			v.request(t.Context(), "POST", streams[(i+1)%callers], callLine("2"), as(i)...),
		} {
			if resp, body := v.do(try); resp.StatusCode != 404 {
				t.Errorf("caller %d: %s of a foreign session or stream: %d %s", i, try.Method, resp.StatusCode, body)
			}
		}
		if resp, _ := v.post(cancelLine("1"), append(as(i), "Mcp-Protocol-Version", "2026-07-28")...); resp.StatusCode != 202 {
			t.Errorf("cancellation without a session: %d", resp.StatusCode)
		}
		if resp, _ := v.post(cancelLine("1"), as(i)...); resp.StatusCode != 400 {
			t.Errorf("older cancellation without a session: %d", resp.StatusCode)
		}
	}
	close(release)
	wait.Wait()
}

func TestStreamOfAnotherCallerTakesNoMessages(t *testing.T) {
	t.Parallel()
	cfg := testHTTP
	cfg.Callers = append([]Caller{NewCaller("other", "other-token")}, cfg.Callers...)
	v := open(t, newServer(t, echo()), cfg)
	defer v.close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	path, _ := v.stream(ctx)
	for _, c := range []struct {
		path, token string
		status      int
	}{
		{path, "other-token", 404}, {path + "x", testToken, 404}, {"/message", testToken, 404}, {path, testToken, 202},
	} {
		if resp, body := v.do(v.request(t.Context(), "POST", c.path, callLine("1"), "Authorization", "Bearer "+c.token)); resp.StatusCode != c.status {
			t.Errorf("%s: %d %s, want %d", c.path, resp.StatusCode, body, c.status)
		}
	}
}

func TestSessionEndsWhenItIsDeletedOrForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := open(t, newServer(t, echo()), testHTTP)
		defer v.close()
		session := v.begin(elicitingHello)
		if resp, body := v.post(callLine("1"), sessionHeader, session); resp.StatusCode != 200 {
			t.Errorf("%d %s", resp.StatusCode, body)
		}
		if resp, _ := v.do(v.request(t.Context(), "DELETE", "/mcp", "", sessionHeader, session)); resp.StatusCode != 200 {
			t.Errorf("DELETE: %d", resp.StatusCode)
		}
		if resp, _ := v.post(callLine("1"), sessionHeader, session); resp.StatusCode != 404 {
			t.Errorf("call in a deleted session: %d", resp.StatusCode)
		}
		if resp, _ := v.post(callLine("1")); resp.StatusCode != 404 {
			t.Errorf("call without a session: %d", resp.StatusCode)
		}
		if resp, _ := v.do(v.request(t.Context(), "GET", "/mcp", "")); resp.StatusCode != 400 {
			t.Errorf("stream without a session: %d", resp.StatusCode)
		}
		if resp, _ := v.post(callLine("1"), sessionHeader, "mcp-session-forged"); resp.StatusCode != 404 {
			t.Errorf("call in a forged session: %d", resp.StatusCode)
		}
		session = v.begin(elicitingHello)
		time.Sleep(2 * sessionTTL)
		if resp, _ := v.post(callLine("1"), sessionHeader, session); resp.StatusCode != 404 {
			t.Errorf("call in a session that nobody used for an hour: %d", resp.StatusCode)
		}
	})
}

func TestHTTPCancelsExactlyTheNamedCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := open(t, newServer(t, sleeper()), testHTTP)
		defer v.close()
		session := v.begin(elicitingHello)
		var number, word string
		var numberStatus int
		start := time.Now()
		var wait sync.WaitGroup
		wait.Go(func() {
			var resp *http.Response
			resp, number = v.post(callLine("1", "3s"), sessionHeader, session)
			numberStatus = resp.StatusCode
			if took := time.Since(start); took != 0 {
				t.Errorf("the cancelled call went on for %v", took)
			}
		})
		wait.Go(func() { _, word = v.post(callLine(`"1"`, "3s"), sessionHeader, session) })
		synctest.Wait()
		if resp, _ := v.post(cancelLine("1"), sessionHeader, session); resp.StatusCode != 202 {
			t.Errorf("cancellation: %d", resp.StatusCode)
		}
		wait.Wait()
		if number != "" || numberStatus != 202 || !strings.Contains(word, "slept") {
			t.Errorf("1 got %d %q and \"1\" got %q", numberStatus, number, word)
		}
	})
}

func TestHTTPDisconnectStopsTheWork(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"with a session", "without a session", "stream"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stopped := make(chan struct{})
				started := make(chan struct{})
				v := open(t, newServer(t, reads(func(ctx context.Context, _ *tools.Call, _ []string) (string, error) {
					close(started)
					<-ctx.Done()
					close(stopped)
					return "", ctx.Err()
				})), testHTTP)
				defer v.close()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				line, headers := modern("1")
				switch kind {
				case "with a session":
					line, headers = callLine("1"), []string{sessionHeader, v.begin(elicitingHello)}
				case "stream":
					resp, err := v.http.Do(v.request(ctx, "GET", "/sse", ""))
					if err != nil {
						t.Fatal(err)
					}
					events := bufio.NewScanner(resp.Body)
					events.Scan()
					events.Scan()
					v.do(v.request(t.Context(), "POST", strings.TrimPrefix(events.Text(), "data: "), callLine("1")))
					defer resp.Body.Close()
				}
				if kind != "stream" {
					go func() {
						if resp, err := v.http.Do(v.request(ctx, "POST", "/mcp", line, headers...)); err == nil {
							resp.Body.Close()
							t.Error("the call was answered")
						}
					}()
				}
				<-started
				start := time.Now()
				cancel()
				<-stopped
				if took := time.Since(start); took > 250*time.Millisecond {
					t.Errorf("the work went on for %v", took)
				}
			})
		})
	}
}

func TestHTTPHangingClientIsNoRefusal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := open(t, newServer(t, confirmed(func() { t.Error("it was done") })), testHTTP)
		defer v.close()
		session := v.begin(elicitingHello)
		start := time.Now()
		_, body := v.post(destroyLine, sessionHeader, session)
		if took := time.Since(start); took != askFor {
			t.Errorf("answered after %v", took)
		}
		if !strings.Contains(body, "elicitation/create") || !strings.Contains(body, "without an answer") {
			t.Errorf("answer %s", body)
		}
	})
}
