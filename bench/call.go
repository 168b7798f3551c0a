package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// taking is one way to make the small call, with what it took each time.
type taking struct {
	name string
	call func() error
	pid  int // whose processor time counts; 0: nobody's
	took []time.Duration
	cpu  time.Duration
}

// takeTurns makes calls of each kind in rounds, so that whatever else the machine
// does hits all of them.
func takeTurns(all []*taking, rounds, calls int) error {
	for round := range rounds + 1 { // the first one warms up
		for _, t := range all {
			before, err := t.used()
			if err != nil {
				return err
			}
			for range calls {
				begin := time.Now()
				if err := t.call(); err != nil {
					return fmt.Errorf("%s: %w", t.name, err)
				}
				if round > 0 {
					t.took = append(t.took, time.Since(begin))
				}
			}
			after, err := t.used()
			if err != nil {
				return err
			}
			if round > 0 {
				t.cpu += after - before
			}
		}
	}
	return nil
}

func (t *taking) used() (time.Duration, error) {
	if t.pid == 0 {
		return 0, nil
	}
	return cpu(t.pid)
}

func (t *taking) each() time.Duration { return t.cpu / time.Duration(len(t.took)) }

// measureCall tells what a small call costs beyond the request to the API that it
// makes, on both transports and in both eras of the protocol.
func measureCall(b *bench) ([]row, error) {
	plain := &http.Client{Transport: &http.Transport{}}
	bare := &taking{name: "request", call: func() error { return b.api.fetch(context.Background(), plain, small) }}
	all := []*taking{bare}
	byName := map[string]*taking{}
	for _, p := range []program{b.ours, b.mcpgo, b.raw} {
		tool, args := p.call(small)
		for _, modern := range []bool{false, true} {
			r, err := p.start()
			if err != nil {
				return nil, err
			}
			defer r.kill()
			r.modern = modern
			if _, err := r.hello(); err != nil {
				return nil, err
			}
			t := &taking{name: fmt.Sprintf("%s %v", p.name, modern), pid: r.cmd.Process.Pid, call: func() error { return r.quick(tool, args) }}
			all, byName[t.name] = append(all, t), t
		}
		s, err := b.serveHTTP(p)
		if err != nil {
			return nil, err
		}
		defer s.process.kill()
		t := &taking{name: p.name + " http", pid: s.process.cmd.Process.Pid, call: func() error { return s.call(tool, args) }}
		all, byName[t.name] = append(all, t), t
	}
	if err := takeTurns(all, 4*b.rounds, 200); err != nil {
		return nil, err
	}
	var rows []row
	request := median(bare.took)
	for _, era := range []struct{ name, key string }{{"before 2026-07-28", " false"}, {"2026-07-28", " true"}} {
		ours, mcpgo, raw := byName["clever-mcp"+era.key], byName["mcpgo"+era.key], byName["raw"+era.key]
		r := ratio(median(ours.took)-request, median(mcpgo.took)-request)
		rows = append(rows, row{"overhead of a small call over its request, stdio, " + era.name, "≤ 1.3 × mcp-go", times(r),
			fmt.Sprintf("%s; mcp-go %s, raw %s; the request %s", us(median(ours.took)-request), us(median(mcpgo.took)-request), us(median(raw.took)-request), us(request)), r <= 1.3})
		spread := ratio(percentile(ours.took, 99), median(ours.took))
		rows = append(rows, row{"p99 of that call", "≤ 3 × p50", times(spread),
			fmt.Sprintf("%s; mcp-go %s, raw %s", us(percentile(ours.took, 99)), times(ratio(percentile(mcpgo.took, 99), median(mcpgo.took))), times(ratio(percentile(raw.took, 99), median(raw.took)))), spread <= 3})
		rows = append(rows, row{"processor time of that call", "", us(ours.each()), fmt.Sprintf("mcp-go %s, raw %s", us(mcpgo.each()), us(raw.each())), true})
	}
	ours, mcpgo, raw := byName["clever-mcp http"], byName["mcpgo http"], byName["raw http"]
	rows = append(rows, row{"overhead of a small call over its request, HTTP", "", times(ratio(median(ours.took)-request, median(mcpgo.took)-request)) + " mcp-go",
		fmt.Sprintf("%s, processor %s; mcp-go %s, %s; raw %s, %s", us(median(ours.took)-request), us(ours.each()), us(median(mcpgo.took)-request), us(mcpgo.each()), us(median(raw.took)-request), us(raw.each())), true})
	return rows, nil
}

// served is a program behind Streamable HTTP.
type served struct {
	process *process
	url     string
	bearer  string
	client  *http.Client
}

func (b *bench) serveHTTP(p program) (*served, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := ln.Addr().String()
	if err := ln.Close(); err != nil {
		return nil, err
	}
	s := &served{url: "http://" + addr, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 512}}}
	extra := []string{addr}
	if p.name == b.ours.name {
		file := filepath.Join(b.dir, "token")
		if err := os.WriteFile(file, []byte("a-bearer-for-the-benchmark"), 0o600); err != nil {
			return nil, err
		}
		extra, s.bearer = []string{"--http", addr, "--http-token-file", file}, "a-bearer-for-the-benchmark"
	}
	if p.name != b.raw.name {
		s.url += "/mcp"
	}
	if s.process, err = p.start(extra...); err != nil {
		return nil, err
	}
	until := time.Now().Add(10 * time.Second)
	for {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			return s, c.Close()
		}
		if time.Now().After(until) {
			s.process.kill()
			return nil, fmt.Errorf("%s does not listen: %w", p.name, err)
		}
		<-time.After(5 * time.Millisecond)
	}
}

// call makes one call in the form of 2026-07-28, which needs no session.
func (s *served) call(tool string, args any) error {
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": "tools/call",
		"params": map[string]any{"name": tool, "arguments": args, "_meta": modernMeta()}})
	if err != nil {
		return err
	}
	r, err := http.NewRequest(http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	for k, v := range map[string]string{
		"Content-Type": "application/json", "Accept": "application/json, text/event-stream", "Authorization": "Bearer " + s.bearer,
		"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": tool,
	} {
		r.Header.Set(k, v)
	}
	resp, err := s.client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if text := string(answer); !strings.Contains(text, `"result"`) || strings.Contains(text, `"isError":true`) {
		return fmt.Errorf("answer %d %.300s", resp.StatusCode, text)
	}
	return nil
}
