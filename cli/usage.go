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

// helpShows is what the help of a command is read for.
func helpShows(cmd *cobra.Command) string {
	if cmd.HasSubCommands() {
		return "the commands"
	}
	return "what it takes"
}
