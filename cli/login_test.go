package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"clever-mcp/auth"
	"clever-mcp/cleverapi/emulator"
)

// person is who sits at the browser, and fills the forms that come.
type person struct {
	t       *testing.T
	browser *http.Client
	opened  []string // what the desktop was asked to show
	// Who signs in; empty, the account of the demo.
	email, password string
	// before, when set, is run before access is given.
	before func()
}

func newPerson(t *testing.T) *person {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &person{t: t, browser: &http.Client{Jar: jar}}
}

func (h *person) get(address string) (*url.URL, string) {
	h.t.Helper()
	resp, err := h.browser.Get(address)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp.Request.URL, string(body)
}

func (h *person) post(at *url.URL, path string, form url.Values) (*url.URL, string) {
	h.t.Helper()
	u := *at
	u.Path, u.RawQuery = path, ""
	resp, err := h.browser.PostForm(u.String(), form)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp.Request.URL, string(body)
}

// console confirms the login of a command line.
func (h *person) console(_ context.Context, address string) error {
	h.opened = append(h.opened, address)
	page, _ := h.get(address)
	token := url.Values{"cli_token": {page.Query().Get("cli_token")}}
	form := demoLogin(token)
	if h.email != "" {
		form.Set("email", h.email)
		form.Set("pass", h.password)
	}
	h.post(page, "/v2/sessions/login", form)
	if _, said := h.post(page, "/cli-oauth", token); !strings.Contains(said, "it is signed in") {
		h.t.Errorf("the console says %s", said)
	}
	return nil
}

// consent gives a consumer what it asks for, and is sent back to the callback.
func (h *person) consent(_ context.Context, address string) error {
	h.opened = append(h.opened, address)
	page, _ := h.get(address)
	h.post(page, "/v2/sessions/login", demoLogin(url.Values{"from_authorize": {"true"}}))
	if h.before != nil {
		h.before()
	}
	back, said := h.post(page, "/v2/oauth/authorize", url.Values{"access_personal_information": {"on"}, "access_organisations": {"on"}})
	if back.Host == page.Host || !strings.Contains(said, "go back to the terminal") {
		h.t.Errorf("the browser ends at %s, which says %s", back.Host, said)
	}
	return nil
}

// desk is a command line with a person, a home and an emulated Clever Cloud.
type desk struct {
	*emulator.Emulator
	env  map[string]string
	home string
	open func(context.Context, string) error

	hidden  func(context.Context, string) (string, error)
	keyring *auth.Keyring
	stdin   string
}

func newDesk(t *testing.T, o emulator.Options) *desk {
	t.Helper()
	e, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	home, base := t.TempDir(), s.URL
	return &desk{Emulator: e, home: home, env: map[string]string{
		"HOME": home, "XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home,
		"API_HOST": base, "AUTH_BRIDGE_HOST": base, "CONSOLE_URL": base,
	}}
}

func (d *desk) run(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs lockedBuffer
	code = Run(t.Context(), Process{
		Args: args, Stdin: strings.NewReader(d.stdin), Stdout: &out, Stderr: &errs,
		Getenv: func(name string) string { return d.env[name] }, OpenBrowser: d.open, ReadHidden: d.hidden, Keyring: d.keyring,
	})
	return out.String(), errs.String(), code
}

