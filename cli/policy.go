package cli

import (
	_ "embed"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

//go:embed policy_example.yaml
var policyExample string

func newPolicy(p *Process, s *settings) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Show what an assistant may do with these settings, and where each comes from",
		Long: `Prints the policy that holds with these flags, this environment and the file of
--policy, and for each setting where it comes from. A start that this command
refuses, serve refuses too.

A policy file is the operator's upper bound: flags and the environment can narrow
it and never widen it. It must not be writable for other users.`,
		Example: `  clever-mcp policy example > policy.yaml
  clever-mcp policy --policy policy.yaml --read-only`,
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			quiet := *p
			quiet.Stderr = discard{}
			bare := *s
			bare.audit = "" // showing a policy is no call
			o, err := open(&quiet, &bare)
			if err != nil {
				return cannotStart(err)
			}
			return s.print(p, cmd.Flags(), len(o.runner.Served()))
		},
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "example",
		Short: "Print a policy file with every setting and what it means",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprint(p.Stdout, policyExample)
			return nil
		},
	})
	return cmd
}

// print shows each setting of the policy, what it is and why.
func (s *settings) print(p *Process, flags *pflag.FlagSet, tools int) error {
	w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SETTING\tVALUE\tFROM")
	for _, k := range policyKeys() {
		f := flags.Lookup(k.flag)
		for _, line := range s.lines(k, f) {
			fmt.Fprintf(w, "%s\t%s\t%s\n", k.name, line[0], line[1])
		}
	}
	fmt.Fprintf(w, "\t\t\n%d tools are on; clever-mcp tools lists them.\n", tools)
	return w.Flush()
}

// lines are the values of a setting, each with its source: two where both the
// file and a flag hold.
func (s *settings) lines(k policyKey, f *pflag.Flag) [][2]string {
	inFile := ""
	if k.name == "confirm" && f.Value.String() == "" {
		return [][2]string{{"any; elicit where other machines can call", "default"}}
	}
	if here := f.Annotations[fromPolicy]; len(here) > 0 {
		inFile = "policy " + here[0]
	}
	var out [][2]string
	add := func(values []string, from string) { out = append(out, [2]string{shown(values), from}) }
	switch {
	case inFile != "" && k.within == nil:
		add(s.ofPolicy(k.name), inFile)
		if f.Changed {
			add(valuesOf(f), "and "+cameFrom(f))
		}
	case inFile != "" && !f.Changed:
		add(valuesOf(f), inFile)
	case inFile != "":
		add(valuesOf(f), cameFrom(f)+", narrower than "+inFile)
	default:
		add(valuesOf(f), cameFrom(f))
	}
	return out
}

func shown(values []string) string {
	text := strings.Join(values, ", ")
	if text == "" {
		return "–"
	}
	return text
}
