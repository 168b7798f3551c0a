package server

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"clever-mcp/tools"

	"github.com/mark3labs/mcp-go/mcp"
)

func TestServeStopsCleanly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := open(t, newServer(t, sleeper(), confirmed(func() { t.Error("it was done") })), testHTTP)
		session := v.begin(elicitingHello)
		// Streams without a call must not hold the stop up.
		var streams sync.WaitGroup
		for _, path := range []string{"/mcp", "/sse"} {
			streams.Go(func() {
				resp, err := v.http.Do(v.request(t.Context(), "GET", path, "", sessionHeader, session))
				if err != nil {
					t.Error(err)
					return
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			})
		}
		var calls sync.WaitGroup
		calls.Go(func() {
			line, headers := modern("1", "5s")
			if _, body := v.post(line, headers...); !strings.Contains(body, "slept") {
				t.Errorf("the call under way got %q", body)
			}
		})
		calls.Go(func() { // nobody can answer a question any more
			if _, body := v.post(destroyLine, sessionHeader, session); !strings.Contains(body, "without an answer") {
				t.Errorf("the question under way got %q", body)
			}
		})
		synctest.Wait()
		start := time.Now()
		v.stop()
		calls.Wait()
		if err := <-v.ended; err != nil {
			t.Error(err)
		}
		streams.Wait()
		if took := time.Since(start); took < 5*time.Second || took > 6*time.Second {
			t.Errorf("stopped after %v, want little more than 5s", took)
		}
		v.http.CloseIdleConnections()
	})
}

func TestServeStopAnswersCallsOfStreamsFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := open(t, newServer(t, sleeper()), testHTTP)
		resp, err := v.http.Do(v.request(t.Context(), "GET", "/sse", ""))
		if err != nil {
			t.Fatal(err)
		}
		events := bufio.NewScanner(resp.Body)
		events.Scan()
		events.Scan()
		v.do(v.request(t.Context(), "POST", strings.TrimPrefix(events.Text(), "data: "), callLine("1", "30s")))
		time.Sleep(28 * time.Second)
		v.stop()
		var rest []string
		for events.Scan() {
			rest = append(rest, events.Text())
		}
		if all := strings.Join(rest, "\n"); !strings.Contains(all, "slept") || !strings.Contains(all, ": alive") {
			t.Errorf("the stream ended with %q, want a sign of life and the answer", all)
		}
		if err := <-v.ended; err != nil {
			t.Error(err)
		}
		v.http.CloseIdleConnections()
	})
}

func TestHealthSaysNothingAboutTheServer(t *testing.T) {
	t.Parallel()
	v := open(t, newServer(t, reads(func(context.Context, *tools.Call, []string) (string, error) {
		t.Error("a request was made")
		return "", nil
	})), testHTTP)
	defer v.close()
	for _, path := range []string{"/healthz", "/readyz"} {
		resp, body := v.do(v.request(t.Context(), "GET", path, "", "Authorization", ""))
		if resp.StatusCode != 200 || body != "ok\n" || resp.Header.Get("Server") != "" {
			t.Errorf("%s: %d %q %v", path, resp.StatusCode, body, resp.Header)
		}
	}
}

// A process that ends is alive, and not ready: it answers what is under way and
// takes nothing new.
func TestStoppingServerIsAliveAndNotReady(t *testing.T) {
	t.Parallel()
	e := newServer(t, echo()).endpoint(testHTTP)
	ask := func(path string) int {
		r := httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		return w.Code
	}
	if ask("/healthz") != 200 || ask("/readyz") != 200 {
		t.Errorf("at first: %d, %d", ask("/healthz"), ask("/readyz"))
	}
	e.close()
	if ask("/healthz") != 200 || ask("/readyz") != 503 {
		t.Errorf("at the end: %d, %d", ask("/healthz"), ask("/readyz"))
	}
	line, headers := modern("1")
	r := httptest.NewRequest(http.MethodPost, "http://localhost/mcp", strings.NewReader(line))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+testToken)
	w := httptest.NewRecorder()
	if e.ServeHTTP(w, r); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("a new call: %d %s", w.Code, w.Body)
	}
}

func TestSlowBodiesAndHeadersAreCutOff(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, sends string
		within      time.Duration
	}{
		{"header", "POST /mcp HTTP/1.1\r\nHost: localhost\r\n", headerTimeout},
		{"body", "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + testToken + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", bodyTimeout},
		{"body of nobody", "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", bodyTimeout},
		{"body for another host", "POST /mcp HTTP/1.1\r\nHost: evil.example\r\nTransfer-Encoding: chunked\r\n\r\n", bodyTimeout},
		{"body of a GET", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n", bodyTimeout},
		{"idle", "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", idleTimeout},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newPipes()
				ctx, stop := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- newServer(t, echo()).Serve(ctx, l, testHTTP) }()
				conn, err := l.dial(ctx, "", "")
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				go io.WriteString(conn, c.sends)
				io.Copy(io.Discard, conn)
				if took := time.Since(start); took < c.within || took > c.within+time.Second {
					t.Errorf("closed after %v, want %v", took, c.within)
				}
				conn.Close()
				stop()
				if err := <-ended; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestLongHeadersAreRefused(t *testing.T) {
	t.Parallel()
	v := open(t, newServer(t, echo()), testHTTP)
	defer v.close()
	if resp, _ := v.post(callLine("1"), "X-Long", strings.Repeat("x", maxHeader+8<<10)); resp.StatusCode != 431 {
		t.Errorf("status %d, want 431", resp.StatusCode)
	}
}

func TestClientThatDoesNotReadIsLetGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		result := make(chan error, 1)
		s := newServer(t, reads(func(ctx context.Context, c *tools.Call, _ []string) (string, error) {
			for i := range 10 {
				c.Progress(tools.Step{Progress: float64(i)})
			}
			<-ctx.Done()
			result <- ctx.Err()
			return "", ctx.Err()
		}))
		l := newPipes()
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Serve(ctx, l, testHTTP) }()
		conn, err := l.dial(ctx, "", "")
		if err != nil {
			t.Fatal(err)
		}
		line, _ := modern("1")
		line = strings.Replace(line, `"_meta":{`, `"_meta":{"progressToken":1,`, 1)
		start := time.Now()
		fmt.Fprintf(conn, "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nMcp-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: list_zones\r\nContent-Length: %d\r\n\r\n%s", testToken, len(line), line)
		<-result
		if took := time.Since(start); took < eventTimeout || took > eventTimeout+time.Second {
			t.Errorf("let go after %v, want %v", took, eventTimeout)
		}
		conn.Close()
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func TestAnswerThatIsNoJSONIsAnError(t *testing.T) {
	t.Parallel()
	s := newServer(t, echo())
	s.mcp.AddTool(mcp.NewTool("nan"), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return &mcp.CallToolResult{StructuredContent: math.NaN()}, nil
	})
	line := strings.Replace(callLine("1"), "list_zones", "nan", 1)
	check := func(where, answer string) {
		var m struct {
			ID    int
			Error struct{ Code int }
		}
		if err := json.Unmarshal([]byte(answer), &m); err != nil || m.ID != 1 || m.Error.Code != -32603 {
			t.Errorf("%s: answer %q, want error -32603: a client would wait for ever", where, answer)
		}
	}
	w := openWire(t, s)
	w.send(line)
	check("stdio", w.next())
	v := open(t, s, testHTTP)
	defer v.close()
	_, body := v.post(line, sessionHeader, v.begin(elicitingHello))
	check("http", body)
}
