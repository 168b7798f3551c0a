package emulator

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// signInSeed has a person without and one with a second factor.
func signInSeed() *Seed {
	return &Seed{
		User:   SeedUser{Name: "A", Email: "a@example.com", Password: "a-long-password"},
		People: []SeedUser{{Name: "B", Email: "b@example.com", Password: "b-long-password", TOTP: "JBSWY3DPEHPK3PXP"}},
		Organisations: []SeedOwner{{Name: "O", Applications: []SeedApp{{Name: "x", Type: "node"}}, Consumers: []SeedConsumer{
			{Name: "dashboard", URL: "https://dash.example", Rights: []string{"access_organisations", "access_personal_information"}},
		}}},
	}
}

// browser is a person's: it keeps cookies, and stops where it would leave the emulator.
type browser struct {
	t    *testing.T
	base string
	http *http.Client
}

func newBrowser(t *testing.T, base string) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t, base, &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), base+"/") {
			return nil
		}
		return http.ErrUseLastResponse
	}}}
}

func (b *browser) do(method, path string, form url.Values) (*http.Response, string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp, string(text)
}

// dancer is a program with a consumer of its own. It signs by RFC 5849, written
// here a second time.
type dancer struct {
	t           *testing.T
	base        string
	key, secret string
	method      string
	query       bool
	nonce       int
}

