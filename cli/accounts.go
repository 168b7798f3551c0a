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

// accounts opens the profiles that calls name, each once.
type accounts struct {
	config auth.Config
	base   *tools.Deps
	// of turns the parts that are the same for all to one account.
	of func(base tools.Deps, store *auth.Store) *tools.Deps

	mu   sync.Mutex
	open map[string]*tools.Deps
}

func (a *accounts) store(profile string) *auth.Store {
	config := a.config
	config.Profile = profile
	return auth.NewStore(config)
}

// names are those of the files as they are now: a login in between counts.
func (a *accounts) names() ([]string, error) {
	var out []string
	_, err := a.store(auth.EnvironmentProfile).Credential(context.Background())
	switch {
	case a.config.KeyringOnly:
	case err == nil:
		out = append(out, auth.EnvironmentProfile)
	case !errors.Is(err, auth.ErrSignedOut):
		return nil, err
	}
	profiles, err := a.store("").Profiles()
	if err != nil {
		return nil, err
	}
	for _, p := range profiles {
		out = append(out, p.Alias)
	}
	return out, nil
}

func (a *accounts) deps(profile string) (*tools.Deps, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if d := a.open[profile]; d != nil {
		return d, nil
	}
	d := a.of(*a.base, a.store(profile))
	if a.open == nil {
		a.open = map[string]*tools.Deps{}
	}
	a.open[profile] = d
	return d, nil
}

// turn gives the parts of a process the credential of a store, and a client of
// its own. The names of the operator's owners mean those that the account sees.
func (c *credentials) turn(base tools.Deps, api cleverapi.Config) *tools.Deps {
	api.Session = c.session
	base.API, base.Identity, base.Git = cleverapi.New(api), c.identity, c.git
	base.Settings.Scope = cleverapi.NewScope(api.Bounds.Owners...)
	base.Settings.ConsoleURL = c.console(context.Background())
	return &base
}
