package cli

import (
	"fmt"
	"strings"

	"clever-mcp/cleverapi/catalogue"

	"github.com/spf13/cobra"
)

func newSearch(p *Process, s *settings) *cobra.Command {
	var asJSON bool
	var limit int
	cmd := &cobra.Command{
		Use:   "search PHRASE",
		Short: "Find operations of the API by what you want, in English or French",
		Long: `Finds operations of Clever Cloud's API by a phrase, best first, without an account
and without the network. With --json it prints one METHOD /path a line.`,
		Example: `  clever-mcp search make the site answer on www too
  clever-mcp search factures impayées
  clever-mcp search --json who can touch our organisation`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			phrase := strings.Join(args, " ")
			known, err := s.operations()
			if err != nil {
				return cannotStart(err)
			}
			hits := known.Search(phrase, limit)
			if len(hits) == 0 {
				return &exitError{exitRefused, fmt.Errorf("no operation fits %q: name the thing (domain, add-on, invoice, log…) and what to do with it", phrase)}
			}
			for _, h := range hits {
				if asJSON {
					fmt.Fprintln(p.Stdout, h.Operation.ID)
					continue
				}
				printHit(p, known, h)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one METHOD /path a line, best first")
	cmd.Flags().IntVar(&limit, "limit", 5, "the most to print")
	return cmd
}

func printHit(p *Process, known *catalogue.Catalogue, h catalogue.Hit) {
	d, _ := known.Describe(h.Operation.ID)
	fmt.Fprintf(p.Stdout, "%s\n    %s (%s", h.Operation.ID, d.Summary, h.Operation.Effect)
	if h.Operation.Billed {
		fmt.Fprint(p.Stdout, ", costs money")
	}
	if len(d.Commands) > 0 {
		fmt.Fprintf(p.Stdout, "; clever %s", strings.Join(d.Commands, ", clever "))
	}
	fmt.Fprintln(p.Stdout, ")")
}
