package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// loopback serves pages to the browser of the person at this machine, for as long
// as one question is open. Other users of the machine and pages of other sites can
// reach the port too: who does not know the path, or comes under another name, or
// from another site, gets nothing.
type loopback struct {
	// URL is where the pages begin; its last segment is the secret.
	URL    *url.URL
	server *http.Server
}

// openLoopback listens where base says, on a port of its own when base names none.
// Requests below the base and a fresh secret go to handle, which gets the path
// after it.
func openLoopback(base *url.URL, handle func(w http.ResponseWriter, r *http.Request, rest string)) (*loopback, error) {
	host, port := base.Hostname(), base.Port()
	if !loopbackHost(host) || base.Scheme != "http" {
		return nil, fmt.Errorf("%s is no address of this machine alone: name http://localhost:PORT or http://127.0.0.1:PORT", base)
	}
	if port == "" {
		port = "0"
	}
	ln, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("the browser cannot be waited for: %w", err)
	}
	_, port, _ = net.SplitHostPort(ln.Addr().String())
	at := &url.URL{Scheme: "http", Host: net.JoinHostPort(host, port), Path: strings.TrimRight(base.Path, "/") + "/" + rand.Text()}
	l := &loopback{URL: at, server: &http.Server{
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 30 * time.Second, MaxHeaderBytes: 32 << 10,
		ErrorLog: silent(), // what strangers send is not for the log
	}}
	l.server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		strict(w.Header())
		r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
		rest, below := strings.CutPrefix(r.URL.Path, at.Path)
		switch {
		case !strings.EqualFold(r.Host, at.Host), foreign(r, at):
			http.Error(w, "Forbidden", http.StatusForbidden)
		case !below || rest != "" && rest[0] != '/':
			http.NotFound(w, r)
		default:
			handle(w, r, rest)
		}
	})
	go func() { _ = l.server.Serve(ln) }() // it ends when close ends it
	return l, nil
}

// foreign holds for what a page of another site makes a browser send. A link may
// come from anywhere; a form only from the page itself.
func foreign(r *http.Request, at *url.URL) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return false
	}
	return r.Header.Get("Origin") != at.Scheme+"://"+at.Host || r.Header.Get("Sec-Fetch-Site") != "" && r.Header.Get("Sec-Fetch-Site") != "same-origin"
}

// strict are the headers of every answer: kept nowhere, framed by nobody, no
// script, no request to anywhere else but what a form is redirected to.
func strict(h http.Header, redirects ...*url.URL) {
	forms := "'self'"
	for _, u := range redirects {
		forms += " " + u.Scheme + "://" + u.Host
	}
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src '"+styleHash()+"'; form-action "+forms+"; frame-ancestors 'none'; base-uri 'none'")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	// Not no-referrer, by which forms would come from the origin "null".
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}

// close lets an answer in progress arrive, and ends the page.
func (l *loopback) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := l.server.Shutdown(ctx); errors.Is(err, context.DeadlineExceeded) {
		_ = l.server.Close()
	}
}
