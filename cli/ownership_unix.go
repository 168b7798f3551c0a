//go:build unix

package cli

import (
	"io/fs"
	"os"
	"syscall"
)

// othersCanChange tells a file that somebody else than this user and root can
// write to, or make writable.
func othersCanChange(info fs.FileInfo) bool {
	if info.Mode().Perm()&0o022 != 0 {
		return true
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return !ok || stat.Uid != 0 && int(stat.Uid) != os.Geteuid()
}

// isOurs tells a file that belongs to this user.
func isOurs(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

// noFollow opens a name that is a link as an error.
const noFollow = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// noWait opens a pipe at once, whoever is at its other end.
const noWait = syscall.O_NONBLOCK

// privateModes tells that the mode of a file says who can read it.
const privateModes = true
