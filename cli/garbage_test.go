package cli

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

// Not parallel: what it sets is of the whole process.
func TestGarbageIsCollectedInMeasure(t *testing.T) {
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	read := func(name string) uint64 {
		s := []metrics.Sample{{Name: name}}
		metrics.Read(s)
		return s[0].Value.Uint64()
	}
	until := func(want uint64) {
		t.Helper()
		for end := time.Now().Add(30 * time.Second); read("/gc/gogc:percent") != want; runtime.GC() {
			if time.Now().After(end) {
				t.Fatalf("%d %% after collections, want %d", read("/gc/gogc:percent"), want)
			}
			runtime.Gosched()
		}
	}
	runtime.GC()
	others := read("/gc/heap/live:bytes") // of other tests

	collectInMeasure(others + 32<<20)
	if got := read("/gc/gogc:percent"); got != garbageOfLittle {
		t.Errorf("a process begins with %d %%, want %d", got, garbageOfLittle)
	}
	much := make([]byte, 64<<20)
	until(garbageOfMuch)
	runtime.KeepAlive(much)
	until(garbageOfLittle)
}