func (d *dancer) signature(target string, params url.Values, tokenSecret string) string {
	key := url.QueryEscape(d.secret) + "&" + url.QueryEscape(tokenSecret)
	var digest func() hash.Hash
	switch d.method {
	case "PLAINTEXT":
		return key
	case "HMAC-SHA1":
		digest = sha1.New
	default:
		digest = sha512.New
	}
	rfc := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	var pairs []string
	for name, values := range params {
		pairs = append(pairs, rfc(name)+"="+rfc(values[0]))
	}
	slices.Sort(pairs) // names of letters and _ only
	mac := hmac.New(digest, []byte(key))
	fmt.Fprintf(mac, "POST&%s&%s", rfc(target), rfc(strings.Join(pairs, "&")))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// step asks for a token and returns the status and the form that is answered.
func (d *dancer) step(path, tokenSecret string, params url.Values) (int, url.Values) {
	d.t.Helper()
	if d.query {
		path += "_query"
	}
	d.nonce++
	params.Set("oauth_consumer_key", d.key)
	params.Set("oauth_signature_method", d.method)
	params.Set("oauth_timestamp", strconv.FormatInt(time.Now().Unix(), 10))
	params.Set("oauth_nonce", "n"+strconv.Itoa(d.nonce))
	params.Set("oauth_signature", d.signature(d.base+path, params, tokenSecret))
	target, body := d.base+path, params.Encode()
	if d.query {
		target, body = target+"?"+body, ""
	}
	req, err := http.NewRequestWithContext(d.t.Context(), "POST", target, strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	if !d.query {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := (&http.Client{Transport: network}).Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	if resp.StatusCode != 200 {
		return resp.StatusCode, nil
	}
	if kind := resp.Header.Get("Content-Type"); kind != "application/x-www-form-urlencoded" {
		d.t.Errorf("%s answers %s", path, kind)
	}
	answer, err := url.ParseQuery(string(text))
	if err != nil {
		d.t.Fatal(err)
	}
	return resp.StatusCode, answer
}

func (d *dancer) requestToken(callback string) (token, secret string) {
	d.t.Helper()
	status, answer := d.step("/v2/oauth/request_token", "", url.Values{"oauth_callback": {callback}})
	if status != 200 || answer.Get("oauth_callback_confirmed") != "true" {
		d.t.Fatalf("request_token: %d %v", status, answer)
	}
	return answer.Get("oauth_token"), answer.Get("oauth_token_secret")
}

func newDance(t *testing.T, o Options, method string, query bool) (*Emulator, *dancer, *browser) {
	t.Helper()
	o.Seed, o.Clock = signInSeed(), NewClock(start, 0)
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	k := e.state.consumers[len(e.state.consumers)-1]
	return e, &dancer{t: t, base: s.URL, key: k.key, secret: k.secret, method: method, query: query}, newBrowser(t, s.URL)
}

const callback = "https://dash.example/back?state=7"

// consent goes from the request token to the callback, as a person does.
func (b *browser) consent(token string, rights ...string) url.Values {
	b.t.Helper()
	resp, text := b.do("GET", "/v2/oauth/authorize?oauth_token="+token, nil)
	if resp.StatusCode != 200 || !strings.Contains(text, `action="/v2/sessions/login"`) {
		b.t.Fatalf("who is not signed in sees %d %s", resp.StatusCode, text)
	}
	resp, text = b.do("POST", "/v2/sessions/login", url.Values{"email": {"a@example.com"}, "pass": {"a-long-password"}, "from_authorize": {"true"}})
	if resp.StatusCode != 200 || !strings.Contains(text, `action="/v2/oauth/authorize"`) || !strings.Contains(text, `name="access_organisations" value="on"`) {
		b.t.Fatalf("who is signed in sees %d %s", resp.StatusCode, text)
	}
	if strings.Contains(text, "manage_organisations") {
		b.t.Errorf("the page offers rights that the consumer does not ask for: %s", text)
	}
	form := url.Values{}
	for _, r := range rights {
		form.Set(r, "on")
	}
	resp, text = b.do("POST", "/v2/oauth/authorize", form)
	if resp.StatusCode != 303 {
		b.t.Fatalf("the consent is answered %d %s", resp.StatusCode, text)
	}
	back, err := resp.Location()
	if err != nil || back.Host != "dash.example" || back.Query().Get("state") != "7" {
		b.t.Fatalf("the browser is sent to %v, %v", back, err)
	}
	return back.Query()
}

func TestDance(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"PLAINTEXT", "HMAC-SHA1", "HMAC-SHA512"} {
		for _, query := range []bool{false, true} {
			t.Run(fmt.Sprint(method, " query ", query), func(t *testing.T) {
				t.Parallel()
				e, d, b := newDance(t, Options{}, method, query)
				token, secret := d.requestToken(callback)
				// almighty and rights that the consumer does not ask for cannot be had.
				back := b.consent(token, "access_organisations", "almighty", "manage_organisations")
				if back.Get("oauth_token") != token || back.Get("user") != e.state.users[0].id {
					t.Errorf("the callback gets %v", back)
				}
				if status, _ := d.step("/v2/oauth/access_token", secret, url.Values{"oauth_token": {token}, "oauth_verifier": {"guessed"}}); status != 401 {
					t.Errorf("a wrong verifier is answered %d", status)
				}
				params := func() url.Values {
					return url.Values{"oauth_token": {token}, "oauth_verifier": {back.Get("oauth_verifier")}}
				}
				status, pair := d.step("/v2/oauth/access_token", secret, params())
				if status != 200 || pair.Get("expiration_date") != "2026-08-30T10:00:00.000Z" {
					t.Fatalf("access_token: %d %v", status, pair)
				}
				if status, _ := d.step("/v2/oauth/access_token", secret, params()); status != 401 {
					t.Errorf("a verifier is good twice: %d", status)
				}
				c := (&client{t: t, e: e, base: d.base}).with(`OAuth oauth_consumer_key="` + d.key + `", oauth_token="` + pair.Get("oauth_token") + `", oauth_signature="` + d.secret + `%26` + pair.Get("oauth_token_secret") + `"`)
				org := named(t, c.get("/v2/organisations"), "O")["id"].(string)
				c.want(403, "GET", "/v2/self", nil) // not checked on the page
				c.want(403, "PUT", "/v2/organisations/"+org, map[string]string{"name": "N"})

				// A second sign-in needs no second consent.
				again, _ := d.requestToken(callback)
				resp, _ := b.do("GET", "/v2/oauth/authorize?oauth_token="+again, nil)
				if u, err := resp.Location(); resp.StatusCode != 303 || err != nil || u.Query().Get("oauth_verifier") == "" {
					t.Errorf("who consented before is answered %d, %v", resp.StatusCode, u)
				}
			})
		}
	}
}

func TestDanceRefusals(t *testing.T) {
	t.Parallel()
	_, d, b := newDance(t, Options{}, "HMAC-SHA512", false)
	for _, tt := range []struct {
		name     string
		spoil    func(d *dancer)
		callback string
		status   int
	}{
		{"good", func(*dancer) {}, callback, 200},
		{"unknown consumer", func(d *dancer) { d.key = "nobody" }, callback, 401},
		{"wrong secret", func(d *dancer) { d.secret = "wrong" }, callback, 401},
		{"another method", func(d *dancer) { d.method = "HMAC-MD5" }, callback, 401},
		{"foreign callback", func(*dancer) {}, "https://evil.example/", 400},
		{"no callback", func(*dancer) {}, "", 400},
		{"callback of another scheme", func(*dancer) {}, "javascript:alert(1)", 400},
		{"same nonce", func(d *dancer) { d.nonce = 0 }, callback, 401},
	} {
		other := *d
		tt.spoil(&other)
		if status, _ := other.step("/v2/oauth/request_token", "", url.Values{"oauth_callback": {tt.callback}}); status != tt.status {
			t.Errorf("%s: %d, want %d", tt.name, status, tt.status)
		}
		if tt.name != "same nonce" {
			d.nonce++
		}
	}
	token, secret := d.requestToken(callback)
	if status, _ := d.step("/v2/oauth/access_token", secret, url.Values{"oauth_token": {token}, "oauth_verifier": {""}}); status != 401 {
		t.Errorf("a token that nobody consented to is exchanged: %d", status)
	}
	if resp, _ := b.do("POST", "/v2/oauth/authorize", url.Values{"access_organisations": {"on"}}); resp.StatusCode != 404 {
		t.Errorf("a consent without a request token is answered %d", resp.StatusCode)
	}
}

func TestRequestTokensExpire(t *testing.T) {
	t.Parallel()
	e, d, b := newDance(t, Options{}, "PLAINTEXT", true)
	token, secret := d.requestToken(callback)
	verifier := b.consent(token, "access_organisations").Get("oauth_verifier")
	e.Clock().Advance(11 * time.Minute)
	if status, _ := d.step("/v2/oauth/access_token", secret, url.Values{"oauth_token": {token}, "oauth_verifier": {verifier}}); status != 401 {
		t.Errorf("a request token of eleven minutes is answered %d", status)
	}
	if resp, _ := b.do("GET", "/v2/oauth/authorize?oauth_token="+token, nil); resp.StatusCode != 404 {
		t.Errorf("the page for it is answered %d", resp.StatusCode)
	}
}

func TestDanceWithoutHMAC(t *testing.T) {
	t.Parallel()
	_, d, _ := newDance(t, Options{RefuseHMAC: true}, "HMAC-SHA512", false)
	if status, _ := d.step("/v2/oauth/request_token", "", url.Values{"oauth_callback": {callback}}); status != 401 {
		t.Errorf("HMAC is answered %d", status)
	}
	d.method = "PLAINTEXT"
	d.requestToken(callback)
}

// The way of programs that sign in without a browser.
func TestSecondFactor(t *testing.T) {
	t.Parallel()
	e, d, b := newDance(t, Options{}, "PLAINTEXT", false)
	b.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	login := func(email, pass string) (*http.Response, string) {
		return b.do("POST", "/v2/sessions/login", url.Values{"email": {email}, "pass": {pass}, "from_authorize": {"true"}})
	}
	if resp, _ := login("b@example.com", "wrong"); resp.StatusCode != 401 {
		t.Errorf("a wrong password is answered %d", resp.StatusCode)
	}
	if resp, _ := login("nobody@example.com", ""); resp.StatusCode != 401 {
		t.Errorf("nobody is answered %d", resp.StatusCode)
	}
	resp, text := login("b@example.com", "b-long-password")
	field := regexp.MustCompile(`name="auth_id" value="([^"]+)"`).FindStringSubmatch(text)
	if resp.StatusCode != 200 || field == nil || len(resp.Cookies()) != 0 {
		t.Fatalf("with a second factor: %d %s", resp.StatusCode, text)
	}
	mfa := func(code string) *http.Response {
		resp, _ := b.do("POST", "/v2/sessions/mfa_login", url.Values{"mfa_attempt": {code}, "mfa_kind": {"TOTP"}, "auth_id": {field[1]}, "email": {"b@example.com"}})
		return resp
	}
	if resp := mfa("12345"); resp.StatusCode != 401 {
		t.Errorf("a wrong code is answered %d", resp.StatusCode)
	}
	key, err := base32.StdEncoding.DecodeString("JBSWY3DPEHPK3PXP")
	if err != nil {
		t.Fatal(err)
	}
	resp = mfa(totpCode(key, time.Now().Unix()/30))
	if resp.StatusCode != 303 || len(resp.Cookies()) != 1 || resp.Cookies()[0].Name != "ccid" || resp.Header.Get("Location") != "/v2/oauth/authorize" {
		t.Fatalf("a right code is answered %d, %v", resp.StatusCode, resp.Header)
	}
	token, _ := d.requestToken(callback)
	resp, _ = b.do("POST", "/v2/oauth/authorize?oauth_token="+token, url.Values{"access_organisations": {"on"}})
	if u, err := resp.Location(); err != nil || u.Query().Get("user") != e.state.users[1].id {
		t.Errorf("the callback is %v, %v", u, err)
	}
}

func TestCLILogin(t *testing.T) {
	t.Parallel()
	_, d, b := newDance(t, Options{}, "PLAINTEXT", false)
	c := (&client{t: t, base: d.base}).with("")
	const poll = "/v2/self/cli_tokens?cli_token=drawn-by-the-cli"
	c.want(404, "GET", poll, nil)
	_, text := b.do("GET", "/cli-oauth?cli_version=4.11.0&cli_token=drawn-by-the-cli", nil)
	if !strings.Contains(text, `name="cli_token" value="drawn-by-the-cli"`) || !strings.Contains(text, `name="pass"`) {
		t.Fatalf("the page is %s", text)
	}
	if resp, _ := b.do("POST", "/cli-oauth", url.Values{"cli_token": {"drawn-by-the-cli"}}); resp.StatusCode != 401 {
		t.Errorf("a confirmation of nobody is answered %d", resp.StatusCode)
	}
	resp, text := b.do("POST", "/v2/sessions/login", url.Values{"email": {"a@example.com"}, "pass": {"a-long-password"}, "cli_token": {"drawn-by-the-cli"}})
	if resp.StatusCode != 200 || !strings.Contains(text, `action="/cli-oauth"`) {
		t.Fatalf("after the login: %d %s", resp.StatusCode, text)
	}
	c.want(404, "GET", poll, nil) // not before it is confirmed
	b.do("POST", "/cli-oauth", url.Values{"cli_token": {"drawn-by-the-cli"}})
	pair := c.get(poll)
	if at(t, pair, "expirationDate") != "2027-06-01T10:00:00.000Z" {
		t.Errorf("the pair is %v", pair)
	}
	c.want(404, "GET", poll, nil) // once
	c = c.with(`OAuth oauth_consumer_key="T5nFjKeHH4AIlEveuGhB5S3xg8T19e", oauth_token="` + at(t, pair, "token").(string) + `", oauth_signature="MgVMqTr6fWlf2M0tkC2MXOnhfqBWDT%26` + at(t, pair, "secret").(string) + `"`)
	if email := at(t, c.get("/v2/self"), "email"); email != "a@example.com" {
		t.Errorf("signed in as %v", email)
	}
}

// What a page shows of others is text, never markup.
func TestPagesEscape(t *testing.T) {
	t.Parallel()
	_, _, b := newDance(t, Options{}, "PLAINTEXT", false)
	resp, text := b.do("GET", "/cli-oauth?cli_token="+url.QueryEscape(`"><script>alert(1)</script>`), nil)
	if strings.Contains(text, "<script>") || resp.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("the page is %s", text)
	}
}

func TestLoginDataAndRights(t *testing.T) {
	t.Parallel()
	_, d, _ := newDance(t, Options{}, "PLAINTEXT", false)
	c := (&client{t: t, base: d.base}).with("")
	if name := at(t, c.get("/v2/oauth/login_data?oauth_key="+d.key), "name"); name != "dashboard" {
		t.Errorf("the consumer is %v", name)
	}
	c.want(404, "GET", "/v2/oauth/login_data?oauth_key=none", nil)
	if v := at(t, c.get("/v2/oauth/rights"), "almighty"); v != false {
		t.Errorf("almighty can be asked for: %v", v)
	}
}
