package cli

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"clever-mcp/cleverapi/emulator"
)

// planted is an account with secrets in every place where there can be one.
type planted struct {
	emulator *emulator.Emulator
	env      map[string]string // of the program
	flags    []string
	app      string // the application that has the variables
	secrets  map[string]string
	dir      string
}

// letters draws n letters and digits, the same for the same name.
func letters(name string, n int) string {
	var text string
	for i := 0; len(text) < n; i++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", name, i))
		text += new(big.Int).SetBytes(sum[:]).Text(62)
	}
	return text[:n]
}

// innocent are names that say nothing about their values.
var innocent = strings.Fields("GREETING COLOUR MOTTO THEME LAYOUT BANNER FOOTER LANGUAGE WELCOME PALETTE MASCOT SLOGAN SEASON WEATHER RECIPE " +
	"GARDEN RIVER MOUNTAIN HARBOUR LIBRARY WINDOW CARPET LANTERN BICYCLE KETTLE TEAPOT BLANKET PENCIL NOTEBOOK UMBRELLA")

// variables returns thirty variables, and what of each must never be seen.
func variables() (env, secrets map[string]string) {
	env, secrets = map[string]string{}, map[string]string{}
	for i, name := range innocent {
		core := letters(name, 28)
		value, secret := core, core
		switch i % 10 {
		case 1:
			value = "violet " + core[:9] + " sings " + core[9:18]
			secret = core[:9]
		case 2:
			value = `{"service":{"login":["` + core + `",{"deep":{"word":"` + core[:14] + `"}}]},"port":5432}`
		case 3:
			value = base64.StdEncoding.EncodeToString([]byte(core))
			secrets[name+" as base64"] = strings.TrimRight(value, "=")
		case 4:
			value = "-----BEGIN PRIVATE KEY-----\n" + core + "\n" + letters(name+"2", 28) + "\n-----END PRIVATE KEY-----\n"
			secrets[name+" line 2"] = letters(name+"2", 28)
		case 5:
			value = "postgresql://someone:" + core + "@db.example.com:5432/shop?sslmode=require"
		case 6:
			value = core[:10] + `"\'é&<` + core[10:]
			secret = core[10:]
		case 7:
			value = "eyJhbGciOiJIUzI1NiJ9." + core + "." + letters(name+"2", 28)
		case 8:
			sum := sha256.Sum256([]byte(name))
			value = hex.EncodeToString(sum[:20]) // like a commit
			secret = value
		case 9:
			sum := sha256.Sum256([]byte(name))
			h := hex.EncodeToString(sum[:])
			value = h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-8" + h[17:20] + "-" + h[20:32] // like an ID
			secret = value
		}
		env[name], secrets[name] = value, secret
	}
	return env, secrets
}

