package cli

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"clever-mcp/auth"
	"clever-mcp/cleverapi"
	"clever-mcp/tools"
)

// allProfiles is the one value of --profiles.
const allProfiles = "all"

func (s *settings) checkProfiles() error {
	switch {
	case s.profiles != "" && s.profiles != allProfiles:
		return fmt.Errorf("--profiles: there is no %q; there is all, and --profile NAME for a single one", s.profiles)
	case s.profiles != "" && s.profile != "":
		return errors.New("--profiles all and --profile contradict each other: leave one out")
	}
	return nil
}

// choice opens the profiles that calls name, each once.
type choice struct {
	logins auth.Config
	base   *tools.Deps // what is the same for all, and more
	signed func(*auth.Store) *credentials
	config cleverapi.Config

	mu   sync.Mutex
	open map[string]*tools.Deps
}

func (c *choice) store(profile string) *auth.Store {
	logins := c.logins
	logins.Profile = profile
	return auth.NewStore(logins)
}

// names are those of the files as they are now: a login in between counts.
func (c *choice) names() ([]string, error) {
	var out []string
	_, err := c.store(auth.EnvironmentProfile).Credential(context.Background())
	switch {
	case c.logins.KeyringOnly:
	case err == nil:
		out = append(out, auth.EnvironmentProfile)
	case !errors.Is(err, auth.ErrSignedOut):
		return nil, err
	}
	profiles, err := c.store("").Profiles()
	if err != nil {
		return nil, err
	}
	for _, p := range profiles {
		out = append(out, p.Alias)
	}
	return out, nil
}

func (c *choice) deps(profile string) (*tools.Deps, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d := c.open[profile]; d != nil {
		return d, nil
	}
	d := c.signed(c.store(profile)).turn(*c.base, c.config)
	if c.open == nil {
		c.open = map[string]*tools.Deps{}
	}
	c.open[profile] = d
	return d, nil
}

// turn gives the parts of a process the credential of a store.
func (c *credentials) turn(base tools.Deps, config cleverapi.Config) *tools.Deps {
	config.Session = c.session
	base.API, base.Identity, base.Git = cleverapi.New(config), c.identity, c.git
	base.Settings.ConsoleURL = c.console(context.Background())
	return &base
}
