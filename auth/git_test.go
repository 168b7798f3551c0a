package auth

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

type seen func(*http.Request)

func (s seen) RoundTrip(r *http.Request) (*http.Response, error) {
	s(r)
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(""))}, nil
}

func TestGitTransport(t *testing.T) {
	t.Parallel()
	c := Credential{Kind: KindOAuth, Token: NewSecret("the-token"), TokenSecret: NewSecret("the-secret"), Hosts: DefaultHosts()}
	for _, tt := range []struct {
		remote string
		good   bool
	}{
		{"https://push-n2-par-clevercloud-customers.services.clever-cloud.com/app_1.git", true},
		{"http://push-n2-par-clevercloud-customers.services.clever-cloud.com/app_1.git", false},
		{"https://evil.example/app_1.git", false},
		{"https://clever-cloud.com.evil.example/app_1.git", false},
		{"https://user:pass@push.clever-cloud.com/app_1.git", false},
		{"http://127.0.0.1:9700/app_1.git", false}, // the API is not on this machine
	} {
		u, err := url.Parse(tt.remote)
		if err != nil {
			t.Fatal(err)
		}
		var got *http.Request
		wire, err := GitTransport(c, u, seen(func(r *http.Request) { got = r }))
		if (err == nil) != tt.good {
			t.Errorf("%s: %v", tt.remote, err)
			continue
		}
		if !tt.good {
			var unsent interface{ NotSent() bool }
			if !errors.As(err, &unsent) {
				t.Errorf("%s: the error does not say that nothing was sent: %v", tt.remote, err)
			}
			continue
		}
		req, _ := http.NewRequest("GET", tt.remote+"/info/refs", nil)
		if _, err := wire.RoundTrip(req); err != nil {
			t.Fatal(err)
		}
		if user, password, _ := got.BasicAuth(); user != "the-token" || password != "the-secret" || req.Header.Get("Authorization") != "" {
			t.Errorf("%s: sent as %q", tt.remote, user)
		}
		got = nil
		other, _ := http.NewRequest("GET", "https://evil.example/info/refs", nil)
		if _, err := wire.RoundTrip(other); err == nil || got != nil {
			t.Errorf("the credential went to another host")
		}
	}
	if _, err := GitTransport(Credential{Kind: KindAPIToken, APIToken: NewSecret("x"), Hosts: DefaultHosts()}, &url.URL{Scheme: "https", Host: "push.clever-cloud.com"}, nil); err == nil {
		t.Error("an API token is used for git")
	}
}
