package cli

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"clever-mcp/cleverapi/emulator"
	"clever-mcp/tools"
)

// network carries the requests of tests. Whenever a server of httptest is closed, it
// closes the idle connections of the default transport, under the hands of others.
var network = &http.Transport{}

// office is a server with its tools, on an emulated Clever Cloud, and the browser
// of its user.
type office struct {
	*desk
	t      *testing.T
	o      *opened
	log    *lockedBuffer
	page   string // the last one that the tools asked to open
	code   string // its pairing code
	tokens string
	later  atomic.Int64 // how far the clock of the server is ahead
}

func newOffice(t *testing.T, options emulator.Options) *office {
	t.Helper()
	d, h := newDesk(t, options), newPerson(t)
	d.open = h.console
	f := &office{desk: d, t: t, log: &lockedBuffer{}, tokens: filepath.Join(d.home, "tokens")}
	if options.Seed == nil {
		if _, errs, code := d.run(t, "login"); code != 0 {
			t.Fatal(errs)
		}
	} else {
		given := environment(d.Env(d.env["API_HOST"]))
		d.env["CLEVER_TOKEN"], d.env["CLEVER_SECRET"] = given("CLEVER_TOKEN"), given("CLEVER_SECRET")
	}
	o, err := open(&Process{Stderr: f.log, Getenv: func(n string) string { return d.env[n] }}, &settings{confirm: "any", tokenDir: f.tokens, pages: true, verbose: true})
	if err != nil {
		t.Fatal(err)
	}
	o.deps.Now = func() time.Time { return time.Now().Add(time.Duration(f.later.Load())) }
	f.o = o
	return f
}

var pageLink = regexp.MustCompile(`http://127\.0\.0\.1:\d+/[A-Z2-7]{26}`)
var pageCode = regexp.MustCompile(`code ([A-Z2-7]{3}-[A-Z2-7]{3})`)

// ask calls create_token as a client that can only pass on text.
func (f *office) ask(name string) tools.Result {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), 30*time.Second)
	defer cancel()
	res := f.o.runner.Call(ctx, "create_token", json.RawMessage(`{"name":"`+name+`"}`), tools.Caller{ID: "test"})
	if link := pageLink.FindString(res.Text); link != "" {
		f.page, f.code = link, pageCode.FindStringSubmatch(res.Text)[1]
	}
	return res
}

// look opens the page and returns what it says and the ticket of its form.
func (f *office) look(language string) (status int, body, ticket string, header http.Header) {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), "GET", f.page, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	req.Header.Set("Accept-Language", language)
	status, body, header = f.send(req)
	if m := regexp.MustCompile(`name="ticket" value="([^"]+)"`).FindStringSubmatch(body); m != nil {
		ticket = m[1]
	}
	return status, body, ticket, header
}

func (f *office) send(req *http.Request) (int, string, http.Header) {
	f.t.Helper()
	resp, err := (&http.Client{Transport: network}).Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return resp.StatusCode, string(body), resp.Header
}

// submit sends the form as the page itself would.
func (f *office) submit(form url.Values, change func(*http.Request)) (int, string) {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), "POST", f.page, strings.NewReader(form.Encode()))
	if err != nil {
		f.t.Fatal(err)
	}
	u, err := url.Parse(f.page)
	if err != nil {
		f.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "http://"+u.Host)
	if change != nil {
		change(req)
	}
	status, body, _ := f.send(req)
	return status, body
}

func (f *office) fill(more url.Values) url.Values {
	f.t.Helper()
	_, _, ticket, _ := f.look("en")
	form := url.Values{"ticket": {ticket}, "password": {emulator.Demo().User.Password}, "place": {"file"}}
	for name, values := range more {
		form[name] = values
	}
	return form
}

// files are the tokens that were kept.
func (f *office) files() []string {
	f.t.Helper()
	found, err := filepath.Glob(filepath.Join(f.tokens, "*"))
	if err != nil {
		f.t.Fatal(err)
	}
	return found
}

