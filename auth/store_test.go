package auth

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

const twoProfiles = `{"version":1,"profiles":[
 {"alias":"default","token":"t1","secret":"s1","expirationDate":"2027-06-30T10:00:00.000Z","userId":"user_1","email":"a@example.com"},
 {"alias":"work","token":"t2","secret":"s2","overrides":{"API_HOST":"https://api.eu.clever-cloud.com","AUTH_BRIDGE_HOST":"http://127.0.0.1:9701/",
  "CONSOLE_URL":null,"OAUTH_CONSUMER_KEY":"ock","OAUTH_CONSUMER_SECRET":"ocs"}}]}`

func TestWhereTheCredentialComesFrom(t *testing.T) {
	t.Parallel()
	file := writeFile(t, twoProfiles)
	for _, tt := range []struct {
		name, profile string
		env           []string
		kind          Kind
		source        string
		secrets       string // API token, consumer key, consumer secret, token, token secret
		hosts         string // API, bridge
	}{
		{"first profile", "", nil, KindOAuth, `profile "default" of ` + file,
			" " + cliConsumerKey + " " + cliConsumerSecret + " t1 s1", "https://api.clever-cloud.com https://api-bridge.clever-cloud.com"},
		{"named profile with overrides", "work", nil, KindOAuth, `profile "work" of ` + file,
			" ock ocs t2 s2", "https://api.eu.clever-cloud.com http://127.0.0.1:9701"},
		{"named profile wins over the environment", "work", []string{"CLEVER_API_TOKEN", "a", "CLEVER_TOKEN", "t", "CLEVER_SECRET", "s"}, KindOAuth,
			`profile "work" of ` + file, " ock ocs t2 s2", "https://api.eu.clever-cloud.com http://127.0.0.1:9701"},
		{"hosts and consumer of the environment win over the profile's", "work",
			[]string{"API_HOST", "http://localhost:1/", "OAUTH_CONSUMER_KEY", "eck", "OAUTH_CONSUMER_SECRET", "ecs"}, KindOAuth,
			`profile "work" of ` + file, " eck ecs t2 s2", "http://localhost:1 http://127.0.0.1:9701"},
		{"API token", "", []string{"CLEVER_API_TOKEN", " a\n"}, KindAPIToken, "CLEVER_API_TOKEN of the environment",
			"a    ", "https://api.clever-cloud.com https://api-bridge.clever-cloud.com"},
		{"both kinds", "", []string{"CLEVER_API_TOKEN", "a", "CLEVER_TOKEN", "t", "CLEVER_SECRET", "s", "AUTH_BRIDGE_HOST", "https://bridge.example.org"},
			KindAPIToken, "CLEVER_API_TOKEN of the environment and CLEVER_TOKEN and CLEVER_SECRET of the environment",
			"a " + cliConsumerKey + " " + cliConsumerSecret + " t s", "https://api.clever-cloud.com https://bridge.example.org"},
		{"the CLI's names before the Go client's", "$env", []string{"CLEVER_TOKEN", "t", "CLEVER_SECRET", "s", "CC_OAUTH_TOKEN", "u", "CC_OAUTH_SECRET", "v"},
			KindOAuth, "CLEVER_TOKEN and CLEVER_SECRET of the environment", " " + cliConsumerKey + " " + cliConsumerSecret + " t s",
			"https://api.clever-cloud.com https://api-bridge.clever-cloud.com"},
		{"the Go client's names", "", []string{"CC_OAUTH_TOKEN", "u", "CC_OAUTH_SECRET", "v", "CC_CONSUMER_KEY", "k", "CC_CONSUMER_SECRET", "l"},
			KindOAuth, "CC_OAUTH_TOKEN and CC_OAUTH_SECRET of the environment", " k l u v",
			"https://api.clever-cloud.com https://api-bridge.clever-cloud.com"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, err := NewStore(Config{Getenv: env(tt.env...), Profile: tt.profile, File: file}).Credential(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			secrets := strings.Join([]string{c.APIToken.Reveal(), c.ConsumerKey, c.ConsumerSecret.Reveal(), c.Token.Reveal(), c.TokenSecret.Reveal()}, " ")
			if c.Kind != tt.kind || c.Sources() != tt.source || secrets != tt.secrets {
				t.Errorf("got %q, %q, %q", c.Kind, c.Sources(), secrets)
			}
			if got := c.Hosts.API.String() + " " + c.Hosts.Bridge.String(); got != tt.hosts {
				t.Errorf("hosts are %s, want %s", got, tt.hosts)
			}
		})
	}
}

