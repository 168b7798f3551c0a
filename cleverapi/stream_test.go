package cleverapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func logEvent(n int) string {
	return fmt.Sprintf("id: %d\nevent: APPLICATION_LOG\ndata: {\"id\":\"%d\",\"date\":\"2026-06-01T10:00:00.000Z\",\"message\":\"line %d\"}\n\n", n, n, n)
}

const (
	heartbeat   = "event: HEARTBEAT\ndata: {}\n\n"
	endOfStream = "event: END_OF_STREAM\ndata: {\"endedBy\":\"UNTIL_REACHED\"}\n\n"
)

// stuck says something and then nothing more, until the request is given up.
type stuck struct {
	io.Reader
	ctx context.Context
}

func (s stuck) Read(p []byte) (int, error) {
	if n, _ := s.Reader.Read(p); n > 0 {
		return n, nil
	}
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

// Each connection of a stream is one answer; a stream opens as many as it needs.
func TestStream(t *testing.T) {
	t.Parallel()
	ok := func(body string) *http.Response { return answer(200, "text/event-stream;charset=UTF-8", body) }
	gone := answer(404, "application/json", `{"code":"clever.core.not-found","error":"unknown application","context":{"OVDErrorFieldContext":{"fieldName":"id","fieldValue":"app_1"}}}`)
	for _, tt := range []struct {
		name    string
		answers []*http.Response // nil: the connection says nothing after a heartbeat
		limits  StreamLimits
		stop    int // after so many lines; 0 never
		lines   int
		after   []string // Last-Event-ID of each request
		end     StreamEnd
		kind    error
		message string
	}{
		{name: "ends", answers: []*http.Response{ok(heartbeat + logEvent(1) + logEvent(2) + endOfStream)}, lines: 2, after: []string{""}, end: EndReached},
		{name: "cut after two lines", answers: []*http.Response{ok(logEvent(1) + logEvent(2)), ok(heartbeat + logEvent(3) + endOfStream)}, lines: 3, after: []string{"", "2"}, end: EndReached},
		{name: "event cut in the middle", answers: []*http.Response{ok(logEvent(1) + logEvent(2)[:40]), ok(logEvent(2) + endOfStream)}, lines: 2, after: []string{"", "1"}, end: EndReached},
		{name: "end that is not JSON", answers: []*http.Response{ok(logEvent(1) + "event: END_OF_STREAM\ndata: bye\n\n"), ok(endOfStream)}, lines: 1, after: []string{"", "1"}, end: EndReached},
		{name: "line that is not JSON", answers: []*http.Response{ok("id: 1\nevent: APPLICATION_LOG\ndata: {\n\n"), ok(logEvent(1) + endOfStream)}, lines: 1, after: []string{"", ""}, end: EndReached},
		{name: "other events", answers: []*http.Response{ok("event: NEWS\ndata: x\n\n" + logEvent(1) + endOfStream)}, lines: 1, after: []string{""}, end: EndReached},
		{name: "silence", answers: []*http.Response{nil, ok(logEvent(1) + endOfStream)}, lines: 1, after: []string{"", ""}, end: EndReached},
		{name: "enough", answers: []*http.Response{ok(logEvent(1) + logEvent(2) + logEvent(3) + endOfStream)}, stop: 2, lines: 2, after: []string{""}, end: EndStopped},
		{name: "too much", answers: []*http.Response{ok(logEvent(1) + logEvent(2) + logEvent(3) + endOfStream)}, limits: StreamLimits{Bytes: int64(len(logEvent(1)) + 10)}, lines: 1, after: []string{""}, end: EndBytes},
		{name: "too long", answers: []*http.Response{nil}, limits: StreamLimits{Time: 10 * time.Second}, after: []string{""}, end: EndTime},
		{name: "refused", answers: []*http.Response{gone}, after: []string{""}, kind: ErrNotFound, message: "unknown application; id: app_1"},
		{name: "no stream", answers: []*http.Response{answer(200, "application/json", "[]")}, after: []string{""}, kind: ErrBadAnswer, message: "not a stream"},
		{name: "never a word", answers: slices.Repeat([]*http.Response{ok("")}, maxReopens+1), after: make([]string, maxReopens+1), kind: ErrBadAnswer, message: "broke off"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var after []string
				c := client(testAPI, wire(func(r *http.Request) (*http.Response, error) {
					after = append(after, r.Header.Get("Last-Event-ID"))
					if r.Header.Get("Accept") != "text/event-stream" || r.Header.Get("Accept-Encoding") != "identity" {
						t.Errorf("headers are %v", r.Header)
					}
					if len(after) > len(tt.answers) {
						return nil, errors.New("no more answers")
					}
					if a := tt.answers[len(after)-1]; a != nil {
						return a, nil
					}
					resp := ok("")
					resp.Body = io.NopCloser(stuck{strings.NewReader(heartbeat), r.Context()})
					return resp, nil
				}))
				var got []string
				end, err := c.Logs.Application(t.Context(), "orga_1", "app_1", LogQuery{StreamLimits: tt.limits}, func(l LogLine) bool {
					got = append(got, l.Message)
					return len(got) != tt.stop
				})
				if !errors.Is(err, tt.kind) || end != tt.end || err != nil && !strings.Contains(err.Error(), tt.message) {
					t.Fatalf("end is %q, error is %v", end, err)
				}
				if len(got) != tt.lines || !slices.Equal(after, tt.after) {
					t.Errorf("%d lines over requests after %q: %q", len(got), after, got)
				}
				for i, line := range got {
					if want := fmt.Sprintf("line %d", i+1); line != want {
						t.Errorf("line is %q, want %q", line, want)
					}
				}
			})
		})
	}
}

