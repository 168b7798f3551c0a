package cli

import (
	"fmt"
	"slices"
	"strings"

	"clever-mcp/tools"

	"github.com/spf13/cobra"
)

// noCommand refuses a word that is no command, and names what is probably meant.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	said := fmt.Sprintf("there is no command %q", args[0])
	if slices.Contains(names(tools.All()), args[0]) {
		return fmt.Errorf("%s, but a tool: clever-mcp call %s", said, args[0])
	}
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return fmt.Errorf("%s. Did you mean %s?", said, strings.Join(near, " or "))
	}
	return fmt.Errorf("%s", said)
}

// explainArguments has each command name the arguments that it takes when their
// number is wrong: the library only counts them.
func explainArguments(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		explainArguments(sub)
	}
	check := cmd.Args
	if check == nil || cmd.HasSubCommands() {
		return
	}
	_, takes, _ := strings.Cut(cmd.Use, " ")
	if takes == "" {
		takes = "no arguments"
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if check(cmd, args) != nil {
			return fmt.Errorf("%s takes %s", cmd.CommandPath(), takes)
		}
		return nil
	}
}

// seeHelp names the help of a command, and what it is read for.
func seeHelp(cmd *cobra.Command) string {
	shows := "what it takes"
	if cmd.HasSubCommands() {
		shows = "the commands"
	}
	return fmt.Sprintf("Run %s --help to see %s", cmd.CommandPath(), shows)
}

// refuseUnknownTopics has the library's own two commands, help and completion, fail
// when they are asked for what there is not: they print something else and succeed.
func refuseUnknownTopics(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.RunE = func(_ *cobra.Command, args []string) error {
				about, rest, err := root.Find(args)
				if err == nil && len(rest) > 0 {
					err = noCommand(about, rest)
				}
				if err != nil {
					return &exitError{exitUsage, fmt.Errorf("%w\n%s", err, seeHelp(about))}
				}
				about.InitDefaultHelpFlag()
				about.InitDefaultVersionFlag()
				return about.Help()
			}
		case "completion":
			var shells []string
			for _, shell := range cmd.Commands() {
				shells = append(shells, shell.Name())
			}
			cmd.Args = func(_ *cobra.Command, args []string) error {
				if len(args) > 0 {
					return fmt.Errorf("there is no completion for %q; there is for %s", args[0], strings.Join(shells, ", "))
				}
				return nil
			}
			cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
	}
}

// usage is what the help of a command says after its description: what is its own.
// The flags of every command are so many that they are listed once, in the help of
// the program. It is no template: see root.Version.
func usage(cmd *cobra.Command) error {
	var b strings.Builder
	b.WriteString("Usage:\n")
	if cmd.Runnable() {
		b.WriteString("  " + cmd.UseLine() + "\n")
	}
	commands := cmd.HasAvailableSubCommands()
	if commands {
		b.WriteString("  " + cmd.CommandPath() + " [command]\n")
	}
	if cmd.HasExample() {
		b.WriteString("\nExamples:\n" + cmd.Example + "\n")
	}
	if commands {
		b.WriteString("\nCommands:\n")
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() || sub.Name() == "help" {
				fmt.Fprintf(&b, "  %-*s %s\n", sub.NamePadding(), sub.Name(), sub.Short)
			}
		}
	}
	if own := cmd.LocalNonPersistentFlags(); own.HasAvailableFlags() {
		b.WriteString("\nFlags:\n" + own.FlagUsages())
	}
	switch {
	case !cmd.HasParent():
		b.WriteString("\nGlobal flags, of every command:\n" + cmd.PersistentFlags().FlagUsages())
	case cmd.HasAvailableInheritedFlags():
		fmt.Fprintf(&b, "\nGlobal flags, such as --demo, --profile and --read-only: see %s --help\n", cmd.Root().Name())
	}
	if commands {
		fmt.Fprintf(&b, "\nMore about a command: %s [command] --help\n", cmd.CommandPath())
	}
	_, err := fmt.Fprint(cmd.OutOrStderr(), b.String())
	return err
}
