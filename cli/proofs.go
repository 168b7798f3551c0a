package cli

import (
	"context"
	"fmt"
	"strings"

	"clever-mcp/auth"
	"clever-mcp/cleverapi/emulator"
)

// proofs are what making an API token needs besides a login. They come from
// where the operator said, never from a call.
type proofs struct {
	password, code func(context.Context) (string, error)
}

const (
	passwordFile = "CLEVER_PASSWORD_FILE"
	codeFile     = "CLEVER_MFA_CODE_FILE"
)

// proofFiles reads the files that the environment names, afresh each time: a
// second factor is good for half a minute.
func proofFiles(getenv func(string) string) proofs {
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
	return proofs{password: from(passwordFile), code: from(codeFile)}
}

// demoProofs are those of the demo account.
func demoProofs(seed *emulator.Seed) proofs {
	give := func(value string) func(context.Context) (string, error) {
		return func(context.Context) (string, error) { return value, nil }
	}
	return proofs{password: give(seed.User.Password), code: give("")}
}
