// Package schemas holds the contract of every tool: what a client reads of it
// before it calls. A contract is generated from the Go types of the tool's
// input and output, and committed twice: as schemas/<tool>.json, so that a change
// is seen in review, and as a line of served.txt, which is what clients get, byte
// for byte. Nothing is parsed for it when the program starts.
//
// The package knows files and types, and nothing of what a tool does.
package schemas

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// served has a line for each contract: its name, its tokens and its JSON. The
// name is the tool's, with the setting that changes the contract: get_env.reveal.
//
//go:embed served.txt
var served string

// Contract is what a client reads of one tool.
type Contract struct {
	Name         string          `json:"name"`
	Title        string          `json:"title"`
	Description  string          `json:"description"`
	InputSchema  json.RawMessage `json:"inputSchema"`
	OutputSchema json.RawMessage `json:"outputSchema"`
	Annotations  Annotations     `json:"annotations"`

	// What a model pays for the tool on each request: name, description and
	// input schema in o200k tokens. Counted when the contract is generated; clients
	// do not get it.
	Tokens int `json:"tokens,omitempty"`
}

// Annotations are the hints of the protocol; all four are always set.
type Annotations struct {
	ReadOnly    bool `json:"readOnlyHint"`
	Destructive bool `json:"destructiveHint"`
	Idempotent  bool `json:"idempotentHint"`
	OpenWorld   bool `json:"openWorldHint"`
}

// Served returns the contract of a tool as clients get it.
func Served(tool string) (string, error) {
	_, line, err := find(tool)
	return line, err
}

// Load returns the committed contract of a tool.
func Load(tool string) (Contract, error) {
	tokens, line, err := find(tool)
	if err != nil {
		return Contract{}, err
	}
	var c Contract
	if err := json.Unmarshal([]byte(line), &c); err != nil {
		return Contract{}, fmt.Errorf("the contract of %s in schemas/served.txt: %w", tool, err)
	}
	c.Tokens, err = strconv.Atoi(tokens)
	return c, err
}

func find(tool string) (tokens, line string, err error) {
	for line := range strings.Lines(served) {
		if rest, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), tool+" "); ok {
			tokens, line, _ := strings.Cut(rest, " ")
			return tokens, line, nil
		}
	}
	return "", "", fmt.Errorf("tool %s has no contract: run go generate ./tools, which writes schemas/%s.json", tool, tool)
}
