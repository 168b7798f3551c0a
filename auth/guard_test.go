package auth

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// TestNothingLeavesForAnotherOrigin plants the credential and looks for it: a
// wire that is reached at all is a failure.
func TestNothingLeavesForAnotherOrigin(t *testing.T) {
	t.Parallel()
	hosts := DefaultHosts()
	oauth := oauthCredential(hosts.API, hosts.Bridge)
	bearerOnly := Credential{Kind: KindAPIToken, APIToken: NewSecret("bearer"), Hosts: hosts}
	both := oauth
	both.Kind, both.APIToken = KindAPIToken, NewSecret("bearer")
	for _, tt := range []struct {
		name       string
		credential Credential
		address    string
		change     func(*http.Request)
	}{
		{"another host", both, "https://api.clever-cloud.com.evil.example/v2/self", nil},
		{"a host under it", both, "https://x.api.clever-cloud.com/v2/self", nil},
		{"the console", both, "https://console.clever-cloud.com/v2/self", nil},
		{"another port", both, "https://api.clever-cloud.com:8443/v2/self", nil},
		{"plain http", both, "http://api.clever-cloud.com/v2/self", nil},
		{"plain http on its port", both, "http://api.clever-cloud.com:443/v2/self", nil},
		{"another scheme", both, "ftp://api.clever-cloud.com/v2/self", nil},
		{"a trailing dot", both, "https://api.clever-cloud.com./v2/self", nil},
		{"user and password", both, "https://u:p@api.clever-cloud.com/v2/self", nil},
		{"user only", both, "https://u@api.clever-cloud.com/v2/self", nil},
		{"a host before an @", both, "https://api.clever-cloud.com@evil.example/v2/self", nil},
		{"an Authorization header", both, "https://api.clever-cloud.com/v2/self", func(r *http.Request) { r.Header.Set("Authorization", "Basic eA==") }},
		{"an authorization header in lower case", both, "https://api.clever-cloud.com/v2/self", func(r *http.Request) { r.Header["authorization"] = []string{""} }},
		{"another Host header", both, "https://api.clever-cloud.com/v2/self", func(r *http.Request) { r.Host = "evil.example" }},
		{"an opaque address", both, "https://api.clever-cloud.com/v2/self", func(r *http.Request) { r.URL.Opaque = "//evil.example/v2/self" }},
		{"a path without a slash", both, "https://api.clever-cloud.com", func(r *http.Request) { r.URL.Path = "v2/self" }},
		{"no address", both, "https://api.clever-cloud.com/v2/self", func(r *http.Request) { r.URL = nil }},
		{"an API token to the API", bearerOnly, "https://api.clever-cloud.com/v2/self", nil},
		{"a signature to the bridge", oauth, "https://api-bridge.clever-cloud.com/v2/self", nil},
		{"a signature to what looks like the tokens", oauth, "https://api-bridge.clever-cloud.com/api-tokens-x", nil},
		{"an API token to the tokens", bearerOnly, "https://api-bridge.clever-cloud.com/api-tokens", nil},
		{"no credential", Credential{Hosts: hosts}, "https://api.clever-cloud.com/v2/self", nil},
		{"hosts without TLS", oauthCredential(mustURL(t, "http://api.clever-cloud.com"), nil), "http://api.clever-cloud.com/v2/self", nil},
		{"no hosts", Credential{Kind: KindOAuth, Token: NewSecret("t"), TokenSecret: NewSecret("s")}, "https://api.clever-cloud.com/v2/self", nil},
		{"parameters of the protocol", oauth, "https://api.clever-cloud.com/v2/self?oauth_token=x", nil},
		{"a bad escape", oauth, "https://api.clever-cloud.com/v2/self?a=%zz", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			body := &closing{Reader: strings.NewReader("x")}
			req := newRequest(t, http.MethodPost, tt.address, "")
			req.Body = body
			if tt.change != nil {
				tt.change(req)
			}
			for _, m := range []Method{Auto, Plaintext} {
				_, err := NewTransport(tt.credential, m, unreachable{t}).RoundTrip(req)
				if err == nil {
					t.Fatal("it was sent")
				}
				for _, s := range tt.credential.Secrets() {
					if len(s.Reveal()) > 4 && strings.Contains(err.Error(), s.Reveal()) {
						t.Errorf("the error holds a secret: %v", err)
					}
				}
				if strings.Contains(err.Error(), "u:p") {
					t.Errorf("the error holds the password of the address: %v", err)
				}
			}
			if !body.closed {
				t.Error("the body was not closed")
			}
		})
	}
}

func TestOriginErrorSaysWhere(t *testing.T) {
	t.Parallel()
	hosts := DefaultHosts()
	_, err := NewTransport(oauthCredential(hosts.API, hosts.Bridge), Auto, unreachable{t}).
		RoundTrip(newRequest(t, http.MethodGet, "https://evil.example/v2/self?secret=1", ""))
	var wrong *OriginError
	if !errors.As(err, &wrong) || wrong.Origin != "https://evil.example" {
		t.Fatalf("got %#v", err)
	}
	want := "The request to https://evil.example was not signed: this credential goes only to https://api.clever-cloud.com and https://api-bridge.clever-cloud.com. Ask for an address there."
	if err.Error() != want {
		t.Errorf("got %q", err)
	}
}

