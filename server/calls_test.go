package server

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// Where messages overtake each other, a cancellation that comes first stops the
// request that it names, once and for a moment.
func TestCancellationMayComeFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCalls()
		c.early = map[string]time.Time{}
		begins := func(key string) (wanted bool) {
			ctx, one := c.begin(t.Context(), key, false)
			wanted = c.end(one)
			return wanted && ctx.Err() != nil // ended by end, and not before
		}
		c.withdraw("n1")
		ctx, one := c.begin(t.Context(), "n1", false)
		if ctx.Err() == nil || c.end(one) {
			t.Error("a request that was withdrawn before it came goes on")
		}
		if !begins("n1") || !begins("n2") {
			t.Error("another request is stopped")
		}
		c.withdraw("n3")
		time.Sleep(earlyFor)
		if !begins("n3") {
			t.Error("a request is stopped by a cancellation from long ago")
		}
		for i := range 2 * maxEarly {
			c.withdraw(fmt.Sprint("n", i))
		}
		if n := len(c.early); n > maxEarly {
			t.Errorf("%d cancellations are remembered", n)
		}
	})
}
