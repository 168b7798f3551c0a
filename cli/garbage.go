package cli

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// How much garbage may be for each hundred bytes that live. Most of the time 2 MiB
// live, and each call leaves some 20 kB: collecting at 8 MiB instead of 4 takes a
// tenth off the time of a call, and a third off that of the slowest. What lives while
// a long list is read is several times as much; twice of that would be too much.
const (
	garbageOfLittle = 200
	garbageOfMuch   = 125
	muchLives       = 8 << 20 // bytes
)

func garbageFor(live uint64) int {
	if live > muchLives {
		return garbageOfMuch
	}
	return garbageOfLittle
}

// collector tells the runtime after each collection how much garbage there may be
// before the next.
type collector struct {
	percent int
	live    []metrics.Sample
}

// collectInMeasure takes effect for the whole process and for good.
func collectInMeasure() {
	c := &collector{live: []metrics.Sample{{Name: "/gc/heap/live:bytes"}}}
	c.set(garbageOfLittle)
	c.await()
}

func (c *collector) set(percent int) {
	if c.percent != percent {
		c.percent = percent
		debug.SetGCPercent(percent)
	}
}

// await runs adjust after the next collection, which finds an object that nobody has.
func (c *collector) await() {
	runtime.AddCleanup(new([2]*int), (*collector).adjust, c)
}

func (c *collector) adjust() {
	metrics.Read(c.live)
	if v := c.live[0].Value; v.Kind() == metrics.KindUint64 {
		c.set(garbageFor(v.Uint64()))
	}
	c.await()
}
