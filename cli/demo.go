package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"clever-mcp/server"
	"clever-mcp/tools"

	"github.com/spf13/cobra"
)

func newDemo(p *Process, s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "See it work in a minute, without an account",
		Long: `Starts an emulated Clever Cloud and the MCP server on it, connects a real MCP
client, calls every basic tool and shows question and answer. Nothing leaves the
process, and nothing needs an account.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s.demo = true
			return demo(cmd.Context(), p, s)
		},
	}
}

// scene is one question of the demonstration.
type scene struct {
	asks string // what a person would say
	tool string
	args string
	note string // what to look at in the answer
}

var scenes = []scene{
	{"Who am I, and what may you do?", "get_self", `{}`, "One call: user, organisations with roles, the credential and what is switched off."},
	{"Which of our applications are broken?", "list_apps", `{"state":"failed"}`, "All owners at once, the state worked out from instances and deployments."},
	{"Where in the European Union can I run an application?", "list_zones", `{"tags":["region:eu","for:applications"]}`, "Filtered by what the zones say of themselves."},
	{"Make a token for our CI, good for a week.", "create_token", `{"name":"ci-deploy","description":"pipeline","expires":"7d"}`, "The value went to a file that only you can read; it was never in this conversation."},
	{"Which e-mail address is the account under? Ask the API itself.", "raw_request", `{"method":"GET","path":"/v2/self","select":"{email, lang, preferredMFA}"}`, "Any operation of the API, signed; jq keeps the answer short."},
}

func demo(ctx context.Context, p *Process, s *settings) error {
	quiet := *p
	quiet.Stderr = discard{}
	o, err := open(&quiet, s)
	if err != nil {
		return cannotStart(err)
	}
	srv, err := newServer(o, nil)
	if err != nil {
		return cannotStart(err)
	}
	client, err := server.Dial(ctx, srv)
	if err != nil {
		return cannotStart(err)
	}
	defer client.Close()
	list, err := client.ListTools(ctx)
	if err != nil {
		return cannotStart(err)
	}
	w := p.Stdout
	fmt.Fprintf(w, "clever-mcp on an emulated Clever Cloud: nothing here needs an account or leaves this process.\nA real MCP client is connected and sees %d tools.\n", len(list))
	for i, sc := range scenes {
		fmt.Fprintf(w, "\n%d. “%s”\n   %s %s\n", i+1, sc.asks, sc.tool, sc.args)
		res, err := client.CallTool(ctx, sc.tool, json.RawMessage(sc.args))
		if err != nil {
			return &exitError{exitRefused, err}
		}
		if res.IsError {
			return &exitError{exitRefused, fmt.Errorf("%s: %s", sc.tool, res.Text)}
		}
		fmt.Fprintf(w, "%s\n   %s\n", inset(tools.Indent(json.RawMessage(res.Text)), 40), sc.note)
	}
	program, err := p.lasting()
	if err != nil {
		program = "clever-mcp"
	}
	fmt.Fprint(w, "\n"+paste(program))
	return nil
}

// inset indents an answer and cuts it where a person has seen enough.
func inset(text string, most int) string {
	lines := strings.Split(text, "\n")
	if more := len(lines) - most; more > 1 {
		lines = append(lines[:most], fmt.Sprintf("… %d more lines", more))
	}
	return "   | " + strings.Join(lines, "\n   | ")
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

// paste is what a person copies into a client next.
func paste(program string) string {
	quoted, _ := json.Marshal(program)
	return fmt.Sprintf(`Next, connect your own client. Sign in with clever-mcp login, or use the login of the clever CLI;
add "--demo" to the arguments to go on with this emulated account.

  Any of nine      %[1]s install; it writes into the client's configuration, and asks first
  Claude Code      claude mcp add clever-cloud -- %[1]s
  Claude Desktop,  "mcpServers": { "clever-cloud": { "command": %[2]s, "args": [] } }
  Cursor
  VS Code          "servers": { "clever-cloud": { "type": "stdio", "command": %[2]s, "args": [] } }
  Over HTTP        %[1]s serve --http 127.0.0.1:8080

With go install . the program is in $(go env GOPATH)/bin; without it, use its full path.
`, program, quoted)
}
