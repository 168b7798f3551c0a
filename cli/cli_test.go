package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"clever-mcp/tools"
)

// lockedBuffer takes output from several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// run runs one command line in a world where nothing is set but env.
func run(t *testing.T, env map[string]string, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	home := t.TempDir()
	var out, errs lockedBuffer
	code = Run(t.Context(), Process{
		Args: args, Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &errs,
		Getenv: func(name string) string {
			if v, ok := env[name]; ok {
				return v
			}
			switch name {
			case "HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME":
				return home
			}
			return ""
		},
	})
	return out.String(), errs.String(), code
}

func TestDemo(t *testing.T) {
	t.Parallel()
	out, errs, code := run(t, nil, "", "demo")
	if code != 0 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	for _, want := range []string{"get_self", "list_apps", "list_zones", "create_token", "raw_request", `"signed_in": true`, "region:eu", ".token", "claude mcp add", "mcpServers"} {
		if !strings.Contains(out, want) {
			t.Errorf("the demonstration does not show %q", want)
		}
	}
	if errs != "" {
		t.Errorf("the demonstration says %q on standard error", errs)
	}
}

func TestCall(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		args  []string
		stdin string
		code  int
		want  string // in standard output, or in standard error when code is not 0
	}{
		{"human", []string{"list_zones", "--demo"}, "", 0, `"name": "par"`},
		{"json", []string{"list_zones", "--demo", "--json"}, "", 0, `{"zones":[{`},
		{"list argument", []string{"list_zones", "--demo", "--json", "tags=region:eu", "tags=for:applications"}, "", 0, `"par"`},
		{"JSON argument", []string{"list_apps", "--demo", "--json", "limit:=1"}, "", 0, `"cursor"`},
		{"standard input", []string{"raw_request", "--demo", "--json", "-"}, `{"method":"GET","path":"/v2/self","select":".id"}`, 0, `"status":200`},
		{"unknown tool", []string{"list_app", "--demo"}, "", 1, "There is no tool"},
		{"wrong argument", []string{"list_apps", "--demo", "limit=x"}, "", 1, "must be an integer"},
		{"not an argument", []string{"list_apps", "--demo", "limit"}, "", 2, "is not NAME=VALUE"},
		{"bad JSON argument", []string{"list_apps", "--demo", "limit:=x"}, "", 2, "is not JSON"},
		{"signed out", []string{"list_apps"}, "", 1, "clever-mcp login"},
		{"read-only", []string{"raw_request", "--demo", "--read-only", "method=DELETE", "path=/v2/self/keys/a"}, "", 1, "read-only"},
		{"left out", []string{"create_token", "--demo", "--without", "create_token", "name=x"}, "", 1, "The tool create_token is switched off on this server. Nothing was done."},
		{"misspelt tool name in a flag", []string{"list_apps", "--demo", "--without", "creat_token"}, "", 3, `--without: there is no "creat_token"`},
		{"no folder of values", []string{"list_apps", "--demo", "--allow-dir", "/nowhere/values"}, "", 3, "--allow-dir: there is no folder /nowhere/values. Make it, or name another\n"},
		{"no folder of repositories", []string{"list_apps", "--demo", "--deploy-dir", ".", "--deploy-dir", "cli_test.go"}, "", 3, "--deploy-dir: there is no folder "},
		{"unknown signature", []string{"list_apps", "--demo", "--sign", "RSA"}, "", 3, "HMAC-SHA512"},
		{"unknown confirmation", []string{"list_apps", "--demo", "--confirm", "never"}, "", 3, "elicit"},
		{"unknown flag", []string{"list_apps", "--demo", "--password", "x"}, "", 2, "unknown flag"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, errs, code := run(t, nil, tt.stdin, append([]string{"call"}, tt.args...)...)
			shown := out
			if tt.code != 0 {
				shown = errs
			}
			if code != tt.code || !strings.Contains(shown, tt.want) {
				t.Errorf("exit %d, want %d with %q; stdout %q, stderr %q", code, tt.code, tt.want, out, errs)
			}
			if tt.code != 0 && out != "" {
				t.Errorf("a failure prints %q on standard output", out)
			}
			if tt.code == 0 && errs != "" {
				t.Errorf("a success prints %q on standard error", errs)
			}
		})
	}
}

