package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"clever-mcp/tools"

	"github.com/spf13/cobra"
)

func newToken(p *Process, s *settings) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Make, list and revoke API tokens",
		Args:  noCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newTokenCreate(p, s), newTokenList(p, s), newTokenRevoke(p, s), newTokenShow(p, s))
	return cmd
}

var errNoKeyring = errors.New("this system has no keyring that can be used here; tokens and logins go to files without --to keyring and --keyring")

// tokenPlaces are the values of --to.
var tokenPlaces = [...]tools.Place{tools.PlaceFile, tools.PlaceKeyring, tools.PlaceShown}

func newTokenCreate(p *Process, s *settings) *cobra.Command {
	var in tools.CreateTokenInput
	var to string
	cmd := &cobra.Command{
		Use:   "create NAME",
		Short: "Make an API token",
		Long: `Makes an API token with the rights of the signed-in user. It asks for the password of
the account, and for a code when there is a second factor; neither is shown. Without
a terminal they come from the files in CLEVER_PASSWORD_FILE and CLEVER_MFA_CODE_FILE.

The token goes to a new file that only its owner can read (see --token-dir). With --to
keyring it goes to the keyring of the system, and token show prints it; with --to
shown it is printed on standard output, and kept nowhere.`,
		Example: `  clever-mcp token create ci --expires 90d
  clever-mcp token create laptop --to keyring`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.Name = args[0]
			for _, place := range tokenPlaces {
				if tools.Place(to) == place {
					return createToken(cmd.Context(), p, s, in, place)
				}
			}
			return fmt.Errorf("--to: there is no place %q; there are file, keyring, shown", to)
		},
	}
	f := cmd.Flags()
	f.StringVar(&in.Description, "description", "", "what the token is for")
	f.StringVar(&in.Expires, "expires", "", "when it ends, at most in a year: 12h, 7d, 6M or 2027-01-31 (default: 30d)")
	f.StringVar(&to, "to", string(tools.PlaceFile), "where the token goes: file, keyring or shown")
	return cmd
}

func createToken(ctx context.Context, p *Process, s *settings, in tools.CreateTokenInput, place tools.Place) error {
	o, err := openQuietly(p, s)
	if err != nil {
		return cannotStart(err)
	}
	if place == tools.PlaceKeyring && o.deps.Keyring == nil {
		return &exitError{exitStart, errNoKeyring}
	}
	var made *tools.MadeToken
	proofs := &o.deps.Proofs
	proofs.Place = place
	proofs.Show = func(m tools.MadeToken) { made = &m }
	given := p.Getenv(passwordFile) != "" || s.emulated()
	if p.ReadHidden == nil && !given {
		return &exitError{exitRefused, fmt.Errorf("nothing was made: there is no terminal to ask for the password at. Run it at one, or set %s to a file that holds the password", passwordFile)}
	}
	if !given {
		proofs.Password = func(ctx context.Context) (string, error) {
			return p.ReadHidden(ctx, "Password of your Clever Cloud account: ")
		}
		proofs.Code = func(ctx context.Context) (string, error) { return p.ReadHidden(ctx, "Code of the second factor: ") }
		proofs.Again = func(wrong *tools.WrongProofError) {
			fmt.Fprintf(p.Stderr, "%s. Tries left: %d.\n", wrong, wrong.Left)
		}
	}
	args, err := json.Marshal(in)
	if err != nil {
		return err
	}
	res := o.runner.Call(ctx, "create_token", args, tools.Caller{ID: "terminal"})
	if res.IsError {
		fmt.Fprintln(p.Stderr, res.Text)
		return said(exitRefused)
	}
	if made == nil {
		return &exitError{exitRefused, errors.New("the token was made, and nothing is known of it; look with clever-mcp token list")}
	}
	switch {
	case made.Value != "":
		fmt.Fprintln(p.Stdout, made.Value)
	case made.File != "":
		fmt.Fprintln(p.Stdout, made.File)
	}
	fmt.Fprintf(p.Stderr, "Token %s, good until %s, is %s.\nUse: %s\nUndo: clever-mcp token revoke %s\n", visible(made.Name), made.Expires[:10], made.Kept, made.Use, made.ID)
	return nil
}

// openQuietly opens a process for a person at a terminal: the log is for --verbose.
func openQuietly(p *Process, s *settings) (*opened, error) {
	quiet := *p
	if !s.verbose {
		quiet.Stderr = discard{}
	}
	return open(&quiet, s)
}

func newTokenList(p *Process, s *settings) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List API tokens and sign-ins, never their values",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := openQuietly(p, s)
			if err != nil {
				return cannotStart(err)
			}
			res := o.runner.Call(cmd.Context(), "list_tokens", nil, tools.Caller{ID: "terminal"})
			if res.IsError {
				fmt.Fprintln(p.Stderr, res.Text)
				return said(exitRefused)
			}
			if asJSON {
				fmt.Fprintln(p.Stdout, string(res.Structured))
				return nil
			}
			return printTokens(p, res.Structured)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

func printTokens(p *Process, raw json.RawMessage) error {
	var list tools.TokenList
	if err := json.Unmarshal(raw, &list); err != nil {
		return err
	}
	w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tKIND\tNAME\tEXPIRES\t")
	for _, t := range list.Tokens {
		note := t.Warning
		if t.Current {
			note = strings.TrimSpace("In use here. " + note)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", t.ID, t.Kind, visible(t.Name), t.Expires, note)
	}
	for _, missing := range list.Incomplete {
		fmt.Fprintln(p.Stderr, missing)
	}
	return w.Flush()
}

func newTokenRevoke(p *Process, s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "revoke TOKEN",
		Short: "Revoke an API token or a sign-in, by id or name",
		Long:  "Revokes an API token or ends a sign-in, at once and for ever. It asks for the name of the token first.",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := openQuietly(p, s)
			if err != nil {
				return cannotStart(err)
			}
			o.deps.Settings.OneShot = true
			raw, err := json.Marshal(map[string]string{"token": args[0]})
			if err != nil {
				return err
			}
			return call(cmd.Context(), p, o.runner, "revoke_token", raw, false, "")
		},
	}
}

func newTokenShow(p *Process, s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Print an API token that is in the keyring of the system",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if p.Keyring == nil {
				return &exitError{exitStart, errNoKeyring}
			}
			value, err := p.Keyring.Get(tokenItem(args[0]))
			if err != nil {
				return &exitError{exitRefused, fmt.Errorf("there is no token %s in the keyring: %w", visible(args[0]), err)}
			}
			fmt.Fprintln(p.Stdout, value)
			return nil
		},
	}
}
