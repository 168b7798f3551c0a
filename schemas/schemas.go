// Package schemas holds the contract of every tool: what a client reads of it
// before it calls. A contract is generated from the Go types of the tool's
// input and output, committed as schemas/<tool>.json so that a change is seen
// in review, and served as it stands.
//
// The package knows files and types, and nothing of what a tool does.
package schemas

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"sort"
	"strings"
)

//go:embed *.json
var files embed.FS

// Contract is what a client reads of one tool.
type Contract struct {
	Name         string          `json:"name"`
	Title        string          `json:"title"`
	Description  string          `json:"description"`
	InputSchema  json.RawMessage `json:"inputSchema"`
	OutputSchema json.RawMessage `json:"outputSchema"`
	Annotations  Annotations     `json:"annotations"`

	// What a model pays for the tool on each request: name, description and
	// input schema in o200k tokens. Counted when the contract is generated.
	Tokens int `json:"tokens"`
}

// Annotations are the hints of the protocol; all four are always set.
type Annotations struct {
	ReadOnly    bool `json:"readOnlyHint"`
	Destructive bool `json:"destructiveHint"`
	Idempotent  bool `json:"idempotentHint"`
	OpenWorld   bool `json:"openWorldHint"`
}

// Load returns the committed contract of a tool.
func Load(tool string) (Contract, error) {
	raw, err := files.ReadFile(tool + ".json")
	if err != nil {
		return Contract{}, fmt.Errorf("tool %s has no contract: run go generate ./tools, which writes schemas/%s.json", tool, tool)
	}
	var c Contract
	if err := json.Unmarshal(raw, &c); err != nil {
		return Contract{}, fmt.Errorf("schemas/%s.json: %w", tool, err)
	}
	return c, nil
}

// Names returns the tools that have a contract, sorted.
func Names() []string {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".json"))
	}
	sort.Strings(names)
	return names
}