func (d *desk) file(t *testing.T) string {
	t.Helper()
	path := filepath.Join(d.home, "clever-cloud", "clever-tools.json")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("%s has mode %o", path, info.Mode().Perm())
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// secretsOf are the values of the saved logins, which nothing may show.
func (d *desk) secretsOf(t *testing.T) []string {
	t.Helper()
	var saved struct {
		Profiles []struct{ Token, Secret string }
	}
	if err := json.Unmarshal([]byte(d.file(t)), &saved); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range saved.Profiles {
		out = append(out, p.Token, p.Secret)
	}
	if len(out) == 0 {
		t.Fatal("nothing was saved")
	}
	return out
}

func TestLogin(t *testing.T) {
	t.Parallel()
	d, h := newDesk(t, emulator.Options{}), newPerson(t)
	d.open = h.console
	out, errs, code := d.run(t, "login")
	if code != 0 || !strings.Contains(out, "Signed in as camille.martin@example.com, profile default of ") {
		t.Fatalf("login: exit %d: %s%s", code, out, errs)
	}
	if len(h.opened) != 1 || !strings.HasPrefix(h.opened[0], "http://127.0.0.1:") || strings.Contains(h.opened[0], "cli_token") {
		t.Errorf("the desktop was asked to show %s", h.opened)
	}
	if !strings.Contains(out, "/cli-oauth?cli_token=") {
		t.Errorf("the address for another browser is missing: %s", out)
	}
	for _, secret := range d.secretsOf(t) {
		if strings.Contains(out+errs, secret) {
			t.Errorf("the login shows what it saved")
		}
	}
	self, errs, code := d.run(t, "call", "get_self", "--json")
	if code != 0 || !strings.Contains(self, `"email":"camille.martin@example.com"`) || !strings.Contains(self, `"expires":"20`) {
		t.Errorf("get_self after the login: exit %d: %s%s", code, self, errs)
	}
}

// The link that the desktop gets is in the list of processes while it starts.
func TestLoginLinkIsGoodOnce(t *testing.T) {
	t.Parallel()
	d, h := newDesk(t, emulator.Options{}), newPerson(t)
	d.open = func(_ context.Context, address string) error {
		h.get(address)
		resp, err := h.browser.Get(address)
		if err != nil {
			return err
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusGone {
			t.Errorf("the second look is answered %d", resp.StatusCode)
		}
		return nil
	}
	if _, errs, code := d.run(t, "login"); code != 1 || !strings.Contains(errs, "opened twice") {
		t.Errorf("exit %d: %s", code, errs)
	}
}

func TestLoginWithoutBrowser(t *testing.T) {
	t.Parallel()
	for _, why := range []string{"no desktop", "--no-browser"} {
		d, h := newDesk(t, emulator.Options{}), newPerson(t)
		args := []string{"login"}
		if why == "--no-browser" {
			args = append(args, why)
		}
		d.open = func(context.Context, string) error { return errNoBrowser }
		var out lockedBuffer
		ctx, cancel := context.WithCancel(t.Context())
		read := writerFunc(func(b []byte) (int, error) {
			if at := strings.Index(string(b), d.env["CONSOLE_URL"]+"/cli-oauth"); at >= 0 {
				address, _, _ := strings.Cut(string(b)[at:], "\n")
				if err := h.console(ctx, address); err != nil {
					t.Error(err)
				}
			}
			return out.Write(b)
		})
		code := Run(ctx, Process{Args: args, Stdin: strings.NewReader(""), Stdout: read, Stderr: &out, Getenv: func(n string) string { return d.env[n] }, OpenBrowser: d.open})
		cancel()
		if code != 0 || !strings.Contains(out.String(), "Open this address in a browser") || !strings.Contains(out.String(), "Signed in as") {
			t.Errorf("%s: exit %d: %s", why, code, out.String())
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

func TestLoginWithAConsumer(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"HMAC-SHA512", "HMAC-SHA1", "PLAINTEXT", "auto"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			d, h := newDesk(t, emulator.Options{}), newPerson(t)
			d.open = h.consent
			secret := filepath.Join(d.home, "consumer")
			if err := os.WriteFile(secret, []byte("MgVMqTr6fWlf2M0tkC2MXOnhfqBWDT\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			out, errs, code := d.run(t, "login", "--profile", "own", "--sign", method, "--consumer-key", "T5nFjKeHH4AIlEveuGhB5S3xg8T19e", "--consumer-secret-file", secret)
			if code != 0 || !strings.Contains(out, "Signed in as camille.martin@example.com, profile own of ") {
				t.Fatalf("exit %d: %s%s", code, out, errs)
			}
			if apps, errs, code := d.run(t, "call", "list_apps", "limit=1"); code != 0 || !strings.Contains(apps, "app_") {
				t.Errorf("list_apps after it: exit %d: %s%s", code, apps, errs)
			}
		})
	}
}

// What is not the answer to this sign-in is not taken, and does not end it.
func TestLoginCallbackOfAnother(t *testing.T) {
	t.Parallel()
	d, h := newDesk(t, emulator.Options{}), newPerson(t)
	d.open = h.consent
	callback := ""
	h.before = func() {
		// The callback as the attacker would guess it, and with another's token.
		u := url.URL{Scheme: "http", Host: callback}
		for _, try := range []struct {
			path, host string
			want       int
		}{
			{"/", "", 404}, {"/callback?oauth_token=x&oauth_verifier=y", "", 404}, {"/?oauth_token=x", "evil.example", 403},
		} {
			req, err := http.NewRequestWithContext(t.Context(), "GET", u.String()+try.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Host = try.host
			resp, err := h.browser.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != try.want {
				t.Errorf("%s of host %q is answered %d", try.path, try.host, resp.StatusCode)
			}
		}
	}
	callback = freeAddress(t)
	secret := filepath.Join(d.home, "consumer")
	if err := os.WriteFile(secret, []byte("MgVMqTr6fWlf2M0tkC2MXOnhfqBWDT"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, code := d.run(t, "login", "--callback", "http://"+callback, "--consumer-key", "T5nFjKeHH4AIlEveuGhB5S3xg8T19e", "--consumer-secret-file", secret)
	if code != 0 {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
}

func TestTakeVerifier(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, query string
		status      int
		want        string
		taken       bool
	}{
		{"ours", "oauth_token=t&oauth_verifier=v", 200, "v", true},
		{"refused by the person", "oauth_token=t", 200, "", true},
		{"another sign-in", "oauth_token=u&oauth_verifier=v", 400, "", false},
		{"nothing", "", 400, "", false},
	} {
		verifiers := make(chan string, 1)
		w := httptest.NewRecorder()
		r, err := http.NewRequestWithContext(t.Context(), "GET", "http://127.0.0.1/?"+c.query, nil)
		if err != nil {
			t.Fatal(err)
		}
		takeVerifier(w, r, "t", verifiers)
		if w.Code != c.status || (len(verifiers) == 1) != c.taken || c.taken && <-verifiers != c.want {
			t.Errorf("%s: answered %d", c.name, w.Code)
		}
	}
}

func TestLoginMistakes(t *testing.T) {
	t.Parallel()
	d := newDesk(t, emulator.Options{})
	secret := filepath.Join(d.home, "consumer")
	if err := os.WriteFile(secret, []byte("wrong"), 0o600); err != nil {
		t.Fatal(err)
	}
	key := []string{"--consumer-key", "T5nFjKeHH4AIlEveuGhB5S3xg8T19e", "--consumer-secret-file", secret}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--consumer-key", "k"}, 2, "belong together"},
		{[]string{"--callback", "http://localhost:1"}, 2, "consumer of one's own"},
		{[]string{"--profile", "no spaces"}, 2, "cannot be the name of a profile"},
		{[]string{"--consumer-key", "k", "--consumer-secret-file", secret + "x"}, 1, "does not exist"},
		{append(key, "--callback", "http://example.com"), 1, "no address of this machine"},
		{append(key, "--callback", "https://localhost"), 1, "no address of this machine"},
		{append(key, "--sign", "RSA"), 1, "no signature method"},
		{key, 1, "Look at the consumer's key and secret"},
	} {
		if _, errs, code := d.run(t, append([]string{"login"}, c.args...)...); code != c.code || !strings.Contains(errs, c.want) {
			t.Errorf("login %v: exit %d: %s", c.args, code, errs)
		}
	}
}

func TestProfilesAndLogout(t *testing.T) {
	t.Parallel()
	d, h := newDesk(t, emulator.Options{}), newPerson(t)
	d.open = h.console
	if out, _, code := d.run(t, "profiles", "list"); code != 0 || !strings.Contains(out, "no login") {
		t.Errorf("an empty list: exit %d: %s", code, out)
	}
	if _, errs, code := d.run(t, "logout"); code != 1 || !strings.Contains(errs, "nobody was signed out") {
		t.Errorf("logout of nobody: exit %d: %s", code, errs)
	}
	for _, name := range []string{"home", "work"} {
		if _, errs, code := d.run(t, "login", "--profile", name); code != 0 {
			t.Fatalf("login: %s", errs)
		}
	}
	active := func() string {
		t.Helper()
		out, errs, code := d.run(t, "profiles", "list", "--json")
		var lines []profileLine
		if err := json.Unmarshal([]byte(out), &lines); err != nil || code != 0 {
			t.Fatalf("%v: %s%s", err, out, errs)
		}
		var names []string
		for _, l := range lines {
			if l.Active {
				names = append(names, "*")
			}
			names = append(names, l.Profile)
		}
		return fmt.Sprint(names)
	}
	if got := active(); got != "[* work home]" {
		t.Errorf("after two logins: %s", got)
	}
	if out, _, _ := d.run(t, "profiles", "list"); !strings.Contains(out, "* work  camille.martin@example.com  until 20") {
		t.Errorf("the list reads\n%s", out)
	}
	if _, errs, code := d.run(t, "profiles", "use", "home"); code != 0 || active() != "[* home work]" {
		t.Errorf("use: exit %d: %s %s", code, errs, active())
	}
	if _, errs, code := d.run(t, "profiles", "use", "none"); code != 1 || !strings.Contains(errs, "it has home, work") {
		t.Errorf("use of none: exit %d: %s", code, errs)
	}
	// Revoked, no copy of it works; forgotten, it does.
	before := d.file(t)
	if _, errs, code := d.run(t, "logout", "--profile", "work", "--revoke"); code != 0 || active() != "[* home]" {
		t.Errorf("logout: exit %d: %s %s", code, errs, active())
	}
	if out, errs, code := d.run(t, "profiles", "remove", "home"); code != 0 || active() != "[]" || !strings.Contains(out, "stays good") {
		t.Errorf("remove: exit %d: %s", code, errs)
	}
	copied := maps.Clone(d.env)
	copied["CONFIGURATION_FILE"] = filepath.Join(t.TempDir(), "copy.json")
	if err := os.WriteFile(copied["CONFIGURATION_FILE"], []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"home": 0, "work": 1} {
		if _, errs, code := run(t, copied, "", "call", "get_self", "--profile", name); code != want {
			t.Errorf("a copy of %s: exit %d: %s", name, code, errs)
		}
	}
}

func TestOpener(t *testing.T) {
	t.Parallel()
	set := func(name string) func(string) string {
		return func(n string) string { return map[bool]string{true: "1"}[n == name] }
	}
	for _, c := range []struct{ system, variable, want string }{
		{"linux", "", ""}, {"linux", "DISPLAY", "xdg-open"}, {"freebsd", "WAYLAND_DISPLAY", "xdg-open"}, {"darwin", "", "open"}, {"windows", "", "rundll32"},
	} {
		if got, _ := opener(c.system, set(c.variable)); got != c.want {
			t.Errorf("%s with %q: %q", c.system, c.variable, got)
		}
	}
	kept := withoutCredentials([]string{"PATH=/bin", "CLEVER_SECRET=s", "CC_OAUTH_TOKEN=t", "clever_password=p", "OAUTH_CONSUMER_SECRET=c", "CCACHE=1"})
	if fmt.Sprint(kept) != "[PATH=/bin CCACHE=1]" {
		t.Errorf("a browser would know %v", kept)
	}
}

// freeAddress is one on this machine that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// A sign-in that is stopped says what became of it.
func TestLoginThatIsStopped(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	stop()
	home := t.TempDir()
	var out, errs lockedBuffer
	code := Run(ctx, Process{Args: []string{"login", "--no-browser"}, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Getenv: func(name string) string {
		if name == "HOME" || name == "XDG_CONFIG_HOME" {
			return home
		}
		return ""
	}})
	if code != exitRefused || !strings.Contains(errs.String(), "stopped before anybody had confirmed, so nobody was signed in") {
		t.Errorf("exit code %d, %q", code, errs.String())
	}
}
