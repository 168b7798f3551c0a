package auth

import (
	"path/filepath"
	"strings"
)

// ReadSecretFile reads a file that holds one secret, under the same rules as a
// file of credentials. A line break at its end does not belong to the secret.
func ReadSecretFile(path string) (Secret, error) {
	data, _, err := readFile(filepath.Clean(path), path)
	if err != nil {
		return Secret{}, err
	}
	return NewSecret(strings.TrimRight(string(data), "\r\n")), nil
}
