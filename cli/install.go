package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"clever-mcp/cleverapi/emulator"
	"clever-mcp/cli/clients"
	"clever-mcp/tools"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// usualName is what the server is called in a client, unless --name says otherwise.
const usualName = "clever-cloud"

// installing is what install and uninstall are asked for.
type installing struct {
	name  string
	scope string
	yes   bool
	print bool
}

func (v *installing) register(f *pflag.FlagSet) {
	f.StringVar(&v.name, "name", usualName, "name of the server in the client")
	f.StringVar(&v.scope, "scope", string(clients.User), "whom it is for: user, or project (the working directory; not every client has it)")
	f.BoolVar(&v.yes, "yes", false, "write without asking")
}

func newInstall(p *Process, s *settings) *cobra.Command {
	v := &installing{}
	cmd := &cobra.Command{
		Use:   "install [CLIENT]",
		Short: "Put this server into the configuration of a client",
		Long: `Puts this server into the configuration of a client: ` + clientIDs() + `.
It shows what will change and asks; with --yes it does not ask. Everything else in the file stays as
it is, and the file as it was is kept beside it.

Flags that are given with it (such as --profile or --read-only) are those that the
client will start the server with. Without CLIENT it lists the clients that are
here.`,
		Example: `  clever-mcp install claude-code
  clever-mcp install cursor --scope project --read-only
  clever-mcp install codex --profile work --name clever-work --yes
  clever-mcp install zed --print`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: completeClients,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return listClients(p)
			}
			return v.install(cmd.Context(), p, s, args[0], cmd.InheritedFlags())
		},
	}
	v.register(cmd.Flags())
	cmd.Flags().BoolVar(&v.print, "print", false, "only print the entry, for pasting; change nothing")
	return cmd
}

func newUninstall(p *Process) *cobra.Command {
	v := &installing{}
	cmd := &cobra.Command{
		Use:   "uninstall CLIENT",
		Short: "Take this server out of the configuration of a client",
		Long: `Takes out what install put in, and nothing else. A file that nothing else changed
since becomes what it was before, to the byte.`,
		Example:           `  clever-mcp uninstall claude-code`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeClients,
		RunE: func(cmd *cobra.Command, args []string) error {
			return v.uninstall(cmd.Context(), p, args[0])
		},
	}
	v.register(cmd.Flags())
	return cmd
}

func clientIDs() string {
	ids, _ := completeClients(nil, nil, "")
	return strings.Join(ids, ", ")
}

func completeClients(_ *cobra.Command, args []string, _ string) (ids []string, _ cobra.ShellCompDirective) {
	if len(args) == 0 {
		for _, c := range clients.All() {
			ids = append(ids, c.ID)
		}
	}
	return ids, cobra.ShellCompDirectiveNoFileComp
}

// target is the client that is meant, and its file.
func (v *installing) target(p *Process, id string) (clients.Client, string, error) {
	c, err := clients.ByID(id)
	if err != nil {
		return c, "", err
	}
	if err := clients.CheckName(v.name); err != nil {
		return c, "", fmt.Errorf("--name: %w", err)
	}
	place, scope := p.place(), clients.Scope(v.scope)
	file, err := c.File(place, scope)
	if err == nil && !known(place, scope) {
		err = cannotStart(fmt.Errorf("where %s keeps its servers is not known: the environment names no home, or the working directory is gone", c.Title))
	}
	return c, file, err
}

func (v *installing) install(ctx context.Context, p *Process, s *settings, id string, flags *pflag.FlagSet) error {
	c, file, err := v.target(p, id)
	if err != nil {
		return err
	}
	command, err := p.lasting()
	if err != nil {
		return cannotStart(err)
	}
	args, err := passedOn(p.Dir, flags, func(f *pflag.Flag) bool { return len(f.Annotations[fromVariable]) == 0 })
	if err != nil {
		return err
	}
	if err := refuseSecrets(ctx, p, s, args); err != nil {
		return err
	}
	entry := clients.Entry{Name: v.name, Command: command, Args: args}
	if v.print {
		fmt.Fprintf(p.Stderr, "%s reads this from %s:\n", c.Title, file)
		fmt.Fprintln(p.Stdout, strings.TrimRight(c.Snippet(entry), "\n"))
		return nil
	}
	change, err := c.Install(file, entry)
	if err != nil {
		return &exitError{exitRefused, err}
	}
	if change.Nothing() {
		fmt.Fprintf(p.Stdout, "%s has %s already, just so: %s\n", c.Title, v.name, file)
		return nil
	}
	if err := v.apply(ctx, p, change); err != nil {
		return err
	}
	fmt.Fprintf(p.Stdout, "%s starts %s from now on. %s\nUndo: %s\n", c.Title, v.name, c.Restart, v.undo(id))
	if cred, err := s.store(p).Credential(ctx); err != nil && !s.emulated() {
		fmt.Fprintln(p.Stdout, "Nobody is signed in: run clever-mcp login, or ask the assistant to.")
	} else if err == nil && cred.Profile == "" && !s.emulated() {
		fmt.Fprintf(p.Stdout, "This terminal is signed in by %s, which a client that is started elsewhere does not see: run clever-mcp login.\n", cred.Sources())
	}
	return nil
}

func (v *installing) undo(id string) string {
	line := "clever-mcp uninstall " + id
	if v.scope != string(clients.User) {
		line += " --scope " + v.scope
	}
	if v.name != usualName {
		line += " --name " + v.name
	}
	return line
}

