package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"clever-mcp/cleverapi/emulator"
	"clever-mcp/tools"
)

// patient is a machine with the test binary as its program and an account of an
// emulated Clever Cloud, behind what around does to answers.
func patient(t *testing.T, around func(next http.Handler) http.Handler) *machine {
	t.Helper()
	m := newMachine(t)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	m.executable = filepath.Join(m.home, "clever-mcp")
	if err := os.Symlink(program, m.executable); err != nil {
		t.Skip(err)
	}
	e, err := emulator.New(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var h http.Handler = e
	if around != nil {
		h = around(e)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	for _, line := range e.Env(s.URL) {
		name, value, _ := cut(line)
		m.env[name] = value
	}
	return m
}

// login moves the credential of the environment to a profile.
func (m *machine) login(t *testing.T, expires time.Time, mode os.FileMode) string {
	t.Helper()
	file := filepath.Join(m.home, ".config", "clever-cloud", "clever-tools.json")
	profile := map[string]any{"alias": "work", "token": m.env["CLEVER_TOKEN"], "secret": m.env["CLEVER_SECRET"], "userId": "user_x", "email": "person@example.com", "expirationDate": expires.UTC().Format(time.RFC3339)}
	content, err := json.Marshal(map[string]any{"version": 1, "profiles": []any{profile}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, file, content)
	if err := os.Chmod(file, mode); err != nil {
		t.Fatal(err)
	}
	for _, name := range credentialVariables {
		delete(m.env, name)
	}
	return file
}

// diagnose runs doctor --json.
func (m *machine) diagnose(t *testing.T, args ...string) (*diagnosis, int) {
	t.Helper()
	out, errs, code := m.run(t, append([]string{"doctor", "--json"}, args...)...)
	var d diagnosis
	if err := json.Unmarshal([]byte(out), &d); err != nil || errs != "" {
		t.Fatalf("exit %d: %v: %s%s", code, err, out, errs)
	}
	for _, f := range d.Findings {
		if (f.Verdict == wrong || f.Verdict == doubt) && f.Remedy == "" {
			t.Errorf("there is no remedy for %+v", f)
		}
	}
	return &d, code
}

// about is what was found of a subject.
func (d *diagnosis) about(subject string) finding {
	for _, f := range d.Findings {
		if f.Subject == subject {
			return f
		}
	}
	return finding{Says: "nothing was found of " + subject}
}

// Where all is well, everything is fine, and nothing of the account is shown.
func TestDoctorHealthy(t *testing.T) {
	t.Parallel()
	m := patient(t, nil)
	m.must(t, "install", "zed", "--yes", "--read-only")
	secrets := []string{m.env["CLEVER_TOKEN"], m.env["CLEVER_SECRET"], m.env["CLEVER_API_TOKEN"]}
	for _, kind := range []string{"both", "profile"} {
		if kind == "profile" {
			m.login(t, time.Now().Add(100*24*time.Hour), 0o600)
		}
		out, errs, code := m.run(t, "doctor")
		if code != exitDone || errs != "" || !strings.Contains(out, "no problem; no warning.") {
			t.Errorf("%s: exit %d: %s%s", kind, code, out, errs)
		}
		for _, want := range []string{"credentials", "API ", "bridge", "clock", "taken: HMAC-SHA512, HMAC-SHA1, PLAINTEXT", "zed", "starts this program", "has 29 tools", version()} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: it does not say %q:\n%s", kind, want, out)
			}
		}
		for _, secret := range append(secrets, "person@example.com", m.home) {
			if strings.Contains(out, secret) {
				t.Errorf("%s: it shows %q:\n%s", kind, secret, out)
			}
		}
	}
	d, code := m.diagnose(t)
	if code != exitDone || d.Problems != 0 || d.Warnings != 0 || d.about("files").Verdict != fine || !strings.Contains(d.about("credentials").Says, `profile "work" of ~`) {
		t.Errorf("exit %d: %+v", code, d)
	}
}

// refuse answers 401 to requests whose authorization says one of these.
func refuse(methods ...string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for _, m := range methods {
				if strings.Contains(r.Header.Get("Authorization"), m) {
					w.WriteHeader(http.StatusUnauthorized)
					return
				}
			}
			next.ServeHTTP(w, r)
		})
	}
}

// at answers with a clock that is off.
func at(off time.Duration) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer := httptest.NewRecorder()
			next.ServeHTTP(answer, r)
			maps.Copy(w.Header(), answer.Header())
			w.Header().Set("Date", time.Now().Add(off).UTC().Format(http.TimeFormat))
			w.WriteHeader(answer.Code)
			_, _ = w.Write(answer.Body.Bytes())
		})
	}
}

