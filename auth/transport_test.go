package auth

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// usedMethod is the signature method that arrived.
func usedMethod(r recorded) string {
	_, rest, _ := strings.Cut(r.auth, `oauth_signature_method="`)
	name, _, _ := strings.Cut(rest, `"`)
	return name
}

// only accepts one method, as a server does that cannot verify the others.
func only(m Method) func(*http.Request, string) int {
	return func(r *http.Request, _ string) int {
		if strings.Contains(r.Header.Get("Authorization"), `"`+string(m)+`"`) {
			return http.StatusOK
		}
		return http.StatusUnauthorized
	}
}

func methodsOf(seen []recorded) string {
	var names []string
	for _, r := range seen {
		names = append(names, usedMethod(r))
	}
	return strings.Join(names, " ")
}

func TestMethodThatIsChosenIsUsed(t *testing.T) {
	t.Parallel()
	for _, m := range []Method{HMACSHA512, HMACSHA1, Plaintext} {
		api := serve(t, func(*http.Request, string) int { return http.StatusUnauthorized })
		tr := NewTransport(oauthCredential(api.url(t), api.url(t)), m, NewWire(WireConfig{}))
		status, err := send(t, tr, newRequest(t, http.MethodGet, api.URL+"/v2/self", ""))
		if err != nil || status != http.StatusUnauthorized || tr.Method() != m {
			t.Errorf("%s: status %d, %v, method %s", m, status, err, tr.Method())
		}
		if got := methodsOf(api.requests()); got != string(m) {
			t.Errorf("%s: sent %s", m, got)
		}
	}
	_, err := NewTransport(oauthCredential(DefaultHosts().API, nil), "RSA-SHA1", unreachable{t}).
		RoundTrip(newRequest(t, http.MethodGet, "https://api.clever-cloud.com/v2/self", ""))
	if err == nil || !strings.Contains(err.Error(), "choose HMAC-SHA1, HMAC-SHA512, PLAINTEXT or auto") {
		t.Errorf("an unknown method: %v", err)
	}
}

func TestFallsBackToPlaintextAndRemembers(t *testing.T) {
	t.Parallel()
	api := serve(t, only(Plaintext))
	tr := NewTransport(oauthCredential(api.url(t), api.url(t)), Auto, NewWire(WireConfig{}))
	if tr.Method() != HMACSHA512 {
		t.Errorf("it begins with %s", tr.Method())
	}
	for range 3 {
		req := newRequest(t, http.MethodPost, api.URL+"/v2/self?a=1&a=2", `{"name":"x"}`)
		if status, err := send(t, tr, req); err != nil || status != http.StatusOK {
			t.Fatalf("status %d, %v", status, err)
		}
		if got := req.Header.Get("Authorization"); got != "" {
			t.Errorf("the caller's request was changed: %q", got)
		}
	}
	seen := api.requests()
	if got := methodsOf(seen); got != "HMAC-SHA512 PLAINTEXT PLAINTEXT PLAINTEXT" || tr.Method() != Plaintext {
		t.Errorf("sent %s, now %s", got, tr.Method())
	}
	for _, r := range seen {
		if r.body != `{"name":"x"}` || r.uri != "/v2/self?a=1&a=2" {
			t.Errorf("sent %s %q", r.uri, r.body)
		}
	}
	if want := `oauth_signature="cs%2526%2525%26ts%2520%25C3%25A9"`; !strings.Contains(seen[1].auth, want) {
		t.Errorf("PLAINTEXT is %s, want %s", seen[1].auth, want)
	}
}

func TestFallsBackWithForms(t *testing.T) {
	t.Parallel()
	api := serve(t, only(Plaintext))
	tr := NewTransport(oauthCredential(api.url(t), api.url(t)), Auto, NewWire(WireConfig{}))
	req := newRequest(t, http.MethodPost, api.URL+"/v2/x", "a=1&a=2")
	req.GetBody = nil // it is read to be signed, and so can be had again
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if status, err := send(t, tr, req); err != nil || status != http.StatusOK {
		t.Fatalf("status %d, %v", status, err)
	}
	for _, r := range api.requests() {
		if r.body != "a=1&a=2" {
			t.Errorf("sent %q", r.body)
		}
	}
}

