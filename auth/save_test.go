package auth

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func loginCredential() Credential {
	return Credential{
		Kind: KindOAuth, ConsumerKey: cliConsumerKey, ConsumerSecret: NewSecret(cliConsumerSecret),
		Token: NewSecret("new<token>"), TokenSecret: NewSecret("new&secret"), UserID: "user_9", Email: "n@example.com",
		Expires: time.Date(2027, 6, 30, 10, 0, 0, 0, time.UTC), Hosts: DefaultHosts(),
	}
}

func TestFirstLoginMakesTheFile(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	s := NewStore(Config{Getenv: env("HOME", home)})
	if err := s.Save("default", loginCredential()); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(home, ".config", "clever-cloud")
	file := filepath.Join(dir, "clever-tools.json")
	const want = `{
  "profiles": [
    {
      "alias": "default",
      "email": "n@example.com",
      "expirationDate": "2027-06-30T10:00:00.000Z",
      "secret": "new&secret",
      "token": "new<token>",
      "userId": "user_9"
    }
  ],
  "version": 1
}
`
	if text, err := os.ReadFile(file); err != nil || string(text) != want {
		t.Errorf("written: %s, %v", text, err)
	}
	if runtime.GOOS != "windows" {
		for path, mode := range map[string]os.FileMode{dir: 0o700, file: 0o600} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
				t.Errorf("%s: %v, %v", path, info.Mode(), err)
			}
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left over: %v", left)
	}
	c, err := s.Credential(t.Context())
	if err != nil || !c.Equal(loginCredential()) || c.Email != "n@example.com" || !c.Expires.Equal(loginCredential().Expires) {
		t.Errorf("it came back as %+v, %v", c, err)
	}
}

func TestSavingKeepsWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	file := writeFile(t, `{"version":2,"theme":{"n":123456789012345678901},"profiles":[
	  {"alias":"a","token":"t1","secret":"s1","later":[1,"<"]},
	  {"alias":"b","token":"t2","secret":"s2","mine":true,"expirationDate":"2020-01-01T00:00:00.000Z","overrides":{"SSH_GATEWAY":"ssh@x","API_HOST":"https://old.clever-cloud.com"}}]}`)
	s := NewStore(Config{Getenv: env(), File: file})
	c := loginCredential()
	c.Expires = time.Time{}
	c.ConsumerKey, c.ConsumerSecret = "ock", NewSecret("ocs")
	c.Hosts.Bridge = mustURL(t, "http://127.0.0.1:9701")
	if err := s.Save("b", c); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	compact := strings.NewReplacer("\n", "", " ", "").Replace(string(text))
	for _, part := range []string{
		`"theme":{"n":123456789012345678901}`, `"version":2`, `{"alias":"a","later":[1,"<"],"secret":"s1","token":"t1"}`, `"mine":true`,
		`"overrides":{"AUTH_BRIDGE_HOST":"http://127.0.0.1:9701","OAUTH_CONSUMER_KEY":"ock","OAUTH_CONSUMER_SECRET":"ocs","SSH_GATEWAY":"ssh@x"}`,
	} {
		if !strings.Contains(compact, part) {
			t.Errorf("%s is not in %s", part, text)
		}
	}
	if strings.Contains(compact, "2020-01-01") {
		t.Error("the date of the older token stayed")
	}
	if back, err := s.Credential(t.Context()); err != nil || back.Profile != "b" || !back.Equal(c) {
		t.Errorf("it came back as %+v, %v", back, err)
	}
	aliases(t, s, "b a")
	if err := s.Switch("a"); err != nil {
		t.Fatal(err)
	}
	aliases(t, s, "a b")
	if err := s.Remove("a"); err != nil {
		t.Fatal(err)
	}
	aliases(t, s, "b")
	for _, err := range []error{s.Switch("a"), s.Remove("zz")} {
		var unknown *UnknownProfileError
		if !errors.As(err, &unknown) || strings.Join(unknown.Known, " ") != "b" {
			t.Errorf("got %v", err)
		}
	}
	if err := s.Remove("b"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Credential(t.Context()); !errors.Is(err, ErrSignedOut) {
		t.Errorf("after the last: %v", err)
	}
}

func TestSavingBesideTheOlderFormat(t *testing.T) {
	t.Parallel()
	s := NewStore(Config{Getenv: env(), File: writeFile(t, `{"token":"t0","secret":"s0","expirationDate":"2027-01-01T00:00:00.000Z"}`)})
	if err := s.Save("work", loginCredential()); err != nil {
		t.Fatal(err)
	}
	aliases(t, s, "work default")
	profiles, _ := s.Profiles()
	if old := profiles[1]; old.token.Reveal() != "t0" || old.secret.Reveal() != "s0" || old.Expires.Year() != 2027 {
		t.Errorf("the older login became %+v", old)
	}
}

func TestWhatIsNotSaved(t *testing.T) {
	t.Parallel()
	file := writeFile(t, twoProfiles)
	s := NewStore(Config{Getenv: env(), File: file})
	for _, alias := range []string{"", "$env", "a b", "../x", "é", strings.Repeat("a", 65)} {
		if err := s.Save(alias, loginCredential()); err == nil || !strings.Contains(err.Error(), "use letters, digits, _ and -") {
			t.Errorf("alias %q: %v", alias, err)
		}
	}
	if err := s.Save("a", Credential{Kind: KindAPIToken, APIToken: NewSecret("x")}); err == nil {
		t.Error("an API token was saved as a profile")
	}
	if text, _ := os.ReadFile(file); string(text) != twoProfiles {
		t.Errorf("the file became %s", text)
	}
	broken := writeFile(t, `{"profiles":[`)
	if err := NewStore(Config{Getenv: env(), File: broken}).Save("a", loginCredential()); err == nil {
		t.Error("a broken file was replaced")
	}
	if text, _ := os.ReadFile(broken); string(text) != `{"profiles":[` {
		t.Errorf("the broken file became %s", text)
	}
	link := filepath.Join(t.TempDir(), "link.json")
	if err := os.Symlink(file, link); err != nil {
		t.Skip(err)
	}
	if err := NewStore(Config{Getenv: env(), File: link}).Save("a", loginCredential()); err == nil || !strings.Contains(err.Error(), "is a link") {
		t.Errorf("through a link: %v", err)
	}
	if err := NewStore(Config{Getenv: env()}).Save("a", loginCredential()); err == nil || !strings.Contains(err.Error(), "has no place") {
		t.Errorf("without a place: %v", err)
	}
}

func aliases(t *testing.T, s *Store, want string) {
	t.Helper()
	profiles, err := s.Profiles()
	var got []string
	for _, p := range profiles {
		got = append(got, p.Alias)
	}
	if err != nil || strings.Join(got, " ") != want {
		t.Errorf("profiles are %v, want %s (%v)", got, want, err)
	}
}