func TestDoctorAccount(t *testing.T) {
	t.Parallel()
	unavailable := func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	}
	oauthOnly := func(_ *testing.T, m *machine) { delete(m.env, "CLEVER_API_TOKEN") }
	for _, tt := range []struct {
		name    string
		around  func(http.Handler) http.Handler
		set     func(*testing.T, *machine)
		args    []string
		subject string
		verdict verdict
		says    string
		remedy  string
	}{
		{"signed out", nil, func(_ *testing.T, m *machine) {
			for _, name := range credentialVariables {
				delete(m.env, name)
			}
		}, nil, "credentials", wrong, "nobody", "clever-mcp login"},
		{"half a pair", nil, func(_ *testing.T, m *machine) { delete(m.env, "CLEVER_SECRET") }, nil, "credentials", wrong, "CLEVER_SECRET is not", "login"},
		{"no such profile", nil, nil, []string{"--profile", "home"}, "credentials", wrong, "home", "login"},
		{"expired", nil, func(t *testing.T, m *machine) { m.login(t, time.Now().Add(-time.Hour), 0o600) }, nil, "credentials", wrong, "ended on", "clever-mcp login --profile work"},
		{"expires soon", nil, func(t *testing.T, m *machine) { m.login(t, time.Now().Add(time.Hour), 0o600) }, nil, "credentials", doubt, "soon", "clever-mcp login --profile work"},
		{"an address that is not allowed", nil, func(_ *testing.T, m *machine) { m.env["API_HOST"] = "http://example.com" }, nil, "credentials", wrong, "API_HOST", "Put it right"},
		{"a wrong secret", nil, func(t *testing.T, m *machine) {
			oauthOnly(t, m)
			m.env["CLEVER_SECRET"] = "a-wrong-secret-value"
		}, nil, "signature", wrong, "refuses", "Set the variables"},
		{"a wrong token", nil, func(_ *testing.T, m *machine) { m.env["CLEVER_API_TOKEN"] = "a-wrong-secret-value" }, nil, "token", wrong, "refuses", "clever-mcp token create"},
		{"a wrong token beside a good pair", nil, func(_ *testing.T, m *machine) { m.env["CLEVER_API_TOKEN"] = "a-wrong-secret-value" }, nil, "signature", fine, "taken: HMAC-SHA512", ""},
		{"PLAINTEXT alone", refuse("HMAC"), oauthOnly, nil, "signature", doubt, "PLAINTEXT is", "--sign PLAINTEXT"},
		{"HMAC-SHA1 alone", refuse("HMAC-SHA512", "PLAINTEXT", "oauth_signature=\"MgVMqTr6"), oauthOnly, nil, "signature", wrong, "taken are: HMAC-SHA1", "--sign HMAC-SHA1"},
		{"a signature that is wanted and refused", refuse("HMAC-SHA1"), oauthOnly, []string{"--sign", "HMAC-SHA1"}, "signature", wrong, "HMAC-SHA1 is not taken", "Leave --sign out"},
		{"a method that there is not", nil, nil, []string{"--sign", "RSA"}, "signature", wrong, "RSA", "Leave --sign out"},
		{"an unavailable API", unavailable, oauthOnly, nil, "API", wrong, "503", "clevercloudstatus"},
		{"an unavailable bridge that is not needed", unavailable, oauthOnly, nil, "bridge", doubt, "503", "clevercloudstatus"},
		{"an unavailable bridge that is needed", unavailable, nil, nil, "bridge", wrong, "503", "clevercloudstatus"},
		{"nobody there", nil, func(_ *testing.T, m *machine) { m.env["API_HOST"] = "http://127.0.0.1:1" }, nil, "API", doubt, "cannot be reached", "HTTPS_PROXY"},
		{"nobody there for a pair", nil, func(t *testing.T, m *machine) {
			oauthOnly(t, m)
			m.env["API_HOST"] = "http://127.0.0.1:1"
		}, nil, "signature", skipped, "no request got an answer", ""},
		{"a clock an hour ahead", at(-time.Hour), nil, nil, "clock", wrong, "1h0m0s ahead of", "Set the clock"},
		{"a clock a minute behind", at(time.Minute), nil, nil, "clock", doubt, "1m0s behind", "clock"},
		{"refused with a clock that is off", func(next http.Handler) http.Handler { return at(time.Hour)(refuse("OAuth")(next)) }, oauthOnly, nil, "signature", wrong, "refuses", "Set the clock first"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := patient(t, tt.around)
			m.executable = "" // the server is another subject
			if tt.set != nil {
				tt.set(t, m)
			}
			d, code := m.diagnose(t, tt.args...)
			f := d.about(tt.subject)
			if f.Verdict != tt.verdict || !strings.Contains(f.Says, tt.says) || !strings.Contains(f.Remedy, tt.remedy) {
				t.Errorf("%+v", f)
			}
			if want := min(1, d.Problems); code != want || tt.verdict == wrong && code != exitRefused {
				t.Errorf("exit %d with %d problems", code, d.Problems)
			}
			if all := fmt.Sprint(d); strings.Contains(all, "a-wrong-secret-value") {
				t.Errorf("it shows a secret: %s", all)
			}
		})
	}
}

