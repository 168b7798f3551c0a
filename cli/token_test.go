package cli

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"clever-mcp/auth"
	"clever-mcp/cleverapi/emulator"
)

// chest is a keyring in memory.
type chest struct {
	mu     sync.Mutex
	items  map[string]string
	locked bool
	asked  int
}

var errLocked = errors.New("it is locked")

func (c *chest) keyring() *auth.Keyring {
	c.items = map[string]string{}
	with := func(f func() error) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.asked++
		if c.locked {
			return errLocked
		}
		return f()
	}
	return &auth.Keyring{
		Get: func(name string) (value string, err error) {
			err = with(func() error {
				var there bool
				if value, there = c.items[name]; !there {
					return errors.New("not found")
				}
				return nil
			})
			return value, err
		},
		Set:    func(name, value string) error { return with(func() error { c.items[name] = value; return nil }) },
		Delete: func(name string) error { return with(func() error { delete(c.items, name); return nil }) },
	}
}

// signedDesk is a desk where somebody has signed in.
func signedDesk(t *testing.T) *desk {
	t.Helper()
	d, h := newDesk(t, emulator.Options{}), newPerson(t)
	d.open = h.console
	if _, errs, code := d.run(t, "login"); code != 0 {
		t.Fatal(errs)
	}
	return d
}

func (d *desk) types(t *testing.T, lines ...string) *[]string {
	var prompts []string
	d.hidden = func(_ context.Context, prompt string) (string, error) {
		prompts = append(prompts, prompt)
		if len(lines) == 0 {
			t.Fatalf("asked once too often: %s", prompt)
		}
		line := lines[0]
		lines = lines[1:]
		return line, nil
	}
	return &prompts
}

func TestTokenCommands(t *testing.T) {
	t.Parallel()
	d := signedDesk(t)
	password := emulator.Demo().User.Password
	prompts := d.types(t, "wrong", password)
	out, errs, code := d.run(t, "token", "create", "pipeline", "--expires", "7d", "--token-dir", d.home+"/tokens")
	if code != 0 || len(*prompts) != 2 || !strings.Contains(errs, "refused the password. Tries left: 2.") || !strings.Contains(errs, "Undo: clever-mcp token revoke api_tokens_") {
		t.Fatalf("create: exit %d, asked %q: %s%s", code, *prompts, out, errs)
	}
	file := strings.TrimSpace(out)
	value, err := os.ReadFile(file)
	if err != nil || strings.Contains(out+errs, strings.TrimSpace(string(value))) || strings.Contains(out+errs, password) {
		t.Errorf("%s: %v; printed %s%s", file, err, out, errs)
	}
	list, errs, code := d.run(t, "token", "list")
	if code != 0 || !strings.Contains(list, "pipeline") || !strings.Contains(list, "In use here.") || strings.Contains(list, string(value)) {
		t.Errorf("list: exit %d: %s%s", code, list, errs)
	}
	d.stdin = "pipeline\n"
	_, errs, code = d.run(t, "token", "revoke", "pipeline")
	if code != 1 || !strings.HasSuffix(errs, "Next: run the same at a terminal, and type the name when it is asked for.\n") {
		t.Errorf("revoke without a terminal: exit %d: %s", code, errs)
	}

	d.types(t, "no", "no", "no")
	if _, errs, code := d.run(t, "token", "create", "x"); code != 1 || !strings.Contains(errs, "Three times") {
		t.Errorf("three wrong passwords: exit %d: %s", code, errs)
	}
	d.types(t, password)
	shown, errs, code := d.run(t, "token", "create", "shown", "--to", "shown")
	env := map[string]string{"CLEVER_API_TOKEN": strings.TrimSpace(shown), "AUTH_BRIDGE_HOST": d.env["AUTH_BRIDGE_HOST"]}
	if _, refused, works := run(t, env, "", "call", "get_self"); code != 0 || works != 0 || strings.Contains(errs, strings.TrimSpace(shown)) {
		t.Errorf("shown: exit %d: %s%s", code, errs, refused)
	}
	if _, errs, code := d.run(t, "token", "create", "x", "--to", "cloud"); code != 2 || !strings.Contains(errs, "file, keyring, shown") {
		t.Errorf("--to cloud: exit %d: %s", code, errs)
	}
	if _, errs, code := d.run(t, "token", "create", "x", "--to", "keyring"); code != 3 || !strings.Contains(errs, "no keyring") {
		t.Errorf("--to keyring without one: exit %d: %s", code, errs)
	}
	d.hidden = nil
	if _, errs, code := d.run(t, "token", "create", "x"); code != 1 || !strings.Contains(errs, "there is no terminal to ask for the password at. Run it at one, or set CLEVER_PASSWORD_FILE") {
		t.Errorf("without a terminal: exit %d: %s", code, errs)
	}
}

