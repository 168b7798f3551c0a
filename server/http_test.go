package server

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
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

// stream opens a stream of HTTP+SSE until ctx ends. It returns the path that takes
// its messages, and the lines of what follows.
func (v *site) stream(ctx context.Context, headers ...string) (path string, events *bufio.Scanner) {
	v.t.Helper()
	resp, err := v.http.Do(v.request(ctx, "GET", "/sse", "", headers...))
	if err != nil {
		v.t.Fatal(err)
	}
	v.t.Cleanup(func() { resp.Body.Close() })
	events = bufio.NewScanner(resp.Body)
	events.Scan()
	events.Scan()
	return strings.TrimPrefix(events.Text(), "data: "), events
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
