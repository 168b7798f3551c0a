package tools

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"clever-mcp/auth"
	"clever-mcp/cleverapi/catalogue"
)

// authority signs certificates that a test's client believes, unless they are
// wrong in another way.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	raw, err := x509.CreateCertificate(rand.Reader, about, about, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key}
}

// issue returns a certificate for 127.0.0.1, as changed.
func (a *authority) issue(t *testing.T, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	about := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "api"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	change(about)
	raw, err := x509.CreateCertificate(rand.Reader, about, a.cert, a.key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: a.key}
}

// tlsMishaps are what can answer where the API should, on a connection that
// it is given for itself.
func tlsMishaps(t *testing.T, good *authority) map[string]func(net.Conn) {
	t.Helper()
	with := func(config *tls.Config) func(net.Conn) {
		return func(conn net.Conn) {
			c := tls.Server(conn, config)
			if c.Handshake() == nil {
				t.Error("the handshake succeeded")
			}
			// What comes nevertheless is seen by the listener.
			_, _ = io.Copy(io.Discard, c)
		}
	}
	certified := func(by *authority, change func(*x509.Certificate)) func(net.Conn) {
		return with(&tls.Config{Certificates: []tls.Certificate{by.issue(t, change)}})
	}
	after := func(answer []byte, then func(*net.TCPConn)) func(net.Conn) {
		return func(conn net.Conn) {
			hello := make([]byte, 16<<10)
			if _, err := conn.Read(hello); err != nil {
				return
			}
			_, _ = conn.Write(answer)
			then(conn.(*heardConn).Conn.(*net.TCPConn))
		}
	}
	wait := func(c *net.TCPConn) { _, _ = io.Copy(io.Discard, c) }
	asIs := func(*x509.Certificate) {}
	record := func(kind byte, body []byte) []byte {
		return append([]byte{kind, 3, 3, byte(len(body) >> 8), byte(len(body))}, body...)
	}
	// A hello of TLS 1.1, whatever was offered: TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA.
	old := slices.Concat([]byte{2, 0, 0, 38, 3, 2}, make([]byte, 32), []byte{0, 0xc0, 9, 0})
	return map[string]func(net.Conn){
		"certificate of another host": certified(good, func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"api.clever-cloud.com"} }),
		"expired certificate":         certified(good, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }),
		"certificate of tomorrow":     certified(good, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) }),
		"certificate for a client":    certified(good, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }),
		"unknown authority":           certified(newAuthority(t), asIs),
		"TLS 1.1 at most":             with(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, Certificates: []tls.Certificate{good.issue(t, asIs)}}),
		"TLS 1.1 whatever is offered": after(record(22, old), wait),
		"no TLS":                      after([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"), wait),
		"another protocol":            after([]byte("SSH-2.0-OpenSSH_9.6\r\n"), wait),
		"endless handshake":           after(record(22, append([]byte{11, 0xff, 0xff, 0xff}, make([]byte, 16<<10-4)...)), wait),
		"alert":                       after(record(21, []byte{2, 40}), wait),
		"handshake that hangs":        after(nil, wait),
		"handshake that stops":        after(record(22, old)[:9], wait),
		"handshake that is cut":       after(nil, func(c *net.TCPConn) { _ = c.Close() }),
		"handshake that is reset":     after(nil, func(c *net.TCPConn) { _ = c.SetLinger(0); _ = c.Close() }),
	}
}

// heard keeps every byte that clients sent to a listener.
type heard struct {
	net.Listener
	mu   sync.Mutex
	sent bytes.Buffer
}

type heardConn struct {
	net.Conn
	to *heard
}

func (c *heardConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.to.mu.Lock()
	defer c.to.mu.Unlock()
	c.to.sent.Write(p[:n])
	return n, err
}

// listen serves each connection with serve until the test is over.
func listen(t *testing.T, serve func(net.Conn)) *heard {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &heard{Listener: l}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() {
				defer conn.Close()
				serve(&heardConn{conn, h})
			})
		}
	})
	t.Cleanup(func() { l.Close(); open.Wait() })
	return h
}

// writesElsewhere sends reads to one place, and writes to another.
type writesElsewhere struct{ reads, writes http.RoundTripper }

func (w writesElsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return w.reads.RoundTrip(r)
	}
	return w.writes.RoundTrip(r)
}

