package cli

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// How much garbage may be for each hundred bytes that live. Most of the time 2 MiB
// live, and each call leaves some 20 kB: collecting at 8 MiB instead of 4 takes a
// tenth off the time of a call, and a third off that of the slowest. What lives while
// a long list is read is several times as much; twice of that would be too much. So is
// what lives of connections, which a server for many has more of.
const (
	garbageOfLittle = 200
	garbageOfMuch   = 125

	muchForOne  = 8 << 20 // bytes that live, on standard input and output
	muchForMany = 16 << 20
)

// collector tells the runtime after each collection how much garbage there may be
// before the next.
type collector struct {
	percent int
	much    uint64
	live    []metrics.Sample
}

// collectInMeasure takes effect for the whole process and for good.
func collectInMeasure(much uint64) {
	c := &collector{much: much, live: []metrics.Sample{{Name: "/gc/heap/live:bytes"}}}
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
	if v := c.live[0].Value; v.Kind() == metrics.KindUint64 && v.Uint64() > c.much {
		c.set(garbageOfMuch)
	} else {
		c.set(garbageOfLittle)
	}
	c.await()
}
