//go:build unix

package server

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpuTime is what the process has used of all cores.
func cpuTime() (time.Duration, bool) {
	var u unix.Rusage
	err := unix.Getrusage(unix.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), err == nil
}
