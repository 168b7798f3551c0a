package cli

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"clever-mcp/tools"
)

// environmentDocs is what the environment can say that is no flag.
const environmentDocs = `## Variables that are no flags

| variable | |
|---|---|
| ` + "`CLEVER_API_TOKEN`" + ` | an API token; requests then go to the auth bridge |
| ` + "`CLEVER_TOKEN`, `CLEVER_SECRET`" + ` | an OAuth 1 token, as the clever CLI reads them |
| ` + "`CC_OAUTH_TOKEN`, `CC_OAUTH_SECRET`, `CC_CONSUMER_KEY`, `CC_CONSUMER_SECRET`" + ` | the same, as the Go client and the Terraform provider read them |
| ` + "`OAUTH_CONSUMER_KEY`, `OAUTH_CONSUMER_SECRET`" + ` | another consumer than that of the clever CLI |
| ` + "`API_HOST`, `AUTH_BRIDGE_HOST`, `CONSOLE_URL`" + ` | another Clever Cloud, such as the emulator |
| ` + "`CONFIGURATION_FILE`" + ` | another place of clever-tools.json |
| ` + "`CLEVER_PASSWORD_FILE`" + ` | file with the account's password, for create_token |
| ` + "`CLEVER_MFA_CODE_FILE`" + ` | file with a fresh two-factor code, for create_token |
| ` + "`HTTPS_PROXY`, `NO_PROXY`" + ` | a proxy on the way to Clever Cloud; TLS ends at Clever Cloud |
`

// argumentTable says what a tool takes, from its contract.
func argumentTable(t *testing.T, c tools.Contract) string {
	t.Helper()
	var schema struct {
		Properties map[string]struct {
			Type        any    `json:"type"`
			Description string `json:"description"`
			Enum        []any  `json:"enum"`
		} `json:"properties"`
		Required []string `json:"required"`
	}
	if err := json.Unmarshal(c.InputSchema, &schema); err != nil {
		t.Fatal(err)
	}
	if len(schema.Properties) == 0 {
		return "It takes no arguments.\n"
	}
	var b strings.Builder
	b.WriteString("| argument | type | |\n|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		p := schema.Properties[name]
		kind := fmt.Sprint(p.Type)
		if list, ok := p.Type.([]any); ok {
			kind = strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ", "), "[]")
		}
		about := p.Description
		if len(p.Enum) > 0 {
			about += " One of " + strings.Trim(strings.ReplaceAll(fmt.Sprint(p.Enum), " ", ", "), "[]") + "."
		}
		if slices.Contains(schema.Required, name) {
			name = "**" + name + "**"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name, kind, strings.ReplaceAll(strings.TrimSpace(about), "|", `\|`))
	}
	return b.String()
}
