package emulator

import (
	"fmt"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"time"
)

// entry is one event of a log.
type entry struct {
	at   time.Time
	text string // what the filter looks into
	data func(id string) any
}

// feed returns the entries of a time span, in any order, the end excluded. It
// runs under the lock and must give the same entries each time it is asked for
// the same span of the past.
type feed func(from, to time.Time) []entry

const (
	// Clients give up after 2.5 to 4 seconds without an event.
	heartbeat = time.Second
	// How often a stream looks whether emulated time brought something.
	poll = 100 * time.Millisecond
	// What is replayed to who does not say since when.
	recent = time.Hour
	// How long logs are kept.
	retention = 7 * day
)

// tail is what a client asked of a stream.
type tail struct {
	event  string
	feed   feed
	from   time.Time
	until  time.Time // zero: no end
	limit  int       // 0: no limit
	filter string
	// The last entry that the client has: entries up to it are not sent again.
	seenAt, seenSeq int64
}

// newTail reads the query that all log streams share.
func (c *call) newTail(event string, f feed) (*tail, error) {
	t := &tail{event: event, feed: f, filter: strings.ToLower(c.query("filter")), seenSeq: -1}
	since, err := c.queryTime("since")
	if err != nil {
		return nil, err
	}
	if t.until, err = c.queryTime("until"); err != nil {
		return nil, err
	}
	if t.limit, err = c.queryNumber("limit", 0); err != nil {
		return nil, err
	}
	end := c.now
	if !t.until.IsZero() && t.until.Before(end) {
		end = t.until
	}
	t.from = end.Add(-recent)
	if !since.IsZero() {
		t.from = since
	}
	if last := c.r.Header.Get("Last-Event-ID"); last != "" {
		if t.seenAt, t.seenSeq, err = parseEventID(last); err != nil {
			return nil, err
		}
		t.from = later(t.from, time.UnixMilli(t.seenAt))
	}
	t.from = later(t.from, c.now.Add(-retention)).Truncate(time.Millisecond)
	return t, nil
}

func parseEventID(s string) (at, seq int64, err error) {
	a, b, _ := strings.Cut(s, "-")
	if at, err = strconv.ParseInt(a, 10, 64); err == nil {
		seq, err = strconv.ParseInt(b, 10, 64)
	}
	if err != nil || at < 0 {
		return 0, 0, &apiError{status: http.StatusBadRequest, code: "clever.core.bad-request", message: "The last event id is not valid",
			context: map[string]any{"OVDErrorFieldContext": map[string]string{"fieldName": "Last-Event-ID", "fieldValue": s}}}
	}
	return at, seq, nil
}

// next returns the entries that are new at now, with their ids.
func (t *tail) next(now time.Time) (fresh []numbered) {
	to := now
	if !t.until.IsZero() && t.until.Before(to) {
		to = t.until
	}
	if !to.After(t.from) {
		return nil
	}
	entries := t.feed(t.from, to)
	sort.SliceStable(entries, func(i, j int) bool { return entries[i].at.Before(entries[j].at) })
	var seq int64
	for i, e := range entries {
		at := e.at.UnixMilli()
		if i == 0 || entries[i-1].at.UnixMilli() != at {
			seq = 0
		}
		if at > t.seenAt || at == t.seenAt && seq > t.seenSeq {
			t.seenAt, t.seenSeq = at, seq
			if t.filter == "" || strings.Contains(strings.ToLower(e.text), t.filter) {
				fresh = append(fresh, numbered{fmt.Sprintf("%d-%d", at, seq), e})
			}
		}
		seq++
	}
	// The last millisecond may still get entries.
	t.from = to.Truncate(time.Millisecond)
	return fresh
}

type numbered struct {
	id string
	entry
}

// stream sends what there is and what comes, until the end that was asked for
// or until the client hangs up.
func (e *Emulator) stream(t *tail) stream {
	of := e.state
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Cache-Control", "no-cache")
		out := http.NewResponseController(w)
		beat, tick := time.NewTicker(heartbeat), time.NewTicker(poll)
		defer beat.Stop()
		defer tick.Stop()
		if !event(w, "", "HEARTBEAT", struct{}{}) {
			return
		}
		sent := 0
		for {
			e.mu.Lock()
			now, changed, replaced := e.clock.Now(), e.changed, e.state != of
			var fresh []numbered
			if !replaced {
				fresh = t.next(now)
			}
			e.mu.Unlock()
			if replaced {
				return // a client comes back, and finds the account that there is now
			}
			for _, n := range fresh {
				if !event(w, n.id, t.event, n.data(n.id)) {
					return
				}
				if sent++; sent == t.limit {
					event(w, "", "END_OF_STREAM", map[string]string{"endedBy": "LIMIT_REACHED"})
					return
				}
			}
			if !t.until.IsZero() && !now.Before(t.until) {
				event(w, "", "END_OF_STREAM", map[string]string{"endedBy": "UNTIL_REACHED"})
				return
			}
			if out.Flush() != nil {
				return
			}
			select {
			case <-r.Context().Done():
				return
			case <-changed:
			case <-tick.C:
			case <-beat.C:
				if !event(w, "", "HEARTBEAT", struct{}{}) {
					return
				}
			}
		}
	}
}

// event writes one server-sent event and tells whether the client still reads.
func event(w http.ResponseWriter, id, name string, data any) bool {
	text, err := encode(data)
	if err != nil {
		return false
	}
	var b strings.Builder
	if id != "" {
		b.WriteString("id: " + id + "\n")
	}
	fmt.Fprintf(&b, "event: %s\ndata: %s\n\n", name, text)
	_, err = w.Write([]byte(b.String()))
	return err == nil
}

// periodic gives an entry each period, counted from start, within the span.
func periodic(start, from, to time.Time, period time.Duration, entryAt func(k int, at time.Time) entry) []entry {
	first := 0
	if from.After(start) {
		first = int((from.Sub(start) + period - 1) / period)
	}
	var out []entry
	for k := first; ; k++ {
		at := start.Add(time.Duration(k) * period)
		if !at.Before(to) {
			return out
		}
		out = append(out, entryAt(k, at))
	}
}
