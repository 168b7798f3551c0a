package emulator

import (
	"sync"
	"time"
)

// Clock is the emulated time. It starts at a date, runs at a speed, and can be
// advanced.
type Clock struct {
	mu     sync.Mutex
	speed  float64
	anchor time.Time // emulated time when real time was real
	real   time.Time
}

// RealClock runs with real time.
func RealClock() *Clock { return NewClock(time.Time{}, 1) }

// NewClock starts at start (zero: now) and runs speed times faster than life.
// With speed 0 it stands still but for Advance.
func NewClock(start time.Time, speed float64) *Clock {
	now := time.Now()
	if start.IsZero() {
		start = now
	}
	return &Clock{speed: speed, anchor: start, real: now}
}

// Now returns the emulated time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time {
	passed := time.Since(c.real)
	if c.speed != 1 {
		passed = time.Duration(float64(passed) * c.speed)
	}
	return c.anchor.Add(passed).Round(0)
}

// Speed returns how much faster than life the time runs.
func (c *Clock) Speed() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.speed
}

// SetSpeed changes how fast the time runs from now on. With 0 it stands still.
func (c *Clock) SetSpeed(speed float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.anchor, c.real, c.speed = c.now(), time.Now(), speed
}

// set is for going back to a snapshot; nothing else may turn the time back.
func (c *Clock) set(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.anchor, c.real = to, time.Now()
}

// Advance moves the emulated time forward. It never goes back: a negative
// duration does nothing.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d > 0 {
		c.anchor = c.anchor.Add(d)
	}
}
