package auth

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// env is an environment of nothing but its pairs.
func env(pairs ...string) func(string) string {
	values := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		values[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return values[name] }
}

// upstream is a server that keeps what it was sent and answers as told.
type upstream struct {
	*httptest.Server
	answer func(seen *http.Request, body string) int

	mu   sync.Mutex
	seen []recorded
}

type recorded struct {
	method, uri, host, auth, body string
	header                        http.Header
}

func serve(t testing.TB, answer func(seen *http.Request, body string) int) *upstream {
	t.Helper()
	u := &upstream{answer: answer}
	u.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		u.mu.Lock()
		u.seen = append(u.seen, recorded{r.Method, r.RequestURI, r.Host, r.Header.Get("Authorization"), string(body), r.Header})
		u.mu.Unlock()
		status := http.StatusOK
		if u.answer != nil {
			status = u.answer(r, string(body))
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, strings.Repeat("x", 100))
	}))
	t.Cleanup(u.Close)
	return u
}

func (u *upstream) requests() []recorded {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]recorded(nil), u.seen...)
}

func (u *upstream) url(t testing.TB) *url.URL {
	t.Helper()
	return mustURL(t, u.URL)
}

func mustURL(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// oauthCredential signs for the given origins.
func oauthCredential(api, bridge *url.URL) Credential {
	return Credential{
		Kind: KindOAuth, Source: "a test", ConsumerKey: "ck", ConsumerSecret: NewSecret("cs&%"),
		Token: NewSecret("tk"), TokenSecret: NewSecret("ts é"), Hosts: Hosts{API: api, Bridge: bridge},
	}
}

func newRequest(t testing.TB, method, address, body string) *http.Request {
	t.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, address, r)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// send returns the status, with the body read and closed.
func send(t testing.TB, tr *Transport, req *http.Request) (int, error) {
	t.Helper()
	resp, err := tr.RoundTrip(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, nil
}

// writeFile writes a file of profiles that nobody else can read.
func writeFile(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "clever-tools.json")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
