package auth

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TLS errors are errors: nothing is sent past a certificate that is not good for
// the host, or over a version that is too old.
func TestWireWantsAGoodCertificate(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*httptest.Server){
		"signed by nobody": func(*httptest.Server) {},
		"too old":          func(s *httptest.Server) { s.TLS = &tls.Config{MaxVersion: tls.VersionTLS11} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				t.Errorf("%s was sent with %s", r.URL, r.Header.Get("Authorization"))
			}))
			api.Config.ErrorLog = log.New(io.Discard, "", 0) // it reports handshakes
			change(api)
			api.StartTLS()
			defer api.Close()
			u := mustURL(t, api.URL)
			_, err := send(t, NewTransport(oauthCredential(u, u), Auto, NewWire(WireConfig{})), newRequest(t, http.MethodGet, api.URL+"/v2/self", ""))
			if err == nil {
				t.Fatal("it was sent")
			}
			if unsafe := new(tls.CertificateVerificationError); name == "signed by nobody" && !errors.As(err, &unsafe) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

// A proxy between here and the API carries bytes that it cannot read: it is asked
// for a tunnel, and a credential never passes it in the clear.
func TestProxySeesNoCredential(t *testing.T) {
	t.Parallel()
	api := httptest.NewTLSServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "" {
			t.Error("the request is not signed, so this proves nothing")
		}
	}))
	t.Cleanup(api.Close)
	var seen strings.Builder
	var mu sync.Mutex
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		there, err := net.Dial("tcp", r.Host)
		if err != nil || r.Method != http.MethodConnect {
			t.Errorf("the proxy is asked %s %s with %v, %v", r.Method, r.URL, r.Header, err)
			return
		}
		defer there.Close()
		w.WriteHeader(http.StatusOK)
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer here.Close()
		mu.Lock()
		fmt.Fprint(&seen, r.Header)
		mu.Unlock()
		go io.Copy(here, there)
		through := make([]byte, 32<<10)
		for {
			n, err := here.Read(through)
			mu.Lock()
			seen.Write(through[:n])
			mu.Unlock()
			if _, failed := there.Write(through[:n]); err != nil || failed != nil {
				return
			}
		}
	}))
	t.Cleanup(proxy.Close)
	wire := NewWire(WireConfig{})
	wire.Proxy = http.ProxyURL(mustURL(t, proxy.URL))
	wire.TLSClientConfig.RootCAs = x509.NewCertPool()
	wire.TLSClientConfig.RootCAs.AddCert(api.Certificate())
	t.Cleanup(wire.CloseIdleConnections)
	u := mustURL(t, api.URL)
	credential := oauthCredential(u, u)
	status, err := send(t, NewTransport(credential, Plaintext, wire), newRequest(t, http.MethodGet, api.URL+"/v2/self", ""))
	if err != nil || status != http.StatusOK {
		t.Fatalf("status %d, %v", status, err)
	}
	mu.Lock()
	defer mu.Unlock()
	if seen.Len() < 500 || strings.Contains(seen.String(), "OAuth ") || strings.Contains(seen.String(), credential.Token.Reveal()) {
		t.Errorf("the proxy saw %q", seen.String())
	}
}

func TestWireIsBounded(t *testing.T) {
	t.Parallel()
	w := NewWire(WireConfig{})
	if d := newDialer(); d.Timeout != 5*time.Second || w.DialContext == nil {
		t.Errorf("connecting has %s", d.Timeout)
	}
	if w.TLSHandshakeTimeout != 5*time.Second || w.ResponseHeaderTimeout != 15*time.Second || w.MaxResponseHeaderBytes > 64<<10 || w.TLSClientConfig.MinVersion < tls.VersionTLS12 {
		t.Errorf("handshake %s, header %s of %d bytes, TLS %x", w.TLSHandshakeTimeout, w.ResponseHeaderTimeout, w.MaxResponseHeaderBytes, w.TLSClientConfig.MinVersion)
	}
}

// More requests than there may be connections wait for one of them.
func TestWireHasABoundOfConnections(t *testing.T) {
	t.Parallel()
	var opened atomic.Int32
	arrived, leave := make(chan struct{}, 2*maxConns), make(chan struct{})
	api := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-leave
	}))
	api.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	api.Start()
	defer api.Close()
	u := mustURL(t, api.URL)
	tr := NewTransport(oauthCredential(u, u), Auto, NewWire(WireConfig{}))
	var all sync.WaitGroup
	for range maxConns + 50 {
		all.Go(func() {
			if _, err := send(t, tr, newRequest(t, http.MethodGet, api.URL+"/v2/self", "")); err != nil {
				t.Error(err)
			}
		})
	}
	for range maxConns {
		<-arrived
	}
	close(leave)
	all.Wait()
	if n := opened.Load(); n > maxConns {
		t.Errorf("%d connections were opened, and %d is the bound", n, maxConns)
	}
}
