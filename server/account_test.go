package server

import (
	"context"
	"strings"
	"testing"

	"clever-mcp/tools"
)

// Two callers who share a bearer and bring two tokens are as foreign to each
// other as two bearers.
func TestCallersOfOneBearerAreToldApartByTheirToken(t *testing.T) {
	t.Parallel()
	tool := reads(func(_ context.Context, c *tools.Call, _ []string) (string, error) { return c.Caller.ID, nil })
	s := newServer(t, tool)
	cfg := testHTTP
	asked := map[string]int{}
	cfg.Accounts = func(token string) *tools.Runner {
		asked[token]++
		return s.runner
	}
	v := open(t, s, cfg)
	defer v.close()
	a, b := []string{TokenHeader, "token-a"}, []string{TokenHeader, "token-b"}

	session := v.begin(elicitingHello, a...)
	_, ofA := v.post(callLine("1"), append(a, sessionHeader, session)...)
	if resp, body := v.post(callLine("1"), append(b, sessionHeader, session)...); resp.StatusCode != 404 {
		t.Errorf("a session of another token: %d %s", resp.StatusCode, body)
	}
	line, headers := modern("1")
	_, ofB := v.post(line, append(headers, b...)...)
	if ofA == ofB || !strings.Contains(ofA, "http:test ") || strings.Contains(ofA+ofB, "token-") {
		t.Errorf("the callers are %s and %s", ofA, ofB)
	}

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	path, _ := v.stream(ctx, a...)
	for token, status := range map[string]int{"token-b": 404, "token-a": 202, "": 400} {
		if resp, body := v.do(v.request(t.Context(), "POST", path, callLine("1"), TokenHeader, token)); resp.StatusCode != status {
			t.Errorf("a message with %q: %d %s, want %d", token, resp.StatusCode, body, status)
		}
	}
	if asked["token-a"] == 0 || asked["token-b"] == 0 || len(asked) != 2 {
		t.Errorf("asked for the accounts %v", asked)
	}
}

// Resources, prompts and completion use the caller's account too.
func TestEverythingUsesTheCallersAccount(t *testing.T) {
	t.Parallel()
	s := newServer(t, echo())
	theirs := s.runner.With(&tools.Deps{})
	var got []*tools.Runner
	var callers []string
	s.content.resources = []Resource{{URI: "clever://self", Name: "self", Read: func(ctx context.Context, _ map[string]string) (string, error) {
		got, callers = append(got, RunnerOf(ctx, s.runner)), append(callers, CallerOf(ctx))
		return "{}", nil
	}}}
	if err := s.offer(nil, s.content.resources); err != nil {
		t.Fatal(err)
	}
	cfg := testHTTP
	cfg.Accounts = func(string) *tools.Runner { return theirs }
	v := open(t, s, cfg)
	defer v.close()
	session := v.begin(elicitingHello, TokenHeader, "t")
	const read = `{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"clever://self"}}`
	v.post(read, TokenHeader, "t", sessionHeader, session)
	w := openWire(t, s)
	w.send(read)
	w.next()
	if len(got) != 2 || got[0] != theirs || got[1] != s.runner {
		t.Errorf("read with %v, want the caller's tools and then the server's", got)
	}
	if len(callers) != 2 || !strings.HasPrefix(callers[0], "http:") || callers[1] != "stdio" {
		t.Errorf("read by %q", callers)
	}
}
