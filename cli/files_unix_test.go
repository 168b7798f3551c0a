//go:build unix

package cli

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The key of the server's certificate is a credential: what others can read, a pipe
// and what is too large are refused at the start. A link to a good one is not.
func TestTLSKeyIsGuarded(t *testing.T) {
	t.Parallel()
	config, cert, remove, err := ownCertificate(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(remove)
	der, err := x509.MarshalPKCS8PrivateKey(config.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	dir := t.TempDir()
	file := func(name string, mode os.FileMode, text []byte) string {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, text, mode), os.Chmod(path, mode)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	// A folder that lets nobody through would protect every file in it.
	if err := errors.Join(os.Chmod(dir, 0o755), os.Chmod(filepath.Dir(dir), 0o755)); err != nil {
		t.Fatal(err)
	}
	good := file("good", 0o600, key)
	link, pipe := filepath.Join(dir, "link"), filepath.Join(dir, "pipe")
	if err := os.Symlink(good, link); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, cert, key, problem string }{
		{"good", cert, good, ""},
		{"link", cert, link, ""},
		{"others can read it", cert, file("open", 0o644, key), "other users"},
		{"pipe", cert, pipe, "regular file"},
		{"folder", cert, dir, "directory"},
		{"too large", cert, file("large", 0o600, append(key, make([]byte, 1<<20)...)), "1 MiB"},
		{"missing", cert, filepath.Join(dir, "none"), "no such file"},
		{"of something else", cert, file("other", 0o600, []byte("not a key")), "--tls-key"},
		{"certificate from a pipe", pipe, good, "ordinary file"},
	} {
		_, err := keyPair(tt.cert, tt.key)
		if (err == nil) != (tt.problem == "") || err != nil && (!strings.Contains(err.Error(), tt.problem) || strings.Contains(err.Error(), "PRIVATE")) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.problem)
		}
	}
}

// What is read at the start is never waited for, and never larger than it may be.
func TestPipesAndHugeFilesAreNotRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pipe := filepath.Join(dir, ".clever.json")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, flag := range []string{"--policy", "--catalogue", "--audit", "--seed"} {
		for _, path := range []string{pipe, "/dev/zero"} {
			out, errs, code := run(t, nil, "", "call", "get_self", "--demo", flag, path)
			if code == 0 || !strings.Contains(errs, "ordinary file") && !strings.Contains(errs, "no such device") {
				t.Errorf("%s %s: %s%s", flag, path, out, errs)
			}
		}
	}
	if app, _, ok := linkedApp(dir)(); ok {
		t.Errorf("a pipe names the application %s", app)
	}
	large := t.TempDir()
	text := `{"apps":[{"app_id":"app_1"}]}` + strings.Repeat(" ", maxLinked)
	if err := os.WriteFile(filepath.Join(large, ".clever.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := linkedApp(large)(); ok {
		t.Error("a huge file names the application")
	}
}
