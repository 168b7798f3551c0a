package auth

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// formSignature checks a form of the dance with nothing of ours, and reports
// whether the method is one of those taken.
func formSignature(t *testing.T, r *http.Request, tokenSecret string, taken ...Method) bool {
	t.Helper()
	body, _ := io.ReadAll(r.Body)
	form, err := url.ParseQuery(string(body))
	if err != nil || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.Header.Get("Authorization") != "" {
		t.Errorf("sent %q with %v", body, r.Header)
	}
	r.Form = form
	for _, m := range taken {
		if form.Get("oauth_signature_method") != string(m) {
			continue
		}
		// As a header the same parameters have the same signature.
		asHeader := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:9700"+r.URL.Path, nil)
		var pairs []string
		for name := range form {
			pairs = append(pairs, name+`="`+url.PathEscape(form.Get(name))+`"`)
		}
		asHeader.Header.Set("Authorization", "OAuth "+strings.Join(pairs, ", "))
		c := Credential{ConsumerSecret: NewSecret("cs&"), TokenSecret: NewSecret(tokenSecret)}
		got, want := independent(t, asHeader, "", c)
		if got != want {
			t.Errorf("%s: signature %s, want %s", m, got, want)
		}
		return got == want
	}
	return false
}

// theAPI makes every connection of the wire end at the handler, under an address
// that the test knows.
func theAPI(t *testing.T, handler http.HandlerFunc) (Hosts, http.RoundTripper) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	wire := roundTrip(func(r *http.Request) (*http.Response, error) {
		out := r.Clone(r.Context())
		out.Host, out.URL.Host = r.URL.Host, strings.TrimPrefix(server.URL, "http://")
		return server.Client().Transport.RoundTrip(out)
	})
	return Hosts{API: mustURL(t, "http://127.0.0.1:9700"), Bridge: mustURL(t, "http://127.0.0.1:9701"), Console: mustURL(t, "http://127.0.0.1:9702/console")}, wire
}

func TestDance(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		chosen Method
		taken  []Method
		tries  int32
	}{
		"HMAC-SHA512":                       {HMACSHA512, []Method{HMACSHA512}, 2},
		"HMAC-SHA1":                         {HMACSHA1, []Method{HMACSHA1}, 2},
		"PLAINTEXT":                         {Plaintext, []Method{Plaintext}, 2},
		"auto":                              {Auto, []Method{HMACSHA512, Plaintext}, 2},
		"auto where only PLAINTEXT is good": {Auto, []Method{Plaintext}, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var tries atomic.Int32
			hosts, wire := theAPI(t, func(w http.ResponseWriter, r *http.Request) {
				tries.Add(1)
				secret := map[string]string{"/v2/oauth/access_token": "rs/+"}[r.URL.Path]
				if !formSignature(t, r, secret, tt.taken...) {
					w.WriteHeader(http.StatusUnauthorized)
					return
				}
				answer := "oauth_token=rt&oauth_token_secret=rs%2F%2B&oauth_callback_confirmed=true\n"
				if secret != "" {
					answer = "oauth_token=at&oauth_token_secret=as&expiration_date=2027-01-02T03%3A04%3A05Z"
				}
				if cb, v := r.Form.Get("oauth_callback"), r.Form.Get("oauth_verifier"); cb != "http://localhost:7/cb?x=1" && v != "v&" {
					t.Errorf("callback %q, verifier %q", cb, v)
				}
				_, _ = io.WriteString(w, answer)
			})
			d := Dance{Hosts: hosts, ConsumerKey: "ck", ConsumerSecret: NewSecret("cs&"), Method: tt.chosen, Wire: wire}
			rt, err := d.RequestToken(t.Context(), "http://localhost:7/cb?x=1")
			if err != nil {
				t.Fatal(err)
			}
			if got := d.AuthorizeURL(rt).String(); got != "http://127.0.0.1:9700/v2/oauth/authorize?oauth_token=rt" {
				t.Errorf("the page is %s", got)
			}
			c, err := d.AccessToken(t.Context(), rt, "v&")
			if err != nil {
				t.Fatal(err)
			}
			if c.Token.Reveal() != "at" || c.TokenSecret.Reveal() != "as" || c.ConsumerKey != "ck" || c.ConsumerSecret.Reveal() != "cs&" ||
				!c.Expires.Equal(time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)) || c.Hosts != hosts {
				t.Errorf("got %+v", c)
			}
			if n := tries.Load(); n != tt.tries {
				t.Errorf("%d requests, want %d", n, tt.tries)
			}
		})
	}
}