// overTLS returns a world whose requests leave by the program's own wire for l,
// all of them or those that write, and what counts the connections.
func overTLS(t *testing.T, l net.Listener, trusted *authority, onlyWrites bool) (*world, *atomic.Int32) {
	t.Helper()
	wire := auth.NewWire(auth.WireConfig{})
	wire.TLSClientConfig.RootCAs = x509.NewCertPool()
	wire.TLSClientConfig.RootCAs.AddCert(trusted.cert)
	wire.TLSHandshakeTimeout /= 25 // of 5 s: the test's own handshakes are on this machine
	dial, dialled := wire.DialContext, new(atomic.Int32)
	wire.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		dialled.Add(1)
		if address != l.Addr().String() {
			t.Errorf("a connection is made to %s", address)
		}
		return dial(ctx, network, address)
	}
	t.Cleanup(wire.CloseIdleConnections)
	// A deployment takes a while; time goes fast, so that waiting for it does not.
	w := newWorld(t, worldOptions{Speed: 1000, base: "https://" + l.Addr().String(), over: func(e http.RoundTripper) http.RoundTripper {
		if onlyWrites {
			return writesElsewhere{e, wire}
		}
		return wire
	}})
	return w, dialled
}

// Where TLS fails nothing is sent, whichever tool is called and whether its first
// request meets it or the one that writes. The error says so, says what to do, and
// leaves no doubt about what happened.
func TestTLSFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("a sweep over everything")
	}
	t.Parallel()
	good := newAuthority(t)
	for name, serve := range tlsMishaps(t, good) {
		for _, onlyWrites := range []bool{false, true} {
			where := map[bool]string{false: "/first request", true: "/write"}[onlyWrites]
			t.Run(name+where, func(t *testing.T) {
				t.Parallel()
				l := listen(t, serve)
				w, dialled := overTLS(t, l, good, onlyWrites) // nothing changes it
				var calls sync.WaitGroup
				for _, tool := range All() {
					tool, reads := tool.Spec().Name, tool.Spec().Effect == catalogue.Reads
					if reads && onlyWrites || tool == "search_api" { // it asks nothing
						continue
					}
					args := callOf(t, tool)
					calls.Go(func() {
						start := time.Now()
						res := w.agreed(t.Context(), tool, args)
						if took := time.Since(start); took > 20*time.Second {
							t.Errorf("%s: took %s", tool, took)
						}
						w.saysNothingWasSent(t, tool, res)
					})
				}
				calls.Wait()
				if dialled.Load() == 0 {
					t.Error("nobody met it")
				}
				l.mu.Lock()
				defer l.mu.Unlock()
				for _, secret := range append(w.secrets, "Authorization", "OAuth", "HTTP/1.1") {
					if bytes.Contains(l.sent.Bytes(), []byte(secret)) {
						t.Errorf("%q is on the wire", secret)
					}
				}
			})
		}
	}
}

// saysNothingWasSent holds for what a call comes to when TLS fails.
func (w *world) saysNothingWasSent(t *testing.T, tool string, res Result) {
	t.Helper()
	if strings.Contains(res.Text, "mistake of this server") {
		t.Errorf("%s: panics: %s", tool, w.logged)
	}
	if !res.IsError || !strings.Contains(res.Text, "nothing was sent") || !strings.Contains(res.Text, "\nNext: ") {
		t.Errorf("%s answers %s", tool, res.Text)
	}
	if slices.ContainsFunc(doubts, func(s string) bool { return strings.Contains(res.Text, s) }) {
		t.Errorf("%s is in doubt: %s", tool, res.Text)
	}
	for _, r := range w.Requests() {
		if r.Method != http.MethodGet {
			t.Errorf("%s: %s %s reached the API", tool, r.Method, r.Path)
		}
	}
}

// With nothing wrong, the same certificates and the same wire are good for every
// tool: what TestTLSFaults sees refused is the mishap.
func TestTLSWithoutFault(t *testing.T) {
	if testing.Short() {
		t.Skip("a sweep over everything")
	}
	t.Parallel()
	good := newAuthority(t)
	cert := good.issue(t, func(*x509.Certificate) {})
	for _, tool := range All() {
		tool := tool.Spec().Name
		t.Run(tool, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			w, dialled := overTLS(t, l, good, false)
			api := &http.Server{Handler: w.Emulator, TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}}}
			var served sync.WaitGroup
			served.Go(func() { _ = api.ServeTLS(l, "", "") })
			t.Cleanup(func() { api.Close(); served.Wait() })
			res := w.agreed(t.Context(), tool, callOf(t, tool))
			if res.IsError || (dialled.Load() > 0) != (len(w.Requests()) > 0) {
				t.Errorf("after %d connections and %d requests: %s", dialled.Load(), len(w.Requests()), res.Text)
			}
		})
	}
}
