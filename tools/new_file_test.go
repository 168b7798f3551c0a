package tools

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// What stands where a new file would be stays as it is, a link and its end too.
func TestOpenNewOverNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target := filepath.Join(dir, "target")
	for name, put := range map[string]func(path string) error{
		"file":   func(path string) error { return os.WriteFile(path, []byte("before"), 0o644) },
		"link":   func(path string) error { return os.Symlink(target, path) },
		"folder": func(path string) error { return os.Mkdir(path, 0o700) },
		"link to a file": func(path string) error {
			if err := os.WriteFile(target+"2", []byte("before"), 0o644); err != nil {
				return err
			}
			return os.Symlink(target+"2", path)
		},
	} {
		path := filepath.Join(dir, name)
		if err := put(path); err != nil {
			t.Fatal(err)
		}
		if f, err := openNew(path); !errors.Is(err, os.ErrExist) {
			t.Errorf("over a %s: %v", name, err)
			f.Close()
		}
	}
	if _, err := os.Lstat(target); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the link was followed: %v", err)
	}
	if raw, err := os.ReadFile(target + "2"); string(raw) != "before" {
		t.Errorf("the file behind the link holds %q, %v", raw, err)
	}
}
