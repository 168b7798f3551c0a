package auth

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// EnvironmentProfile is the name under which the clever command line shows the
// credential of the environment. No profile of a file can have it.
const EnvironmentProfile = "$env"

// Config says where a [Store] looks.
type Config struct {
	// Reads the environment; nil means os.Getenv.
	Getenv func(string) string
	// The profile that the operator named. Empty, the environment wins over the
	// file, and the file's first profile is used. Named, it wins over the
	// environment: who names a profile means that one. "$env" means the environment
	// and no file.
	Profile string
	// Hosts that a profile may name although they are neither loopback nor under
	// clever-cloud.com: "host" or "host:port".
	AllowHosts []string
	// The file of profiles; empty means where the clever command line has it.
	File string
	// Keyring has logins besides the file; nil where there is none. With KeyringOnly
	// new logins go there, and those of the file are not looked at.
	Keyring     *Keyring
	KeyringOnly bool
}

// Store finds the credential in use. It may be used by many goroutines at once,
// and notices a new login or another active profile without a restart.
type Store struct {
	config Config
	path   string // empty when no place for a file is known
	shown  string
	ring   *Store // of the logins in the keyring; nil where there is none
	// keyring has the secret halves of the profiles, when this is the store of them.
	keyring *Keyring

	mu   sync.Mutex
	good reading // the last one that could be read

	last atomic.Pointer[resolved]
}

// resolved is a credential with the profile that it was made of. It holds as long as
// the file does: each request asks several times, and the answer takes parsing.
type resolved struct {
	file    *Profile // the first of the file, as it was read; nil: all is from the environment
	current Credential
}

// remember returns what resolve does, and calls it only if the file is not the one
// for which it was called last. The environment of a process stays as it is.
func (s *Store) remember(file *Profile, resolve func() (Credential, error)) (Credential, error) {
	if r := s.last.Load(); r != nil && r.file == file {
		return r.current, nil
	}
	c, err := resolve()
	if err == nil && !c.IsZero() {
		s.last.Store(&resolved{file, c})
	}
	return c, err
}

// reading is what a file gave, and what it was then.
type reading struct {
	info     fs.FileInfo
	at       time.Time
	profiles []Profile
	index    []byte // what the file said, when it holds nothing secret
}

// NewStore reads nothing yet.
func NewStore(config Config) *Store {
	if config.Getenv == nil {
		config.Getenv = os.Getenv
	}
	s := &Store{config: config, path: config.File}
	if s.path == "" {
		s.path = defaultFile(config.Getenv, runtime.GOOS)
	}
	s.shown = shorten(s.path, config.Getenv("HOME"))
	s.ring = newRing(config, runtime.GOOS)
	return s
}

// Credential returns the credential in use now, with its hosts. It is cheap
// enough to be asked before each request.
//
// Errors: [ErrSignedOut], or one that says what is wrong with what was found. A
// wrong source is never passed over in favour of a later one.
func (s *Store) Credential(ctx context.Context) (Credential, error) {
	if err := ctx.Err(); err != nil {
		return Credential{}, err
	}
	if s.config.Profile == "" && !s.config.KeyringOnly || s.config.Profile == EnvironmentProfile {
		c, err := s.remember(nil, s.fromEnvironment)
		if err != nil || !c.IsZero() {
			return c, err
		}
		if s.config.Profile == EnvironmentProfile {
			return Credential{}, &SignedOutError{}
		}
	}
	return s.fromFile()
}

// fromEnvironment returns a zero credential when there is none.
func (s *Store) fromEnvironment() (Credential, error) {
	c, err := fromEnvironment(s.config.Getenv)
	if err != nil || c.IsZero() {
		return Credential{}, err
	}
	c.Hosts, err = resolveHosts(s.config.Getenv, nil, "", nil)
	return c, err
}

func (s *Store) fromFile() (Credential, error) {
	profiles, err := s.Profiles()
	if err != nil {
		return Credential{}, err
	}
	p, err := pick(profiles, s.config.Profile, s.Path())
	if err != nil {
		return Credential{}, err
	}
	return s.remember(&profiles[0], func() (Credential, error) {
		whole, err := p.open()
		if err != nil {
			return Credential{}, err
		}
		c, err := whole.credential(s.config.Getenv)
		if err != nil {
			return Credential{}, err
		}
		c.Hosts, err = resolveHosts(s.config.Getenv, whole.overrides, whole.describe(), s.config.AllowHosts)
		return c, err
	})
}

// Hosts returns the addresses to sign in at: of the environment, else of the
// named profile when there is one, else the public ones.
func (s *Store) Hosts() (Hosts, error) {
	if name := s.config.Profile; name != "" && name != EnvironmentProfile {
		if profiles, err := s.Profiles(); err == nil {
			if p, err := pick(profiles, name, s.shown); err == nil {
				return resolveHosts(s.config.Getenv, p.overrides, p.describe(), s.config.AllowHosts)
			}
		}
	}
	return resolveHosts(s.config.Getenv, nil, "", nil)
}

// read returns the logins of the file, the active one first.
func (s *Store) read() ([]Profile, error) {
	if s.path == "" {
		return nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	info, err := os.Lstat(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		s.good = reading{}
		return nil, nil
	}
	if err == nil && s.good.holds(info) {
		return s.good.profiles, nil
	}
	now := time.Now()
	data, read, err := readFile(s.path, s.shown)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	profiles, err := parseProfiles(data, s.shown)
	if err == nil {
		next := reading{info: read, at: now, profiles: profiles}
		if s.keyring != nil {
			next.index = data
			s.ringed(&next)
		}
		s.good = next
		return next.profiles, nil
	}
	// The clever command line writes in place, so right after a change this may be
	// half of a write. What was before then holds a moment longer.
	if s.good.info != nil && now.Sub(read.ModTime()).Abs() < clockStep {
		return s.good.profiles, nil
	}
	return nil, err
}

// The coarsest step in which file systems in use count the time of a change.
const clockStep = 2 * time.Second

// holds reports whether the file is still what was read. A file that was read
// within a step of its last change is never trusted: another change of the same
// length in the same step would look the same, as a switch of profiles does.
func (r reading) holds(now fs.FileInfo) bool {
	return r.info != nil && unchanged(r.info, now) && r.at.Sub(now.ModTime()) > clockStep
}

func unchanged(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size() && a.Mode() == b.Mode()
}

// defaultFile is where the clever command line keeps its logins; empty when the
// environment does not tell.
func defaultFile(getenv func(string) string, goos string) string {
	if file := getenv("CONFIGURATION_FILE"); file != "" {
		return file
	}
	return configFile(getenv, goos, "clever-cloud", "clever-tools.json")
}

// configFile is a file in the user's folder for settings; empty when the
// environment does not tell where that is.
func configFile(getenv func(string) string, goos, folder, name string) string {
	dir := ""
	switch xdg, home := getenv("XDG_CONFIG_HOME"), getenv("HOME"); {
	case goos == "windows":
		dir = getenv("APPDATA")
	case filepath.IsAbs(xdg): // a relative one is to be ignored, says its specification
		dir = xdg
	case home != "":
		dir = filepath.Join(home, ".config")
	}
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, folder, name)
}

// shorten keeps the name of the user out of what is shown.
func shorten(path, home string) string {
	if home = filepath.Clean(home); len(home) > 1 {
		if rest, ok := strings.CutPrefix(path, home+string(filepath.Separator)); ok {
			return "~" + string(filepath.Separator) + rest
		}
	}
	return path
}
