package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"text/tabwriter"
	"time"

	"clever-mcp/auth"
	"clever-mcp/cleverapi"

	"github.com/spf13/cobra"
)

func newProfiles(p *Process, s *settings) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "profiles",
		Short: "List, choose and remove logins",
		Args:  noCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var asJSON bool
	list := &cobra.Command{
		Use:   "list",
		Short: "List the logins; the active one has a star",
		Args:  cobra.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return listProfiles(p, s, asJSON) },
	}
	list.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	use := &cobra.Command{
		Use:   "use PROFILE",
		Short: "Make a login the active one, for the clever CLI too",
		Long:  "Makes a login the active one, for the clever CLI too. Servers that run use it from their next call on.",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			store := s.store(p)
			if err := store.Switch(args[0]); err != nil {
				return &exitError{exitRefused, err}
			}
			if all, err := store.Profiles(); err == nil && all[0].Alias != args[0] {
				fmt.Fprintf(p.Stdout, "Profile %s is the first of the keyring now. Those of the file come before it: start with --keyring or --profile %[1]s.\n", args[0])
				return nil
			}
			fmt.Fprintf(p.Stdout, "Profile %s is the active one now.\n", args[0])
			return nil
		},
	}
	remove := &cobra.Command{
		Use:   "remove PROFILE",
		Short: "Forget a login, as logout --profile does",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s.profile = args[0]
			return logout(cmd.Context(), p, s, false)
		},
	}
	cmd.AddCommand(list, use, remove)
	return cmd
}

// profileLine is a login as --json prints it.
type profileLine struct {
	Profile string `json:"profile"`
	Active  bool   `json:"active"`
	Email   string `json:"email,omitempty"`
	UserID  string `json:"user_id,omitempty"`
	Expires string `json:"expires,omitempty"`
	Where   string `json:"where"` // file or keyring
}

func listProfiles(p *Process, s *settings, asJSON bool) error {
	store := s.store(p)
	profiles, err := store.Profiles()
	if err != nil {
		return cannotStart(err)
	}
	lines := []profileLine{}
	for i, one := range profiles {
		line := profileLine{Profile: one.Alias, Active: i == 0, Email: one.Email, UserID: one.UserID, Where: "file"}
		if one.InKeyring() {
			line.Where = "keyring"
		}
		if !one.Expires.IsZero() {
			line.Expires = one.Expires.Format(time.RFC3339)
		}
		lines = append(lines, line)
	}
	if asJSON {
		return json.NewEncoder(p.Stdout).Encode(lines)
	}
	if len(lines) == 0 {
		fmt.Fprintf(p.Stdout, "There is no login in %s. Sign in with clever-mcp login.\n", store.Path())
	}
	w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	for i, line := range lines {
		star := " "
		if line.Active {
			star = "*"
		}
		fmt.Fprintf(w, "%s %s\t%s\tuntil %s\t%s\n", star, visible(line.Profile), visible(line.Email), expiry(profiles[i].Expires, time.Now()), line.Where)
	}
	return w.Flush()
}

func newLogout(p *Process, s *settings) *cobra.Command {
	var revoke bool
	cmd := &cobra.Command{
		Use:   "logout",
		Short: "Forget the active login, or the one of --profile",
		Long: `Forgets the active login, or the one of --profile, here and for the clever CLI. With
--revoke its token is ended at Clever Cloud first, so that no copy of it works either.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return logout(cmd.Context(), p, s, revoke) },
	}
	cmd.Flags().BoolVar(&revoke, "revoke", false, "also end the token at Clever Cloud")
	return cmd
}

func logout(ctx context.Context, p *Process, s *settings, revoke bool) error {
	store := s.store(p)
	alias := s.profile
	if alias == "" {
		profiles, err := store.Profiles()
		if err != nil {
			return cannotStart(err)
		}
		if len(profiles) == 0 {
			return &exitError{exitRefused, fmt.Errorf("there is no login in %s, so nobody was signed out", store.Path())}
		}
		alias = profiles[0].Alias
	}
	if revoke {
		if err := revokeLogin(ctx, p, s, alias); err != nil {
			return &exitError{exitRefused, fmt.Errorf("the token of profile %s was not ended, and the login was kept: %w", alias, err)}
		}
	}
	if err := store.Remove(alias); err != nil {
		return &exitError{exitRefused, err}
	}
	fmt.Fprintf(p.Stdout, "Profile %s is signed out.\n", alias)
	if !revoke {
		fmt.Fprintln(p.Stdout, "Its token is forgotten here and stays good where a copy of it is; --revoke ends it.")
	}
	return nil
}

// revokeLogin ends the token of a profile. One that is over already is no error.
func revokeLogin(ctx context.Context, p *Process, s *settings, alias string) error {
	named := *s
	named.profile = alias
	c, err := named.store(p).Credential(ctx)
	if err != nil {
		return err
	}
	client := clientOf(c, p.wire())
	if err := client.OAuthTokens.Revoke(ctx, c.Token.Reveal()); err != nil && !errors.Is(err, cleverapi.ErrUnauthorized) {
		return err
	}
	return nil
}

// clientOf is a client of one credential.
func clientOf(c auth.Credential, wire http.RoundTripper) *cleverapi.Client {
	transport := auth.NewTransport(c, auth.Auto, wire)
	return cleverapi.New(cleverapi.Config{
		Session: func(context.Context) (cleverapi.Session, error) {
			return cleverapi.Session{API: c.Hosts.API, Bridge: c.Hosts.Bridge, Bearer: c.Kind == auth.KindAPIToken, Transport: transport}, nil
		},
		UserAgent: "clever-mcp/" + version(),
	})
}
