package server

import "time"

const (
	// keptWorkers is how many goroutines without work are kept, and restAfter how
	// long. A call needs a deep stack, and growing one each time costs a tenth of a
	// small call.
	keptWorkers = 256
	restAfter   = 10 * time.Second
)

// workers run any number of jobs at once, on goroutines that have run others where
// there are such.
type workers struct {
	jobs chan func()     // without room: what is sent has a worker
	kept chan struct{}   // an element for each worker that waits
	over <-chan struct{} // once it is closed none waits
}

func newWorkers(over <-chan struct{}) *workers {
	return &workers{jobs: make(chan func()), kept: make(chan struct{}, keptWorkers), over: over}
}

// run returns at once.
func (w *workers) run(job func()) {
	select {
	case w.jobs <- job:
	default:
		go w.work(job)
	}
}

func (w *workers) work(job func()) {
	var rest *time.Timer
	for {
		job()
		job = nil // what it holds is not needed while waiting
		select {
		case w.kept <- struct{}{}:
		default:
			return
		}
		if rest == nil {
			rest = time.NewTimer(restAfter)
			defer rest.Stop()
		} else {
			rest.Reset(restAfter)
		}
		select {
		case job = <-w.jobs:
			<-w.kept
		case <-rest.C:
			<-w.kept
			return
		case <-w.over:
			return
		}
	}
}
