package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSeeds(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "account.yaml")
	if err := os.WriteFile(file, []byte("user: {name: From A File, email: file@example.com}\napi_tokens: [{name: t, life: 30d}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	wrong := filepath.Join(t.TempDir(), "wrong.yaml")
	if err := os.WriteFile(wrong, []byte("usr: {}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		seed, want string
		code       int
	}{
		{"empty", "Alix Moreau", 0},
		{"broken", "Charlie Roux", 0},
		{"large", "Large Account", 0},
		{file, "From A File", 0},
		{"", "Camille Martin", 0},
		{"tiny", `--seed: there is no seed "tiny". Take one of broken, demo, empty, hostile, large, or a file`, 3},
		{wrong, "usr", 3},
	} {
		args := []string{"call", "get_self", "--seed", tt.seed}
		if tt.seed == "" {
			args = []string{"call", "get_self", "--demo"}
		}
		out, errs, code := run(t, nil, "", args...)
		if text := out + errs; code != tt.code || !strings.Contains(text, tt.want) {
			t.Errorf("%s: exit %d, %s; want %d and %q", tt.seed, code, text, tt.code, tt.want)
		}
	}
}
