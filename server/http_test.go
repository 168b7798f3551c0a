package server

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"clever-mcp/tools"

	"github.com/mark3labs/mcp-go/mcp"
)

// pipes is a listener in memory, which goes into a synctest bubble.
type pipes struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-p.done:
		return nil, errors.New("connection refused")
	}
}

// site is a running server and a client that knows its token.
type site struct {
	t     testing.TB
	url   string
	http  *http.Client
	stop  context.CancelFunc
	ended chan error
}

// open serves s in the process. In a bubble, close must end it.
func open(t testing.TB, s *Server, cfg HTTPConfig) *site {
	l := newPipes()
	ctx, stop := context.WithCancel(context.Background())
	v := &site{t: t, url: "http://localhost", stop: stop, ended: make(chan error, 1),
		http: &http.Client{Transport: &http.Transport{DialContext: l.dial}}}
	go func() { v.ended <- s.Serve(ctx, l, cfg) }()
	return v
}

func (v *site) close() {
	v.t.Helper()
	v.http.CloseIdleConnections()
	v.stop()
	if err := <-v.ended; err != nil {
		v.t.Error(err)
	}
	v.http.CloseIdleConnections()
}

// request makes a POST of a message to /mcp, as the test's caller, unless the
// headers, in pairs, say otherwise.
func (v *site) request(ctx context.Context, method, path, body string, headers ...string) *http.Request {
	v.t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, v.url+path, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+testToken)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	for i := 0; i < len(headers); i += 2 {
		switch {
		case headers[i] == "Host":
			r.Host = headers[i+1]
		case headers[i+1] == "":
			r.Header.Del(headers[i])
		default:
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	return r
}

func (v *site) do(r *http.Request) (*http.Response, string) {
	v.t.Helper()
	resp, err := v.http.Do(r)
	if err != nil {
		v.t.Error(err)
		return &http.Response{Header: http.Header{}}, ""
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Error(err)
	}
	return resp, string(body)
}

func (v *site) post(body string, headers ...string) (*http.Response, string) {
	v.t.Helper()
	return v.do(v.request(v.t.Context(), "POST", "/mcp", body, headers...))
}

// begin starts a session of a client from before 2026-07-28.
func (v *site) begin(hello string, headers ...string) (session string) {
	v.t.Helper()
	resp, body := v.post(hello, headers...)
	session = resp.Header.Get(sessionHeader)
	if resp.StatusCode != 200 || session == "" {
		v.t.Errorf("initialize: %d %s", resp.StatusCode, body)
	}
	return session
}

// modern makes a call of 2026-07-28 and the headers that it needs.
func modern(id string, tags ...string) (line string, headers []string) {
	line = strings.Replace(callLine(id, tags...), `"params":{`,
		`"params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}},`, 1)
	return line, []string{"Mcp-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", "list_zones"}
}

func TestGuardStandsBeforeEveryRoute(t *testing.T) {
	t.Parallel()
	touched := false
	v := open(t, newServer(t, reads(func(context.Context, *tools.Call, []string) (string, error) {
		touched = true
		return "", nil
	})), testHTTP)
	defer v.close()
	routes := []struct{ method, path string }{
		{"POST", "/mcp"}, {"GET", "/mcp"}, {"DELETE", "/mcp"}, {"PUT", "/mcp"}, {"OPTIONS", "/mcp"}, {"HEAD", "/mcp"},
		{"GET", "/sse"}, {"POST", "/message?sessionId=x"}, {"GET", "/healthz"}, {"GET", "/readyz"}, {"GET", "/"}, {"GET", "/no/such"},
		{"GET", "/.well-known/oauth-protected-resource"},
	}
	for _, c := range []struct {
		name    string
		headers []string
		status  int
		health  bool // the health routes refuse it too
	}{
		{"rebound host", []string{"Host", "evil.example"}, 403, true},
		{"rebound host with port", []string{"Host", "evil.example:80"}, 403, true},
		{"host that looks like loopback", []string{"Host", "127.0.0.1.evil.example"}, 403, true},
		{"other address", []string{"Host", "192.168.1.1"}, 403, true},
		{"foreign origin", []string{"Origin", "https://evil.example"}, 403, true},
		{"null origin", []string{"Origin", "null"}, 403, true},
		{"other port of loopback", []string{"Origin", "http://localhost:3000"}, 403, true},
		{"other scheme", []string{"Origin", "https://localhost"}, 403, true},
		{"no token", []string{"Authorization", ""}, 401, false},
		{"wrong token", []string{"Authorization", "Bearer " + testToken + "x"}, 401, false},
		{"beginning of the token", []string{"Authorization", "Bearer " + testToken[:5]}, 401, false},
		{"empty token", []string{"Authorization", "Bearer "}, 401, false},
		{"other scheme of credentials", []string{"Authorization", "Basic " + testToken}, 401, false},
	} {
		for _, route := range routes {
			resp, body := v.do(v.request(t.Context(), route.method, route.path, callLine("1"), c.headers...))
			want := c.status
			if strings.HasSuffix(route.path, "z") && !c.health {
				want = 200
			}
			if resp.StatusCode != want {
				t.Errorf("%s: %s %s: %d %q, want %d", c.name, route.method, route.path, resp.StatusCode, body, want)
			}
			if challenge := resp.Header.Get("WWW-Authenticate"); want == 401 && !strings.HasPrefix(challenge, "Bearer") {
				t.Errorf("%s: %s %s: challenge %q", c.name, route.method, route.path, challenge)
			}
			for name := range resp.Header {
				if strings.HasPrefix(name, "Access-Control") {
					t.Errorf("%s: %s %s: answers %s", c.name, route.method, route.path, name)
				}
			}
		}
	}
	if touched {
		t.Error("a refused request reached the tool")
	}
}

func TestGuardLetsInWhoeverTheOperatorNames(t *testing.T) {
	t.Parallel()
	v := open(t, newServer(t, echo()), HTTPConfig{
		Callers:      []Caller{NewCaller("a", testToken), NewCaller("nobody", "")},
		AllowedHosts: []string{"MCP.example.org", "other.example.org:8443"}, AllowedOrigins: []string{"https://app.example.org/"},
	})
	defer v.close()
	line, headers := modern("1")
	for _, c := range []struct {
		name  string
		extra []string
		want  int
		cors  string
	}{
		{"host", []string{"Host", "mcp.example.org"}, 200, ""},
		{"host with a port", []string{"Host", "mcp.example.org:443"}, 200, ""},
		{"host with the port", []string{"Host", "other.example.org:8443"}, 200, ""},
		{"host with another port", []string{"Host", "other.example.org"}, 403, ""},
		{"IPv6", []string{"Host", "[::1]:8080"}, 200, ""},
		{"origin", []string{"Origin", "https://app.example.org"}, 200, "https://app.example.org"},
		{"own origin", []string{"Origin", "http://localhost"}, 200, ""},
		{"other origin", []string{"Origin", "https://app.example.org.evil.example"}, 403, ""},
		{"lower-case scheme of credentials", []string{"Authorization", "bearer " + testToken}, 200, ""},
	} {
		resp, body := v.post(line, append(c.extra, headers...)...)
		if resp.StatusCode != c.want || resp.Header.Get("Access-Control-Allow-Origin") != c.cors {
			t.Errorf("%s: %d %s, allows origin %q", c.name, resp.StatusCode, body, resp.Header.Get("Access-Control-Allow-Origin"))
		}
	}
	resp, _ := v.do(v.request(t.Context(), "OPTIONS", "/mcp", "", "Origin", "https://app.example.org", "Authorization", "",
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization, mcp-method, mcp-param-owner, x-other"))
	if allowed := resp.Header.Get("Access-Control-Allow-Headers"); resp.StatusCode != 204 || !strings.Contains(allowed, "mcp-param-owner") || strings.Contains(allowed, "x-other") {
		t.Errorf("preflight: %d, allows headers %q", resp.StatusCode, allowed)
	}
}

func TestHTTPRefusesUnusableMessages(t *testing.T) {
	t.Parallel()
	v := open(t, newServer(t, echo()), testHTTP)
	defer v.close()
	line, headers := modern("1")
	for _, c := range []struct {
		name, body string
		headers    []string
		status     int
		want       string
	}{
		{"form", line, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "application/json"},
		{"text, which a page may send unasked", line, []string{"Content-Type", "text/plain"}, 415, "application/json"},
		{"no type", line, []string{"Content-Type", ""}, 415, "application/json"},
		{"JSON with a charset", line, []string{"Content-Type", "application/json; charset=utf-8"}, 200, "par"},
		{"too long", strings.Repeat(" ", maxMessage+1), nil, 413, "longer than"},
		{"as long as allowed", line + strings.Repeat(" ", maxMessage-len(line)), nil, 200, "par"},
		{"two ids", strings.Replace(line, `"id":1`, `"id":1,"id":2`, 1), nil, 400, "-32600"},
		{"two spellings", strings.Replace(line, `"id":1`, `"id":1,"Method":"ping"`, 1), nil, 400, "-32600"},
		{"id that is a fraction", strings.Replace(line, `"id":1`, `"id":1.5`, 1), nil, 400, "-32600"},
		{"batch", "[" + line + "]", nil, 400, "-32600"},
		{"no JSON", "hello", nil, 400, "-32700"},
		{"header that names another method", line, []string{"Mcp-Method", "tools/list"}, 400, "-32020"},
		{"header that names another tool", line, []string{"Mcp-Name", "raw_request"}, 400, "-32020"},
		{"no header of the method", line, []string{"Mcp-Method", ""}, 400, "-32020"},
		{"unknown revision", line, []string{"Mcp-Protocol-Version", "2099-01-01"}, 400, "-32"},
		{"unknown tool", strings.Replace(line, "list_zones", "list_zoens", 1), []string{"Mcp-Name", "list_zoens"}, 400, `There is no tool \"list_zoens\". The tools are list_zones.`},
	} {
		resp, body := v.post(c.body, append(append([]string{}, headers...), c.headers...)...)
		if resp.StatusCode != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d %.300s, want %d and %s", c.name, resp.StatusCode, body, c.status, c.want)
		}
	}
}

func TestModernNotificationsAreTakenAndForgotten(t *testing.T) {
	t.Parallel()
	v := open(t, newServer(t, echo()), testHTTP)
	defer v.close()
	for _, line := range []string{cancelLine("1"), `{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}`} {
		resp, body := v.post(line, "Mcp-Protocol-Version", "2026-07-28")
		if resp.StatusCode != 202 || body != "" {
			t.Errorf("%s: %d %q, want 202: clients close their connection otherwise", line, resp.StatusCode, body)
		}
	}
}

func TestCallersNeverTouchEachOther(t *testing.T) {
	t.Parallel()
	const callers = 20
	started := make(chan struct{}, 2*callers)
	release := make(chan struct{})
	s := newServer(t, reads(func(ctx context.Context, c *tools.Call, tags []string) (string, error) {
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

	sessions := make([]string, callers)
	for i := range callers {
		sessions[i] = v.begin(elicitingHello, as(i)...)
	}
	var wait sync.WaitGroup
	for i := range callers {
		wait.Go(func() { // in a session
			_, body := v.post(callLine("1"), append(as(i), sessionHeader, sessions[i])...)
			if want := fmt.Sprintf(`\"http:%d\"`, i); !strings.Contains(body, want) {
				t.Errorf("caller %d: %s", i, body)
			}
		})
		wait.Go(func() { // without one
			line, headers := modern("1")
			_, body := v.post(line, append(headers, as(i)...)...)
			if want := fmt.Sprintf(`\"http:%d\"`, i); !strings.Contains(body, want) {
				t.Errorf("caller %d: %s", i, body)
			}
		})
	}
	for range 2 * callers {
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
		} {
			if resp, body := v.do(try); resp.StatusCode != 404 {
				t.Errorf("caller %d: %s of a foreign session: %d %s", i, try.Method, resp.StatusCode, body)
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
	resp, err := v.http.Do(v.request(ctx, "GET", "/sse", ""))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	events := bufio.NewScanner(resp.Body)
	events.Scan()
	events.Scan()
	path := strings.TrimPrefix(events.Text(), "data: ")
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

func TestSlowBodiesAndHeadersAreCutOff(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, sends string
		within      time.Duration
	}{
		{"header", "POST /mcp HTTP/1.1\r\nHost: localhost\r\n", headerTimeout},
		{"body", "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + testToken + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", bodyTimeout},
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
