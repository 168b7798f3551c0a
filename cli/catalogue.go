package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"clever-mcp/auth"
	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
	"clever-mcp/cleverapi/emulator"
	"clever-mcp/server"
	"clever-mcp/tools"

	"github.com/spf13/cobra"
)

func newCatalogue(p *Process, s *settings) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "catalogue",
		Short: "Learn operations of the API that are newer than this program",
		Args:  noCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var file string
	update := &cobra.Command{
		Use:   "update",
		Short: "Write a file with what the API publishes and this program does not know",
		Long: `Reads the OpenAPI documents that the API and the auth bridge publish, without a
credential, and writes what is new or changed to a file for --catalogue. It prints
what is new, changed and gone.

Nobody has reviewed what is new, so it is trusted as little as can be: everything but
a GET counts as destroying, and what comes back is searched for secrets.`,
		Example: `  clever-mcp catalogue update --file ~/.config/clever-mcp/catalogue.json
  clever-mcp serve --catalogue ~/.config/clever-mcp/catalogue.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if file == "" {
				return errors.New("name the file to write with --file")
			}
			return updateCatalogue(cmd.Context(), p, s, file)
		},
	}
	update.Flags().StringVar(&file, "file", "", "the file to write; one that exists is replaced")
	cmd.AddCommand(update)
	return cmd
}

func updateCatalogue(ctx context.Context, p *Process, s *settings, file string) error {
	client, err := unsigned(p, s)
	if err != nil {
		return cannotStart(err)
	}
	documents, err := client.Documents(ctx)
	if err != nil {
		return &exitError{exitRefused, fmt.Errorf("%w. %s was left as it is; try again later", err, file)}
	}
	// Compared with what is built in, so that the file holds all the difference.
	merged, report, err := catalogue.Default().Merge(documents...)
	if err != nil {
		return &exitError{exitRefused, err}
	}
	if _, err := catalogue.Load(merged); err != nil {
		return &exitError{exitRefused, fmt.Errorf("the documents do not make a catalogue: %w", err)}
	}
	if err := replaceFile(file, merged); err != nil {
		return cannotStart(err)
	}
	printReport(p, report)
	fmt.Fprintf(p.Stdout, "Written to %s; use it with --catalogue %s\n", file, file)
	return nil
}

// unsigned is a client without a credential: what it reads is public, and a
// document is no reason to show one.
func unsigned(p *Process, s *settings) (*cleverapi.Client, error) {
	getenv, wire := p.Getenv, http.RoundTripper(auth.NewWire(auth.WireConfig{}))
	if s.emulated() {
		seed, err := readSeed(s.seed)
		if err != nil {
			return nil, err
		}
		demo, err := emulator.New(emulator.Options{Seed: seed, Clock: emulator.NewClock(time.Time{}, demoSpeed)})
		if err != nil {
			return nil, err
		}
		getenv, wire = environment(demo.Env(demoBase)), demo
	}
	hosts, err := auth.NewStore(auth.Config{Getenv: getenv, Profile: s.profile, AllowHosts: s.hosts}).Hosts()
	if err != nil {
		return nil, err
	}
	return cleverapi.New(cleverapi.Config{
		Session: func(context.Context) (cleverapi.Session, error) {
			return cleverapi.Session{API: hosts.API, Bridge: hosts.Bridge, Transport: wire}, nil
		},
		UserAgent: "clever-mcp/" + version(), Policy: policy(s), Observe: observe(logger(p.Stderr, s.verbose, tools.NewHider()), server.NewUpstream()),
	}), nil
}

// mostGone is how many operations are named that are gone. Documents leave many
// out that still work.
const mostGone = 20

func printReport(p *Process, r catalogue.Report) {
	var b strings.Builder
	fmt.Fprintf(&b, "New: %d\n", len(r.New))
	for _, id := range r.New {
		fmt.Fprintf(&b, "  %s\n", visible(id))
	}
	fmt.Fprintf(&b, "Changed: %d\n", len(r.Changed))
	for _, c := range r.Changed {
		fmt.Fprintf(&b, "  %s (%s)\n", c.ID, visible(strings.Join(c.What, ", ")))
	}
	fmt.Fprintf(&b, "Not in the documents any more (they stay known): %d\n", len(r.Gone))
	for _, id := range r.Gone[:min(mostGone, len(r.Gone))] {
		fmt.Fprintf(&b, "  %s\n", id)
	}
	if more := len(r.Gone) - mostGone; more > 0 {
		fmt.Fprintf(&b, "  and %d more\n", more)
	}
	fmt.Fprint(p.Stdout, b.String())
}

// visible keeps a document from sending commands to the terminal.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '\uFFFD'
	}, s)
}

// replaceFile writes a file whole or not at all.
func replaceFile(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".catalogue-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // no longer there once it was renamed
	_, err = f.Write(content)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
