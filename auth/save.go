package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// Path is where new logins go, as people are shown it; empty when the environment
// names no place for a file.
func (s *Store) Path() string {
	if s.config.KeyringOnly {
		return ringShown
	}
	return s.shown
}

// File is the file of the logins, or of the index of those in the keyring; empty
// when the environment names no place for one.
func (s *Store) File() string {
	if s.config.KeyringOnly && s.ring != nil {
		return s.ring.path
	}
	return s.path
}

// Save writes the credential as the profile of that alias and makes it the active
// one, as a login does. It replaces a profile of the same alias, and keeps the
// others, and what it does not know.
func (s *Store) Save(alias string, c Credential) error {
	if err := CheckAlias(alias); err != nil {
		return err
	}
	if !c.HasOAuth() {
		return fmt.Errorf("an API token is not a login: profiles hold OAuth token pairs. Set CLEVER_API_TOKEN instead")
	}
	if s.config.KeyringOnly {
		if s.ring == nil {
			return &RingError{alias, errors.New("this system has none that can be used")}
		}
		s = s.ring
	}
	return s.edit(func(profiles []object) ([]object, error) {
		saved := object{}
		if i := index(profiles, alias); i >= 0 {
			saved = profiles[i]
			profiles = slices.Delete(profiles, i, i+1)
		}
		saved.describe(alias, c)
		if s.keyring != nil {
			if err := s.keyring.hide(saved); err != nil {
				return nil, err
			}
		}
		return slices.Insert(profiles, 0, saved), nil
	})
}

// Switch makes the profile of that alias the active one.
func (s *Store) Switch(alias string) error {
	home, err := s.home(alias)
	if err != nil {
		return err
	}
	return home.edit(func(profiles []object) ([]object, error) {
		i := index(profiles, alias)
		if i < 0 {
			return nil, s.unknown(profiles, alias)
		}
		chosen := profiles[i]
		return slices.Insert(slices.Delete(profiles, i, i+1), 0, chosen), nil
	})
}

// Remove forgets the profile of that alias. Its token stays good until it is
// revoked.
func (s *Store) Remove(alias string) error {
	home, err := s.home(alias)
	if err != nil {
		return err
	}
	return home.edit(func(profiles []object) ([]object, error) {
		i := index(profiles, alias)
		if i < 0 {
			return nil, s.unknown(profiles, alias)
		}
		if home.keyring != nil {
			if err := home.keyring.Delete(ringName(alias)); err != nil {
				return nil, &RingError{alias, err}
			}
		}
		return slices.Delete(profiles, i, i+1), nil
	})
}

// object keeps what it does not know.
type object map[string]json.RawMessage

func (o object) text(name string) string {
	var s string
	_ = json.Unmarshal(o[name], &s)
	return s
}

// set leaves the name out when the text is empty.
func (o object) set(name, text string) {
	if text == "" {
		delete(o, name)
		return
	}
	o[name] = encode(text)
}

// encode is json.Marshal without its escapes for HTML, for values that cannot
// fail: strings, and JSON that was read.
func encode(v any) json.RawMessage {
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	out.SetEscapeHTML(false)
	if err := out.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimSpace(text.Bytes())
}

// describe writes the credential in the words of the clever command line.
func (o object) describe(alias string, c Credential) {
	o.set("alias", alias)
	o.set("token", c.Token.Reveal())
	o.set("secret", c.TokenSecret.Reveal())
	o.set("userId", c.UserID)
	o.set("email", c.Email)
	expires := ""
	if !c.Expires.IsZero() {
		expires = c.Expires.UTC().Format("2006-01-02T15:04:05.000Z07:00")
	}
	o.set("expirationDate", expires)

	overrides := object{} // SSH_GATEWAY and others of the same profile stay
	_ = json.Unmarshal(o["overrides"], &overrides)
	if overrides == nil { // it was null
		overrides = object{}
	}
	usual := DefaultHosts()
	overrides.set(apiHostName, unusual(c.Hosts.API, usual.API))
	overrides.set(bridgeHostName, unusual(c.Hosts.Bridge, usual.Bridge))
	overrides.set(consoleName, unusual(c.Hosts.Console, usual.Console))
	key, secret := c.ConsumerKey, c.ConsumerSecret.Reveal()
	if key == cliConsumerKey {
		key, secret = "", ""
	}
	overrides.set("OAUTH_CONSUMER_KEY", key)
	overrides.set("OAUTH_CONSUMER_SECRET", secret)
	delete(o, "overrides")
	if len(overrides) > 0 {
		o["overrides"] = encode(overrides)
	}
}