// A half of a pair, or a pair that is refused, is named.
func TestCredentialsAreNamed(t *testing.T) {
	t.Parallel()
	_, errs, code := run(t, map[string]string{"CLEVER_TOKEN": "t"}, "", "call", "list_apps")
	if code != 1 || !strings.Contains(errs, "CLEVER_TOKEN is set but CLEVER_SECRET is not") {
		t.Errorf("exit %d: %s", code, errs)
	}
	env, stop := startEmulator(t)
	defer stop()
	delete(env, "CLEVER_API_TOKEN")
	env["CLEVER_SECRET"] = "a-wrong-secret-value"
	_, errs, code = run(t, env, "", "call", "list_apps")
	if code != 1 || !strings.Contains(errs, "CLEVER_TOKEN") || !strings.Contains(errs, "refused") || strings.Contains(errs, "a-wrong-secret") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

// startEmulator runs the command and returns the environment that it printed.
func startEmulator(t *testing.T, args ...string) (env map[string]string, stop func()) {
	t.Helper()
	return startEmulatorLines(t, 7, args...)
}

// startEmulatorLines waits for so many lines.
func startEmulatorLines(t *testing.T, n int, args ...string) (env map[string]string, stop func()) {
	t.Helper()
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan int, 1)
	var errs lockedBuffer
	go func() {
		code := Run(ctx, Process{
			Args: append([]string{"emulator", "--listen", "127.0.0.1:0"}, args...), Stdin: strings.NewReader(""), Stdout: w, Stderr: &errs,
			Getenv: func(string) string { return "" },
		})
		w.Close()
		done <- code
	}()
	env = map[string]string{}
	lines := bufio.NewScanner(r)
	for len(env) < n && lines.Scan() {
		name, value, ok := strings.Cut(lines.Text(), "=")
		if !ok {
			t.Fatalf("the emulator prints %q", lines.Text())
		}
		env[name] = value
	}
	go io.Copy(io.Discard, r)
	return env, sync.OnceFunc(func() {
		cancel()
		if code := <-done; code != 0 {
			t.Errorf("the emulator ends with %d: %s", code, errs.String())
		}
	})
}

func TestEmulator(t *testing.T) {
	t.Parallel()
	env, stop := startEmulator(t)
	defer stop()
	for _, name := range []string{"API_HOST", "AUTH_BRIDGE_HOST", "CONSOLE_URL", "CLEVER_TOKEN", "CLEVER_SECRET", "CLEVER_API_TOKEN"} {
		if env[name] == "" {
			t.Errorf("the emulator does not print %s", name)
		}
	}
	resp, err := (&http.Client{Timeout: 30 * time.Second, Transport: network}).Get(env["API_HOST"] + "/v2/self")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("an unsigned request comes to %d", resp.StatusCode)
	}
	for _, without := range [][]string{{}, {"CLEVER_API_TOKEN"}, {"CLEVER_TOKEN", "CLEVER_SECRET"}} {
		some := map[string]string{}
		for k, v := range env {
			some[k] = v
		}
		for _, name := range without {
			delete(some, name)
		}
		for _, method := range []string{"", "HMAC-SHA512", "HMAC-SHA1", "PLAINTEXT"} {
			out, errs, code := run(t, some, "", "call", "get_self", "--json", "--sign", method)
			if code != 0 || !strings.Contains(out, `"signed_in":true`) {
				t.Errorf("without %v, signed %q: exit %d: %s", without, method, code, errs)
			}
		}
	}
}

