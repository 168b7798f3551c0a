package cli

import (
	"context"
	"fmt"
	"strings"

	"clever-mcp/auth"
	"clever-mcp/cleverapi/emulator"
	"clever-mcp/tools"
)

const (
	passwordFile = "CLEVER_PASSWORD_FILE"
	codeFile     = "CLEVER_MFA_CODE_FILE"
)

// proofFiles reads the files that the environment names, afresh each time: a
// second factor is good for half a minute.
func proofFiles(getenv func(string) string) tools.Proofs {
	from := func(variable string) func(context.Context) (string, error) {
		return func(context.Context) (string, error) {
			path := getenv(variable)
			if path == "" {
				return "", nil
			}
			secret, err := auth.ReadSecretFile(path)
			if err != nil {
				return "", fmt.Errorf("%s: %w", variable, err)
			}
			value := strings.TrimRight(secret.Reveal(), "\r\n")
			if value == "" {
				return "", fmt.Errorf("%s: %s is empty", variable, path)
			}
			return value, nil
		}
	}
	return tools.Proofs{Password: from(passwordFile), Code: from(codeFile)}
}

// demoProofs are those of the demo account.
func demoProofs(seed *emulator.Seed) tools.Proofs {
	give := func(value string) func(context.Context) (string, error) {
		return func(context.Context) (string, error) { return value, nil }
	}
	return tools.Proofs{Password: give(seed.User.Password), Code: give("")}
}
