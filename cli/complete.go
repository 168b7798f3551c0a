package cli

import (
	"slices"

	"clever-mcp/auth"
	"clever-mcp/cleverapi/emulator"
	"clever-mcp/tools"

	"github.com/spf13/cobra"
)

// completeFlags tells a shell the choices of the flags that have some. Those of
// the others are files, or nothing that is known here.
func completeFlags(root *cobra.Command) {
	all := names(tools.All())
	var sets []string
	for _, t := range tools.All() {
		sets = append(sets, t.Spec().Toolset)
	}
	slices.Sort(sets)
	for flag, choices := range map[string][]string{
		"seed": emulator.SeedNames(), "toolsets": slices.Compact(sets), "tools": all, "without": all,
		"confirm": {string(tools.ConfirmAny), string(tools.ConfirmElicit)},
		"sign":    {string(auth.HMACSHA512), string(auth.HMACSHA1), string(auth.Plaintext)},
	} {
		// It fails only for a flag that does not exist, which TestCompletion sees.
		_ = root.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(choices, cobra.ShellCompDirectiveNoFileComp))
	}
}
