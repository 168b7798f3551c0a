// Package clients knows the programs that start MCP servers: where each keeps its
// list of servers, in which form, and how to put an entry in and take it out
// again without touching anything else.
//
// It knows files and their formats, and nothing of what our server does.
package clients

import (
	"fmt"
	"slices"
	"strings"
)

// Scope says whom an entry is for.
type Scope string

const (
	User    Scope = "user"    // every project of the person
	Project Scope = "project" // the working directory
)

// Entry is one server in a client's configuration. No secret belongs in it: the
// files are shared and backed up.
type Entry struct {
	Name    string
	Command string // absolute
	Args    []string
}

// Client is one program that starts MCP servers.
type Client struct {
	ID, Title string
	// Docs is where its makers describe the file.
	Docs string
	// Restart says when it sees a change.
	Restart string

	user    func(Place) string
	project func(Place) string // nil: it has none
	format  format
}

// All are the clients that can be set up, by their id.
func All() []Client {
	return []Client{
		{
			ID: "claude-code", Title: "Claude Code", Docs: "https://code.claude.com/docs/en/mcp", Restart: "Start a new session.",
			user:    func(p Place) string { return p.under("CLAUDE_CONFIG_DIR", p.Home, ".claude.json") },
			project: func(p Place) string { return p.here(".mcp.json") },
			format:  jsonObject{path: []string{"mcpServers"}, kind: "stdio"},
		},
		{
			ID: "claude-desktop", Title: "Claude Desktop", Docs: "https://modelcontextprotocol.io/docs/develop/connect-local-servers", Restart: "Quit it and start it again.",
			user:   func(p Place) string { return p.settings("Claude", "claude_desktop_config.json") },
			format: jsonObject{path: []string{"mcpServers"}},
		},
		{
			ID: "codex", Title: "Codex CLI", Docs: "https://developers.openai.com/codex/mcp", Restart: "Start a new session.",
			user:    func(p Place) string { return p.under("CODEX_HOME", p.home(".codex"), "config.toml") },
			project: func(p Place) string { return p.here(".codex", "config.toml") },
			format:  tomlTable{table: "mcp_servers"},
		},
		{
			ID: "cursor", Title: "Cursor", Docs: "https://cursor.com/docs/context/mcp", Restart: "It sees the change at once.",
			user:    func(p Place) string { return p.home(".cursor", "mcp.json") },
			project: func(p Place) string { return p.here(".cursor", "mcp.json") },
			format:  jsonObject{path: []string{"mcpServers"}},
		},
		{
			ID: "gemini", Title: "Gemini CLI", Docs: "https://github.com/google-gemini/gemini-cli/blob/main/docs/tools/mcp-server.md", Restart: "Start a new session.",
			user:    func(p Place) string { return p.home(".gemini", "settings.json") },
			project: func(p Place) string { return p.here(".gemini", "settings.json") },
			format:  jsonObject{path: []string{"mcpServers"}},
		},
		{
			ID: "goose", Title: "Goose", Docs: "https://block.github.io/goose/docs/getting-started/using-extensions", Restart: "Start a new session.",
			user: func(p Place) string {
				if p.OS == "windows" {
					return p.join(p.appData(), "Block", "goose", "config", "config.yaml")
				}
				return p.join(p.xdgConfig(), "goose", "config.yaml")
			},
			format: yamlMapping{key: "extensions"},
		},
		{
			ID: "vscode", Title: "VS Code", Docs: "https://code.visualstudio.com/docs/copilot/customization/mcp-servers", Restart: "It asks to start the server.",
			user:    func(p Place) string { return p.settings("Code", "User", "mcp.json") },
			project: func(p Place) string { return p.here(".vscode", "mcp.json") },
			format:  jsonObject{path: []string{"servers"}, kind: "stdio"},
		},
		{
			ID: "windsurf", Title: "Windsurf", Docs: "https://docs.windsurf.com/windsurf/cascade/mcp", Restart: "Press the refresh button of its MCP list.",
			user:   func(p Place) string { return p.home(".codeium", "windsurf", "mcp_config.json") },
			format: jsonObject{path: []string{"mcpServers"}},
		},
		{
			ID: "zed", Title: "Zed", Docs: "https://zed.dev/docs/ai/mcp", Restart: "It sees the change at once.",
			user: func(p Place) string {
				if p.OS == "windows" {
					return p.join(p.appData(), "Zed", "settings.json")
				}
				return p.join(p.xdgConfig(), "zed", "settings.json")
			},
			project: func(p Place) string { return p.here(".zed", "settings.json") },
			format:  jsonObject{path: []string{"context_servers"}},
		},
	}
}

// ByID returns the client of that id.
func ByID(id string) (Client, error) {
	var ids []string
	for _, c := range All() {
		if c.ID == id {
			return c, nil
		}
		ids = append(ids, c.ID)
	}
	return Client{}, fmt.Errorf("there is no client %q; there are %s", id, strings.Join(ids, ", "))
}

// File is where the client keeps its servers.
func (c Client) File(p Place, scope Scope) (string, error) {
	switch {
	case scope == User:
		return c.user(p), nil
	case scope == Project && c.project != nil:
		return c.project(p), nil
	case scope == Project:
		return "", fmt.Errorf("%s has no configuration of a project: leave --scope out", c.Title)
	}
	return "", fmt.Errorf("there is no scope %q; there are user, project", scope)
}

// Find reads an entry of the client's configuration; ok is false when there is none.
func (c Client) Find(content []byte, name string) (e Entry, ok bool, err error) {
	all, err := c.format.entries(content)
	if err != nil {
		return Entry{}, false, err
	}
	if i := slices.IndexFunc(all, func(e Entry) bool { return e.Name == name }); i >= 0 {
		return all[i], true, nil
	}
	return Entry{}, false, nil
}

// Entries reads the servers of a client's file, as far as they are programs to
// start. exists is false when there is no file.
func (c Client) Entries(file string) (all []Entry, exists bool, err error) {
	change, err := read(file)
	if err != nil || change.Before == nil {
		return nil, false, err
	}
	if all, err = c.format.entries(change.Before); err != nil {
		err = fmt.Errorf("%s cannot be read: %w", file, err)
	}
	return all, true, err
}

// Snippet is what a person would write into the file by hand.
func (c Client) Snippet(e Entry) string {
	out, err := c.format.put(nil, e)
	if err != nil {
		return err.Error() // an empty file takes every entry
	}
	return string(out)
}

// format is a form of configuration. put and drop change nothing but the entry;
// put replaces one of the same name.
type format interface {
	entries(content []byte) ([]Entry, error)
	put(content []byte, e Entry) ([]byte, error)
	drop(content []byte, name string) ([]byte, error)
	// rest decodes everything but the entry, to compare before with after.
	rest(content []byte, name string) (any, error)
}
