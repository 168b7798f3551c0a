package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"clever-mcp/tools"
)

// A redirect never reaches where it points, whatever its status, wherever that is
// and whatever signs: the credential has one origin, and so have the requests.
func TestNoRedirectIsFollowed(t *testing.T) {
	t.Parallel()
	other := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s%s was asked, authorised by %q", r.Method, r.Host, r.URL, r.Header.Get("Authorization"))
		io.WriteString(w, "[]")
	})
	elsewhere, overTLS := httptest.NewServer(other), httptest.NewTLSServer(other)
	t.Cleanup(elsewhere.Close) // the subtests outlive this function
	t.Cleanup(overTLS.Close)
	targets := map[string]func(own string) string{
		"port":             func(string) string { return elsewhere.URL },
		"host":             func(string) string { return strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1) },
		"scheme":           func(string) string { return overTLS.URL },
		"authority only":   func(string) string { return strings.TrimPrefix(elsewhere.URL, "http:") },
		"host of the name": func(own string) string { return strings.Replace(own, "127.0.0.1", "localhost", 1) },
		"own path":         func(string) string { return "" },
	}
	credentials := map[string]map[string]string{
		"HMAC-SHA512": {"CLEVER_TOKEN": "tok-0123456789", "CLEVER_SECRET": "sec-0123456789"},
		"HMAC-SHA1":   {"CLEVER_TOKEN": "tok-0123456789", "CLEVER_SECRET": "sec-0123456789"},
		"PLAINTEXT":   {"CLEVER_TOKEN": "tok-0123456789", "CLEVER_SECRET": "sec-0123456789"},
		"API token":   {"CLEVER_API_TOKEN": "api-0123456789"},
	}
	for kind, env := range credentials {
		for where, target := range targets {
			t.Run(kind+"/"+where, func(t *testing.T) {
				t.Parallel()
				var asked atomic.Int32
				var status int
				api := httptest.NewUnstartedServer(nil)
				api.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					asked.Add(1)
					if strings.HasSuffix(r.URL.Path, "/moved") {
						t.Errorf("%s %s was asked", r.Method, r.URL)
					}
					if r.Header.Get("Authorization") == "" {
						t.Errorf("%s %s is not authorised, so this proves nothing", r.Method, r.URL)
					}
					w.Header().Set("Location", target(api.URL)+"/v2/self/moved")
					w.WriteHeader(status)
				})
				api.Start()
				defer api.Close()
				set := map[string]string{"API_HOST": api.URL, "AUTH_BRIDGE_HOST": api.URL}
				for name, v := range env {
					set[name] = v
				}
				sign := kind
				if kind == "API token" {
					sign = ""
				}
				o, err := open(&Process{Stderr: io.Discard, Getenv: func(name string) string { return set[name] }}, &settings{confirm: "any", sign: sign})
				if err != nil {
					t.Fatal(err)
				}
				for _, status = range []int{301, 302, 303, 307, 308} {
					for _, args := range []string{
						`{"method":"GET","path":"/v2/self"}`, `{"method":"PUT","path":"/v2/self","body":{"name":"x"}}`, `{"method":"POST","path":"/v2/organisations/orga_1/applications/app_1/instances"}`,
					} {
						asked.Store(0)
						res := o.runner.Call(t.Context(), "raw_request", json.RawMessage(args), tools.Caller{})
						if !res.IsError || !strings.Contains(res.Text, fmt.Sprint(status)) || !strings.Contains(res.Text, "redirect") {
							t.Errorf("%d to %s comes to %s", status, args, res.Text)
						}
						if n := asked.Load(); n != 1 {
							t.Errorf("%d: %s was sent %d times", status, args, n)
						}
					}
				}
			})
		}
	}
}
