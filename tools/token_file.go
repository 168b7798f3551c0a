package tools

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// tokenFile is a new file for one secret. It is made before the secret exists,
// so that a token is never made which cannot be kept.
type tokenFile struct {
	path string
	f    *os.File
	kept bool
}

func newTokenFile(dir, name string) (*tokenFile, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("nothing was done: the folder for new tokens cannot be made: %w", pathless(err, dir))
	}
	unique := make([]byte, 4)
	rand.Read(unique)
	path := filepath.Join(dir, fileName(name)+"-"+hex.EncodeToString(unique)+".token")
	// O_EXCL: never over a file or through a link that was put there.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("nothing was done: the file for the token cannot be made: %w", pathless(err, path))
	}
	return &tokenFile{path: path, f: f}, nil
}

func (t *tokenFile) keep(value string) error {
	_, err := t.f.WriteString(value + "\n")
	if err := errors.Join(err, t.f.Sync(), t.f.Close()); err != nil {
		return err
	}
	t.kept = true
	return nil
}

// discard removes the file unless it holds a token.
func (t *tokenFile) discard() {
	if !t.kept {
		t.f.Close()
		os.Remove(t.path)
	}
}

// fileName keeps what is harmless in every file system.
func fileName(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, name)
	if len(clean) > 40 {
		clean = clean[:40]
	}
	return cmp.Or(strings.Trim(clean, "-"), "token")
}

// pathless says a file error once, with its path.
func pathless(err error, path string) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return fmt.Errorf("%s: %w", path, pe.Err)
	}
	return err
}
