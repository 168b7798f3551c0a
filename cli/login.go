package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"clever-mcp/auth"

	"github.com/spf13/cobra"
)

type loginFlags struct {
	noBrowser    bool
	consumerKey  string
	consumerFile string
	callback     string
}

func newLogin(p *Process, s *settings) *cobra.Command {
	v := &loginFlags{}
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Sign in with the browser",
		Long: `Opens the sign-in page of Clever Cloud in the browser and waits for the person to
confirm. The login is kept where the clever CLI keeps its own, and both programs use
what the other one saved; with --keyring it goes to the keyring of the system, which
the clever CLI does not read. --profile names the login, so that there can be several.

With --consumer-key it does the whole OAuth 1 dance for a consumer of one's own: the
browser comes back to --callback, whose host and port must be those of the consumer's
baseUrl. --sign chooses how the requests of the dance are signed.`,
		Example: `  clever-mcp login
  clever-mcp login --profile work
  clever-mcp login --consumer-key KEY --consumer-secret-file ./secret --callback http://localhost:4000`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return login(cmd.Context(), p, s, v) },
	}
	f := cmd.Flags()
	f.BoolVar(&v.noBrowser, "no-browser", false, "only print the address")
	f.StringVar(&v.consumerKey, "consumer-key", "", "key of an OAuth consumer of one's own")
	f.StringVar(&v.consumerFile, "consumer-secret-file", "", "file that holds the secret of that consumer")
	f.StringVar(&v.callback, "callback", "", "address on this machine that the browser comes back to (default: http://localhost with a free port)")
	return cmd
}

func login(ctx context.Context, p *Process, s *settings, v *loginFlags) error {
	if (v.consumerKey == "") != (v.consumerFile == "") {
		return errors.New("--consumer-key and --consumer-secret-file belong together: name both")
	}
	if v.callback != "" && v.consumerKey == "" {
		return errors.New("--callback is for a consumer of one's own: name --consumer-key and --consumer-secret-file too")
	}
	store := s.store(p)
	hosts, err := store.Hosts()
	if err != nil {
		return cannotStart(err)
	}
	in := &signIn{store: store, wire: p.wire(), hosts: hosts, alias: cmp.Or(s.profile, "default")}
	if err := auth.CheckAlias(in.alias); err != nil {
		return err
	}
	var c auth.Credential
	if v.consumerKey != "" {
		c, err = v.dance(ctx, p, s, in)
	} else {
		c, err = in.viaConsole(ctx, func(link, page string) { show(ctx, p, v, link, page) })
	}
	if err != nil && ctx.Err() != nil {
		err = errors.New("stopped before anybody had confirmed, so nobody was signed in")
	}
	if err != nil {
		return &exitError{exitRefused, err}
	}
	welcome(p, store, in.alias, c)
	return nil
}

func (v *loginFlags) dance(ctx context.Context, p *Process, s *settings, in *signIn) (auth.Credential, error) {
	method, err := auth.ParseMethod(s.sign)
	if err != nil {
		return auth.Credential{}, err
	}
	secret, err := auth.ReadSecretFile(v.consumerFile)
	if err != nil {
		return auth.Credential{}, fmt.Errorf("--consumer-secret-file: %w", err)
	}
	callback, err := url.Parse(cmp.Or(v.callback, "http://localhost"))
	if err != nil {
		return auth.Credential{}, fmt.Errorf("--callback: %w", err)
	}
	dance := auth.Dance{Hosts: in.hosts, ConsumerKey: v.consumerKey, ConsumerSecret: secret, Method: method, Wire: in.wire}
	return in.viaDance(ctx, dance, callback, func(page string) { show(ctx, p, v, page, page) })
}

// show opens the link, and prints the page that it leads to for whoever has the
// browser elsewhere.
func show(ctx context.Context, p *Process, v *loginFlags, link, page string) {
	if v.noBrowser || p.OpenBrowser == nil || p.OpenBrowser(ctx, link) != nil {
		fmt.Fprintf(p.Stdout, "Open this address in a browser to sign in:\n\n  %s\n\nWaiting for you to confirm there…\n", page)
		return
	}
	fmt.Fprintf(p.Stdout, "The sign-in page opens in your browser. If it does not, open this address:\n\n  %s\n\nWaiting for you to confirm there…\n", page)
}

func welcome(p *Process, store *auth.Store, alias string, c auth.Credential) {
	fmt.Fprintf(p.Stdout, "Signed in as %s, profile %s of %s", visible(cmp.Or(c.Email, "a user of Clever Cloud")), alias, store.Path())
	if !c.Expires.IsZero() {
		fmt.Fprintf(p.Stdout, ", until %s", c.Expires.Local().Format(time.DateOnly))
	}
	fmt.Fprintln(p.Stdout, ".")
	if used, err := store.Credential(context.Background()); err == nil && used.Profile != alias {
		fmt.Fprintf(p.Stdout, "For now %s is used instead: unset it, or start with --profile %s.\n", used.Sources(), alias)
	}
}

// store is where the logins are. With --profile the one of that name is meant.
func (s *settings) store(p *Process) *auth.Store {
	return auth.NewStore(auth.Config{Getenv: p.Getenv, Profile: s.profile, AllowHosts: s.hosts, Keyring: p.Keyring, KeyringOnly: s.keyring})
}

// wire carries the requests of commands that need no server.
func (p *Process) wire() http.RoundTripper { return auth.NewWire(auth.WireConfig{}) }

// expiry says when a login ends.
func expiry(at, now time.Time) string {
	switch left := at.Sub(now); {
	case at.IsZero():
		return "not known"
	case left <= 0:
		return at.Local().Format(time.DateOnly) + " (expired)"
	case left < 14*24*time.Hour:
		return at.Local().Format(time.DateOnly) + " (soon)"
	default:
		return at.Local().Format(time.DateOnly)
	}
}
