package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"clever-mcp/auth"
	"clever-mcp/cleverapi"
	"clever-mcp/server"
	"clever-mcp/tools"
)

// BenchmarkCall is the small call in one process, so that allocations count: the
// request by net/http alone, the tool around it, and the protocol around that. The
// API's own work is in each of them.
func BenchmarkCall(b *testing.B) {
	a, err := newAPI()
	if err != nil {
		b.Fatal(err)
	}
	runner := newRunner(b, a)
	b.Run("request", func(b *testing.B) {
		client := &http.Client{Transport: &http.Transport{}}
		b.ReportAllocs()
		for b.Loop() {
			if err := a.fetch(context.Background(), client, small); err != nil {
				b.Fatal(err)
			}
		}
	})
	args := json.RawMessage(`{"path":"` + small + `"}`)
	b.Run("tool", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if res := runner.Call(context.Background(), "read_api", args, tools.Caller{}); res.IsError {
				b.Fatal(res.Text)
			}
		}
	})
	s, err := server.New(server.Config{Name: "bench", Runner: runner})
	if err != nil {
		b.Fatal(err)
	}
	for _, era := range []struct{ name, meta string }{
		{"stdio", ""},
		{"stdio 2026-07-28", `,"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}`},
	} {
		b.Run(era.name, func(b *testing.B) { benchStdio(b, s, string(args)+era.meta) })
	}
}

func benchStdio(b *testing.B, s *server.Server, args string) {
	fromClient, toServer := io.Pipe()
	fromServer, toClient := io.Pipe()
	go func() { _ = s.ServeStdio(context.Background(), fromClient, toClient) }()
	defer toServer.Close()
	lines := bufio.NewReaderSize(fromServer, 64<<10)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		fmt.Fprintf(toServer, `{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"read_api","arguments":%s}}`+"\n", i, args)
		if line, err := lines.ReadString('\n'); err != nil || strings.Contains(line, `"isError":true`) {
			b.Fatal(line, err)
		}
	}
}

func newRunner(b *testing.B, a *api) *tools.Runner {
	b.Helper()
	env := map[string]string{"API_HOST": a.url, "AUTH_BRIDGE_HOST": a.url, "CLEVER_TOKEN": "bench", "CLEVER_SECRET": "bench-secret"}
	store := auth.NewStore(auth.Config{Getenv: func(name string) string { return env[name] }})
	sessions := auth.NewSession(store, auth.Auto, auth.NewWire(auth.WireConfig{}))
	hide := tools.NewHider()
	client := cleverapi.New(cleverapi.Config{UserAgent: "bench", Session: func(ctx context.Context) (cleverapi.Session, error) {
		cred, transport, err := sessions.Current(ctx)
		if err != nil {
			return cleverapi.Session{}, err
		}
		for _, s := range cred.Secrets() {
			hide.Learn(s.Reveal())
		}
		return cleverapi.Session{API: cred.Hosts.API, Bridge: cred.Hosts.Bridge, Transport: transport}, nil
	}})
	runner, err := tools.NewRunner(tools.All(), &tools.Deps{API: client, Hide: hide, Confirm: tools.NewSealer(), Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		b.Fatal(err)
	}
	return runner
}
