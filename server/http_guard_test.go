package server

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"clever-mcp/tools"
)

func TestGuardStandsBeforeEveryRoute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		touched := false
		v := open(t, newServer(t, reads(func(context.Context, *tools.Call, []string) (string, error) {
			touched = true
			return "", nil
		})), testHTTP)
		defer v.close()
		routes := []struct{ method, path string }{
			{"POST", "/mcp"}, {"GET", "/mcp"}, {"DELETE", "/mcp"}, {"PUT", "/mcp"}, {"OPTIONS", "/mcp"}, {"HEAD", "/mcp"},
			{"GET", "/sse"}, {"POST", "/message?sessionId=x"}, {"GET", "/healthz"}, {"GET", "/readyz"}, {"GET", "/"}, {"GET", "/no/such"},
			{"GET", "/.well-known/oauth-protected-resource"},
		}
		// A request that gets through may open a stream, which has no end.
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		for _, c := range []struct {
			name    string
			headers []string
			status  int
			health  bool // the health routes refuse it too
		}{
			{"rebound host", []string{"Host", "evil.example"}, 403, true},
			{"rebound host with port", []string{"Host", "evil.example:80"}, 403, true},
			{"host that looks like loopback", []string{"Host", "127.0.0.1.evil.example"}, 403, true},
			{"other address", []string{"Host", "192.168.1.1"}, 403, true},
			{"foreign origin", []string{"Origin", "https://evil.example"}, 403, true},
			{"null origin", []string{"Origin", "null"}, 403, true},
			{"other port of loopback", []string{"Origin", "http://localhost:3000"}, 403, true},
			{"other scheme", []string{"Origin", "https://localhost"}, 403, true},
			{"no token", []string{"Authorization", ""}, 401, false},
			{"wrong token", []string{"Authorization", "Bearer " + testToken + "x"}, 401, false},
			{"beginning of the token", []string{"Authorization", "Bearer " + testToken[:5]}, 401, false},
			{"empty token", []string{"Authorization", "Bearer "}, 401, false},
			{"other scheme of credentials", []string{"Authorization", "Basic " + testToken}, 401, false},
		} {
			for _, route := range routes {
				resp, body := v.do(v.request(ctx, route.method, route.path, callLine("1"), c.headers...))
				want := c.status
				if strings.HasSuffix(route.path, "z") && !c.health {
					want = 200
				}
				if resp.StatusCode != want {
					t.Errorf("%s: %s %s: %d %q, want %d", c.name, route.method, route.path, resp.StatusCode, body, want)
				}
				if challenge := resp.Header.Get("WWW-Authenticate"); want == 401 && !strings.HasPrefix(challenge, "Bearer") {
					t.Errorf("%s: %s %s: challenge %q", c.name, route.method, route.path, challenge)
				}
				for name := range resp.Header {
					if strings.HasPrefix(name, "Access-Control") {
						t.Errorf("%s: %s %s: answers %s", c.name, route.method, route.path, name)
					}
				}
			}
		}
		if touched {
			t.Error("a refused request reached the tool")
		}
	})
}