// Giving up a stream gives up its request at once.
func TestStreamCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := client(testAPI, wire(func(r *http.Request) (*http.Response, error) {
			resp := answer(200, "text/event-stream", "")
			resp.Body = io.NopCloser(stuck{strings.NewReader(logEvent(1)), r.Context()})
			return resp, nil
		}))
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		_, err := c.Logs.Application(ctx, "orga_1", "app_1", LogQuery{}, func(LogLine) bool { cancel(); return true })
		if !errors.Is(err, ErrCanceled) || time.Since(start) > 0 {
			t.Errorf("error is %v after %s", err, time.Since(start))
		}
	})
}

func TestLogQuery(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.FixedZone("", 2*3600))
	q := LogQuery{Since: at, Until: at.Add(time.Second), Deployment: "deployment_1", Instance: "i", Filter: "a b"}
	want := "deploymentId=deployment_1&filter=a+b&instanceId=i&since=2026-06-01T10%3A00%3A00.000Z&throttleElements=2000&throttlePerInMilliseconds=100&until=2026-06-01T10%3A00%3A01.000Z"
	if got := q.values().Encode(); got != want {
		t.Errorf("query is %s, want %s", got, want)
	}
}

// ticking says one thing every two seconds while its request lasts.
type ticking struct {
	ctx  context.Context
	left []string
}

func (s *ticking) Read(p []byte) (int, error) {
	if len(s.left) == 0 {
		return 0, io.EOF
	}
	select {
	case <-time.After(2 * time.Second):
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	}
	n := copy(p, s.left[0])
	s.left = s.left[1:]
	return n, nil
}

// A stream with nothing to say but that it lives is not given up.
func TestStreamStaysWhileItLives(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		requests := 0
		c := client(testAPI, wire(func(r *http.Request) (*http.Response, error) {
			requests++
			resp := answer(200, "text/event-stream", "")
			resp.Body = io.NopCloser(&ticking{r.Context(), append(slices.Repeat([]string{heartbeat}, 40), logEvent(1), endOfStream)})
			return resp, nil
		}))
		lines := 0
		end, err := c.Logs.Application(t.Context(), "orga_1", "app_1", LogQuery{}, func(LogLine) bool { lines++; return true })
		if end != EndReached || err != nil || lines != 1 || requests != 1 {
			t.Errorf("%d lines by %d requests, end %q, error %v", lines, requests, end, err)
		}
	})
}

// Unless told otherwise, a stream that goes on is read for two minutes, and one that
// is silent is given up after half a minute.
func TestStreamHasItsTime(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		ticks    []string
		at       time.Duration // of the second opening, or of the end
		requests int
	}{
		"goes on": {slices.Repeat([]string{heartbeat}, 1000), 2 * time.Minute, 1},
		"silent":  {nil, 30 * time.Second, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				start, requests := time.Now(), 0
				at := func() {
					if took := time.Since(start); took < tt.at || took > tt.at+5*time.Second {
						t.Errorf("after %s, want %s", took, tt.at)
					}
				}
				c := client(testAPI, wire(func(r *http.Request) (*http.Response, error) {
					if requests++; requests == 2 {
						at()
						cancel()
					}
					resp := answer(200, "text/event-stream", "")
					resp.Body = io.NopCloser(stuck{strings.NewReader(""), r.Context()})
					if tt.ticks != nil {
						resp.Body = io.NopCloser(&ticking{r.Context(), tt.ticks})
					}
					return resp, nil
				}))
				end, err := c.Logs.Application(ctx, "orga_1", "app_1", LogQuery{}, func(LogLine) bool { return true })
				if requests != tt.requests || tt.requests == 1 && (end != EndTime || err != nil) {
					t.Errorf("%d requests, end %q, %v", requests, end, err)
				}
				if tt.requests == 1 {
					at()
				}
			})
		})
	}
}