func TestProfileSaysWhoAndUntilWhen(t *testing.T) {
	t.Parallel()
	c, err := NewStore(Config{Getenv: env(), File: writeFile(t, twoProfiles)}).Credential(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if c.Profile != "default" || c.UserID != "user_1" || c.Email != "a@example.com" ||
		!c.Expires.Equal(time.Date(2027, 6, 30, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("got %+v", c)
	}
}

func TestOlderFormat(t *testing.T) {
	t.Parallel()
	file := writeFile(t, `{"token":"t0","secret":"s0","expirationDate":1814349600000}`)
	c, err := NewStore(Config{Getenv: env(), Profile: "default", File: file}).Credential(t.Context())
	if err != nil || c.Token.Reveal() != "t0" || c.TokenSecret.Reveal() != "s0" || c.Expires.UnixMilli() != 1814349600000 {
		t.Errorf("got %+v, %v", c, err)
	}
}

func TestWhatIsWrongWithACredential(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, file, profile string
		env                 []string
		want                string // of the error; FILE stands for the path
	}{
		{"token without secret", "", "", []string{"CLEVER_TOKEN", "t"}, "CLEVER_TOKEN is set but CLEVER_SECRET is not: both are needed. Set it, or unset CLEVER_TOKEN, or run with --demo to try without an account."},
		{"secret without token, beside an API token", "", "", []string{"CLEVER_API_TOKEN", "a", "CLEVER_SECRET", "s"}, "CLEVER_SECRET is set but CLEVER_TOKEN is not"},
		{"half a consumer", "", "", []string{"CLEVER_TOKEN", "t", "CLEVER_SECRET", "s", "OAUTH_CONSUMER_KEY", "k"}, "OAUTH_CONSUMER_KEY is set but OAUTH_CONSUMER_SECRET is not"},
		{"half a consumer of the Go client", "", "", []string{"CC_OAUTH_TOKEN", "t", "CC_OAUTH_SECRET", "s", "CC_CONSUMER_SECRET", "k"}, "CC_CONSUMER_SECRET is set but CC_CONSUMER_KEY is not"},
		{"half a profile", `{"profiles":[{"alias":"a","token":"zz"}]}`, "", nil, `profile "a" of FILE has a token but no secret: both are needed. Sign in again with`},
		{"other half of the older format", `{"secret":"zz"}`, "", nil, `profile "default" of FILE has a secret but no token`},
		{"half a consumer in a profile", `{"profiles":[{"alias":"a","token":"zz","secret":"zz","overrides":{"OAUTH_CONSUMER_KEY":"zz"}}]}`, "", nil, `profile "a" of FILE has a OAUTH_CONSUMER_KEY but no OAUTH_CONSUMER_SECRET`},
		{"unknown profile", twoProfiles, "wrok", nil, `There is no profile "wrok" in FILE: it has default, work. Name one of its profiles`},
		{"unknown profile of an empty file", `{}`, "x", nil, `There is no profile "x" in FILE: it has none`},
		{"no JSON", `{"token":"zz`, "", nil, "FILE is not valid JSON (at byte 12). Correct it, or delete it"},
		{"wrong type", `{"profiles":"zz"}`, "", nil, "FILE has a value of the wrong type (before byte 16)"},
		{"empty", " \n", "", nil, "FILE is empty."},
		{"foreign host", `{"profiles":[{"alias":"a","token":"zz","secret":"zz","overrides":{"API_HOST":"https://clever-cloud.com.evil.example"}}]}`, "", nil,
			`API_HOST of profile "a" of FILE names clever-cloud.com.evil.example, which is neither under clever-cloud.com nor loopback, so no credential is sent there. If you trust it with this account, allow the host clever-cloud.com.evil.example by name, or set API_HOST in the environment.`},
		{"foreign bridge", `{"profiles":[{"alias":"a","token":"zz","secret":"zz","overrides":{"AUTH_BRIDGE_HOST":"https://evilclever-cloud.com"}}]}`, "", nil, "AUTH_BRIDGE_HOST of profile"},
		{"foreign console", `{"profiles":[{"alias":"a","token":"zz","secret":"zz","overrides":{"CONSOLE_URL":"https://evil.example"}}]}`, "", nil, "CONSOLE_URL of profile"},
		{"http in the environment", "", "", []string{"CLEVER_API_TOKEN", "a", "AUTH_BRIDGE_HOST", "http://api-bridge.clever-cloud.com"}, "AUTH_BRIDGE_HOST of the environment is neither https nor http to loopback"},
		{"password in a host", "", "", []string{"CLEVER_API_TOKEN", "a", "API_HOST", "https://user:zz@api.clever-cloud.com"}, "API_HOST of the environment carries a user name or password"},
		{"path in a host", "", "", []string{"CLEVER_API_TOKEN", "a", "API_HOST", "https://api.clever-cloud.com/v2"}, "carries a path"},
		{"no address", "", "", []string{"CLEVER_API_TOKEN", "a", "API_HOST", "api.clever-cloud.com"}, "is not an address such as https://"},
		{"$env without one", twoProfiles, "$env", nil, "Signed out of Clever Cloud: neither CLEVER_API_TOKEN nor"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := writeFile(t, tt.file)
			_, err := NewStore(Config{Getenv: env(tt.env...), Profile: tt.profile, File: file}).Credential(t.Context())
			want := strings.ReplaceAll(tt.want, "FILE", file)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v\nwant %s", err, want)
			}
			if err != nil && strings.Contains(err.Error(), "zz") {
				t.Errorf("the error repeats a secret: %v", err)
			}
		})
	}
}