func (v *installing) uninstall(ctx context.Context, p *Process, id string) error {
	c, file, err := v.target(p, id)
	if err != nil {
		return err
	}
	change, err := c.Uninstall(file, v.name)
	if err != nil {
		return &exitError{exitRefused, err}
	}
	if change.Nothing() {
		fmt.Fprintf(p.Stdout, "%s has no %s, so nothing was taken out: %s\n", c.Title, v.name, file)
		return nil
	}
	if err := v.apply(ctx, p, change); err != nil {
		return err
	}
	fmt.Fprintf(p.Stdout, "%s does not start %s any more. %s\n", c.Title, v.name, c.Restart)
	return nil
}

// apply shows a change, asks, and writes it.
func (v *installing) apply(ctx context.Context, p *Process, change *clients.Change) error {
	preview(p.Stdout, change)
	switch {
	case change.Before == nil:
		fmt.Fprintln(p.Stdout, "The file is new.")
	case change.After == nil:
		fmt.Fprintln(p.Stdout, "Nothing else is in the file, so it goes.")
	case change.Backup != "":
		fmt.Fprintf(p.Stdout, "As it was, the file is kept as %s.\n", change.Backup)
	}
	if !v.yes {
		if p.Confirm == nil {
			return &exitError{exitRefused, errors.New("nothing was changed: there is no terminal to ask at. Add --yes to write it")}
		}
		// Who ends the program at the question says no too.
		if yes, err := p.Confirm(ctx, "Write it?"); err != nil || !yes {
			return &exitError{exitRefused, errors.New("nothing was changed")}
		}
	}
	if err := change.Apply(); err != nil {
		return &exitError{exitRefused, err}
	}
	return nil
}

// pathFlags name files and folders. A client starts the server in a folder of its
// own, so they are passed on whole.
var pathFlags = [...]string{"allow-dir", "audit", "catalogue", "deploy-dir", "files", "policy", "seed", "token-dir"}

// passedOn are the flags that were set, as another process is to be given them:
// those that are wanted. For a client what the environment of this terminal says
// is not.
func passedOn(dir string, flags *pflag.FlagSet, wanted func(*pflag.Flag) bool) ([]string, error) {
	args := []string{}
	var errs []error
	flags.VisitAll(func(f *pflag.Flag) {
		if !f.Changed || f.Name == "help" || !wanted(f) {
			return
		}
		_, list := f.Value.(pflag.SliceValue)
		for _, value := range valuesOf(f) {
			if isPath(f.Name, value) && !filepath.IsAbs(value) {
				if dir == "" {
					errs = append(errs, fmt.Errorf("--%s: the working directory is not known, so name the whole path", f.Name))
				}
				value = filepath.Join(dir, value)
			}
			switch {
			case f.Value.Type() == "bool" && value == "true":
				args = append(args, "--"+f.Name)
				continue
			case list && strings.ContainsAny(value, ",\"\n"):
				value = `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
			}
			args = append(args, "--"+f.Name+"="+value)
		}
	})
	return args, errors.Join(errs...)
}

// isPath tells whether a value names a file. Seeds have names too.
func isPath(flag, value string) bool {
	for _, name := range pathFlags {
		if name == flag {
			return value != "" && (flag != "seed" || !slices.Contains(emulator.SeedNames(), value))
		}
	}
	return false
}

// refuseSecrets keeps credentials out of configurations, which are shared, synced
// and backed up.
func refuseSecrets(ctx context.Context, p *Process, s *settings, args []string) error {
	hide := tools.NewHider()
	for _, name := range credentialVariables {
		hide.Learn(p.Getenv(name))
	}
	if c, err := s.store(p).Credential(ctx); err == nil {
		for _, secret := range c.Secrets() {
			hide.Learn(secret.Reveal())
		}
	}
	for _, arg := range args {
		if strings.Contains(hide.Text(arg), "[hidden ") {
			name, _, _ := strings.Cut(arg, "=")
			return fmt.Errorf("%s holds a secret, and none belongs into the configuration of a client. Sign in with clever-mcp login and leave it out", name)
		}
	}
	return nil
}

// credentialVariables can hold what signs requests.
var credentialVariables = [...]string{"CLEVER_API_TOKEN", "CLEVER_TOKEN", "CLEVER_SECRET", "CC_OAUTH_TOKEN", "CC_OAUTH_SECRET", "CC_CONSUMER_SECRET", "OAUTH_CONSUMER_SECRET"}

// listClients prints the clients that are here, and how this server is in them.
func listClients(p *Process) error {
	var out []found
	for _, f := range p.survey() {
		if f.here || f.err != nil {
			out = append(out, f)
		}
	}
	if len(out) == 0 {
		fmt.Fprintf(p.Stdout, "None of the clients that can be set up is here: %s.\nRun clever-mcp install CLIENT for one that will be.\n", clientIDs())
		return nil
	}
	w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CLIENT\tSERVER\tFILE")
	for _, f := range out {
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.client.ID, f.servers(), f.file)
	}
	return errors.Join(w.Flush(), explain(p.Stderr, out))
}

// servers names the entries of this program.
func (f found) servers() string {
	var names []string
	for _, e := range f.ours {
		names = append(names, visible(e.Name))
	}
	switch {
	case f.err != nil:
		return "?"
	case len(names) == 0:
		return "-"
	}
	return strings.Join(names, ", ")
}

func explain(w io.Writer, all []found) error {
	for _, f := range all {
		if f.err != nil {
			if _, err := fmt.Fprintln(w, tools.Visible(f.err.Error())); err != nil {
				return err
			}
		}
	}
	return nil
}
