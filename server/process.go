package server

import (
	"bytes"
	"os"
	"runtime"
	"runtime/metrics"
	"strconv"
	"time"
)

// writeProcess describes the process, under the names that every Go program has
// for it. Nothing of it is read before somebody asks.
func writeProcess(e *exposition, since time.Time) {
	writeRuntime(e)
	if used, ok := cpuTime(); ok {
		e.family("process_cpu_seconds_total", "counter", "User and system CPU time used.")
		e.series(used.Seconds())
	}
	if open, ok := openFiles(); ok {
		e.family("process_open_fds", "gauge", "Open file descriptors.")
		e.series(float64(open))
	}
	if size, ok := residentBytes(); ok {
		e.family("process_resident_memory_bytes", "gauge", "Memory that is in RAM.")
		e.series(float64(size))
	}
	e.family("process_start_time_seconds", "gauge", "When the process started, in seconds since 1970.")
	e.series(float64(since.UnixMilli()) / 1000)
}

// writeRuntime stops nothing, as runtime.ReadMemStats does.
func writeRuntime(e *exposition) {
	const cycles, objects, unused, total = "/gc/cycles/total:gc-cycles", "/memory/classes/heap/objects:bytes", "/memory/classes/heap/unused:bytes", "/memory/classes/total:bytes"
	read := []metrics.Sample{{Name: cycles}, {Name: objects}, {Name: unused}, {Name: total}}
	metrics.Read(read)
	// A runtime that no longer knows a name leaves it out.
	series := func(name, kind, help string, samples ...metrics.Sample) {
		var sum uint64
		for _, s := range samples {
			if s.Value.Kind() != metrics.KindUint64 {
				return
			}
			sum += s.Value.Uint64()
		}
		e.family(name, kind, help)
		e.series(float64(sum))
	}
	series("go_gc_cycles_total_gc_cycles_total", "counter", "Garbage collections that ended.", read[0])
	e.family("go_goroutines", "gauge", "Goroutines that exist.")
	e.series(float64(runtime.NumGoroutine()))
	e.family("go_info", "gauge", "The Go release that the program was built with.")
	e.series(1, "version", runtime.Version())
	series("go_memstats_alloc_bytes", "gauge", "Heap in objects, those included that are no longer used and not yet collected.", read[1])
	series("go_memstats_heap_inuse_bytes", "gauge", "Heap in spans that are in use.", read[1], read[2])
	series("go_memstats_sys_bytes", "gauge", "Memory taken from the system, in RAM or not.", read[3])
}

// openFiles is known on Linux only.
func openFiles() (int, bool) {
	if runtime.GOOS != "linux" {
		return 0, false
	}
	dir, err := os.Open("/proc/self/fd")
	if err != nil {
		return 0, false
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	return len(names) - 1, err == nil // one of them is dir
}

// residentBytes is known on Linux only.
func residentBytes() (int, bool) {
	if runtime.GOOS != "linux" {
		return 0, false
	}
	statm, err := os.ReadFile("/proc/self/statm") // in pages: all, resident, …
	if err != nil {
		return 0, false
	}
	fields := bytes.Fields(statm)
	if len(fields) < 2 {
		return 0, false
	}
	pages, err := strconv.Atoi(string(fields[1]))
	return pages * os.Getpagesize(), err == nil
}
