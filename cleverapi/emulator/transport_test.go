package emulator

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// local is an http.Client of the process, and credentials for it.
func local(t *testing.T) (*Emulator, *http.Client, string) {
	t.Helper()
	e, err := New(Options{Clock: NewClock(start, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return e, &http.Client{Transport: e, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, "Bearer " + envMap(e, "")["CLEVER_API_TOKEN"]
}

func ask(t *testing.T, ctx context.Context, h *http.Client, auth, fault string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, "GET", "https://api.example.com/v2/self", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", auth)
	if fault != "" {
		req.Header.Set(FaultHeader, fault)
	}
	return h.Do(req)
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	_, h, auth := local(t)
	resp, err := ask(t, t.Context(), h, auth, "")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var self struct{ Email string }
	if err := json.NewDecoder(resp.Body).Decode(&self); err != nil || resp.StatusCode != 200 || self.Email != "camille.martin@example.com" || resp.Header.Get("Sozu-Id") == "" {
		t.Errorf("%d, %+v, %v, header %v", resp.StatusCode, self, err, resp.Header)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ask(t, ctx, h, auth, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled request gives %v", err)
	}
}

func TestFaultsByHeader(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	_, inProcess, bearer := local(t)
	network := &http.Client{Transport: &headerURL{c.base}, CheckRedirect: inProcess.CheckRedirect}
	for name, h := range map[string]*http.Client{"in the process": inProcess, "over the network": network} {
		auth := bearer
		if h == network {
			auth = c.auth
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			read := func(fault string) (status int, header http.Header, body string, err error) {
				resp, err := ask(t, t.Context(), h, auth, fault)
				if err != nil {
					return 0, nil, "", err
				}
				defer resp.Body.Close()
				b, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
				return resp.StatusCode, resp.Header, string(b), err
			}
			if _, _, _, err := read("reset"); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("reset: %v", err)
			}
			if status, _, body, err := read("429"); status != 429 || err != nil || !strings.Contains(body, `"type":"error"`) {
				t.Errorf("429: %d %s %v", status, body, err)
			}
			if status, header, body, _ := read(`{"status": 503, "body": "html", "retry_after": "7"}`); status != 503 || header.Get("Retry-After") != "7" || !strings.HasPrefix(body, "<html>") || !strings.HasPrefix(header.Get("Content-Type"), "text/html") {
				t.Errorf("503: %d %v %s", status, header, body)
			}
			if _, _, body, _ := read(`{"status": 429, "body": "v4", "code": "clever.core.too-many-requests"}`); !strings.Contains(body, `"code":"clever.core.too-many-requests"`) || !strings.Contains(body, "apiRequestId") {
				t.Errorf("v4 body: %s", body)
			}
			if _, _, body, _ := read(`{"status": 403, "body": "v2", "id": 403, "message": "RATE_LIMIT_HIT"}`); body != `{"id":403,"message":"RATE_LIMIT_HIT","type":"error"}` {
				t.Errorf("v2 body: %s", body)
			}
			if _, _, body, _ := read(`{"status": 401, "body": "bridge", "code": "invalid-credential", "message": "no"}`); body != `{"code":"invalid-credential","error":"no"}` {
				t.Errorf("bridge body: %s", body)
			}
			if _, _, _, err := read("truncated"); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("truncated: %v", err)
			}
			if status, header, _, _ := read(`{"kind": "redirect", "location": "https://elsewhere.example.com/x"}`); status != 302 || header.Get("Location") != "https://elsewhere.example.com/x" {
				t.Errorf("redirect: %d %v", status, header)
			}
			if status, _, body, _ := read("wrong-json"); status != 200 || json.Unmarshal([]byte(body), &struct{ ID string }{}) == nil {
				t.Errorf("wrong JSON: %d %s", status, body)
			}
			if _, header, body, _ := read("not-json"); header.Get("Content-Type") != "application/json" || !strings.HasPrefix(body, "<!DOCTYPE") {
				t.Errorf("not JSON: %v %s", header, body)
			}
			for _, fault := range []string{"gzip-bomb", "endless"} {
				if _, _, body, err := read(fault); len(body) != 4<<20 || err != nil {
					t.Errorf("%s: %d bytes, %v", fault, len(body), err)
				}
			}
			for _, fault := range []string{"no-such-fault", "200", "{"} {
				if status, _, _, _ := read(fault); status != 400 {
					t.Errorf("the fault %q is answered %d, want 400", fault, status)
				}
			}
		})
	}
}

// headerURL sends what is meant for the API to another address.
type headerURL struct{ base string }

func (h *headerURL) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = "http", strings.TrimPrefix(h.base, "http://")
	r.Host = ""
	return network.RoundTrip(r)
}

// A client that asks for gzip gets it as it is, bomb and all.
func TestGzipBombIsSmallOnTheWire(t *testing.T) {
	t.Parallel()
	_, h, auth := local(t)
	req, err := http.NewRequestWithContext(t.Context(), "GET", "https://api.example.com/v2/self", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", auth)
	req.Header.Set("Accept-Encoding", "gzip")
	req.Header.Set(FaultHeader, "gzip-bomb")
	resp, err := h.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	z, err := gzip.NewReader(resp.Body)
	if err != nil || resp.Header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("%v, header %v", err, resp.Header)
	}
	if n, err := io.CopyN(io.Discard, z, 64<<20); n != 64<<20 {
		t.Errorf("%d bytes unpacked, %v", n, err)
	}
}

func TestHangAndSlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, h, auth := local(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		if _, err := ask(t, ctx, h, auth, "hang"); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Minute {
			t.Errorf("hang: %v after %v", err, time.Since(began))
		}
		began = time.Now()
		resp, err := ask(t, t.Context(), h, auth, `{"kind": "slow", "delay": 1000000000}`)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(resp.Body, make([]byte, 11)); err != nil || time.Since(began) != 10*time.Second {
			t.Errorf("eleven slow bytes took %v, %v", time.Since(began), err)
		}
		_ = resp.Body.Close()
	})
}

