package cli

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"clever-mcp/auth"
	"clever-mcp/cleverapi/emulator"
)

// signInWorld is an emulated Clever Cloud, its hosts, and a person's browser.
func signInWorld(t *testing.T, o emulator.Options) (auth.Hosts, *http.Client) {
	t.Helper()
	e, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	base, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host != base.Host {
			return http.ErrUseLastResponse // the callback, which nobody serves here
		}
		return nil
	}}
	return auth.Hosts{API: base, Bridge: base, Console: base}, browser
}

func fill(t *testing.T, browser *http.Client, page *url.URL, path string, form url.Values) *http.Response {
	t.Helper()
	u := *page
	u.Path, u.RawQuery = path, ""
	resp, err := browser.PostForm(u.String(), form)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp
}

func visit(t *testing.T, browser *http.Client, page *url.URL) {
	t.Helper()
	resp, err := browser.Get(page.String())
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Fatalf("the page is answered %d", resp.StatusCode)
	}
}

// signedIn asks who the credential is for.
func signedIn(t *testing.T, c auth.Credential) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", c.Hosts.API.String()+"/v2/self", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := auth.NewTransport(c, auth.Auto, auth.NewWire(auth.WireConfig{})).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Errorf("the credential is answered %d", resp.StatusCode)
	}
}

func demoLogin(more url.Values) url.Values {
	seed := emulator.Demo()
	form := url.Values{"email": {seed.User.Email}, "pass": {seed.User.Password}}
	for name, values := range more {
		form[name] = values
	}
	return form
}

func TestDanceWithTheEmulator(t *testing.T) {
	t.Parallel()
	for _, method := range []auth.Method{auth.Auto, auth.HMACSHA512, auth.HMACSHA1, auth.Plaintext} {
		for _, refuse := range []bool{false, true} {
			if refuse && (method == auth.HMACSHA1 || method == auth.HMACSHA512) {
				continue
			}
			t.Run(strings.Trim(string(method)+map[bool]string{true: " where HMAC is refused"}[refuse], " "), func(t *testing.T) {
				t.Parallel()
				hosts, browser := signInWorld(t, emulator.Options{RefuseHMAC: refuse})
				d := auth.Dance{
					Hosts: hosts, Method: method, Wire: auth.NewWire(auth.WireConfig{}),
					ConsumerKey: "T5nFjKeHH4AIlEveuGhB5S3xg8T19e", ConsumerSecret: auth.NewSecret("MgVMqTr6fWlf2M0tkC2MXOnhfqBWDT"),
				}
				token, err := d.RequestToken(t.Context(), "http://localhost:4000/callback")
				if err != nil {
					t.Fatal(err)
				}
				page := d.AuthorizeURL(token)
				visit(t, browser, page)
				fill(t, browser, page, "/v2/sessions/login", demoLogin(url.Values{"from_authorize": {"true"}}))
				resp := fill(t, browser, page, "/v2/oauth/authorize", url.Values{"access_organisations": {"on"}, "access_personal_information": {"on"}})
				back, err := resp.Location()
				if err != nil || back.Query().Get("oauth_token") != token.Token {
					t.Fatalf("the callback is %v, %v", back, err)
				}
				c, err := d.AccessToken(t.Context(), token, back.Query().Get("oauth_verifier"))
				if err != nil {
					t.Fatal(err)
				}
				if days := time.Until(c.Expires).Hours() / 24; days < 89 || days > 91 {
					t.Errorf("the credential is good for %.0f days, want 90", days)
				}
				signedIn(t, c)
			})
		}
	}
}

func TestBrowserLoginWithTheEmulator(t *testing.T) {
	t.Parallel()
	hosts, browser := signInWorld(t, emulator.Options{})
	login := auth.NewBrowserLogin(hosts, auth.NewWire(auth.WireConfig{}))
	login.Interval = 10 * time.Millisecond
	login.Tries = 1000
	page := login.URL("0.0.0")
	type outcome struct {
		credential auth.Credential
		err        error
	}
	done := make(chan outcome, 1)
	go func() {
		c, err := login.Wait(t.Context())
		done <- outcome{c, err}
	}()
	visit(t, browser, page)
	cliToken := url.Values{"cli_token": {page.Query().Get("cli_token")}}
	fill(t, browser, page, "/v2/sessions/login", demoLogin(cliToken))
	fill(t, browser, page, "/cli-oauth", cliToken)
	got := <-done
	if got.err != nil {
		t.Fatal(got.err)
	}
	signedIn(t, got.credential)
}
