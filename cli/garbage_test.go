package cli

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// Not parallel: what it sets is of the whole process.
func TestGarbageIsCollectedInMeasure(t *testing.T) {
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	now := func() int {
		percent := debug.SetGCPercent(100)
		debug.SetGCPercent(percent)
		return percent
	}
	collectInMeasure(muchForOne)
	if got := now(); got != garbageOfLittle {
		t.Errorf("a process begins with %d %%, want %d", got, garbageOfLittle)
	}
	until := func(want int) {
		t.Helper()
		for end := time.Now().Add(30 * time.Second); now() != want; runtime.GC() {
			if time.Now().After(end) {
				t.Fatalf("%d %% after collections, want %d", now(), want)
			}
			runtime.Gosched()
		}
	}
	much := make([]byte, 64<<20)
	until(garbageOfMuch)
	runtime.KeepAlive(much)
	until(garbageOfLittle)
}