func TestAllowedHostOfAProfile(t *testing.T) {
	t.Parallel()
	file := writeFile(t, `{"profiles":[{"alias":"a","token":"t","secret":"s","overrides":{"API_HOST":"https://Private.example:8443"}}]}`)
	for allow, want := range map[string]bool{"private.example": true, "private.example:8443": true, "example": false, "private.example:443": false} {
		c, err := NewStore(Config{Getenv: env(), AllowHosts: []string{allow}, File: file}).Credential(t.Context())
		if (err == nil) != want {
			t.Errorf("allowing %s: %v", allow, err)
		}
		if want && c.Hosts.API.Host != "Private.example:8443" {
			t.Errorf("allowing %s: the API is %s", allow, c.Hosts.API)
		}
	}
}

func TestSignedOut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := NewStore(Config{Getenv: env("HOME", dir)})
	_, err := s.Credential(t.Context())
	if !errors.Is(err, ErrSignedOut) {
		t.Fatalf("got %v", err)
	}
	want := filepath.Join("~", ".config", "clever-cloud", "clever-tools.json")
	for _, part := range []string{want, "clever-mcp login", "--demo"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not mention %s", err, part)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Credential(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("with a dead context: %v", err)
	}
}

func TestDefaultFile(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		goos string
		env  []string
		want string
	}{
		{"linux", []string{"HOME", "/h"}, "/h/.config/clever-cloud/clever-tools.json"},
		{"darwin", []string{"HOME", "/h"}, "/h/.config/clever-cloud/clever-tools.json"},
		{"linux", []string{"HOME", "/h", "XDG_CONFIG_HOME", "/x"}, "/x/clever-cloud/clever-tools.json"},
		{"linux", []string{"HOME", "/h", "XDG_CONFIG_HOME", "relative"}, "/h/.config/clever-cloud/clever-tools.json"},
		{"linux", []string{"HOME", "/h", "CONFIGURATION_FILE", "/c.json"}, "/c.json"},
		{"windows", []string{"APPDATA", "/a", "HOME", "/h"}, "/a/clever-cloud/clever-tools.json"},
		{"linux", nil, ""},
		{"windows", nil, ""},
	} {
		if got := filepath.ToSlash(defaultFile(env(tt.env...), tt.goos)); got != tt.want {
			t.Errorf("%s %v: %s", tt.goos, tt.env, got)
		}
	}
}