// A token goes to a new file that only its owner can read, and works.
func TestCreateTokenFromFiles(t *testing.T) {
	t.Parallel()
	env, stop := startEmulator(t)
	defer stop()
	dir := t.TempDir()
	_, errs, code := run(t, env, "", "call", "create_token", "name=ci")
	if code != 1 || !strings.Contains(errs, "CLEVER_PASSWORD_FILE") || !strings.Contains(errs, "clever-mcp token create ci") {
		t.Errorf("without a password: exit %d: %s", code, errs)
	}
	env["CLEVER_PASSWORD_FILE"] = filepath.Join(dir, "password")
	write := func(content string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(env["CLEVER_PASSWORD_FILE"], []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
	write("wrong password\n", 0o600)
	_, errs, code = run(t, env, "", "call", "create_token", "name=ci", "--token-dir", filepath.Join(dir, "tokens"))
	if code != 1 || !strings.Contains(errs, "refused the password") {
		t.Errorf("with a wrong password: exit %d: %s", code, errs)
	}
	write(demoPassword(t)+"\n", 0o600)
	out, errs, code := run(t, env, "", "call", "create_token", "name=ci", "expires=7d", "--json", "--token-dir", filepath.Join(dir, "tokens"))
	if code != 0 {
		t.Fatalf("exit %d: %s", code, errs)
	}
	var made tools.NewTokenView
	if err := json.Unmarshal([]byte(out), &made); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(made.File)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the file is %v, %v", info, err)
	}
	value, err := os.ReadFile(made.File)
	if err != nil {
		t.Fatal(err)
	}
	token := strings.TrimSpace(string(value))
	if strings.Contains(out, token) || len(token) < 16 {
		t.Errorf("the token %q is in the result, or is none", token)
	}
	out, errs, code = run(t, map[string]string{"API_HOST": env["API_HOST"], "AUTH_BRIDGE_HOST": env["AUTH_BRIDGE_HOST"], "CLEVER_API_TOKEN": token}, "", "call", "get_self", "--json")
	if code != 0 || !strings.Contains(out, "API token") {
		t.Errorf("the new token: exit %d: %s", code, errs)
	}
	left, err := os.ReadDir(filepath.Join(dir, "tokens"))
	if err != nil || len(left) != 1 {
		t.Errorf("the folder holds %v, %v", left, err)
	}
}

func demoPassword(t *testing.T) string {
	t.Helper()
	o, err := open(&Process{Stderr: io.Discard, Getenv: func(string) string { return "" }}, &settings{demo: true, confirm: "any"})
	if err != nil {
		t.Fatal(err)
	}
	password, err := o.deps.Proofs.Password(t.Context())
	if err != nil || password == "" {
		t.Fatalf("the demo account has the password %q, %v", password, err)
	}
	return password
}

func TestServeRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"open address", []string{"serve", "--http", "0.0.0.0:0"}, "--behind-tls"},
		{"any address", []string{"serve", "--http", ":0"}, "--behind-tls"},
		{"no port", []string{"serve", "--http", "127.0.0.1"}, "HOST:PORT"},
		{"SSE alone", []string{"serve", "--sse"}, "--http"},
		{"no room", []string{"serve", "--http", "127.0.0.1:0", "--http-in-flight", "0"}, "--http-in-flight must be at least 1"},
		{"tokens alone", []string{"serve", "--caller-tokens"}, "--http"},
		{"half of TLS", []string{"serve", "--http", "127.0.0.1:0", "--tls-cert", "x"}, "--tls-key"},
		{"command", []string{"server"}, `no command "server"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			out, errs, code := run(t, nil, "", tt.args...)
			if code == 0 || out != "" || !strings.Contains(errs, tt.want) {
				t.Errorf("exit %d, stdout %q, stderr %q, want %q", code, out, errs, tt.want)
			}
		})
	}
}

// Nothing but protocol goes to standard output, whatever is logged.
func TestServeStdio(t *testing.T) {
	t.Parallel()
	in := `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}
{"jsonrpc":"2.0","method":"notifications/initialized"}
{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"list_apps","arguments":{"limit":2}}}
{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"nothing","arguments":{}}}
nonsense
`
	out, _, code := run(t, nil, in, "--demo", "--verbose")
	if code != 0 {
		t.Errorf("exit %d", code)
	}
	ids := map[string]bool{}
	for line := range strings.Lines(out) {
		var m struct {
			JSONRPC string          `json:"jsonrpc"`
			ID      json.RawMessage `json:"id"`
		}
		if err := json.Unmarshal([]byte(line), &m); err != nil || m.JSONRPC != "2.0" {
			t.Errorf("standard output has %q", line)
		}
		ids[string(m.ID)] = true
	}
	for _, id := range []string{"1", "2", "3", "null"} {
		if !ids[id] {
			t.Errorf("there is no answer to %s", id)
		}
	}
}

func TestVariables(t *testing.T) {
	t.Parallel()
	_, errs, code := run(t, map[string]string{"CLEVER_MCP_DEMO": "true", "CLEVER_MCP_READ_ONLY": "true"}, "", "call", "raw_request", "method=PUT", "path=/v2/self")
	if code != 1 || !strings.Contains(errs, "read-only") {
		t.Errorf("exit %d: %s", code, errs)
	}
	_, errs, code = run(t, map[string]string{"CLEVER_MCP_DEMO": "perhaps"}, "", "call", "get_self")
	if code != 2 || !strings.Contains(errs, "CLEVER_MCP_DEMO") {
		t.Errorf("exit %d: %s", code, errs)
	}
	out, errs, code := run(t, map[string]string{"CLEVER_MCP_DEMO": "true"}, "", "call", "get_self", "--demo=false")
	if code != 0 || !strings.Contains(out, `"signed_in": false`) {
		t.Errorf("the command line does not win: exit %d: %s%s", code, out, errs)
	}
}

func TestToolsAndVersion(t *testing.T) {
	t.Parallel()
	out, _, code := run(t, nil, "", "tools", "--read-only")
	if code != 0 || !strings.Contains(out, "list_apps") || !strings.Contains(out, "Switched off: create_addon") {
		t.Errorf("exit %d: %s", code, out)
	}
	out, _, code = run(t, nil, "", "tools", "list_zones")
	if code != 0 || !strings.Contains(out, `"inputSchema"`) {
		t.Errorf("exit %d: %s", code, out)
	}
	out, _, code = run(t, nil, "", "version")
	if code != 0 || !strings.HasPrefix(out, "clever-mcp ") {
		t.Errorf("exit %d: %s", code, out)
	}
}
