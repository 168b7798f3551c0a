package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"clever-mcp/cli/clients"

	"github.com/spf13/pflag"
)

// clients looks at the configurations of clients: whether they can be read, and
// whether what they start is this program.
func (d *doctor) clients(context.Context) []finding {
	var out []finding
	started := false
	for _, f := range d.p.survey() {
		if f.err != nil {
			out = append(out, finding{f.subject(), doubt, f.err.Error(), "Put the file right; " + f.client.Title + " may not read it either. What it should look like: " + f.client.Docs})
		}
		for _, e := range f.ours {
			started = true
			out = append(out, d.entry(f, e))
		}
	}
	if !started {
		out = append(out, finding{"clients", doubt, "no client that is known here starts this program", "Run clever-mcp install CLIENT; clever-mcp install lists those that are here."})
	}
	return out
}

func (f found) subject() string { return f.client.ID }

// entry says whether a client can start what it is told to start.
func (d *doctor) entry(f found, e clients.Entry) finding {
	out := finding{Subject: f.subject(), Verdict: fine}
	again := (&installing{name: e.Name, scope: string(f.scope)}).again(f.client.ID)
	path, err := d.commandOf(e)
	switch {
	case err != nil:
		out.Verdict, out.Says, out.Remedy = wrong, fmt.Sprintf("%s in %s cannot be started: %v", visible(e.Name), f.file, err), "Run "+again+"."
	case programName(e.Command) != "clever-mcp" && !sameFile(path, d.p.Executable):
		out.Verdict, out.Says, out.Remedy = doubt, fmt.Sprintf("%s in %s starts another program, %s", visible(e.Name), f.file, visible(path)), "If that is not meant: "+again+"."
	case !sameFile(path, d.p.Executable):
		out.Verdict, out.Says, out.Remedy = doubt, fmt.Sprintf("%s in %s starts another copy of this program, %s", visible(e.Name), f.file, visible(path)), "If that is not meant: "+again+"."
	case !filepath.IsAbs(e.Command):
		out.Verdict, out.Says, out.Remedy = doubt, fmt.Sprintf("%s in %s is named without its folder, which a client that the desktop starts may not find", visible(e.Name), f.file), "Run "+again+"."
	default:
		out.Says = fmt.Sprintf("%s in %s starts this program", visible(e.Name), f.file)
	}
	if out.Verdict == wrong || programName(e.Command) != "clever-mcp" {
		return out
	}
	if err := arguments(e.Args); err != nil {
		out.Verdict, out.Says, out.Remedy = wrong, fmt.Sprintf("%s in %s has arguments that this program does not take: %v", visible(e.Name), f.file, err), "Put them right; clever-mcp --help lists what there is."
	}
	return out
}

// commandOf is the file that a client starts.
func (d *doctor) commandOf(e clients.Entry) (string, error) {
	if !filepath.IsAbs(e.Command) {
		path, err := exec.LookPath(e.Command)
		if err != nil {
			return "", fmt.Errorf("there is no %s in the PATH", visible(e.Command))
		}
		return path, nil
	}
	info, err := os.Stat(e.Command)
	switch {
	case err != nil:
		return "", fmt.Errorf("there is no file %s", visible(e.Command))
	case !info.Mode().IsRegular() || privateModes && info.Mode().Perm()&0o111 == 0:
		return "", fmt.Errorf("%s is no program", visible(e.Command))
	}
	return e.Command, nil
}

// arguments are checked as the command line would; other commands than serve have
// flags of their own.
func arguments(args []string) error {
	if len(args) > 0 && args[0] == "serve" {
		args = args[1:]
	} else if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		return nil
	}
	var s settings
	var v serving
	flags := pflag.NewFlagSet("clever-mcp", pflag.ContinueOnError)
	flags.Usage = func() {}
	s.register(flags)
	v.register(flags)
	if err := flags.Parse(args); err != nil {
		return err
	}
	for _, name := range pathFlags {
		f := flags.Lookup(name)
		for _, value := range valuesOf(f) {
			if !f.Changed || !isPath(name, value) || !mustExist(name) {
				continue
			}
			if _, err := os.Stat(value); os.IsNotExist(err) {
				return fmt.Errorf("--%s: there is no file %s", name, visible(value))
			}
		}
	}
	return nil
}

// mustExist tells the files that the server reads at its start.
func mustExist(flag string) bool { return flag == "policy" || flag == "catalogue" || flag == "seed" }

// again is the command that writes an entry anew.
func (v *installing) again(id string) string {
	return strings.Replace(v.undo(id), "uninstall", "install", 1)
}