func TestFileIsReadAgainWhenItChanges(t *testing.T) {
	t.Parallel()
	file := writeFile(t, `{"profiles":[{"alias":"a","token":"t1","secret":"s1"},{"alias":"b","token":"t2","secret":"s2"}]}`)
	s := NewStore(Config{Getenv: env(), File: file})
	token := func() string {
		c, err := s.Credential(t.Context())
		if err != nil {
			return err.Error()
		}
		return c.Token.Reveal()
	}
	if got := token(); got != "t1" {
		t.Fatal(got)
	}
	// A switch of profiles: the same length, in the same tick of the clock.
	before, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	overwrite(t, file, `{"profiles":[{"alias":"b","token":"t2","secret":"s2"},{"alias":"a","token":"t1","secret":"s1"}]}`)
	if err := os.Chtimes(file, before.ModTime(), before.ModTime()); err != nil {
		t.Fatal(err)
	}
	if got := token(); got != "t2" {
		t.Errorf("after a switch: %s", got)
	}
	// Half of a write keeps what was, but not for long.
	overwrite(t, file, `{"profiles":[{"alias":"b","tok`)
	for range 3 {
		if got := token(); got != "t2" {
			t.Errorf("during a write: %s", got)
		}
	}
	old := time.Now().Add(-time.Minute)
	if err := os.Chtimes(file, old, old); err != nil {
		t.Fatal(err)
	}
	if got := token(); !strings.Contains(got, "is not valid JSON") {
		t.Errorf("after a bad write: %s", got)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Credential(t.Context()); !errors.Is(err, ErrSignedOut) {
		t.Errorf("after a logout: %v", err)
	}
}

func TestUnchangedFileIsNotReadAgain(t *testing.T) {
	t.Parallel()
	file := writeFile(t, twoProfiles)
	old := time.Now().Add(-time.Minute)
	if err := os.Chtimes(file, old, old); err != nil {
		t.Fatal(err)
	}
	s := NewStore(Config{Getenv: env(), File: file})
	first, err := s.Profiles()
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Profiles()
	if err != nil || &first[0] != &again[0] {
		t.Errorf("it was read again (%v)", err)
	}
}

func overwrite(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSessionKeepsItsTransport(t *testing.T) {
	t.Parallel()
	file := writeFile(t, twoProfiles)
	s := NewSession(NewStore(Config{Getenv: env(), File: file}), Auto, NewWire(WireConfig{}))
	_, first, err := s.Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, again, _ := s.Current(t.Context()); again != first {
		t.Error("the same credential got another transport")
	}
	overwrite(t, file, strings.Replace(twoProfiles, "s1", "s9", 1))
	c, other, err := s.Current(t.Context())
	if err != nil || other == first || c.TokenSecret.Reveal() != "s9" {
		t.Errorf("another credential: %v, %v", c, err)
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes and links are of Unix")
	}
	t.Parallel()
	private := writeFile(t, twoProfiles)
	link := filepath.Join(t.TempDir(), "link.json")
	if err := os.Symlink(private, link); err != nil {
		t.Fatal(err)
	}
	large := writeFile(t, strings.Repeat(" ", maxFile+1))
	for file, want := range map[string]string{
		link:                "is a link, and links are not followed",
		filepath.Dir(link):  "is a directory",
		large:               "is larger than 1 MiB",
		"/dev/null":         "is not a regular file",
		private + "/inside": "cannot be read",
	} {
		_, err := NewStore(Config{Getenv: env(), File: file}).Credential(t.Context())
		var refused *FileError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: got %v, want %q", file, err, want)
		}
	}
}

func TestFileThatOthersCanReach(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes are of Unix")
	}
	t.Parallel()
	file := writeFile(t, twoProfiles)
	dir := filepath.Dir(file)
	open(t, dir)
	for _, tt := range []struct {
		dir, file os.FileMode
		refused   bool
	}{
		{0o755, 0o600, false},
		{0o755, 0o644, true},
		{0o755, 0o640, true},
		{0o755, 0o620, true}, // who can write it chooses the account
		{0o700, 0o644, false},
		{0o711, 0o644, true},
	} {
		chmod(t, dir, tt.dir)
		chmod(t, file, tt.file)
		_, err := NewStore(Config{Getenv: env(), File: file}).Credential(t.Context())
		if refused := err != nil; refused != tt.refused {
			t.Errorf("file %o in directory %o: %v", tt.file, tt.dir, err)
		}
		if err != nil && !strings.Contains(err.Error(), "chmod 600 "+file) {
			t.Errorf("no remedy in %q", err)
		}
	}
}

func TestFileThatBecomesReadableIsForgotten(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes are of Unix")
	}
	t.Parallel()
	file := writeFile(t, twoProfiles)
	old := time.Now().Add(-time.Minute)
	if err := os.Chtimes(file, old, old); err != nil {
		t.Fatal(err)
	}
	s := NewStore(Config{Getenv: env(), File: file})
	if _, err := s.Credential(t.Context()); err != nil {
		t.Fatal(err)
	}
	open(t, filepath.Dir(file))
	chmod(t, file, 0o644)
	if _, err := s.Credential(t.Context()); err == nil {
		t.Error("a file that others can read is still used")
	}
}

// open lets other users through to a directory of the test.
func open(t *testing.T, dir string) {
	t.Helper()
	temp := filepath.Clean(os.TempDir())
	for up := dir; len(up) > len(temp); up = filepath.Dir(up) {
		chmod(t, up, 0o755)
	}
	for up := temp; up != filepath.Dir(up); up = filepath.Dir(up) {
		if info, err := os.Stat(up); err != nil || info.Mode().Perm()&0o011 == 0 {
			t.Skipf("%s lets nobody through, so nothing below it is exposed", up)
		}
	}
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestHostsToSignInAt(t *testing.T) {
	t.Parallel()
	file := writeFile(t, twoProfiles)
	for _, tt := range []struct {
		name, profile string
		env           []string
		want          string
	}{
		{"signed out", "", nil, "https://api.clever-cloud.com"},
		{"of the environment", "", []string{"API_HOST", "http://127.0.0.1:1"}, "http://127.0.0.1:1"},
		{"of the named profile", "work", nil, "https://api.eu.clever-cloud.com"},
		{"of a profile that is to be made", "new", nil, "https://api.clever-cloud.com"},
		{"environment before profile", "work", []string{"API_HOST", "http://127.0.0.1:1"}, "http://127.0.0.1:1"},
	} {
		h, err := NewStore(Config{Getenv: env(tt.env...), Profile: tt.profile, File: file}).Hosts()
		if err != nil || h.API.String() != tt.want {
			t.Errorf("%s: %v, %v", tt.name, h.API, err)
		}
	}
}
