package server

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// knock is one request to an endpoint, without a client that would mend it or follow
// where the answer leads.
func knock(e http.Handler, method, path, token, kind string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost/", strings.NewReader(callLine("1")))
	r.URL.Path, r.RequestURI = path, path
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w
}

// A path that another way of writing would make a route is none: nobody is sent on
// to the route, and without the bearer nobody learns which there are.
func TestUncleanPathsAreNoRoutes(t *testing.T) {
	t.Parallel()
	e := newServer(t, echo()).endpoint(testHTTP)
	t.Cleanup(e.close)
	for _, path := range []string{"//mcp", "/./mcp", "/x/../mcp", "/mcp/", "/mcp/.", "/mcp/../healthz", "//healthz", "/healthz/", "/sse/..", "/..", "//", ""} {
		for _, method := range []string{"GET", "POST", "DELETE", "HEAD"} {
			if w := knock(e, method, path, "", "application/json"); w.Code != http.StatusUnauthorized || w.Header().Get("Location") != "" {
				t.Errorf("%s %q without a token: %d, to %q", method, path, w.Code, w.Header().Get("Location"))
			}
			if w := knock(e, method, path, testToken, "application/json"); w.Code != http.StatusNotFound {
				t.Errorf("%s %q: %d", method, path, w.Code)
			}
		}
	}
}

// net/http answers OPTIONS * itself unless it is told not to.
func TestOptionsOfTheWholeServerAreGuarded(t *testing.T) {
	t.Parallel()
	v := open(t, newServer(t, echo()), testHTTP)
	defer v.close()
	for host, want := range map[string]int{"evil.example": http.StatusForbidden, "localhost": http.StatusUnauthorized} {
		r := v.request(t.Context(), http.MethodOptions, "/", "", "Authorization", "", "Host", host)
		r.URL.Opaque = "*"
		if resp, body := v.do(r); resp.StatusCode != want {
			t.Errorf("OPTIONS * of %s: %d %q, want %d", host, resp.StatusCode, body, want)
		}
	}
}

func TestEveryPostIsJSON(t *testing.T) {
	t.Parallel()
	e := newServer(t, echo()).endpoint(testHTTP)
	t.Cleanup(e.close)
	for _, path := range []string{"/mcp", "/message", "/message?sessionId=x", "/sse", "/healthz", "/metrics", "/", "/no/such", "//mcp"} {
		for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json, text/plain", "application/jsonp", "text/json", "json"} {
			if w := knock(e, "POST", path, testToken, kind); w.Code != http.StatusUnsupportedMediaType {
				t.Errorf("POST %s as %q: %d", path, kind, w.Code)
			}
		}
		if w := knock(e, "POST", path, testToken, "Application/JSON; charset=utf-8"); w.Code == http.StatusUnsupportedMediaType {
			t.Errorf("POST %s as JSON: %d", path, w.Code)
		}
	}
}

// lines takes the log of a server.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
	some chan struct{} // closed by the first line
	once sync.Once
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if bytes.Contains(p, []byte("TLS handshake error")) {
		l.once.Do(func() { close(l.some) })
	}
	return l.text.Write(p)
}

// Where somebody calls from is personal. What went wrong with the connection is said.
func TestPeersAreNotLogged(t *testing.T) {
	t.Parallel()
	log := &lines{some: make(chan struct{})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- newServerLogging(t, log, echo()).Serve(ctx, tls.NewListener(l, &tls.Config{}), testHTTP)
	}()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(conn, "GET / HTTP/1.1\r\n\r\n")
	<-log.some
	conn.Close()
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	_, port, _ := net.SplitHostPort(conn.LocalAddr().String())
	if said := log.text.String(); strings.Contains(said, port) || strings.Contains(said, "127.0.0.1") || !strings.Contains(said, "TLS handshake error: ") {
		t.Errorf("the log says %s", said)
	}
}