func TestTokenPage(t *testing.T) {
	t.Parallel()
	f := newOffice(t, emulator.Options{})
	res := f.ask("ci")
	if !res.IsError || !strings.Contains(res.Text, "type the password of camille.martin@example.com on a page") || f.page == "" {
		t.Fatalf("the answer is %s", res.Text)
	}
	status, body, _, header := f.look("en-GB,fr;q=0.8")
	if status != 200 || !strings.Contains(body, f.code) || !strings.Contains(body, "<dd>ci</dd>") || !strings.Contains(body, `type="password"`) || strings.Contains(body, `name="code"`) {
		t.Errorf("the page is answered %d: %s", status, body)
	}
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
		"Content-Security-Policy": "default-src 'none'; style-src '" + styleHash() + "'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if strings.Contains(body, "<script") || !strings.Contains(body, "<style>"+style+"</style>") {
		t.Error("the page has a script, or another style sheet than its policy allows")
	}
	status, body = f.submit(f.fill(nil), nil)
	if status != 200 || !strings.Contains(body, "which only you can read") {
		t.Fatalf("the form is answered %d: %s", status, body)
	}
	res = f.ask("ci")
	if res.IsError || !strings.Contains(res.Text, `"kept":"in a file that only its owner can read"`) {
		t.Errorf("how it went: %s", res.Text)
	}
	f.works(1)
	f.silentAbout(res.Text, body)
	// What was told is forgotten: the same call makes another token.
	if res := f.ask("ci"); !strings.Contains(res.Text, "type the password") {
		t.Errorf("the same call again: %s", res.Text)
	}
}

// works signs a request with each kept token.
func (f *office) works(want int) {
	f.t.Helper()
	files := f.files()
	if len(files) != want {
		f.t.Errorf("%d tokens were kept: %v", len(files), files)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			f.t.Errorf("%s: mode %v, %v", file, info.Mode(), err)
		}
		value, err := os.ReadFile(file)
		if err != nil {
			f.t.Fatal(err)
		}
		env := map[string]string{"CLEVER_API_TOKEN": strings.TrimSpace(string(value)), "AUTH_BRIDGE_HOST": f.env["AUTH_BRIDGE_HOST"], "API_HOST": f.env["API_HOST"]}
		if out, errs, code := run(f.t, env, "", "call", "get_self"); code != 0 || !strings.Contains(out, "camille") {
			f.t.Errorf("the token is refused: %s", errs)
		}
	}
}

// silentAbout looks for passwords, logins and tokens where none may be.
func (f *office) silentAbout(said ...string) {
	f.t.Helper()
	secrets := append(f.secretsOf(f.t), emulator.Demo().User.Password)
	for _, file := range f.files() {
		value, err := os.ReadFile(file)
		if err != nil {
			f.t.Fatal(err)
		}
		secrets = append(secrets, strings.TrimSpace(string(value)))
	}
	for _, secret := range secrets {
		for _, text := range append(said, f.log.String()) {
			if strings.Contains(text, secret) {
				f.t.Errorf("a secret is in %.200s", text)
			}
		}
		_ = filepath.WalkDir(f.home, func(path string, d os.DirEntry, _ error) error {
			raw, _ := os.ReadFile(path)
			if strings.Contains(string(raw), secret) && !strings.HasPrefix(path, f.tokens) && filepath.Base(path) != "clever-tools.json" {
				f.t.Errorf("a secret is in the file %s", path)
			}
			return nil
		})
	}
	if !strings.Contains(f.log.String(), "POST /api-tokens") {
		f.t.Error("the log was not looked at: it does not tell of the request")
	}
}

func TestTokenPageInFrench(t *testing.T) {
	t.Parallel()
	f := newOffice(t, emulator.Options{})
	f.ask("ci")
	for _, language := range []string{"fr", "fr-CA,en;q=0.5", "de, fr;q=0.9, en;q=0.1"} {
		if _, body, _, _ := f.look(language); !strings.Contains(body, `<html lang="fr">`) || !strings.Contains(body, "Mot de passe du compte") {
			t.Errorf("for %s: %s", language, body)
		}
	}
	f.page += "?lang=fr"
	status, body := f.submit(f.fill(url.Values{"password": {"wrong"}}), nil)
	if status != 422 || !strings.Contains(body, "Essais restants : 2") {
		t.Errorf("a wrong password is answered %d: %s", status, body)
	}
}

