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
	much    uint64
	measure []metrics.Sample // what lives, and the percentage in force
}

// collectInMeasure takes effect for the whole process and for good.
func collectInMeasure(much uint64) {
	c := &collector{much, []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/gogc:percent"}}}
	debug.SetGCPercent(garbageOfLittle)
	c.await()
}

// await runs adjust after the next collection, which finds an object that nobody has.
func (c *collector) await() {
	runtime.AddCleanup(new([2]*int), (*collector).adjust, c)
}

func (c *collector) adjust() {
	metrics.Read(c.measure)
	live, percent := c.measure[0].Value, c.measure[1].Value
	if live.Kind() != metrics.KindUint64 || percent.Kind() != metrics.KindUint64 {
		return // a Go that measures otherwise
	}
	want := uint64(garbageOfLittle)
	if live.Uint64() > c.much {
		want = garbageOfMuch
	}
	if percent.Uint64() != want { // setting it stops the world
		debug.SetGCPercent(int(want))
	}
	c.await()
}