func TestAPITokenCannotManageTokens(t *testing.T) {
	t.Parallel()
	c := Credential{Kind: KindAPIToken, Source: "CLEVER_API_TOKEN of the environment", APIToken: NewSecret("bearer"), Hosts: DefaultHosts()}
	_, err := NewTransport(c, Auto, unreachable{t}).RoundTrip(newRequest(t, http.MethodGet, "https://api-bridge.clever-cloud.com/api-tokens", ""))
	var needs *NeedsOAuthError
	if !errors.As(err, &needs) || !strings.Contains(err.Error(), "Set CLEVER_TOKEN and CLEVER_SECRET too") {
		t.Errorf("got %v", err)
	}
}

// TestEachWayIsTaken holds what guard allows: with both kinds the API token is
// for /v2 and /v4, and the pair for the tokens and the API.
func TestEachWayIsTaken(t *testing.T) {
	t.Parallel()
	api, bridge := mustURL(t, "http://127.0.0.1:1"), mustURL(t, "http://localhost:2")
	oauth := oauthCredential(api, bridge)
	both := oauth
	both.Kind, both.APIToken = KindAPIToken, NewSecret("bearer")
	token := Credential{Kind: KindAPIToken, APIToken: NewSecret("bearer"), Hosts: Hosts{API: api, Bridge: bridge}}
	same := both
	same.Hosts = Hosts{API: api, Bridge: api}
	for _, tt := range []struct {
		name       string
		credential Credential
		address    string
		want       string
	}{
		{"OAuth to the API", oauth, "http://127.0.0.1:1/v2/self", "OAuth "},
		{"OAuth to the tokens", oauth, "http://localhost:2/api-tokens", "OAuth "},
		{"API token to the bridge", token, "http://localhost:2/v4/x", "Bearer bearer"},
		{"both, the bridge", both, "http://localhost:2/v2/self", "Bearer bearer"},
		{"both, a token", both, "http://localhost:2/api-tokens/api_tokens_1", "OAuth "},
		{"both, the API", both, "http://127.0.0.1:1/v2/self", "OAuth "},
		{"both, one origin", same, "http://127.0.0.1:1/v2/self", "Bearer bearer"},
		{"both, the tokens of one origin", same, "http://127.0.0.1:1/api-tokens", "OAuth "},
		{"host in capitals", oauth, "HTTP://127.0.0.1:1/v2/self", "OAuth "},
	} {
		var got string
		wire := roundTrip(func(r *http.Request) (*http.Response, error) {
			got = r.Header.Get("Authorization")
			return &http.Response{StatusCode: 200, Body: http.NoBody, Request: r}, nil
		})
		if _, err := send(t, NewTransport(tt.credential, Auto, wire), newRequest(t, http.MethodGet, tt.address, "")); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: sent %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestRedirectIsAnAnswer plants a redirect to another server, for each way.
func TestRedirectIsAnAnswer(t *testing.T) {
	t.Parallel()
	other := serve(t, nil)
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	}))
	t.Cleanup(api.Close)
	c := oauthCredential(mustURL(t, api.URL), mustURL(t, api.URL))
	both := c
	both.APIToken = NewSecret("bearer")
	for _, credential := range []Credential{c, both} {
		tr := NewTransport(credential, Auto, NewWire(WireConfig{}))
		status, err := send(t, tr, newRequest(t, http.MethodGet, api.URL+"/v2/self", ""))
		if err != nil || status != http.StatusTemporaryRedirect {
			t.Errorf("status %d, %v", status, err)
		}
	}
	if n := len(other.requests()); n != 0 {
		t.Errorf("the other server got %d requests", n)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

type unreachable struct{ t *testing.T }

func (u unreachable) RoundTrip(r *http.Request) (*http.Response, error) {
	u.t.Errorf("sent %s %s with %q", r.Method, r.URL, r.Header.Get("Authorization"))
	return nil, io.ErrUnexpectedEOF
}

type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }

func TestSameOrigin(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"https://h", "https://h:443/x", true},
		{"http://h", "HTTP://H:80", true},
		{"https://h:", "https://h", true},
		{"https://h", "http://h", false},
		{"https://h:443", "http://h:443", false},
		{"https://h:1", "https://h:2", false},
		{"https://h", "https://h.", false},
		{"http://[::1]:1", "http://[::1]:1", true},
	} {
		if got := sameOrigin(mustURL(t, tt.a), mustURL(t, tt.b)); got != tt.want {
			t.Errorf("%s and %s: %v", tt.a, tt.b, got)
		}
	}
	if sameOrigin(nil, &url.URL{}) || sameOrigin(&url.URL{}, nil) {
		t.Error("an address equals none")
	}
}