// unusual is the address when it must be written down, else empty.
func unusual(u, usual *url.URL) string {
	if u == nil || u.String() == usual.String() {
		return ""
	}
	return u.String()
}

func index(profiles []object, alias string) int {
	return slices.IndexFunc(profiles, func(p object) bool { return p.text("alias") == alias })
}

func (s *Store) unknown(profiles []object, alias string) error {
	known := make([]string, 0, len(profiles))
	for _, p := range profiles {
		known = append(known, printable(p.text("alias")))
	}
	slices.Sort(known)
	return &UnknownProfileError{Profile: alias, File: s.shown, Known: known}
}

// CheckAlias takes the names that the clever command line takes.
func CheckAlias(alias string) error {
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`).MatchString(alias) {
		return fmt.Errorf("%+q cannot be the name of a profile: use letters, digits, _ and -, at most 64", alias)
	}
	return nil
}

// edit changes the list of profiles and replaces the file. The older format of
// one account becomes the current one.
func (s *Store) edit(change func([]object) ([]object, error)) error {
	if s.path == "" {
		return &FileError{Path: "clever-tools.json", Problem: "has no place: neither HOME nor a configuration directory is set",
			Remedy: "Name the file in CONFIGURATION_FILE."}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	file := object{}
	data, _, err := readFile(s.path, s.shown)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil {
		if _, err := parseProfiles(data, s.shown); err != nil {
			return err
		}
		if err := json.Unmarshal(data, &file); err != nil || file == nil {
			return jsonError(err, data, s.shown)
		}
	}
	var profiles []object
	if err := json.Unmarshal(file["profiles"], &profiles); (err != nil || profiles == nil) && file.text("token") != "" {
		old := object{}
		for _, name := range []string{"token", "secret", "expirationDate"} {
			if raw, ok := file[name]; ok {
				old[name] = raw
			}
		}
		old.set("alias", "default")
		profiles = []object{old}
	}
	for _, name := range []string{"token", "secret", "expirationDate"} {
		delete(file, name)
	}
	if profiles, err = change(profiles); err != nil {
		return err
	}
	if profiles == nil {
		profiles = []object{}
	}
	if file["version"] == nil {
		file["version"] = json.RawMessage("1")
	}
	file["profiles"] = encode(profiles)
	s.good = reading{}
	return s.replace(file)
}

// replace writes a new file and gives it the name of the old one, so that nobody
// ever reads half of it.
func (s *Store) replace(file object) error {
	var text bytes.Buffer
	if err := json.Indent(&text, encode(file), "", "  "); err != nil {
		return err
	}
	text.WriteByte('\n')
	dir := filepath.Dir(s.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return s.notWritten(err)
	}
	f, err := os.CreateTemp(dir, ".clever-tools-*") // new, with mode 0600
	if err != nil {
		return s.notWritten(err)
	}
	defer os.Remove(f.Name()) // gone already when all went well
	_, err = f.Write(text.Bytes())
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), s.path)
	}
	if err != nil {
		return s.notWritten(err)
	}
	return nil
}

func (s *Store) notWritten(err error) error {
	return &FileError{Path: s.shown, Problem: "cannot be written", Err: err,
		Remedy: "Make its directory writable for this user, or name another file in CONFIGURATION_FILE."}
}
