package cli

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// errNoBrowser says that no program here shows a page.
var errNoBrowser = errors.New("no browser can be opened from here")

// openBrowser asks the desktop to show an address. Other users of the machine see
// the address in the list of processes, so it must hold nothing that opens
// anything by itself.
func openBrowser(ctx context.Context, address string) error {
	name, args := opener(runtime.GOOS, os.Getenv)
	if name == "" {
		return errNoBrowser
	}
	cmd := exec.CommandContext(ctx, name, append(args, address)...)
	cmd.Env = withoutCredentials(os.Environ())
	if err := cmd.Start(); err != nil {
		return errNoBrowser
	}
	go func() { _ = cmd.Wait() }() // some openers last as long as the browser
	return nil
}

// opener is the program of the desktop. On a machine without one a browser in the
// terminal would take the terminal away, so there is none then.
func opener(system string, getenv func(string) string) (name string, args []string) {
	switch system {
	case "darwin":
		return "open", nil
	case "windows":
		return "rundll32", []string{"url.dll,FileProtocolHandler"}
	}
	if getenv("DISPLAY") == "" && getenv("WAYLAND_DISPLAY") == "" && getenv("BROWSER") == "" {
		return "", nil
	}
	return "xdg-open", nil
}

// withoutCredentials is what a child may know of the environment.
func withoutCredentials(env []string) []string {
	var out []string
	for _, line := range env {
		name, _, _ := strings.Cut(line, "=")
		secret := false
		for _, prefix := range []string{"CLEVER_", "CC_", "OAUTH_"} {
			secret = secret || strings.HasPrefix(strings.ToUpper(name), prefix)
		}
		if !secret {
			out = append(out, line)
		}
	}
	return out
}
