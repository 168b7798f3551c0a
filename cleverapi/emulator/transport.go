package emulator

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"syscall"
)

// RoundTrip answers a request of the same process without a socket. Bodies are
// streamed, the request's context ends them, and gzip is undone for callers that
// did not ask for it, as http.Transport does.
func (e *Emulator) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	if err := ctx.Err(); err != nil {
		closeBody(r)
		return nil, err
	}
	if r.URL == nil || r.URL.Host == "" {
		closeBody(r)
		return nil, fmt.Errorf("the request has no host in its URL")
	}
	// The handler's context also ends when the caller closes the body, which is
	// how a server learns that its client hung up.
	inner, hangUp := context.WithCancel(ctx)
	served := r.Clone(inner)
	served.RequestURI = r.URL.RequestURI()
	served.RemoteAddr = "127.0.0.1:0"
	if served.Host == "" {
		served.Host = r.URL.Host
	}
	if served.Body == nil {
		served.Body = http.NoBody
	}
	body, out := io.Pipe()
	w := &pipeWriter{header: http.Header{}, out: out, ready: make(chan struct{})}
	stop := context.AfterFunc(inner, func() { _ = out.CloseWithError(context.Cause(inner)) })
	go func() {
		defer stop()
		defer closeBody(r)
		defer func() {
			v := recover()
			if v != nil && v != http.ErrAbortHandler {
				panic(v)
			}
			if err := context.Cause(inner); err != nil {
				// A handler that stopped because it was told to has not finished.
				_ = out.CloseWithError(err)
			}
			w.finish(v != nil)
		}()
		e.ServeHTTP(w, served)
	}()
	select {
	case <-w.ready:
	case <-ctx.Done():
		hangUp()
		return nil, ctx.Err()
	}
	if w.aborted {
		hangUp()
		return nil, fmt.Errorf("read: %w", syscall.ECONNRESET)
	}
	return w.response(r, &hangUpBody{body, hangUp})
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
}

type hangUpBody struct {
	*io.PipeReader
	hangUp context.CancelFunc
}

func (b *hangUpBody) Close() error {
	b.hangUp()
	return b.PipeReader.Close()
}

// pipeWriter is a ResponseWriter whose body is read while it is written.
type pipeWriter struct {
	header  http.Header
	out     *io.PipeWriter
	once    sync.Once
	ready   chan struct{} // closed once status and sent may be read
	status  int
	sent    http.Header
	aborted bool
}

func (w *pipeWriter) Header() http.Header { return w.header }

func (w *pipeWriter) WriteHeader(status int) {
	w.once.Do(func() {
		w.status, w.sent = status, w.header.Clone()
		close(w.ready)
	})
}

func (w *pipeWriter) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.out.Write(b)
}

// Flush makes streams work; every write is already on its way.
func (w *pipeWriter) Flush() { w.WriteHeader(http.StatusOK) }

func (w *pipeWriter) finish(aborted bool) {
	if !aborted {
		w.WriteHeader(http.StatusOK)
		_ = w.out.Close()
		return
	}
	w.once.Do(func() {
		w.aborted = true
		close(w.ready)
	})
	_ = w.out.CloseWithError(io.ErrUnexpectedEOF)
}

func (w *pipeWriter) response(r *http.Request, body io.ReadCloser) (*http.Response, error) {
	resp := &http.Response{
		Status:        fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)),
		StatusCode:    w.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        w.sent,
		Body:          body,
		ContentLength: -1,
		Request:       r,
	}
	switch {
	case r.Method == http.MethodHead || w.status == http.StatusNoContent:
		// The handler may still write a body that nobody reads.
		go func() { _, _ = io.Copy(io.Discard, body); _ = body.Close() }()
		resp.Body, resp.ContentLength = http.NoBody, 0
	case w.sent.Get("Content-Encoding") == "gzip" && r.Header.Get("Accept-Encoding") == "":
		resp.Header.Del("Content-Encoding")
		resp.Uncompressed = true
		resp.Body = &gunzip{body: body}
	}
	return resp, nil
}

// gunzip reads the gzip header only when somebody reads, so that RoundTrip does
// not wait for the body.
type gunzip struct {
	body io.ReadCloser
	zip  *gzip.Reader
}

func (g *gunzip) Read(b []byte) (int, error) {
	if g.zip == nil {
		z, err := gzip.NewReader(g.body)
		if err != nil {
			return 0, err
		}
		g.zip = z
	}
	return g.zip.Read(b)
}

func (g *gunzip) Close() error { return g.body.Close() }
