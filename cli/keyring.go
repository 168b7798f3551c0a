package cli

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"

	"clever-mcp/auth"

	"github.com/zalando/go-keyring"
)

// keyringService is the name under which the keyring shows what is ours.
const keyringService = "clever-mcp"

func tokenItem(id string) string { return "token/" + id }

// systemKeyring is the one of the desktop; nil where none can be. It is not
// touched before it is used.
func systemKeyring(getenv func(string) string) *auth.Keyring {
	if runtime.GOOS != "windows" && runtime.GOOS != "darwin" && getenv("DBUS_SESSION_BUS_ADDRESS") == "" {
		dir := getenv("XDG_RUNTIME_DIR")
		if _, err := os.Stat(filepath.Join(dir, "bus")); dir == "" || err != nil {
			return nil // asking would start a message bus that nobody wanted
		}
	}
	return &auth.Keyring{
		Get: func(name string) (string, error) { return keyring.Get(keyringService, name) },
		Set: func(name, value string) error { return keyring.Set(keyringService, name, value) },
		Delete: func(name string) error {
			if err := keyring.Delete(keyringService, name); !errors.Is(err, keyring.ErrNotFound) {
				return err
			}
			return nil // gone already
		},
	}
}

// keepToken puts a new token into the keyring; nil without one.
func keepToken(k *auth.Keyring) func(id, value string) error {
	if k == nil {
		return nil
	}
	return func(id, value string) error { return k.Set(tokenItem(id), value) }
}
