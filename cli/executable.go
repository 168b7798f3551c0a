package cli

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// thisProgram is the file of this program, as clients are to start it. The name
// that the search path has for it is kept: package managers move what is behind.
func thisProgram() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	if named, err := exec.LookPath("clever-mcp"); err == nil && sameFile(named, path) {
		if named, err = filepath.Abs(named); err == nil {
			return named
		}
	}
	return path
}

// lasting is the file of this program, unless it is one that go run made and takes
// away again.
func (p *Process) lasting() (string, error) {
	if p.Executable == "" {
		return "", errors.New("the system does not tell where this program is, and a client needs to know. Write the entry by hand, as in the README")
	}
	for _, part := range strings.FieldsFunc(p.Executable, func(r rune) bool { return r == '/' || r == '\\' }) {
		if strings.HasPrefix(part, "go-build") {
			return "", errors.New("this program runs from the cache of go run, which is emptied now and then. Install it with go install . and run clever-mcp install again")
		}
	}
	return p.Executable, nil
}

func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// workingDirectory is "" when it was removed.
func workingDirectory() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	return dir
}