// plant makes an account out of a seed, with variables, logs and commits that
// hold secrets, and says how the program reaches it.
func plant(t *testing.T, seedName string, serve func(*emulator.Emulator) string) *planted {
	t.Helper()
	seed, err := emulator.SeedNamed(seedName)
	if err != nil {
		t.Fatal(err)
	}
	env, secrets := variables()
	p := &planted{secrets: secrets, dir: t.TempDir()}
	app := &seed.Organisations[0].Applications[0]
	p.app = app.Name
	if app.Env == nil {
		app.Env = map[string]string{}
	}
	// Programs write what they were given to their logs, in all forms.
	for name, value := range env {
		app.Env[name] = value
	}
	for _, name := range innocent[:10] {
		value := env[name]
		quoted, err := json.Marshal(map[string]string{"given": value})
		if err != nil {
			t.Fatal(err)
		}
		twice, err := json.Marshal(string(quoted))
		if err != nil {
			t.Fatal(err)
		}
		app.Says = append(app.Says, "loaded "+value, "sent "+string(quoted), "queued "+string(twice), "asked /?a="+url.QueryEscape(value),
			"header "+base64.StdEncoding.EncodeToString([]byte("user:"+value)))
	}
	form := func(name, text, secret string) string {
		p.secrets[name] = secret
		return text
	}
	app.Commits = append(app.Commits,
		form("commit password", "Use mysql://root:"+letters("commit", 20)+"@db/shop", letters("commit", 20)),
		form("commit token", "Push with ghp_"+letters("github", 36), letters("github", 36)),
		form("commit JWT", "Try eyJhbGciOiJIUzI1NiJ9."+letters("jwt", 30)+"."+letters("jwt2", 30), letters("jwt", 30)),
		form("commit key", "-----BEGIN RSA PRIVATE KEY-----\n"+letters("rsa", 64)+"\n-----END RSA PRIVATE KEY-----", letters("rsa", 64)))
	seed.User.Password = letters("password", 24)
	p.secrets["password"] = seed.User.Password
	p.secrets["code"] = "48151623"
	if p.emulator, err = emulator.New(emulator.Options{Seed: seed, Clock: emulator.NewClock(started, 600)}); err != nil {
		t.Fatal(err)
	}
	base := serve(p.emulator)
	p.env = map[string]string{
		"CLEVER_PASSWORD_FILE": p.file(t, "password", seed.User.Password),
		"CLEVER_MFA_CODE_FILE": p.file(t, "code", p.secrets["code"]),
	}
	for _, line := range p.emulator.Env(base) {
		name, value, _ := cut(line)
		p.env[name] = value
		if strings.HasPrefix(name, "CLEVER_") {
			p.secrets[name] = value
		}
	}
	p.secrets["file"] = letters("file", 30)
	p.file(t, "values/word", p.secrets["file"])
	p.flags = []string{"--verbose", "--token-dir", filepath.Join(p.dir, "tokens"), "--files", filepath.Join(p.dir, "files"), "--allow-dir", filepath.Join(p.dir, "values"), "--audit", filepath.Join(p.dir, "audit")}
	return p
}

func (p *planted) file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// drawn are values that look drawn by chance, and no names of things.
var drawn = regexp.MustCompile(`^[A-Za-z0-9_+=-]{16,}$`)

// check looks for every 8 bytes of every secret in what the program said, plainly
// and in base64. It knows the secrets that were made on the way, too.
func (p *planted) check(t *testing.T, said map[string]string) {
	t.Helper()
	secrets := map[string]string{}
	for name, v := range p.secrets {
		secrets[name] = v
	}
	for i, v := range p.emulator.Secrets() {
		if u, err := url.Parse(v); err == nil && u.User != nil {
			v, _ = u.User.Password()
		}
		if drawn.MatchString(v) && strings.ContainsAny(v, "0123456789") && !strings.HasPrefix(v, "app_") && !strings.HasPrefix(v, "addon_") {
			secrets[fmt.Sprint("emulator ", i)] = v
		}
	}
	windows := map[uint64]string{}
	for name, v := range secrets {
		for _, form := range append(inBase64(v), v) {
			for i := 0; i+8 <= len(form); i++ {
				windows[binary.LittleEndian.Uint64([]byte(form[i:i+8]))] = name
			}
		}
	}
	if len(windows) < 2000 {
		t.Fatalf("only %d windows to look for", len(windows))
	}
	for where, text := range said {
		found := map[string]string{}
		for i := 0; i+8 <= len(text); i++ {
			if name, ok := windows[binary.LittleEndian.Uint64([]byte(text[i:i+8]))]; ok && found[name] == "" {
				found[name] = text[max(0, i-200):min(len(text), i+60)]
			}
		}
		for name, near := range found {
			t.Errorf("%s shows %s: …%q…", where, name, near)
		}
	}
}

// inBase64 is the base64 of a value wherever it stands in a longer text, without
// the letters that its neighbours share.
func inBase64(v string) (out []string) {
	for skip := range 3 {
		text := base64.RawStdEncoding.EncodeToString(slices.Concat(make([]byte, skip), []byte(v)))
		out = append(out, text[(skip*8+5)/6:(skip+len(v))*8/6])
	}
	return out
}
