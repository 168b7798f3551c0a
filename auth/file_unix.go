//go:build unix

package auth

import (
	"os"
	"syscall"
)

// openFile does not follow a link, and does not wait for the writer of a pipe.
func openFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
}