func TestTokenShownOnThePage(t *testing.T) {
	t.Parallel()
	f := newOffice(t, emulator.Options{})
	f.ask("ci")
	status, body := f.submit(f.fill(url.Values{"place": {"shown"}}), nil)
	shown := regexp.MustCompile(`<code class="secret">([A-Za-z0-9]+)</code>`).FindStringSubmatch(body)
	if status != 200 || shown == nil {
		t.Fatalf("the form is answered %d: %s", status, body)
	}
	res := f.ask("ci")
	if res.IsError || strings.Contains(res.Text, shown[1]) || !strings.Contains(res.Text, "shown to the user once") || len(f.files()) != 0 {
		t.Errorf("how it went: %s, files %v", res.Text, f.files())
	}
	f.silentAbout(res.Text)
	if strings.Contains(f.log.String(), shown[1]) {
		t.Error("the log has the token")
	}
	if out, errs, code := run(t, map[string]string{"CLEVER_API_TOKEN": shown[1], "AUTH_BRIDGE_HOST": f.env["AUTH_BRIDGE_HOST"]}, "", "call", "get_self"); code != 0 {
		t.Errorf("the token is refused: %s%s", out, errs)
	}
}

func TestTokenPageWithSecondFactor(t *testing.T) {
	t.Parallel()
	seed := emulator.Demo()
	seed.User.TOTP = "JBSWY3DPEHPK3PXP"
	f := newOffice(t, emulator.Options{Seed: seed})
	f.ask("ci")
	if _, body, _, _ := f.look("en"); !strings.Contains(body, `name="code"`) {
		t.Errorf("the page does not ask for the code: %s", body)
	}
	if status, body := f.submit(f.fill(url.Values{"code": {"000000"}}), nil); status != 422 || !strings.Contains(body, "The code is wrong or too old") {
		t.Errorf("a wrong code is answered %d: %s", status, body)
	}
	code := totp(t, seed.User.TOTP)
	if status, body := f.submit(f.fill(url.Values{"code": {code[:3] + " " + code[3:]}, "password": {"wrong"}}), nil); status != 422 || !strings.Contains(body, "The password is wrong. Tries left: 1") {
		t.Errorf("a wrong password is answered %d: %s", status, body)
	}
	if status, body := f.submit(f.fill(url.Values{"code": {totp(t, seed.User.TOTP)}}), nil); status != 200 {
		t.Errorf("the form is answered %d: %s", status, body)
	}
	f.works(1)
}

// totp is the code that an authenticator shows now (RFC 6238).
func totp(t *testing.T, secret string) string {
	t.Helper()
	key, err := base32.StdEncoding.DecodeString(secret)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(time.Now().Unix()/30)))
	sum := mac.Sum(nil)
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[sum[19]&0xf:])&0x7fffffff%1_000_000)
}

// An account that signs in through GitHub is told where to set a password.
func TestTokenPageWithoutPassword(t *testing.T) {
	t.Parallel()
	seed := emulator.Demo()
	seed.User.Password = ""
	f := newOffice(t, emulator.Options{Seed: seed})
	if res := f.ask("ci"); !res.IsError || f.page != "" || !strings.Contains(res.Text, "/users/me/information") {
		t.Errorf("the answer is %s", res.Text)
	}
}

func TestTokenPageRefuses(t *testing.T) {
	t.Parallel()
	f := newOffice(t, emulator.Options{})
	f.ask("ci")
	for _, c := range []struct {
		name   string
		change func(*http.Request)
		want   int
	}{
		{"a foreign Host", func(r *http.Request) { r.Host = "evil.example" }, 403},
		{"a Host without the port", func(r *http.Request) { r.Host = "127.0.0.1" }, 403},
		{"a foreign Origin", func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, 403},
		{"the Origin null", func(r *http.Request) { r.Header.Set("Origin", "null") }, 403},
		{"no Origin", func(r *http.Request) { r.Header.Del("Origin") }, 403},
		{"another site", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		{"another path", func(r *http.Request) { r.URL.Path += "/x" }, 404},
		{"half of the path", func(r *http.Request) { r.URL.Path = r.URL.Path[:10] }, 404},
		{"a method that it has not", func(r *http.Request) { r.Method = "PUT" }, 405},
		{"a form of 1 MB", func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader("password=" + strings.Repeat("x", 1<<20)))
			r.ContentLength = -1
		}, 400},
	} {
		if status, body := f.submit(f.fill(nil), c.change); status != c.want {
			t.Errorf("%s is answered %d: %s", c.name, status, body)
		}
	}
	form := f.fill(nil)
	form.Set("ticket", "GUESSED")
	if status, _ := f.submit(form, nil); status != 409 {
		t.Errorf("a guessed ticket is answered %d", status)
	}
	if status, _ := f.submit(f.fill(url.Values{"password": {""}}), nil); status != 422 {
		t.Errorf("an empty password is answered %d", status)
	}
	if got := f.files(); len(got) != 0 {
		t.Errorf("tokens were made: %v", got)
	}
	// After all that the page still works, once.
	form = f.fill(nil)
	first, _ := f.submit(form, nil)
	second, said := f.submit(form, nil)
	if first != 200 || second != 410 || !strings.Contains(said, "used already") {
		t.Errorf("two submissions are answered %d and %d: %s", first, second, said)
	}
	if status, _, _, _ := f.look("en"); status != 410 {
		t.Errorf("the page afterwards is answered %d", status)
	}
	f.works(1)
}