func TestTokenInTheKeyring(t *testing.T) {
	t.Parallel()
	d, c := signedDesk(t), &chest{}
	d.keyring = c.keyring()
	d.types(t, emulator.Demo().User.Password)
	out, errs, code := d.run(t, "token", "create", "laptop", "--to", "keyring")
	if code != 0 || out != "" || len(c.items) != 1 {
		t.Fatalf("create: exit %d, %d items: %s%s", code, len(c.items), out, errs)
	}
	for name, value := range c.items {
		id := strings.TrimPrefix(name, "token/")
		if shown, errs, code := d.run(t, "token", "show", id); code != 0 || strings.TrimSpace(shown) != value || strings.Contains(errs, value) {
			t.Errorf("show: exit %d: %s%s", code, shown, errs)
		}
	}
	if _, errs, code := d.run(t, "token", "show", "api_tokens_none"); code != 1 || !strings.Contains(errs, "no token") {
		t.Errorf("show of none: exit %d: %s", code, errs)
	}
	// A keyring that does not open leaves the token in a file, never nowhere.
	c.locked = true
	d.types(t, emulator.Demo().User.Password)
	out, errs, code = d.run(t, "token", "create", "laptop", "--to", "keyring", "--token-dir", d.home+"/tokens")
	if _, err := os.Stat(strings.TrimSpace(out)); code != 0 || err != nil || !strings.Contains(errs, "did not take it") {
		t.Errorf("with a locked keyring: exit %d, %v: %s%s", code, err, out, errs)
	}
}

func TestLoginInTheKeyring(t *testing.T) {
	t.Parallel()
	d, h, c := newDesk(t, emulator.Options{}), newPerson(t), &chest{}
	d.open, d.keyring = h.console, c.keyring()
	out, errs, code := d.run(t, "login", "--keyring", "--profile", "safe")
	if code != 0 || !strings.Contains(out, "profile safe of the keyring of the system") {
		t.Fatalf("login: exit %d: %s%s", code, out, errs)
	}
	item := c.items["login/safe"]
	index, err := os.ReadFile(d.home + "/clever-mcp/keyring.json")
	if err != nil || item == "" || strings.Contains(string(index), "token") || strings.Contains(string(index), "secret") {
		t.Errorf("the keyring has %d items, the file beside it %s, %v", len(c.items), index, err)
	}
	if _, err := os.Stat(d.home + "/clever-cloud/clever-tools.json"); err == nil {
		t.Error("the file of the clever CLI was written too")
	}
	// It is used without being named, for there is no other; once for many calls.
	c.asked = 0
	if self, errs, code := d.run(t, "call", "get_self"); code != 0 || !strings.Contains(self, "camille") || c.asked != 1 {
		t.Errorf("get_self: exit %d, the keyring was asked %d times: %s%s", code, c.asked, self, errs)
	}
	c.locked = true
	if _, errs, code := d.run(t, "call", "list_apps"); code != 1 || !strings.Contains(errs, "Unlock it") {
		t.Errorf("with a locked keyring: exit %d: %s", code, errs)
	}
	c.locked = false
	// A login of the clever CLI comes first, unless the keyring alone is wanted.
	if _, errs, code := d.run(t, "login", "--profile", "plain"); code != 0 {
		t.Fatal(errs)
	}
	for _, try := range []struct {
		args []string
		want string
	}{{nil, `"plain\"`}, {[]string{"--keyring"}, `"safe\"`}, {[]string{"--profile", "safe"}, `"safe\"`}} {
		if self, errs, code := d.run(t, append([]string{"call", "get_self"}, try.args...)...); code != 0 || !strings.Contains(self, try.want) {
			t.Errorf("get_self %v: exit %d: %s%s", try.args, code, self, errs)
		}
	}
	if list, _, _ := d.run(t, "profiles", "list"); !strings.Contains(list, "* plain") || !strings.Contains(list, "  safe") || !strings.Contains(list, "keyring") {
		t.Errorf("the list reads\n%s", list)
	}
	if out, _, code := d.run(t, "profiles", "use", "safe"); code != 0 || !strings.Contains(out, "start with --keyring") {
		t.Errorf("use: exit %d: %s", code, out)
	}
	if out, errs, code := d.run(t, "logout", "--profile", "safe", "--revoke"); code != 0 || len(c.items) != 0 {
		t.Errorf("logout: exit %d, %d items: %s%s", code, len(c.items), out, errs)
	}
	// Without a keyring nothing is kept anywhere else.
	d.keyring = nil
	if _, errs, code := d.run(t, "login", "--keyring"); code != 1 || !strings.Contains(errs, "none that can be used") {
		t.Errorf("login without a keyring: exit %d: %s", code, errs)
	}
}
