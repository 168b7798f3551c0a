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

// newFile is a file that did not exist before, for its owner's eyes only. It is
// made before what goes into it exists, so that nothing is made or asked for that
// cannot be kept.
type newFile struct {
	path string
	f    *os.File
	err  error // of the first write that failed
	kept bool
}

// createFile makes a file in a folder, under the name that is wanted and some
// letters that make it unique.
func createFile(dir, name, extension string) (*newFile, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the folder for new files cannot be made: %w", pathless(err, dir))
	}
	unique := make([]byte, 4)
	rand.Read(unique)
	path := filepath.Join(dir, fileName(name)+"-"+hex.EncodeToString(unique)+extension)
	f, err := openNew(path)
	if err != nil {
		return nil, fmt.Errorf("the new file cannot be made: %w", pathless(err, path))
	}
	return &newFile{path: path, f: f}, nil
}

// openNew never writes over a file or through a link that was put there.
func openNew(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

func (f *newFile) Write(p []byte) (int, error) {
	n, err := f.f.Write(p)
	if err != nil && f.err == nil {
		f.err = err
	}
	return n, err
}

// keep ends the file. Until then discard removes it.
func (f *newFile) keep() error {
	if err := errors.Join(f.err, f.f.Sync(), f.f.Close()); err != nil {
		return err
	}
	f.kept = true
	return nil
}

// discard removes the file unless it was kept.
func (f *newFile) discard() {
	if !f.kept {
		f.f.Close()
		os.Remove(f.path)
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
	return cmp.Or(strings.Trim(clean, "-"), "unnamed")
}

// pathless says a file error once, with its path.
func pathless(err error, path string) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		return fmt.Errorf("%s: %w", path, pe.Err)
	}
	return err
}