func TestInject(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	const id = "GET /v2/self"
	c.e.Inject(Fault{Operation: id, Skip: 1, Count: 2, Status: 503, Body: BodyHTML})
	for i, want := range []int{200, 503, 503, 200} {
		if resp, _ := c.send("GET", "/v2/self", nil); resp.StatusCode != want {
			t.Errorf("request %d: %d, want %d", i, resp.StatusCode, want)
		}
		c.get("/v2/summary") // others are not touched
	}
	c.e.Inject(Fault{Count: -1, Status: 500})
	for range 3 {
		c.want(500, "GET", "/v2/summary", nil)
	}
	c.e.ResetFaults()
	c.get("/v2/summary")
}

// An answer that is lost on its way: the key is there all the same.
func TestFaultAfter(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	c.e.Inject(Fault{Operation: "PUT /v2/self/keys/{key}", After: true, Status: 502, Body: BodyEmpty})
	if resp, _ := c.send("PUT", "/v2/self/keys/lost", `"ssh-ed25519 AAAAC3Nz"`); resp.StatusCode != 502 {
		t.Errorf("status %d, want 502", resp.StatusCode)
	}
	named(t, c.get("/v2/self/keys"), "lost")
}

func TestManyClients(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{Clock: NewClock(time.Time{}, 100)})
	_, app := c.acme()
	paths := []string{app("worker"), app("api"), app("recommendations")}
	done := make(chan struct{})
	for i := range 8 {
		go func() {
			defer func() { done <- struct{}{} }()
			for j := range 10 {
				path := paths[(i+j)%len(paths)]
				for _, r := range [][2]string{{"GET", "/v2/summary"}, {"POST", path + "/instances"}, {"GET", path + "/instances"}, {"DELETE", path + "/instances"}, {"PUT", path + "/env/A"}, {"GET", path}} {
					var body io.Reader
					if r[0] == "PUT" {
						body = strings.NewReader(`{"value":"1"}`)
					}
					req, err := http.NewRequest(r[0], c.base+r[1], body)
					if err != nil {
						t.Error(err)
						return
					}
					req.Header.Set("Authorization", c.auth)
					resp, err := network.RoundTrip(req)
					if err != nil {
						t.Error(err)
						return
					}
					if resp.StatusCode != 200 {
						t.Errorf("%s %s: %d", r[0], r[1], resp.StatusCode)
					}
					_, _ = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
				}
			}
		}()
	}
	for range 8 {
		<-done
	}
}
