// Package cli is the command line of clever-mcp: settings from flags and
// environment, and what each command does with the other packages.
//
// It is the one place that knows all of them. It puts a process together
// (credentials, client, tools, server) and decides nothing about the account.
package cli

//go:generate go test -run ^TestDocs$ -update .

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"clever-mcp/auth"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Process is what a command has of the world.
type Process struct {
	Args           []string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	// OpenBrowser shows an address to the person at this machine; nil where nobody
	// has a browser.
	OpenBrowser func(ctx context.Context, address string) error
	// ReadHidden asks for what must not be seen on the terminal; nil without one.
	ReadHidden func(ctx context.Context, prompt string) (string, error)
	// Confirm asks for a yes or a no on the terminal; nil without one.
	Confirm func(ctx context.Context, question string) (bool, error)
	// Keyring is the one of the system; nil without one.
	Keyring *auth.Keyring
	// Executable is the file of this program; "" when it is not known.
	Executable string
	// Dir is the working directory.
	Dir string
}

// Exit codes, the same for every command.
const (
	exitDone    = 0
	exitRefused = 1 // a tool, or the API behind it, said no
	exitUsage   = 2 // the command line is wrong
	exitStart   = 3 // settings, credentials file or address cannot be used
)

// Main runs the command line of this process and returns its exit code.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	return Run(ctx, Process{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv,
		OpenBrowser: openBrowser, ReadHidden: hiddenPrompt(os.Stdin, os.Stderr), Keyring: systemKeyring(os.Getenv),
		Confirm: confirmPrompt(os.Stdin, os.Stderr), Executable: thisProgram(), Dir: workingDirectory(),
	})
}

// Run runs one command line and returns its exit code.
func Run(ctx context.Context, p Process) int {
	root := newRoot(&p)
	root.SetArgs(p.Args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitDone
	}
	var coded *exitError
	if !errors.As(err, &coded) {
		coded = &exitError{exitUsage, err}
		err = fmt.Errorf("%w\n%s", err, seeHelp(cmd))
	}
	if text := err.Error(); text != "" {
		fmt.Fprintf(p.Stderr, "clever-mcp: %s\n", strings.TrimSuffix(text, "\n"))
	}
	return coded.code
}

// exitError ends the process with a code of its own.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// said ends the process with a code when everything was printed already.
func said(code int) error { return &exitError{code, errors.New("")} }

func cannotStart(err error) error {
	if err == nil {
		return nil
	}
	return &exitError{exitStart, err}
}

func newRoot(p *Process) *cobra.Command {
	s := &settings{}
	root := &cobra.Command{
		Use:   "clever-mcp",
		Short: "A Model Context Protocol server for Clever Cloud",
		Long: `clever-mcp lets an AI assistant run a Clever Cloud account: applications, add-ons,
domains, logs, billing and the rest of the API.

Without a command it is "serve": an MCP server on standard input and output, as
clients start it. It uses the login of the clever CLI when there is one.

  clever-mcp login                        sign in with the browser
  clever-mcp demo                         see it work, without an account
  clever-mcp call list_apps owner=acme    run one tool here
  clever-mcp serve --http 127.0.0.1:8080  serve over HTTP
  clever-mcp search delete a domain       find operations of the API
  clever-mcp emulator                     a Clever Cloud in memory, for tests

Every flag can also be set in the environment: --read-only as CLEVER_MCP_READ_ONLY.

Exit codes: 0 done, 1 a tool or the API said no, 2 the command line is wrong,
3 it could not start.`,
		Args:          noCommand,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := fromEnvironment(cmd.Flags(), p.Getenv); err != nil {
				return err
			}
			return cannotStart(s.applyPolicy(cmd.Flags()))
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return serve(cmd.Context(), p, s, &serving{}) },
	}
	// Not as a template: a program with text/template keeps every method that there is.
	root.Version = versionDetails()
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetIn(p.Stdin)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	root.SetUsageFunc(usage)
	s.register(root.PersistentFlags())
	root.AddCommand(
		newServe(p, s), newDemo(p, s), newCall(p, s), newTools(p, s), newPolicy(p, s), newAudit(p, s), newSearch(p, s), newCatalogue(p, s), newEmulator(p, s), newVersion(p),
		newLogin(p, s), newLogout(p, s), newProfiles(p, s), newToken(p, s),
		newInstall(p, s), newUninstall(p), newDoctor(p, s),
	)
	explainArguments(root)
	refuseUnknownTopics(root)
	completeFlags(root)
	return root
}

// variable is the name under which the environment sets a flag.
func variable(flag string) string {
	return "CLEVER_MCP_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// fromEnvironment sets every flag that the command line did not set from its
// variable. What is on the command line wins.
func fromEnvironment(flags *pflag.FlagSet, getenv func(string) string) error {
	var errs []error
	flags.VisitAll(func(f *pflag.Flag) {
		name := variable(f.Name)
		if v := getenv(name); v != "" && !f.Changed && f.Name != "help" {
			err := flags.Set(f.Name, v)
			if err == nil {
				err = flags.SetAnnotation(f.Name, fromVariable, []string{name})
			}
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", name, err))
			}
		}
	})
	return errors.Join(errs...)
}
