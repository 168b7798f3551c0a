package server

import (
	"time"

	"golang.org/x/sys/windows"
)

// cpuTime is what the process has used of all cores.
func cpuTime() (time.Duration, bool) {
	var created, exited, kernel, user windows.Filetime
	err := windows.GetProcessTimes(windows.CurrentProcess(), &created, &exited, &kernel, &user)
	return ticks(kernel) + ticks(user), err == nil
}

// ticks reads a file time that is a length: Nanoseconds would take it for a date.
func ticks(t windows.Filetime) time.Duration {
	return 100 * time.Duration(int64(t.HighDateTime)<<32|int64(t.LowDateTime))
}
