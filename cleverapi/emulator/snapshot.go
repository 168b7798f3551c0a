package emulator

import (
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/huandu/go-clone"
)

// Snapshot is the account at one moment, to go back to.
type Snapshot struct {
	state *state
	at    time.Time
}

// Snapshot keeps the account and the time as they are. What is asked later does
// not change it.
func (e *Emulator) Snapshot() *Snapshot {
	e.mu.Lock()
	defer e.mu.Unlock()
	return &Snapshot{copyOf(e.state), e.clock.Now()}
}

// Restore goes back to a snapshot, which can be restored again. Streams end, as
// when a server is replaced; recorded requests and faults stay.
func (e *Emulator) Restore(s *Snapshot) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.clock.set(s.at)
	e.replace(copyOf(s.state))
}

// Reset starts again with a seed; nil is the one that the emulator began with.
// Recorded requests and faults are forgotten, and the time goes on.
func (e *Emulator) Reset(seed *Seed) error {
	if seed == nil {
		seed = e.seed
	}
	s, err := build(seed, e.clock.Now(), e.keyValue)
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	e.mu.Lock()
	e.replace(s)
	e.mu.Unlock()
	e.ResetFaults()
	e.ResetRequests()
	return nil
}

// replace changes the state. The lock is held.
func (e *Emulator) replace(s *state) {
	e.state = s
	e.touch()
}

func copyOf(s *state) *state { return cloner().CloneSlowly(s).(*state) }

// cloner copies whole states, pointers into themselves included. What can be
// bought is shared by all states, and compared by its address, so it is not copied.
var cloner = sync.OnceValue(func() clone.Cloner {
	a := clone.FromHeap()
	seen := map[reflect.Type]bool{}
	var share func(t reflect.Type)
	share = func(t reflect.Type) {
		if seen[t] {
			return
		}
		seen[t] = true
		switch t.Kind() {
		case reflect.Pointer:
			a.MarkAsOpaquePointer(t)
			share(t.Elem())
		case reflect.Slice, reflect.Map:
			share(t.Elem())
		case reflect.Struct:
			for i := range t.NumField() {
				share(t.Field(i).Type)
			}
		}
	}
	share(reflect.TypeFor[*products]())
	return clone.MakeCloner(a)
})
