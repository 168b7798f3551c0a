package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"clever-mcp/server"
	"clever-mcp/tools"
)

// callable is a server of the command line, over HTTP.
type callable struct {
	t           *testing.T
	url, bearer string
	log         *lockedBuffer
}

func servedHTTP(t *testing.T, env map[string]string, args ...string) *callable {
	t.Helper()
	s := &callable{t: t, log: &lockedBuffer{}}
	home := t.TempDir()
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan int, 1)
	go func() {
		done <- Run(ctx, Process{
			Args: append([]string{"serve", "--http", "127.0.0.1:0", "--verbose"}, args...), Stdin: strings.NewReader(""), Stdout: io.Discard,
			Stderr: io.MultiWriter(w, s.log),
			Getenv: func(name string) string {
				if name == "HOME" || name == "XDG_STATE_HOME" || name == "XDG_CONFIG_HOME" {
					return home
				}
				return env[name]
			},
		})
		w.Close()
	}()
	t.Cleanup(func() {
		cancel()
		if code := <-done; code != 0 {
			t.Errorf("the server ends with %d: %s", code, s.log)
		}
	})
	lines := bufio.NewScanner(r)
	lines.Scan()
	go io.Copy(io.Discard, r)
	found := regexp.MustCompile(`(http://\S+/mcp); .* in (\S+)`).FindStringSubmatch(lines.Text())
	if found == nil {
		t.Fatalf("the server says %q", lines.Text())
	}
	token, err := os.ReadFile(found[2])
	if err != nil {
		t.Fatal(err)
	}
	s.url, s.bearer = found[1], strings.TrimSpace(string(token))
	return s
}