// A host that says nothing costs the time that was given, and no more.
func TestDoctorDoesNotWait(t *testing.T) {
	t.Parallel()
	m := patient(t, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	})
	p := &Process{Getenv: func(name string) string { return m.env[name] }}
	s := &settings{}
	d := &doctor{p: p, s: s, store: s.store(p), hide: tools.NewHider()}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	found := d.examine(ctx)
	if f := found.about("bridge"); f.Verdict != wrong || !strings.Contains(f.Says, "in time") || time.Since(start) > 30*time.Second {
		t.Errorf("after %s: %+v", time.Since(start), f)
	}
	if f := found.about("token"); f.Verdict != skipped {
		t.Errorf("%+v", f)
	}
}

// The emulated account needs no network and no login.
func TestDoctorDemo(t *testing.T) {
	t.Parallel()
	m := patient(t, nil)
	clear(m.env)
	m.env["HOME"] = m.home
	d, code := m.diagnose(t, "--demo")
	if code != exitDone || d.Problems != 0 || d.about("server").Verdict != fine || d.about("credentials").Verdict != fine {
		t.Errorf("exit %d: %+v", code, d)
	}
}

func TestDoctorUsage(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	if _, errs, code := m.run(t, "doctor", "me"); code != exitUsage {
		t.Errorf("an argument: exit %d: %s", code, errs)
	}
	if _, errs, code := m.run(t, "doctor", "--policy", filepath.Join(m.home, "none")); code != exitStart {
		t.Errorf("no policy: exit %d: %s", code, errs)
	}
}

// Who reads where the credential is from learns which variable it was, and which is
// there for the rest.
func TestSourceOfTheCredential(t *testing.T) {
	t.Parallel()
	const token, pair = "CLEVER_API_TOKEN of the environment", "CLEVER_TOKEN and CLEVER_SECRET of the environment"
	for _, tt := range []struct {
		without               []string
		source, besides, says string
	}{
		{nil, token, pair, "an API token from " + token + ", and an OAuth 1 token from " + pair + " for what an API token may not do;"},
		{[]string{"CLEVER_TOKEN", "CLEVER_SECRET"}, token, "", "an API token from " + token + ";"},
		{[]string{"CLEVER_API_TOKEN"}, pair, "", "an OAuth 1 token from " + pair + ";"},
	} {
		m := patient(t, nil)
		for _, name := range tt.without {
			delete(m.env, name)
		}
		out, errs, code := m.run(t, "call", "get_self", "--json")
		var self tools.SelfView
		if err := json.Unmarshal([]byte(out), &self); err != nil || self.Credential == nil {
			t.Fatalf("exit %d: %s%s", code, out, errs)
		}
		if self.Credential.Source != tt.source || self.Credential.Besides != tt.besides {
			t.Errorf("without %v get_self says %+v", tt.without, *self.Credential)
		}
		if d, _ := m.diagnose(t); !strings.HasPrefix(d.about("credentials").Says, tt.says) {
			t.Errorf("without %v doctor says %+v", tt.without, d.about("credentials"))
		}
	}
	// What is refused is one of two.
	m := patient(t, refuse("OAuth"))
	if d, _ := m.diagnose(t); d.about("signature").Says != "Clever Cloud refuses what "+pair+" has" {
		t.Errorf("a pair that is refused beside a good token: %+v", d.about("signature"))
	}
	// Nobody set the variables of the demo.
	if out, _, _ := run(t, nil, "", "call", "get_self", "--demo", "--json"); !strings.Contains(out, `"source":"the account in memory of --demo"}`) {
		t.Errorf("the demo says %s", out)
	}
}
