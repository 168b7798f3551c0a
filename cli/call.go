package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"clever-mcp/tools"

	"github.com/spf13/cobra"
)

func newCall(p *Process, s *settings) *cobra.Command {
	var asJSON bool
	var image string
	cmd := &cobra.Command{
		Use:   "call TOOL [NAME=VALUE | NAME:=JSON]...",
		Short: "Run one tool here, without a client",
		Long: `Runs one tool and prints its result. Arguments are NAME=VALUE; a name that is
given twice makes a list; NAME:=JSON gives any other value. A single - reads the
arguments as one JSON object from standard input.

What destroys asks first: type the name of what is to go.`,
		Example: `  clever-mcp call list_apps owner=acme
  clever-mcp call list_zones tags=region:eu tags=for:applications
  clever-mcp call raw_request method=GET path=/v2/self 'select=.email'
  clever-mcp call list_apps --demo --json | jq -r '.owners[].apps[]'`,
		Args: cobra.MinimumNArgs(1),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return names(tools.All()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			arguments, err := parseArguments(args[1:], p.Stdin)
			if err != nil {
				return err
			}
			// A person at a terminal wants the answer; the log is for --verbose.
			quiet := *p
			if !s.verbose {
				quiet.Stderr = discard{}
			}
			o, err := open(&quiet, s)
			if err != nil {
				return cannotStart(err)
			}
			defer func() { _ = o.audit.close() }()
			o.deps.Settings.OneShot = true
			return call(cmd.Context(), p, o.runner, args[0], arguments, asJSON, image)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the result as one line of JSON")
	cmd.Flags().StringVar(&image, "image", "", "new file for the picture that a result comes with, as of get_metrics plot:=true")
	return cmd
}

func names(set []tools.Any) []string {
	out := make([]string, 0, len(set))
	for _, t := range set {
		out = append(out, t.Spec().Name)
	}
	return out
}

func call(ctx context.Context, p *Process, runner *tools.Runner, tool string, args json.RawMessage, asJSON bool, image string) error {
	terminal := isTerminal(p.Stdin) && isTerminal(p.Stderr)
	caller := tools.Caller{ID: "terminal", Elicit: terminal}
	if terminal {
		caller.Progress = func(s tools.Step) { fmt.Fprintf(p.Stderr, "… %s\n", s.Message) }
	}
	res := runner.Call(ctx, tool, args, caller)
	if res.Ask != nil {
		answer, err := ask(p, res.Ask)
		if err != nil {
			return err
		}
		caller.Answer = answer
		res = runner.Call(ctx, tool, args, caller)
	}
	if res.IsError {
		fmt.Fprintln(p.Stderr, res.Text)
		return said(exitRefused)
	}
	if err := saveImage(p, res.Images, image); err != nil {
		return err
	}
	if asJSON {
		fmt.Fprintln(p.Stdout, string(res.Structured))
	} else {
		fmt.Fprintln(p.Stdout, tools.Indent(res.Structured))
	}
	return nil
}

// saveImage writes the picture of a result where the user wants it, never over
// an existing file. A terminal cannot show it.
func saveImage(p *Process, images []tools.Image, path string) error {
	switch {
	case len(images) == 0 && path != "":
		return fmt.Errorf("--image: this result has no picture. get_metrics with plot:=true has one")
	case len(images) == 0:
		return nil
	case path == "":
		fmt.Fprintln(p.Stderr, "The result has a picture: --image FILE saves it.")
		return nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("--image: %w. Name a new file", err)
	}
	if _, err := f.Write(images[0].Data); err != nil {
		f.Close()
		return fmt.Errorf("--image: %w", err)
	}
	return f.Close()
}

func ask(p *Process, q *tools.Question) (*tools.Answer, error) {
	fmt.Fprintf(p.Stderr, "%s\n%s: ", q.Message, q.Label)
	line, err := bufio.NewReader(p.Stdin).ReadString('\n')
	if err != nil && line == "" {
		return nil, &exitError{exitRefused, fmt.Errorf("nothing was typed, so nothing was done")}
	}
	return &tools.Answer{State: q.State, Action: "accept", Text: strings.TrimSpace(line)}, nil
}

func cut(s string) (name, value string, ok bool) { return strings.Cut(s, "=") }

// parseArguments makes the arguments of a tool out of words.
func parseArguments(words []string, stdin io.Reader) (json.RawMessage, error) {
	if len(words) == 1 && words[0] == "-" {
		raw, err := io.ReadAll(io.LimitReader(stdin, 4<<20))
		if err != nil {
			return nil, err
		}
		return raw, nil
	}
	args := map[string]any{}
	for _, w := range words {
		name, value, ok := cut(w)
		if !ok || name == "" || name == ":" {
			return nil, fmt.Errorf("%q is not NAME=VALUE or NAME:=JSON", w)
		}
		if name, raw := strings.CutSuffix(name, ":"); raw {
			if !json.Valid([]byte(value)) {
				return nil, fmt.Errorf("the value of %s is not JSON; for a plain text write %s=VALUE", name, name)
			}
			args[name] = json.RawMessage(value)
			continue
		}
		switch before := args[name].(type) {
		case nil:
			args[name] = value
		case string:
			args[name] = []string{before, value}
		case []string:
			args[name] = append(before, value)
		default:
			return nil, fmt.Errorf("%s is given twice", name)
		}
	}
	return json.Marshal(args)
}
