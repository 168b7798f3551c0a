package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"clever-mcp/auth"
	"clever-mcp/tools"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// verdict says how bad a finding is.
type verdict string

const (
	fine    verdict = "ok"
	doubt   verdict = "warning" // it works, and should be better
	wrong   verdict = "problem" // something does not work
	skipped verdict = "skipped" // nothing is known, because of something else
)

// finding is one thing that was looked at.
type finding struct {
	Subject string  `json:"subject"`
	Verdict verdict `json:"verdict"`
	Says    string  `json:"says"`
	Remedy  string  `json:"remedy,omitempty"` // what to do about it
}

// diagnosis is what doctor found.
type diagnosis struct {
	Version  string    `json:"version"`
	Go       string    `json:"go"`
	System   string    `json:"system"`
	Problems int       `json:"problems"`
	Warnings int       `json:"warnings"`
	Findings []finding `json:"findings"`
}

// doctor looks at one set-up.
type doctor struct {
	p     *Process
	s     *settings
	flags *pflag.FlagSet
	store *auth.Store
	hide  *tools.Hider
}

// The longest that one examination takes; they are made at the same time.
const examination = 10 * time.Second

func newDoctor(p *Process, s *settings) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Look for what is wrong with this set-up",
		Long: `Looks at the login, the way to Clever Cloud, how requests can be signed, who can
read the files with secrets, the clients that start this program, and at the server
itself, which it starts as a client would. Each finding comes with what to do about it.

It changes nothing in the account or in a client, and shows no secret, email or name of the account: its output can
be given to others. It takes ten seconds at most, without a network too.

Exit codes: 0 nothing is wrong (there may be warnings), 1 there is a problem, 2 the command
line is wrong, 3 the settings cannot be used.`,
		Example: `  clever-mcp doctor
  clever-mcp doctor --json | jq '.findings[] | select(.verdict == "problem")'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d := &doctor{p: p, s: s, flags: cmd.InheritedFlags(), store: s.store(p), hide: tools.NewHider()}
			found := d.examine(cmd.Context())
			if err := found.print(p, asJSON); err != nil {
				return err
			}
			if found.Problems > 0 {
				return said(exitRefused)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return cmd
}

// examine makes all examinations at the same time.
func (d *doctor) examine(ctx context.Context) *diagnosis {
	ctx, cancel := context.WithTimeout(ctx, examination)
	defer cancel()
	parts := []func(context.Context) []finding{d.account, d.files, d.clients, d.server}
	found := make([][]finding, len(parts))
	var all sync.WaitGroup
	for i, part := range parts {
		all.Go(func() { found[i] = part(ctx) })
	}
	all.Wait()
	out := &diagnosis{Version: version(), Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH, Findings: []finding{}}
	for _, part := range found {
		for _, f := range part {
			f.Says, f.Remedy = d.shown(f.Says), d.shown(f.Remedy)
			switch f.Verdict {
			case wrong:
				out.Problems++
			case doubt:
				out.Warnings++
			}
			out.Findings = append(out.Findings, f)
		}
	}
	return out
}

// shown hides secrets, and the name of the user in paths.
func (d *doctor) shown(text string) string {
	if home := d.p.place().Home; len(home) > 1 {
		text = strings.ReplaceAll(text, home+"/", "~/")
		text = strings.ReplaceAll(text, home+`\`, `~\`)
	}
	return strings.ReplaceAll(strings.TrimSpace(d.hide.Text(text)), "\n", " ")
}

func (o *diagnosis) print(p *Process, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(p.Stdout)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(o)
	}
	fmt.Fprintf(p.Stdout, "clever-mcp %s (%s, %s)\n\n", o.Version, o.Go, o.System)
	w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	for _, f := range o.Findings {
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.Verdict, f.Subject, f.Says)
		if f.Remedy != "" {
			fmt.Fprintf(w, "\t\t→ %s\n", f.Remedy)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(p.Stdout, "\n%s; %s.\n", counted(o.Problems, "problem"), counted(o.Warnings, "warning"))
	return err
}

func counted(n int, what string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