func TestBadCredentialIsTriedTwiceOnce(t *testing.T) {
	t.Parallel()
	var good atomic.Bool
	api := serve(t, func(*http.Request, string) int {
		if good.Load() {
			return http.StatusOK
		}
		return http.StatusUnauthorized
	})
	tr := NewTransport(oauthCredential(api.url(t), api.url(t)), Auto, NewWire(WireConfig{}))
	call := func(want int) {
		t.Helper()
		if status, err := send(t, tr, newRequest(t, http.MethodGet, api.URL+"/v2/self", "")); err != nil || status != want {
			t.Fatalf("status %d, %v", status, err)
		}
	}
	for range 4 {
		call(http.StatusUnauthorized)
	}
	const first = "HMAC-SHA512 PLAINTEXT HMAC-SHA512 HMAC-SHA512 HMAC-SHA512"
	if got := methodsOf(api.requests()); got != first || tr.Method() != HMACSHA512 {
		t.Errorf("sent %s, now %s", got, tr.Method())
	}
	// Once a signature was accepted, a refusal may again be about the method.
	good.Store(true)
	call(http.StatusOK)
	good.Store(false)
	call(http.StatusUnauthorized)
	if got := methodsOf(api.requests()); got != first+" HMAC-SHA512 HMAC-SHA512 PLAINTEXT" {
		t.Errorf("sent %s", got)
	}
}

func TestOnlyRefusalsAreTriedAgain(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 303, 400, 403, 404, 429, 500, 503} {
		api := serve(t, func(*http.Request, string) int { return status })
		tr := NewTransport(oauthCredential(api.url(t), api.url(t)), Auto, NewWire(WireConfig{}))
		if got, err := send(t, tr, newRequest(t, http.MethodDelete, api.URL+"/v2/x", "")); err != nil || got != status {
			t.Errorf("%d: %d, %v", status, got, err)
		}
		if n := len(api.requests()); n != 1 {
			t.Errorf("%d: sent %d times", status, n)
		}
	}
}

func TestOverloadedServerProvesNothing(t *testing.T) {
	t.Parallel()
	api := serve(t, func(r *http.Request, _ string) int {
		if strings.Contains(r.Header.Get("Authorization"), "PLAINTEXT") {
			return http.StatusServiceUnavailable
		}
		return http.StatusUnauthorized
	})
	tr := NewTransport(oauthCredential(api.url(t), api.url(t)), Auto, NewWire(WireConfig{}))
	if status, err := send(t, tr, newRequest(t, http.MethodGet, api.URL+"/v2/self", "")); err != nil || status != 503 {
		t.Fatalf("status %d, %v", status, err)
	}
	if tr.Method() != HMACSHA512 {
		t.Errorf("a 503 settled %s", tr.Method())
	}
}

func TestBodyThatCannotBeHadAgainIsSentOnce(t *testing.T) {
	t.Parallel()
	api := serve(t, only(Plaintext))
	tr := NewTransport(oauthCredential(api.url(t), api.url(t)), Auto, NewWire(WireConfig{}))
	req := newRequest(t, http.MethodPost, api.URL+"/v2/x", "once")
	req.GetBody = nil
	if status, err := send(t, tr, req); err != nil || status != http.StatusUnauthorized {
		t.Errorf("status %d, %v", status, err)
	}
	if n := len(api.requests()); n != 1 {
		t.Errorf("sent %d times", n)
	}
}

// TestManyAtOnce has 32 goroutines find out together, under -race.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer func(*http.Request, string) int
		status int
		most   int // requests in PLAINTEXT beyond what is needed
	}{
		"only PLAINTEXT is good": {only(Plaintext), http.StatusOK, 32},
		"all are refused":        {func(*http.Request, string) int { return http.StatusUnauthorized }, http.StatusUnauthorized, 1},
	} {
		api := serve(t, tt.answer)
		tr := NewTransport(oauthCredential(api.url(t), api.url(t)), Auto, NewWire(WireConfig{}))
		var all sync.WaitGroup
		for range 32 {
			all.Go(func() {
				req := newRequest(t, http.MethodPut, api.URL+"/v2/x?a=1&a=2", "body")
				if status, err := send(t, tr, req); err != nil || status != tt.status {
					t.Errorf("%s: status %d, %v", name, status, err)
				}
			})
		}
		all.Wait()
		if n := strings.Count(methodsOf(api.requests()), "PLAINTEXT"); n > tt.most {
			t.Errorf("%s: %d requests in PLAINTEXT", name, n)
		}
	}
}

