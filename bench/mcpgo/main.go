// Command mcpgo is the simplest server that mcp-go makes, with every default: one
// tool, which passes the body of a request on. It is what clever-mcp is measured
// against, and nothing else.
package main

import (
	"context"
	"io"
	"log"
	"net/http"
	"os"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

func main() {
	api := os.Getenv("API")
	s := server.NewMCPServer("mcpgo", "1", server.WithToolCapabilities(false))
	s.AddTool(mcp.NewTool("get", mcp.WithString("path", mcp.Required())),
		func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			resp, err := http.Get(api + r.GetString("path", ""))
			if err != nil {
				return nil, err
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				return nil, err
			}
			return mcp.NewToolResultText(string(body)), nil
		})
	var err error
	if len(os.Args) > 1 {
		err = server.NewStreamableHTTPServer(s).Start(os.Args[1])
	} else {
		err = server.ServeStdio(s)
	}
	if err != nil {
		log.Fatal(err)
	}
}