func TestDanceThatGoesWrong(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   string
	}{
		{"refused", 401, "pl4nted", "Clever Cloud answered 401 to POST /v2/oauth/request_token: the consumer, the token or the verifier is not good."},
		{"broken", 502, "<html>pl4nted", "Clever Cloud answered 502 to POST /v2/oauth/request_token. Start again in a while."},
		{"no token", 200, "pl4nted=1", "without a token pair"},
		{"no confirmation", 200, "oauth_token=pl4nted&oauth_token_secret=pl4nted", "without confirming the callback"},
		{"no form", 200, "pl4nted%", "in a form that cannot be read"},
		{"a redirect", 303, "", "answered 303"},
	} {
		hosts, wire := theAPI(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(tt.status)
			_, _ = io.WriteString(w, tt.body)
		})
		_, err := Dance{Hosts: hosts, ConsumerKey: "ck", Wire: wire}.RequestToken(t.Context(), "http://localhost")
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "pl4nted") {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
	evil := Hosts{API: mustURL(t, "http://api.clever-cloud.com")}
	if _, err := (Dance{Hosts: evil, Method: Plaintext, Wire: unreachable{t}}).RequestToken(t.Context(), "x"); err == nil {
		t.Error("secrets went over plain http")
	}
}

func TestBrowserLogin(t *testing.T) {
	t.Parallel()
	var looks atomic.Int32
	asked := make(chan string, 10)
	hosts, wire := theAPI(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/v2/self/cli_tokens" || r.Header.Get("Authorization") != "" {
			t.Errorf("asked %s %s with %q", r.Method, r.URL, r.Header.Get("Authorization"))
		}
		asked <- r.URL.Query().Get("cli_token")
		switch looks.Add(1) {
		case 1:
			w.WriteHeader(http.StatusNotFound)
		case 2:
			w.WriteHeader(http.StatusBadGateway)
		default:
			_, _ = io.WriteString(w, `{"token":"t","secret":"s","expirationDate":"2027-01-02T03:04:05.000Z"}`)
		}
	})
	l := NewBrowserLogin(hosts, wire)
	l.Interval = time.Millisecond
	page := l.URL("1.2.3 é")
	token := page.Query().Get("cli_token")
	if page.Host != "127.0.0.1:9702" || page.Path != "/console/cli-oauth" || page.Query().Get("cli_version") != "1.2.3 é" || len(token) != 27 ||
		strings.ContainsAny(token, "+/=") {
		t.Errorf("the page is %s", page)
	}
	if other := NewBrowserLogin(hosts, wire).URL("").Query().Get("cli_token"); other == token {
		t.Error("two logins have one token")
	}
	c, err := l.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if c.Token.Reveal() != "t" || c.TokenSecret.Reveal() != "s" || c.ConsumerKey != cliConsumerKey || c.Expires.Year() != 2027 || c.Hosts != hosts {
		t.Errorf("got %+v", c)
	}
	for range 3 {
		if got := <-asked; got != token {
			t.Errorf("asked for %q, the page has %q", got, token)
		}
	}
}

// TestBrowserLoginInTime uses a clock of its own: a login nobody finishes ends
// after two minutes, a cancelled one at once.
func TestBrowserLoginInTime(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status int
		body   string
		cancel time.Duration
		want   error // or text, when nil
		text   string
		after  time.Duration
	}{
		{404, "", 0, ErrNoLogin, "", 2 * time.Minute},
		{503, "", 0, nil, "answered 503 to GET /v2/self/cli_tokens", 2 * time.Minute},
		{404, "", 5 * time.Second, context.Canceled, "", 5 * time.Second},
		{403, "pl4nted", 0, nil, "answered 403", 0},
		{200, `{"token":"pl4nted"}`, 0, nil, "without a token pair", 0},
		{200, `pl4nted`, 0, nil, "without a token pair", 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			wire := roundTrip(func(r *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: tt.status, Body: io.NopCloser(strings.NewReader(tt.body)), Request: r}, nil
			})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if tt.cancel > 0 {
				time.AfterFunc(tt.cancel, cancel)
			}
			begin := time.Now()
			_, err := NewBrowserLogin(DefaultHosts(), wire).Wait(ctx)
			if took := time.Since(begin); took != tt.after {
				t.Errorf("%d: it took %s", tt.status, took)
			}
			if err == nil || tt.want != nil && !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.text) ||
				strings.Contains(err.Error(), "pl4nted") {
				t.Errorf("%d: got %v", tt.status, err)
			}
		})
	}
}
