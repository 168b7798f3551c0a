// Clever-mcp is a Model Context Protocol server through which an assistant runs
// a Clever Cloud account. See README.md.
package main

import (
	"os"

	"clever-mcp/cli"
)

func main() { os.Exit(cli.Main()) }