// Two submissions at the same time make one token.
func TestTokenPageTwiceAtOnce(t *testing.T) {
	t.Parallel()
	f := newOffice(t, emulator.Options{})
	f.ask("ci")
	form := f.fill(nil)
	answers := make(chan int, 8)
	for range cap(answers) {
		go func() {
			status, _ := f.submit(form, nil)
			answers <- status
		}()
	}
	made := 0
	for range cap(answers) {
		if status := <-answers; status == 200 {
			made++
		} else if status != 409 && status != 410 {
			t.Errorf("answered %d", status)
		}
	}
	if made != 1 || len(f.files()) != 1 {
		t.Errorf("%d were told of a token, files %v", made, f.files())
	}
}

func TestTokenPageThreeWrongTries(t *testing.T) {
	t.Parallel()
	f := newOffice(t, emulator.Options{})
	f.ask("ci")
	for i, want := range []string{"Tries left: 2", "Tries left: 1", "wrong three times"} {
		if _, body := f.submit(f.fill(url.Values{"password": {"wrong"}}), nil); !strings.Contains(body, want) {
			t.Errorf("try %d: %s", i+1, body)
		}
	}
	if status, _, _, _ := f.look("en"); status != 410 {
		t.Errorf("the page afterwards is answered %d", status)
	}
	for range 2 { // how the page ended, then what a new call comes to
		if res := f.ask("ci"); !res.IsError || !strings.Contains(res.Text, "Three times the password or the code was wrong") {
			t.Errorf("the answer is %s", res.Text)
		}
	}
	// Another call is the same account. After a quarter of an hour it may.
	if res := f.ask("other"); !strings.Contains(res.Text, "Three times") {
		t.Errorf("another call: %s", res.Text)
	}
	f.later.Store(int64(16 * time.Minute))
	if res := f.ask("other"); !strings.Contains(res.Text, "type the password") {
		t.Errorf("a quarter of an hour later: %s", res.Text)
	}
	if status, body := f.submit(f.fill(nil), nil); status != 200 {
		t.Errorf("the form is answered %d: %s", status, body)
	}
}

func TestTokenPageExpires(t *testing.T) {
	t.Parallel()
	f := newOffice(t, emulator.Options{})
	f.ask("ci")
	form := f.fill(nil)
	f.later.Store(int64(6 * time.Minute))
	if status, body := f.submit(form, nil); status != 410 || !strings.Contains(body, "older than five minutes") {
		t.Errorf("the form is answered %d: %s", status, body)
	}
	if status, _, _, _ := f.look("fr"); status != 410 {
		t.Errorf("the page is answered %d", status)
	}
	if res := f.ask("ci"); !res.IsError || !strings.Contains(res.Text, "not used within five minutes") {
		t.Errorf("the answer is %s", res.Text)
	}
	if len(f.files()) != 0 {
		t.Errorf("tokens were made: %v", f.files())
	}
}

// A link that somebody put where the folder or the file would be is not followed,
// and nothing is made when there is no place for it.
func TestTokenPageLinkInPlaceOfTheFolder(t *testing.T) {
	t.Parallel()
	f := newOffice(t, emulator.Options{})
	elsewhere := filepath.Join(f.home, "elsewhere")
	if err := os.Symlink(elsewhere, f.tokens); err != nil {
		t.Skip(err)
	}
	f.ask("pipeline")
	status, body := f.submit(f.fill(nil), nil)
	if status != 502 || !strings.Contains(body, "nothing was done") {
		t.Errorf("the form is answered %d: %s", status, body)
	}
	if _, err := os.Lstat(elsewhere); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the link was followed: %v", err)
	}
	if res := f.ask("pipeline"); !res.IsError || !strings.Contains(res.Text, "othing was done") {
		t.Errorf("the answer is %s", res.Text)
	}
	out, errs, code := f.run(t, "call", "list_tokens", "--json")
	if code != 0 || strings.Contains(out, `"name":"pipeline"`) {
		t.Errorf("a token was made: %s%s", out, errs)
	}
}
