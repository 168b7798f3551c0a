package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// What the program in testdata reads, one a line.
type signedCase struct {
	Method         string `json:"method"`
	URL            string `json:"url"`
	Body           string `json:"body"`
	Form           bool   `json:"form"`
	Authorization  string `json:"authorization"`
	ConsumerSecret string `json:"consumer_secret"`
	TokenSecret    string `json:"token_secret"`
}

// TestOauthlib has 300 odd requests for each method judged by an implementation
// that is not ours. It runs when CLEVER_MCP_OAUTHLIB=1, with Debian's
// python3-oauthlib; then a missing oauthlib is a failure.
func TestOauthlib(t *testing.T) {
	if os.Getenv("CLEVER_MCP_OAUTHLIB") != "1" {
		t.Skip("set CLEVER_MCP_OAUTHLIB=1, with python3-oauthlib installed, to run it")
	}
	t.Parallel()
	python := pythonWithOauthlib(t)
	for _, m := range []Method{HMACSHA512, HMACSHA1, Plaintext} {
		t.Run(string(m), func(t *testing.T) {
			t.Parallel()
			var lines bytes.Buffer
			out := json.NewEncoder(&lines)
			for _, c := range sendOddRequests(t, m, 300) {
				if err := out.Encode(c); err != nil {
					t.Fatal(err)
				}
			}
			check := exec.CommandContext(t.Context(), python, "testdata/oauthlib_check.py")
			check.Stdin = &lines
			report, err := check.CombinedOutput()
			if got := strings.TrimSpace(string(report)); err != nil || got != "checked 300" {
				t.Errorf("%v\n%s", err, got)
			}
			t.Logf("%s: %s", m, report)
		})
	}
}

// pythonWithOauthlib prefers the interpreter of the path, but a version manager
// may have put one there that does not see the system's packages.
func pythonWithOauthlib(t *testing.T) string {
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if exec.CommandContext(t.Context(), python, "-c", "import oauthlib").Run() == nil {
			return python
		}
	}
	t.Fatal("no python3 with oauthlib: install the package python3-oauthlib")
	return ""
}

// sendOddRequests sends n requests through a real Transport to many origins, all
// of which are one server, and returns what arrived there.
func sendOddRequests(t *testing.T, m Method, n int) []signedCase {
	t.Helper()
	random := rand.New(rand.NewPCG(5849, 2026))
	var arrived signedCase
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		scheme := "http"
		if r.TLS != nil {
			scheme = "https"
		}
		arrived = signedCase{
			Method: r.Method, URL: scheme + "://" + r.Host + r.RequestURI, Body: string(body),
			Form:          strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"),
			Authorization: r.Header.Get("Authorization"),
		}
	})
	plain, secure := httptest.NewServer(handler), httptest.NewTLSServer(handler)
	defer plain.Close()
	defer secure.Close()
	wire := func(server *httptest.Server) *http.Transport {
		w := server.Client().Transport.(*http.Transport).Clone()
		w.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
		}
		return w
	}
	plainWire, secureWire := wire(plain), wire(secure)
	origins := []string{
		"http://127.0.0.1:9700", "http://localhost", "http://localhost:80", "http://[::1]:8080", "http://LOCALHOST:8443",
		"https://example.com", "https://example.com:443", "https://example.com:8443", "https://Example.COM",
	}
	var cases []signedCase
	for i := range n {
		address := origins[i%len(origins)]
		u := mustURL(t, address)
		c := oauthCredential(u, u)
		c.ConsumerKey = "key" + oddText(random)
		c.ConsumerSecret, c.Token, c.TokenSecret = NewSecret(oddText(random)), NewSecret("t"+oddText(random)), NewSecret(oddText(random))
		carrier := http.RoundTripper(plainWire)
		if u.Scheme == "https" {
			carrier = secureWire
		}
		req := oddRequest(t, random, address)
		if status, err := send(t, NewTransport(c, m, carrier), req); err != nil || status != http.StatusOK {
			t.Fatalf("%s %s: status %d, %v", req.Method, req.URL, status, err)
		}
		arrived.ConsumerSecret, arrived.TokenSecret = c.ConsumerSecret.Reveal(), c.TokenSecret.Reveal()
		cases = append(cases, arrived)
	}
	return cases
}

func oddRequest(t *testing.T, random *rand.Rand, address string) *http.Request {
	t.Helper()
	path := "/v2"
	for range random.IntN(4) {
		path += "/" + url.PathEscape(oddText(random)) + []string{"", "%2F", "%2f", "+", ":@!$'()*,;="}[random.IntN(5)]
	}
	if query := oddPairs(random); query != "" {
		path += "?" + query
	}
	method := []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}[random.IntN(6)]
	if method == "GET" || method == "HEAD" || random.IntN(3) == 0 {
		return newRequest(t, method, address+path, "")
	}
	if random.IntN(2) == 0 {
		req := newRequest(t, method, address+path, fmt.Sprintf(`{"a":%q}`, oddText(random)))
		req.Header.Set("Content-Type", "application/json")
		return req
	}
	req := newRequest(t, method, address+path, oddPairs(random))
	req.Header.Set("Content-Type", []string{
		"application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=UTF-8"}[random.IntN(2)])
	return req
}

// oddPairs repeats keys on purpose, and leaves values empty or out.
func oddPairs(random *rand.Rand) string {
	keys := []string{"a", "A", "since", "é", "a b", "a[]", "x%2Fy", "z-._~"}
	var pairs []string
	for range random.IntN(6) {
		name := url.QueryEscape(keys[random.IntN(len(keys))])
		switch random.IntN(6) {
		case 0:
			pairs = append(pairs, name+"=")
		case 1:
			pairs = append(pairs, name)
		case 2:
			pairs = append(pairs, name+"="+url.PathEscape(strings.NewReplacer("&", "", "+", "").Replace(oddText(random))))
		default:
			pairs = append(pairs, name+"="+url.QueryEscape(oddText(random)))
		}
	}
	return strings.Join(pairs, "&")
}

func oddText(random *rand.Rand) string {
	alphabet := []rune("abcXYZ019-._~ !\"#$%&'()*+,/:;<=>?@[\\]^`{|}éüß漢字🙂\u00a0\u200d")
	text := make([]rune, 1+random.IntN(12))
	for i := range text {
		text[i] = alphabet[random.IntN(len(alphabet))]
	}
	return string(text)
}
