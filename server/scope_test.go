package server

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"clever-mcp/tools"
)

func TestSSEOnlyWhenAskedFor(t *testing.T) {
	t.Parallel()
	cfg := testHTTP
	cfg.SSE = false
	v := open(t, newServer(t, echo()), cfg)
	defer v.close()
	for _, r := range [][2]string{{"GET", "/sse"}, {"POST", "/message?sessionId=x"}, {"POST", "/sse"}} {
		if resp, body := v.do(v.request(t.Context(), r[0], r[1], callLine("1"))); resp.StatusCode != 404 || body != "404 page not found\n" {
			t.Errorf("%s %s: %d %q", r[0], r[1], resp.StatusCode, body)
		}
	}
}

// Two sessions, of one caller too, may use the same ids: each cancels its own.
func TestCancellationStaysInItsSession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := open(t, newServer(t, sleeper()), testHTTP)
		defer v.close()
		sessions := []string{v.begin(elicitingHello), v.begin(elicitingHello)}
		answers := make([]string, 2)
		var wait sync.WaitGroup
		for i, session := range sessions {
			wait.Go(func() { _, answers[i] = v.post(callLine("7", "3s"), sessionHeader, session) })
		}
		synctest.Wait()
		if resp, _ := v.post(cancelLine("7"), sessionHeader, sessions[0]); resp.StatusCode != 202 {
			t.Errorf("cancellation: %d", resp.StatusCode)
		}
		wait.Wait()
		if answers[0] != "" || !strings.Contains(answers[1], "slept") {
			t.Errorf("the cancelled session got %q and the other %q", answers[0], answers[1])
		}
	})
}

// What a handle or a form is bound to names the caller, so no two have one ID.
func TestCallersHaveTheirOwnID(t *testing.T) {
	t.Parallel()
	s := newServer(t, reads(func(_ context.Context, c *tools.Call, _ []string) (string, error) { return c.Caller.ID, nil }))
	v := open(t, s, HTTPConfig{Callers: []Caller{NewCaller("a", "token-of-a"), NewCaller("stdio", "token-of-b")}})
	defer v.close()
	seen := map[string]bool{StdioCaller: true}
	for _, token := range []string{"token-of-a", "token-of-b"} {
		line, headers := modern("1")
		_, body := v.post(line, append(headers, "Authorization", "Bearer "+token)...)
		if seen[body] || strings.Contains(body, `"name":"stdio"`) {
			t.Errorf("another caller has the ID of %s", body)
		}
		seen[body] = true
	}
}
