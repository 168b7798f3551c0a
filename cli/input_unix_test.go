//go:build unix

package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// blocks tells how a file was opened, for everybody who has it open.
func blocks(t *testing.T, f *os.File) bool {
	t.Helper()
	raw, err := f.SyscallConn() // Fd would change it
	if err != nil {
		t.Fatal(err)
	}
	flags := 0
	if outer := raw.Control(func(fd uintptr) { flags, err = unix.FcntlInt(fd, unix.F_GETFL, 0) }); outer != nil || err != nil {
		t.Fatal(outer, err)
	}
	return flags&unix.O_NONBLOCK == 0
}

func TestInputIsAwaitedAndGivenBack(t *testing.T) {
	t.Parallel()
	in, client, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if err := syscall.SetNonblock(int(in.Fd()), false); err != nil { // as a process gets it
		t.Fatal(err)
	}
	got, leave := awaited(in, os.Stdout, &bytes.Buffer{})
	if got == io.Reader(in) || blocks(t, in) {
		t.Fatal("reading the pipe still holds a thread")
	}
	read := make(chan string)
	go func() {
		all, err := io.ReadAll(got)
		if err != nil {
			t.Error(err)
		}
		read <- string(all)
	}()
	if _, err := client.WriteString("hello"); err != nil {
		t.Fatal(err)
	}
	client.Close()
	if text := <-read; text != "hello" {
		t.Errorf("read %q", text)
	}
	leave()
	if !blocks(t, in) {
		t.Error("the pipe is not as it was found")
	}
}

func TestInputIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "input"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	both, other := os.NewFile(uintptr(pair[0]), "both"), os.NewFile(uintptr(pair[1]), "client")
	defer both.Close()
	defer other.Close()
	closed, end, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	end.Close()
	for name, tt := range map[string]struct {
		in  io.Reader
		out io.Writer
	}{
		"no file":                  {&bytes.Buffer{}, os.Stdout},
		"a file on disk":           {file, os.Stdout},
		"a socket in and out":      {both, both},
		"a closed pipe":            {closed, os.Stdout},
		"an output nobody can see": {both, closed},
	} {
		got, leave := awaited(tt.in, tt.out)
		leave()
		if got != tt.in {
			t.Errorf("%s: is read in another way", name)
		}
	}
	if !blocks(t, both) {
		t.Error("the socket that is an output too does not block any more")
	}
}
