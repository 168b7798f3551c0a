package cleverapi

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"
)

// tolerance is how far two clocks may be apart before it matters. The Date
// header has whole seconds, and an answer takes its time.
const tolerance = 2 * time.Second

// clock knows how far the platform's clock is from this machine's, by the Date
// header of the last answer.
type clock struct {
	local func() time.Time
	ahead atomic.Int64 // nanoseconds
	last  atomic.Pointer[string]
}

// Now returns the time on the platform's clock, as far as answers have told it.
// Ranges of logs and metrics are asked for in that time: on a machine whose clock
// is late, the last minutes would be missing.
func (c *Client) Now() time.Time {
	return c.clock.local().Add(time.Duration(c.clock.ahead.Load()))
}

// compare looks at the Date header of each answer.
func compare(c *clock, next handler) handler {
	return func(ctx context.Context, r *request) (*http.Response, error) {
		resp, err := next(ctx, r)
		if err != nil {
			return nil, err
		}
		text := resp.Header.Get("Date")
		if last := c.last.Load(); last != nil && *last == text {
			return resp, nil // of the same second, which says nothing new
		}
		if date, err := http.ParseTime(text); err == nil {
			c.last.Store(&text)
			// The second that the header names has begun; half of it is the best guess.
			ahead := date.Add(time.Second / 2).Sub(c.local())
			if ahead.Abs() < tolerance {
				ahead = 0
			}
			c.ahead.Store(int64(ahead))
		}
		return resp, nil
	}
}
