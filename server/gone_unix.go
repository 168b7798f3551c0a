//go:build unix

package server

import (
	"os"

	"golang.org/x/sys/unix"
)

// gone tells whether the reader of a pipe or a socket has gone away. Of a file
// nobody can say.
func gone(out *os.File) bool {
	conn, err := out.SyscallConn()
	if err != nil {
		return false
	}
	poll := []unix.PollFd{{}} // of no event: these two are always told
	_ = conn.Control(func(fd uintptr) {
		poll[0].Fd = int32(fd)
		_, _ = unix.Poll(poll, 0)
	})
	return poll[0].Revents&(unix.POLLERR|unix.POLLHUP) != 0
}