// call calls a tool as a client of 2026-07-28 does.
func (s *callable) call(tool, args string, headers ...string) (status int, text string) {
	s.t.Helper()
	body := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}},"name":%q,"arguments":%s}}`, tool, args)
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Authorization": "Bearer " + s.bearer, "Content-Type": "application/json", "Accept": "application/json, text/event-stream",
		"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": tool,
	} {
		r.Header.Set(name, value)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	resp, err := (&http.Client{Timeout: 30 * time.Second, Transport: network}).Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	var answer struct {
		Result struct{ Content []struct{ Text string } }
	}
	if json.Unmarshal(raw, &answer) == nil && len(answer.Result.Content) > 0 {
		return resp.StatusCode, answer.Result.Content[0].Text
	}
	return resp.StatusCode, string(raw)
}

// secondToken makes another API token of the emulator's user.
func secondToken(t *testing.T, env map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	with := map[string]string{"CLEVER_PASSWORD_FILE": filepath.Join(dir, "password")}
	for k, v := range env {
		with[k] = v
	}
	if err := os.WriteFile(with["CLEVER_PASSWORD_FILE"], []byte(demoPassword(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, code := run(t, with, "", "call", "create_token", "name=second", "--json", "--token-dir", filepath.Join(dir, "tokens"))
	var made tools.NewTokenView
	if code != 0 || json.Unmarshal([]byte(out), &made) != nil {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	value, err := os.ReadFile(made.File)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(value))
}

// With --caller-tokens every caller acts for its own account, and nobody for the
// server's.
func TestCallersBringTheirAccount(t *testing.T) {
	t.Parallel()
	env, stop := startEmulator(t)
	defer stop()
	second := secondToken(t, env)
	s := servedHTTP(t, env, "--caller-tokens")
	const header = server.TokenHeader
	const planted = "planted-token-of-nobody"
	first := env["CLEVER_API_TOKEN"]
	for _, c := range []struct {
		name    string
		headers []string
		status  int
		want    string
	}{
		{"first", []string{header, first}, 200, `"source":"the header Clever-Api-Token of this caller"`},
		{"second", []string{header, second}, 200, `"signed_in":true`},
		{"bad token", []string{header, planted}, 200, "was refused: it is wrong, expired or revoked; send a good one there"},
		{"no token", nil, 400, "in the header Clever-Api-Token"},
		{"two tokens", []string{header, first, header, second}, 400, "once"},
		{"no token at all", []string{header, ""}, 400, "in the header Clever-Api-Token"},
		{"spaces", []string{header, "a b"}, 400, "in the header Clever-Api-Token"},
		{"too long", []string{header, strings.Repeat("x", 2000)}, 400, "in the header Clever-Api-Token"},
	} {
		status, text := s.call("get_self", "{}", c.headers...)
		if status != c.status || !strings.Contains(text, c.want) {
			t.Errorf("%s: %d %s, want %d with %s", c.name, status, text, c.status, c.want)
		}
	}

	// What one was offered, the other cannot agree to, though they share the bearer.
	var apps struct {
		Owners []struct {
			Owner string
			Apps  []string
		}
	}
	if _, all := s.call("list_apps", `{}`, header, first); json.Unmarshal([]byte(all), &apps) != nil || len(apps.Owners) == 0 || len(apps.Owners[0].Apps) == 0 {
		t.Fatalf("no applications: %s", all)
	}
	app, _, _ := strings.Cut(apps.Owners[0].Apps[0], " ")
	owner := apps.Owners[0].Owner
	travel := []string{"Mcp-Param-App", app, "Mcp-Param-Owner", owner}
	_, plan := s.call("delete_app", fmt.Sprintf(`{"app":%q,"owner":%q}`, app, owner), append(travel, header, first)...)
	_, handle, ok := strings.Cut(plan, "confirm: ")
	if !ok {
		t.Fatalf("no plan: %s", plan)
	}
	agreed := fmt.Sprintf(`{"app":%q,"owner":%q,"confirm":%q}`, app, owner, handle)
	if _, text := s.call("delete_app", agreed, append(travel, header, second)...); !strings.Contains(text, "not made by this server process") {
		t.Errorf("the second caller agrees for the first: %s", text)
	}
	if _, text := s.call("delete_app", agreed, append(travel, header, first)...); !strings.Contains(text, app) || strings.Contains(text, "Nothing was done") {
		t.Errorf("the first caller agrees: %s", text)
	}

	for _, secret := range []string{first, second, planted, s.bearer, env["CLEVER_TOKEN"], env["CLEVER_SECRET"]} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log holds %.8s…", secret)
		}
	}
}

// A token that would not be used is refused: its sender believes to act for its
// own account.
func TestTokensOfCallersAreRefusedUnlessWanted(t *testing.T) {
	t.Parallel()
	s := servedHTTP(t, nil, "--demo")
	if status, text := s.call("get_self", "{}", server.TokenHeader, "any"); status != 400 || !strings.Contains(text, "--caller-tokens") {
		t.Errorf("%d %s", status, text)
	}
	if status, text := s.call("get_self", "{}"); status != 200 || !strings.Contains(text, `"signed_in":true`) {
		t.Errorf("without: %d %s", status, text)
	}
}

func TestAccountsAreForgotten(t *testing.T) {
	t.Parallel()
	now := time.Unix(0, 0)
	opened := map[string]int{}
	a := newCallerAccounts(func(token string) *tools.Runner {
		opened[token]++
		return new(tools.Runner)
	}, func() time.Time { return now })
	if first := a.runner("a"); a.runner("a") != first || opened["a"] != 1 {
		t.Errorf("the account was opened %d times", opened["a"])
	}
	for i := range 2 * maxAccounts {
		now = now.Add(time.Second)
		a.runner(fmt.Sprint(i))
		a.runner("a")
	}
	if len(a.known) != maxAccounts || opened["a"] != 1 || opened["0"] != 1 {
		t.Errorf("%d accounts are kept, and the busy one was opened %d times", len(a.known), opened["a"])
	}
	now = now.Add(2 * accountTTL)
	if a.runner("b"); len(a.known) != 1 {
		t.Errorf("%d accounts are kept that nobody uses", len(a.known)-1)
	}
}
