package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"clever-mcp/tools"

	"github.com/spf13/cobra"
)

func newTools(p *Process, s *settings) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "tools [TOOL]",
		Short: "List the tools, what each does and what it costs a model in tokens",
		Long: `Lists the tools that these settings switch on, with their effect and the tokens
that a model pays for each on every request. With a name, prints the contract of
that tool as clients read it.`,
		Args:              cobra.MaximumNArgs(1),
		ValidArgsFunction: cobra.FixedCompletions(names(tools.All()), cobra.ShellCompDirectiveNoFileComp),
		RunE: func(_ *cobra.Command, args []string) error {
			set, off, err := s.selected()
			if err != nil {
				return cannotStart(err)
			}
			deps := &tools.Deps{}
			if err := s.checkProfiles(); err != nil {
				return err
			}
			if s.profiles == allProfiles {
				deps.Profiles = &tools.Profiles{}
			}
			runner, err := tools.NewRunner(set, deps)
			if err != nil {
				return cannotStart(err)
			}
			contracts, err := runner.Contracts()
			if err != nil {
				return cannotStart(err)
			}
			if len(args) == 1 {
				return printContract(p, contracts, args[0])
			}
			if asJSON {
				return json.NewEncoder(p.Stdout).Encode(contracts)
			}
			return printTools(p, set, contracts, off)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the contracts as JSON")
	return cmd
}

func printContract(p *Process, contracts []tools.Contract, name string) error {
	for _, c := range contracts {
		if c.Name == name {
			raw, err := json.Marshal(c)
			if err != nil {
				return err
			}
			fmt.Fprintln(p.Stdout, tools.Indent(raw))
			return nil
		}
	}
	return fmt.Errorf("there is no tool %q", name)
}

func printTools(p *Process, set []tools.Any, contracts []tools.Contract, off []string) error {
	w := tabwriter.NewWriter(p.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "TOOL\tSET\tEFFECT\tTOKENS\tWHAT")
	total := 0
	for i, c := range contracts {
		spec := set[i].Spec()
		total += c.Tokens
		first, _, _ := strings.Cut(c.Description, ". ")
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n", c.Name, spec.Toolset, spec.Effect, c.Tokens, strings.TrimSuffix(first, ".")+".")
	}
	fmt.Fprintf(w, "\t\t\t%d\t%d tools\n", total, len(set))
	if err := w.Flush(); err != nil {
		return err
	}
	if len(off) > 0 {
		fmt.Fprintf(p.Stdout, "Switched off: %s\n", strings.Join(off, ", "))
	}
	return nil
}
