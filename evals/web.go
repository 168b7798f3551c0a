package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// web is a server over HTTP with a proxy before it that keeps what is said.
type web struct {
	url, bearer string
	stop        func()
}

var serves = regexp.MustCompile(`http://[0-9.:]+/mcp`)

func startWeb(ctx context.Context, command []string, env map[string]string, dir, to string) (*web, error) {
	ctx, cancel := context.WithCancel(ctx)
	tokenFile := filepath.Join(dir, "bearer")
	cmd := exec.CommandContext(ctx, command[0], append(command[1:], "--http", "127.0.0.1:0", "--http-token-file", tokenFile)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	errs, err := cmd.StderrPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	end := func() { cancel(); _ = cmd.Wait() }
	lines := bufio.NewScanner(errs)
	at, said := "", ""
	for at == "" && lines.Scan() {
		said += lines.Text() + "\n"
		at = serves.FindString(lines.Text())
	}
	if at == "" {
		end()
		return nil, fmt.Errorf("the server ended before it said where it serves: %s", said)
	}
	go func() { _, _ = io.Copy(io.Discard, errs) }()
	bearer, err := os.ReadFile(tokenFile)
	if err != nil {
		end()
		return nil, err
	}
	w, err := proxy(at, to)
	if err != nil {
		end()
		return nil, err
	}
	closeProxy := w.stop
	w.bearer, w.stop = strings.TrimSpace(string(bearer)), func() { closeProxy(); end() }
	return w, nil
}

// proxy passes requests on to a server at target and keeps their messages.
func proxy(target, to string) (*web, error) {
	u, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	j, err := openJournal(to)
	if err != nil {
		return nil, err
	}
	pass := &httputil.ReverseProxy{
		FlushInterval: -1, // events go on at once
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: u.Scheme, Host: u.Host})
			r.Out.Host = u.Host // the server knows itself by it
		},
		ModifyResponse: func(r *http.Response) error {
			r.Body = &overheard{ReadCloser: r.Body, journal: j}
			return nil
		},
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	srv := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = j.note(fromAgent, body)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		pass.ServeHTTP(w, r)
	})}
	go func() { _ = srv.Serve(ln) }() // until it is closed
	return &web{url: "http://" + ln.Addr().String() + u.Path, stop: func() { _ = srv.Close() }}, nil
}

// overheard keeps the messages of an answer as it is read: one in a JSON body,
// or one in each event.
type overheard struct {
	io.ReadCloser
	journal *journal
	line    []byte
}

func (o *overheard) Read(p []byte) (int, error) {
	n, err := o.ReadCloser.Read(p)
	for _, b := range p[:n] {
		if b != '\n' {
			o.line = append(o.line, b)
			continue
		}
		if err := o.flush(); err != nil {
			return n, err
		}
	}
	if err != nil {
		if err := o.flush(); err != nil {
			return n, err
		}
	}
	return n, err
}

func (o *overheard) flush() error {
	line := bytes.TrimPrefix(o.line, []byte("data:"))
	o.line = o.line[:0]
	return o.journal.note(fromServer, line)
}
