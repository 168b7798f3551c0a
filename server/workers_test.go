package server

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestWorkersRunAllAtOnceAndKeepFew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const jobs = 10 * keptWorkers
		over := make(chan struct{})
		w := newWorkers(over)
		var running atomic.Int32
		start := time.Now()
		for range jobs {
			w.run(func() {
				running.Add(1)
				<-time.After(time.Second)
				running.Add(-1)
			})
		}
		synctest.Wait()
		if n := running.Load(); n != jobs {
			t.Errorf("%d run at once, want %d", n, jobs)
		}
		<-time.After(time.Second)
		synctest.Wait()
		if n := len(w.kept); n != keptWorkers {
			t.Errorf("%d workers are kept, want %d", n, keptWorkers)
		}
		ran := false
		w.run(func() { ran = true })
		synctest.Wait()
		if n := len(w.kept); !ran || n != keptWorkers {
			t.Errorf("ran %v, and %d workers are kept", ran, n)
		}
		<-time.After(restAfter)
		synctest.Wait()
		if n := len(w.kept); n != 0 || time.Since(start) < restAfter {
			t.Errorf("%d workers wait on, want none", n)
		}
		w.run(func() {})
		synctest.Wait()
		close(over) // or the bubble could not end
	})
}
