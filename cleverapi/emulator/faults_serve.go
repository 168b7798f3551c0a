package emulator

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// serve spoils the answer.
func (f Fault) serve(w http.ResponseWriter, r *http.Request, requestID string) {
	const json = "application/json"
	switch f.Kind {
	case FaultStatus:
		f.serveStatus(w, r, requestID)
	case FaultReset:
		reset(w)
	case FaultHang:
		<-r.Context().Done()
	case FaultSlow:
		w.Header().Set("Content-Type", json)
		f.drip(w, r, `{"slow":"`+strings.Repeat("s", 1<<20)+`"}`)
	case FaultTruncated:
		w.Header().Set("Content-Length", "4096")
		write(w, http.StatusOK, json, []byte(`{"id":"user_1f","name":"Cut in the mid`))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case FaultWrongJSON:
		write(w, http.StatusOK, json, []byte(`[[["this is not",{"what":"was asked"}]],42]`))
	case FaultNotJSON:
		write(w, http.StatusOK, json, []byte("<!DOCTYPE html><html><body>Maintenance</body></html>"))
	case FaultRedirect:
		w.Header().Set("Location", f.Location)
		w.WriteHeader(http.StatusFound)
	case FaultGzipBomb:
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", json)
		bomb(w, r)
	case FaultEndless:
		w.Header().Set("Content-Type", json)
		endless(w, r)
	}
}

func (f Fault) serveStatus(w http.ResponseWriter, r *http.Request, requestID string) {
	if f.RetryAfter != "" {
		w.Header().Set("Retry-After", f.RetryAfter)
	}
	path := r.URL.Path
	switch f.Body {
	case BodyHTML:
		text := f.Message
		if text == "" {
			text = http.StatusText(f.Status)
		}
		page := fmt.Sprintf("<html><head><title>%d %s</title></head><body><h1>%s</h1></body></html>", f.Status, http.StatusText(f.Status), text)
		write(w, f.Status, "text/html; charset=utf-8", []byte(page))
		return
	case BodyEmpty:
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(f.Status)
		return
	case BodyV2:
		path = "/v2/"
	case BodyV4:
		path = "/v4/"
	case BodyBridge:
		path = "/api-tokens"
	}
	e := fail(f.Status, f.Status, "%s", f.Message)
	if f.ID != 0 {
		e.id = f.ID
	} else if f.Status == http.StatusUnauthorized {
		e.id = idNotConnected
	}
	if f.Code != "" {
		e.code = f.Code
	}
	if f.Message == "" {
		e.message = http.StatusText(f.Status)
	}
	status, body := errorBody(path, requestID, e)
	b, err := encode(body)
	if err != nil {
		panic(err) // maps of strings and numbers
	}
	write(w, status, "application/json", b)
}

// reset drops the connection; on TCP the client sees a reset, not an end.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func (f Fault) drip(w http.ResponseWriter, r *http.Request, text string) {
	tick := time.NewTicker(f.Delay)
	defer tick.Stop()
	for i := range len(text) {
		if _, err := w.Write([]byte(text[i : i+1])); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
}

// bomb sends 1 GiB of zeros, compressed about a thousand times. A megabyte is
// compressed once and sent again and again: gzip members may be chained.
func bomb(w http.ResponseWriter, r *http.Request) {
	var member bytes.Buffer
	z := gzip.NewWriter(&member)
	if _, err := z.Write(make([]byte, 1<<20)); err != nil {
		panic(err) // a bytes.Buffer takes everything
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	for range 1 << 10 {
		if _, err := w.Write(member.Bytes()); err != nil || r.Context().Err() != nil {
			return
		}
	}
}

func endless(w http.ResponseWriter, r *http.Request) {
	chunk := []byte(strings.Repeat(strconv.Quote("more")+",", 1<<12))
	if _, err := w.Write([]byte("[")); err != nil {
		return
	}
	for r.Context().Err() == nil {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}
