package cli

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// serveRoute starts the whole program as a client would and returns the way to it.
type serveRoute func(t *testing.T, env map[string]string, flags ...string) sdk.Transport

// serveRoutes are the three transports.
var serveRoutes = map[string]serveRoute{
	"stdio": func(t *testing.T, env map[string]string, flags ...string) sdk.Transport {
		transport, ended := servePipes(t, env, io.Discard, flags...)
		t.Cleanup(ended)
		return transport
	},
	"http": func(t *testing.T, env map[string]string, flags ...string) sdk.Transport {
		base, client := serveHTTP(t, env, flags...)
		return &sdk.StreamableClientTransport{Endpoint: base + "/mcp", HTTPClient: client, MaxRetries: -1}
	},
	"sse": func(t *testing.T, env map[string]string, flags ...string) sdk.Transport {
		base, client := serveHTTP(t, env, flags...)
		return &sdk.SSEClientTransport{Endpoint: base + "/sse", HTTPClient: client}
	},
}

// servePipes serves on pipes, which are read until the server has ended: it answers
// what it has read, after the client has left too.
func servePipes(t *testing.T, env map[string]string, stderr io.Writer, flags ...string) (transport sdk.Transport, ended func()) {
	t.Helper()
	fromClient, toServer := io.Pipe()
	fromServer, toClient := io.Pipe()
	stop := serveProcess(t, Process{Args: append([]string{"serve"}, flags...), Stdin: fromClient, Stdout: toClient, Stderr: stderr}, env)
	return &sdk.IOTransport{Reader: io.NopCloser(fromServer), Writer: toServer}, func() {
		toServer.Close()
		stop()
	}
}

// serveProcess runs the program until the test is over, or ended is called.
func serveProcess(t *testing.T, p Process, env map[string]string) (ended func()) {
	t.Helper()
	home := t.TempDir()
	p.Getenv = func(name string) string {
		switch v, ok := env[name]; {
		case ok:
			return v
		case name == "HOME", name == "XDG_CONFIG_HOME", name == "XDG_STATE_HOME":
			return home
		}
		return ""
	}
	if p.Stdin == nil {
		p.Stdin = strings.NewReader("")
	}
	if p.Stdout == nil {
		p.Stdout = io.Discard
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan int, 1)
	go func() {
		code := Run(ctx, p)
		if c, ok := p.Stdout.(io.Closer); ok {
			c.Close()
		}
		done <- code
	}()
	return func() {
		cancel()
		if code := <-done; code != 0 {
			t.Errorf("the server ends with %d", code)
		}
	}
}

// serveHTTP serves on a port of loopback and returns its address, and a client
// with the bearer.
func serveHTTP(t *testing.T, env map[string]string, flags ...string) (base string, client *http.Client) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "bearer")
	address := &seeing{pattern: regexp.MustCompile(`http://127\.0\.0\.1:\d+`), found: make(chan string, 1)}
	args := append([]string{"serve", "--http", "127.0.0.1:0", "--sse", "--http-token-file", file}, flags...)
	t.Cleanup(serveProcess(t, Process{Args: args, Stderr: address}, env))
	select {
	case base = <-address.found:
	case <-time.After(30 * time.Second):
		t.Fatal("the server does not say where it serves")
	}
	token, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return base, &http.Client{Transport: withBearer{transport, strings.TrimSpace(string(token))}}
}

type withBearer struct {
	next  http.RoundTripper
	token string
}

func (b withBearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+b.token)
	return b.next.RoundTrip(r)
}

// seeing tells the first match of a pattern in what is written to it.
type seeing struct {
	pattern *regexp.Regexp
	found   chan string
	said    bytes.Buffer
	done    bool
}

func (s *seeing) Write(p []byte) (int, error) {
	if s.done {
		return len(p), nil
	}
	s.said.Write(p)
	if m := s.pattern.Find(s.said.Bytes()); m != nil {
		s.done = true
		s.found <- string(m)
	}
	return len(p), nil
}

func connect(t *testing.T, transport sdk.Transport, opts *sdk.ClientOptions) *sdk.ClientSession {
	t.Helper()
	session, err := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, opts).Connect(context.Background(), transport, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { session.Close() })
	listTools(t, session)
	return session
}

// listTools does what every host does first. Since 2026-07-28 a client learns
// from the list which arguments it has to send as headers too.
func listTools(t *testing.T, session *sdk.ClientSession) {
	t.Helper()
	if _, err := session.ListTools(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
}
