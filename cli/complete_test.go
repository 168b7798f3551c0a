package cli

import (
	"slices"
	"strings"
	"testing"
)

// The shell offers what can stand at each place.
func TestCompletion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ line, want string }{
		{"--seed ", "broken"}, {"serve --toolsets ", "billing"}, {"--tools ", "list_apps"}, {"--without ", "raw_request"},
		{"--confirm ", "elicit"}, {"--sign ", "PLAINTEXT"}, {"install ", "claude-code"}, {"uninstall ", "zed"}, {"tools ", "get_app"}, {"call ", "deploy_app"},
	} {
		stdout, _, code := run(t, nil, "", append([]string{"__complete"}, strings.Split(tt.line, " ")...)...)
		if code != exitDone || !slices.Contains(strings.Split(stdout, "\n"), tt.want) {
			t.Errorf("%q: exit code %d, %q, want %s in it", tt.line, code, stdout, tt.want)
		}
	}
}
