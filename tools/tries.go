package tools

import (
	"slices"
	"sync"
	"time"
)

// How often the password or code of an account may be wrong, in which time. More
// would be somebody who guesses, or a way to have Clever Cloud lock the account.
const (
	maxWrong = 3
	wrongFor = 15 * time.Minute
)

// Tries counts what was wrong, by account. It lives as long as the process.
type Tries struct {
	mu    sync.Mutex
	taken map[string][]time.Time
}

// NewTries has seen nothing wrong.
func NewTries() *Tries { return &Tries{taken: map[string][]time.Time{}} }

// take uses up a try before it is made, so that tries at the same time cannot be
// more than are left. back returns it; nil when there is none.
func (t *Tries) take(account string, now time.Time) (back func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	recent := slices.DeleteFunc(t.taken[account], func(at time.Time) bool { return now.Sub(at) >= wrongFor })
	t.taken[account] = recent
	if len(recent) >= maxWrong {
		return nil
	}
	t.taken[account] = append(recent, now)
	return func() { t.giveBack(account, now) }
}

// giveBack returns a try that was not wrong.
func (t *Tries) giveBack(account string, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := slices.Index(t.taken[account], at); i >= 0 {
		t.taken[account] = slices.Delete(t.taken[account], i, i+1)
	}
}

// left is how many tries there are, and when there is one again if there is none.
func (t *Tries) left(account string, now time.Time) (n int, until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n = maxWrong
	for _, at := range t.taken[account] {
		if now.Sub(at) >= wrongFor {
			continue
		}
		if n == maxWrong {
			until = at.Add(wrongFor)
		}
		n--
	}
	return n, until
}
