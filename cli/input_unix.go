//go:build unix

package cli

import (
	"io"
	"io/fs"
	"os"
	"syscall"
)

// awaited returns in so that a goroutine waits for it as it does for a socket, and
// what to call when it is read no more. Reads of a pipe that the process was started
// with hold a thread each, which takes a fourth of the time of a small call.
//
// Not to block is a property of what is opened, not of the descriptor: a terminal and
// a file are left as they are, and so is a socket that is one of the outputs too.
func awaited(in io.Reader, outputs ...io.Writer) (io.Reader, func()) {
	as := func() {}
	f, ok := in.(*os.File)
	if !ok {
		return in, as
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&(fs.ModeNamedPipe|fs.ModeSocket) == 0 {
		return in, as
	}
	for _, out := range outputs {
		if o, ok := out.(*os.File); ok {
			if other, err := o.Stat(); err != nil || os.SameFile(info, other) {
				return in, as
			}
		}
	}
	raw, err := f.SyscallConn()
	if err != nil {
		return in, as
	}
	fd := -1
	if raw.Control(func(own uintptr) { fd, err = syscall.Dup(int(own)) }) != nil || err != nil {
		return in, as
	}
	syscall.CloseOnExec(fd)
	if syscall.SetNonblock(fd, true) != nil {
		_ = syscall.Close(fd)
		return in, as
	}
	waits := os.NewFile(uintptr(fd), f.Name())
	return waits, func() {
		_ = syscall.SetNonblock(fd, false)
		_ = waits.Close()
	}
}
