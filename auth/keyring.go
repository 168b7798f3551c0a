package auth

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
)

// Keyring keeps secrets for the user of the machine, each under a name. Its
// functions may ask that user to unlock it, and so take long.
type Keyring struct {
	Get    func(name string) (string, error)
	Set    func(name, value string) error
	Delete func(name string) error
}

// Logins in the keyring have a file too, which says which there are and holds
// nothing secret: a keyring cannot be listed, nor noticed to change.
const ringShown = "the keyring of the system"

// ringItem is the secret half of a login. It is asked for once for each version
// of the file beside it.
type ringItem struct {
	keyring *Keyring
	name    string

	mu     sync.Mutex
	loaded bool
	ringSecrets
}

type ringSecrets struct {
	Token          string `json:"token"`
	Secret         string `json:"secret"`
	ConsumerSecret string `json:"consumerSecret,omitempty"`
}

func ringName(alias string) string { return "login/" + alias }

// RingError says that the keyring did not give or take a login.
type RingError struct {
	Profile string
	Err     error
}

func (e *RingError) Error() string {
	return fmt.Sprintf("The keyring of the system did not work for profile %+q: %v. Unlock it and try again, or sign in again with `clever-mcp login`.", e.Profile, e.Err)
}

func (e *RingError) Unwrap() error { return e.Err }

func (i *ringItem) load(alias string) (ringSecrets, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.loaded {
		return i.ringSecrets, nil
	}
	text, err := i.keyring.Get(i.name)
	if err != nil {
		return ringSecrets{}, &RingError{alias, err}
	}
	if json.Unmarshal([]byte(text), &i.ringSecrets) != nil || i.Token == "" || i.Secret == "" {
		return ringSecrets{}, &RingError{alias, fmt.Errorf("what it holds is no login")}
	}
	i.loaded = true
	return i.ringSecrets, nil
}

// open returns the profile with its secrets, from the keyring if they are there.
func (p Profile) open() (Profile, error) {
	if p.item == nil {
		return p, nil
	}
	secrets, err := p.item.load(p.Alias)
	if err != nil {
		return Profile{}, err
	}
	p.token, p.secret = NewSecret(secrets.Token), NewSecret(secrets.Secret)
	if secrets.ConsumerSecret != "" {
		overrides := map[string]string{"OAUTH_CONSUMER_SECRET": secrets.ConsumerSecret}
		for name, value := range p.overrides {
			overrides[name] = value
		}
		p.overrides = overrides
	}
	return p, nil
}

// hide moves the secret half of a profile to the keyring.
func (k *Keyring) hide(o object) error {
	overrides := object{}
	_ = json.Unmarshal(o["overrides"], &overrides)
	secrets := ringSecrets{o.text("token"), o.text("secret"), overrides.text("OAUTH_CONSUMER_SECRET")}
	if err := k.Set(ringName(o.text("alias")), string(encode(secrets))); err != nil {
		return &RingError{o.text("alias"), err}
	}
	delete(o, "token")
	delete(o, "secret")
	// Makes the file another one, so that whoever has read it asks the keyring anew.
	o.set("saved", rand.Text())
	delete(overrides, "OAUTH_CONSUMER_SECRET")
	delete(o, "overrides")
	if len(overrides) > 0 {
		o["overrides"] = encode(overrides)
	}
	return nil
}

// newRing is the store of the logins in the keyring; nil without one.
func newRing(config Config, goos string) *Store {
	if config.Keyring == nil {
		return nil
	}
	path := configFile(config.Getenv, goos, "clever-mcp", "keyring.json")
	if path == "" {
		return nil
	}
	return &Store{config: config, path: path, shown: shorten(path, config.Getenv("HOME")), keyring: config.Keyring}
}

// Profiles lists the logins, the active one first: those of the file, then those
// of the keyring. A file that does not exist has none.
func (s *Store) Profiles() ([]Profile, error) {
	var all []Profile
	if !s.config.KeyringOnly {
		own, err := s.read()
		if err != nil {
			return nil, err
		}
		all = own
	}
	if s.ring == nil {
		return all, nil
	}
	more, err := s.ring.read()
	if err != nil {
		return nil, err
	}
	for _, p := range more {
		// The file comes first, so of two with one name its own is meant.
		if !slices.ContainsFunc(all, func(o Profile) bool { return o.Alias == p.Alias }) {
			all = append(all[:len(all):len(all)], p)
		}
	}
	return all, nil
}

// ringed lets the profiles of an index find their secrets. What the keyring gave
// for the same index before is kept.
func (s *Store) ringed(r *reading) {
	if s.good.info != nil && bytes.Equal(r.index, s.good.index) {
		r.profiles = s.good.profiles
		return
	}
	for i := range r.profiles {
		r.profiles[i].item = &ringItem{keyring: s.keyring, name: ringName(r.profiles[i].Alias)}
		r.profiles[i].file = ringShown
	}
}

// home is where the profile of that alias is kept.
func (s *Store) home(alias string) (*Store, error) {
	if s.ring == nil {
		return s, nil
	}
	own, err := s.read()
	if err != nil {
		return nil, err
	}
	inFile := slices.ContainsFunc(own, func(p Profile) bool { return p.Alias == alias })
	ring, err := s.ring.read()
	if err != nil {
		return nil, err
	}
	inRing := slices.ContainsFunc(ring, func(p Profile) bool { return p.Alias == alias })
	if inRing && (s.config.KeyringOnly || !inFile) {
		return s.ring, nil
	}
	return s, nil
}
