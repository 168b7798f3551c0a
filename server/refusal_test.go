package server

import (
	"context"
	"strings"
	"sync"
	"testing"

	"clever-mcp/tools"
)

// Each request that the guard turns away is told of, without what it carried.
func TestRefusalsAreTold(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var told []Refusal
	cfg := testHTTP
	cfg.Refused = func(r Refusal) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, r)
	}
	v := open(t, newServer(t, reads(func(context.Context, *tools.Call, []string) (string, error) { return "", nil })), cfg)
	defer v.close()
	for _, tt := range []struct {
		method, path, body string
		headers            []string
		want               Refusal
	}{
		{"POST", "/mcp", callLine("1"), []string{"Host", "evil.example"}, Refusal{"POST", "/mcp", 403, "host", ""}},
		{"GET", "/sse", "", []string{"Origin", "https://evil.example"}, Refusal{"GET", "/sse", 403, "origin", ""}},
		{"POST", "/mcp", callLine("1"), []string{"Authorization", "Bearer wrong-token-to-look-for"}, Refusal{"POST", "/mcp", 401, "bearer", ""}},
		{"GET", "/secret-to-look-for", "", []string{"Authorization", ""}, Refusal{"GET", "other", 401, "bearer", ""}},
		{"BREW", "/mcp", "", []string{"Authorization", ""}, Refusal{"other", "/mcp", 401, "bearer", ""}},
		{"POST", "/mcp", callLine("1"), []string{"Content-Type", "text/plain"}, Refusal{"POST", "/mcp", 415, "content type", "http:test"}},
		{"POST", "/mcp", strings.Repeat(" ", maxMessage+1), nil, Refusal{"POST", "/mcp", 413, "size", "http:test"}},
		{"POST", "/message?sessionId=other", callLine("1"), nil, Refusal{"POST", "/message", 404, "session", "http:test"}},
		{"GET", "/healthz", "", nil, Refusal{}},
	} {
		mu.Lock()
		told = nil
		mu.Unlock()
		v.do(v.request(t.Context(), tt.method, tt.path, tt.body, tt.headers...))
		mu.Lock()
		switch {
		case tt.want == Refusal{} && len(told) == 0:
		case len(told) != 1 || told[0] != tt.want:
			t.Errorf("%s %s: %+v, want %+v", tt.method, tt.path, told, tt.want)
		}
		mu.Unlock()
	}
}