func TestWaitingForTheVerdictEndsWithTheContext(t *testing.T) {
	t.Parallel()
	api := serve(t, only(Plaintext))
	tr := NewTransport(oauthCredential(api.url(t), api.url(t)), Auto, NewWire(WireConfig{}))
	tr.trying <- struct{}{} // another request is finding out, for ever
	ctx, cancel := context.WithCancel(t.Context())
	req := newRequest(t, http.MethodGet, api.URL+"/v2/self", "").WithContext(ctx)
	ended := make(chan error)
	go func() {
		_, err := send(t, tr, req)
		ended <- err
	}()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestConnectionIsReusedAfterARefusal(t *testing.T) {
	t.Parallel()
	api := serve(t, only(Plaintext))
	tr := NewTransport(oauthCredential(api.url(t), api.url(t)), Auto, NewWire(WireConfig{}))
	var opened int
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		if !info.Reused {
			opened++
		}
	}}
	for range 5 {
		req := newRequest(t, http.MethodGet, api.URL+"/v2/self", "")
		if _, err := send(t, tr, req.WithContext(httptrace.WithClientTrace(req.Context(), trace))); err != nil {
			t.Fatal(err)
		}
	}
	if opened != 1 {
		t.Errorf("%d connections were opened", opened)
	}
}

func TestWireGivesUpOnASilentServer(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	api := serve(t, func(*http.Request, string) int { <-hold; return 200 })
	t.Cleanup(func() { close(hold) })
	wire := NewWire(WireConfig{HeaderTimeout: 10 * time.Millisecond})
	tr := NewTransport(oauthCredential(api.url(t), api.url(t)), Auto, wire)
	if _, err := send(t, tr, newRequest(t, http.MethodGet, api.URL+"/v2/self", "")); err == nil {
		t.Error("it waited")
	}
	if wire.TLSClientConfig.InsecureSkipVerify || wire.TLSClientConfig.MinVersion < 0x0303 {
		t.Error("TLS is not strict")
	}
}

func TestLargeFormIsRefused(t *testing.T) {
	t.Parallel()
	hosts := DefaultHosts()
	req := newRequest(t, http.MethodPost, "https://api.clever-cloud.com/v2/x", strings.Repeat("a", maxForm+1))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	_, err := NewTransport(oauthCredential(hosts.API, hosts.Bridge), Auto, unreachable{t}).RoundTrip(req)
	if err == nil || !strings.Contains(err.Error(), "above 4 MiB") {
		t.Errorf("got %v", err)
	}
}

func TestParseMethod(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Method{"": Auto, "auto": Auto, "PLAINTEXT": Plaintext, "HMAC-SHA1": HMACSHA1, "HMAC-SHA512": HMACSHA512} {
		if got, err := ParseMethod(text); got != want || err != nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	if _, err := ParseMethod("hmac"); err == nil {
		t.Error("hmac is taken")
	}
}

// A password that comes with a request is tried once where the method is known,
// and a public answer of the API makes no method known.
func TestKnownMethodIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	refusePosts := func(r *http.Request, _ string) int {
		if r.Method == http.MethodPost {
			return http.StatusUnauthorized
		}
		return http.StatusOK
	}
	api, bridge := serve(t, refusePosts), serve(t, refusePosts)
	tr := NewTransport(oauthCredential(api.url(t), bridge.url(t)), Auto, NewWire(WireConfig{}))
	for _, c := range []struct {
		server *upstream
		path   string
		sent   string
	}{
		{bridge, "/api-tokens", "HMAC-SHA512 HMAC-SHA512"},
		{api, "/v2/products/zones", "HMAC-SHA512 HMAC-SHA512 PLAINTEXT"},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			if _, err := send(t, tr, newRequest(t, method, c.server.URL+c.path, "{}")); err != nil {
				t.Fatal(err)
			}
		}
		if got := methodsOf(c.server.requests()); got != c.sent {
			t.Errorf("%s: sent %s", c.path, got)
		}
	}
}
