package cli

import (
	"os"
	"path/filepath"
	"testing"
)

func TestLinkedApp(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, file, app, owner string }{
		{"one", `{"apps":[{"app_id":"app_1","org_id":"orga_1"}]}`, "app_1", "orga_1"},
		{"two", `{"apps":[{"app_id":"app_1","org_id":"o"},{"app_id":"app_2","org_id":"o"}]}`, "", ""},
		{"default", `{"apps":[{"app_id":"app_1","org_id":"o"},{"app_id":"app_2","org_id":"p"}],"default":"app_2"}`, "app_2", "p"},
		{"default that is gone", `{"apps":[{"app_id":"app_1","org_id":"o"}],"default":"app_2"}`, "", ""},
		{"none", `{"apps":[]}`, "", ""},
		{"nonsense", `{`, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			root := t.TempDir()
			below := filepath.Join(root, "a", "b")
			if err := os.MkdirAll(below, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(root, ".clever.json"), []byte(tt.file), 0o644); err != nil {
				t.Fatal(err)
			}
			app, owner, ok := linkedApp(below)()
			if app != tt.app || owner != tt.owner || ok != (tt.app != "") {
				t.Errorf("linked is %q of %q, %t", app, owner, ok)
			}
		})
	}
}