func TestGuardLetsInWhoeverTheOperatorNames(t *testing.T) {
	t.Parallel()
	v := open(t, newServer(t, echo()), HTTPConfig{
		Callers:      []Caller{NewCaller("a", testToken), NewCaller("nobody", "")},
		AllowedHosts: []string{"MCP.example.org", "other.example.org:8443"}, AllowedOrigins: []string{"https://app.example.org/"},
	})
	defer v.close()
	line, headers := modern("1")
	for _, c := range []struct {
		name  string
		extra []string
		want  int
		cors  string
	}{
		{"host", []string{"Host", "mcp.example.org"}, 200, ""},
		{"host with a port", []string{"Host", "mcp.example.org:443"}, 200, ""},
		{"host with the port", []string{"Host", "other.example.org:8443"}, 200, ""},
		{"host with another port", []string{"Host", "other.example.org"}, 403, ""},
		{"IPv6", []string{"Host", "[::1]:8080"}, 200, ""},
		{"origin", []string{"Origin", "https://app.example.org"}, 200, "https://app.example.org"},
		{"own origin", []string{"Origin", "http://localhost"}, 200, ""},
		{"other origin", []string{"Origin", "https://app.example.org.evil.example"}, 403, ""},
		{"no token, as the caller that has none", []string{"Authorization", "Bearer "}, 401, ""},
		{"lower-case scheme of credentials", []string{"Authorization", "bearer " + testToken}, 200, ""},
	} {
		resp, body := v.post(line, append(c.extra, headers...)...)
		if resp.StatusCode != c.want || resp.Header.Get("Access-Control-Allow-Origin") != c.cors {
			t.Errorf("%s: %d %s, allows origin %q", c.name, resp.StatusCode, body, resp.Header.Get("Access-Control-Allow-Origin"))
		}
	}
	resp, _ := v.do(v.request(t.Context(), "OPTIONS", "/mcp", "", "Origin", "https://app.example.org", "Authorization", "",
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization, mcp-method, mcp-param-owner, x-other"))
	if allowed := resp.Header.Get("Access-Control-Allow-Headers"); resp.StatusCode != 204 || !strings.Contains(allowed, "mcp-param-owner") || strings.Contains(allowed, "x-other") {
		t.Errorf("preflight: %d, allows headers %q", resp.StatusCode, allowed)
	}
}

func TestHTTPRefusesUnusableMessages(t *testing.T) {
	t.Parallel()
	v := open(t, newServer(t, echo()), testHTTP)
	defer v.close()
	line, headers := modern("1")
	for _, c := range []struct {
		name, body string
		headers    []string
		status     int
		want       string
	}{
		{"form", line, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "application/json"},
		{"text, which a page may send unasked", line, []string{"Content-Type", "text/plain"}, 415, "application/json"},
		{"no type", line, []string{"Content-Type", ""}, 415, "application/json"},
		{"JSON with a charset", line, []string{"Content-Type", "application/json; charset=utf-8"}, 200, "par"},
		{"too long", strings.Repeat(" ", maxMessage+1), nil, 413, "longer than"},
		{"as long as allowed", line + strings.Repeat(" ", maxMessage-len(line)), nil, 200, "par"},
		{"two ids", strings.Replace(line, `"id":1`, `"id":1,"id":2`, 1), nil, 400, "-32600"},
		{"two spellings", strings.Replace(line, `"id":1`, `"id":1,"Method":"ping"`, 1), nil, 400, "-32600"},
		{"another spelling", strings.Replace(line, `"method"`, `"Method"`, 1), nil, 400, "-32600"},
		{"id that is a fraction", strings.Replace(line, `"id":1`, `"id":1.5`, 1), nil, 400, "-32600"},
		{"batch", "[" + line + "]", nil, 400, "-32600"},
		{"no JSON", "hello", nil, 400, "-32700"},
		{"header that names another method", line, []string{"Mcp-Method", "tools/list"}, 400, "-32020"},
		{"header that names another tool", line, []string{"Mcp-Name", "raw_request"}, 400, "-32020"},
		{"no header of the method", line, []string{"Mcp-Method", ""}, 400, "-32020"},
		{"unknown revision", line, []string{"Mcp-Protocol-Version", "2099-01-01"}, 400, "-32"},
		{"unknown tool", strings.Replace(line, "list_zones", "list_zoens", 1), []string{"Mcp-Name", "list_zoens"}, 400, `There is no tool \"list_zoens\". The tools are list_zones.`},
	} {
		resp, body := v.post(c.body, append(append([]string{}, headers...), c.headers...)...)
		if resp.StatusCode != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d %.300s, want %d and %s", c.name, resp.StatusCode, body, c.status, c.want)
		}
	}
}

func TestModernNotificationsAreTakenAndForgotten(t *testing.T) {
	t.Parallel()
	v := open(t, newServer(t, echo()), testHTTP)
	defer v.close()
	for _, line := range []string{cancelLine("1"), `{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}`} {
		resp, body := v.post(line, "Mcp-Protocol-Version", "2026-07-28")
		if resp.StatusCode != 202 || body != "" {
			t.Errorf("%s: %d %q, want 202: clients close their connection otherwise", line, resp.StatusCode, body)
		}
	}
}
