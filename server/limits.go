package server

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"
)

// Limits bound what one caller may ask of a server over HTTP, so that one that
// runs wild leaves room for the others. Streams count while they are open.
type Limits struct {
	// InFlight is the most requests under way. Zero: 1024.
	InFlight int
	// Rate is requests a second; twice as many may come at once. Zero: no bound.
	Rate int
}

const (
	defaultInFlight = 1024
	// requestRoom is what each request under way may take of its caller's memory
	// for its body; a longer body takes the room of several.
	requestRoom = 64 << 10
)

// allowance is what is left of one caller's limits.
type allowance struct {
	room *semaphore.Weighted // bytes of bodies
	size int64               // of room
	pace *rate.Limiter
}

func newAllowance(l Limits) *allowance {
	if l.InFlight == 0 {
		l.InFlight = defaultInFlight
	}
	// The longest message always fits when nothing else is under way.
	size := max(int64(l.InFlight)*requestRoom, requestRoom)
	a := &allowance{room: semaphore.NewWeighted(size), size: size, pace: rate.NewLimiter(rate.Inf, 0)}
	if l.Rate > 0 {
		a.pace = rate.NewLimiter(rate.Limit(l.Rate), 2*l.Rate)
	}
	return a
}

// weigh is what a request takes of the room, before its body is read.
func (a *allowance) weigh(r *http.Request) int64 {
	if r.ContentLength < 0 { // not told
		return a.weighBytes(maxMessage)
	}
	return a.weighBytes(int(r.ContentLength))
}

func (a *allowance) weighBytes(body int) int64 { return min(max(int64(body), requestRoom), a.size) }

// take makes room for a request, or says why there is none and when to try again.
func (a *allowance) take(r *http.Request) (release func(), wait time.Duration, why string) {
	return a.takeAll(1, a.weigh(r))
}

// takeMore is take for the messages of a batch after its first: each is a request.
func (a *allowance) takeMore(messages int) (release func(), wait time.Duration, why string) {
	return a.takeAll(messages, int64(messages)*requestRoom)
}

func (a *allowance) takeAll(requests int, weight int64) (release func(), wait time.Duration, why string) {
	now := time.Now()
	if turn := a.pace.ReserveN(now, requests); !turn.OK() || turn.DelayFrom(now) > 0 {
		if wait = time.Second; turn.OK() { // else no wait is long enough
			wait = turn.DelayFrom(now)
		}
		turn.CancelAt(now)
		return nil, wait, fmt.Sprintf("This caller sends more than %v requests a second. Send fewer.", a.pace.Limit())
	}
	if !a.room.TryAcquire(weight) {
		return nil, time.Second, fmt.Sprintf("This caller has too much under way: %d requests, or fewer with long bodies, are the most. Wait for answers before sending more.", a.size/requestRoom)
	}
	return func() { a.room.Release(weight) }, 0, ""
}

// retryAfter is a wait as the header of that name has it: whole seconds.
func retryAfter(wait time.Duration) string {
	return strconv.Itoa(max(1, int(math.Ceil(wait.Seconds()))))
}
