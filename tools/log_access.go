package tools

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"clever-mcp/cleverapi"
)

// AccessSummary is what an access log comes to.
type AccessSummary struct {
	Requests  int     `json:"requests"`
	PerMinute float64 `json:"per_minute"`
	// Answers by class of status: 2xx, 5xx.
	Statuses map[string]int `json:"statuses"`
	// Milliseconds until the answer: half of the requests, and 95 percent, are faster.
	P50 float64 `json:"p50_ms"`
	P95 float64 `json:"p95_ms"`
	// Requests over the range, oldest first.
	Trend string `json:"trend"`
	// Connections of TCP redirections, which have no status.
	TCP int `json:"tcp,omitempty"`
}

// traffic gathers requests without keeping them.
type traffic struct {
	from, to time.Time
	first    time.Time
	last     time.Time
	count    int
	tcp      int
	classes  map[string]int
	times    []float64
	minutes  []float64 // requests in each of 40 parts of the range
	routes   map[string]*route
}

// route is a method and a path without what changes in it.
type route struct {
	name   string
	times  []float64
	failed int // 5xx
	status map[int]int
	last   time.Time
}

const (
	trafficParts = 40
	// maxRoutes bounds what a scanner can make us remember.
	maxRoutes = 5000
)

func (w *logWish) access(ctx context.Context, c *Call, r resource, out LogView) (LogView, error) {
	t := &traffic{from: w.from, to: w.to, classes: map[string]int{}, minutes: make([]float64, trafficParts), routes: map[string]*route{}}
	q := w.query()
	lines := 0
	c.learnFor(ctx, r)
	end, err := c.API.Logs.Access(ctx, r.Owner, r.ID, q, func(l cleverapi.AccessLine) bool {
		lines++
		if l.HTTP != nil {
			l.HTTP.Request.Path = c.Hide.Text(l.HTTP.Request.Path)
		}
		if l.HTTP == nil || w.matcher.matches(l.HTTP.Request.Method+" "+l.HTTP.Request.Path+" "+fmt.Sprint(l.HTTP.Response.StatusCode)) {
			t.add(l)
		}
		return true
	})
	if err != nil {
		return LogView{}, err
	}
	out.Lines, out.Matches, out.Access = lines, t.count, t.summary()
	if end != cleverapi.EndReached {
		out.Note = fmt.Sprintf("There is too much: requests after %s were not counted. Ask again with since=%s.", t.last.Format(time.RFC3339), t.last.Format(time.RFC3339))
	}
	if t.count == 0 {
		out.Note = strings.TrimSpace(out.Note + " " + w.nothing(lines))
		return out, nil
	}
	out.Text = fence(t.table(min(w.limit, 6)))
	return out, nil
}

func (t *traffic) add(l cleverapi.AccessLine) {
	if t.count+t.tcp == 0 || l.Date.Before(t.first) {
		t.first = l.Date
	}
	if l.Date.After(t.last) {
		t.last = l.Date
	}
	if l.HTTP == nil {
		t.tcp++
		return
	}
	t.count++
	status, ms := l.HTTP.Response.StatusCode, l.HTTP.Response.Time
	t.classes[fmt.Sprintf("%dxx", status/100)]++
	t.times = append(t.times, ms)
	if whole := t.to.Sub(t.from); whole > 0 {
		part := int(float64(l.Date.Sub(t.from)) / float64(whole) * trafficParts)
		t.minutes[max(0, min(part, trafficParts-1))]++
	}
	name := l.HTTP.Request.Method + " " + routeOf(l.HTTP.Request.Path)
	rt := t.routes[name]
	if rt == nil {
		if len(t.routes) >= maxRoutes {
			return
		}
		rt = &route{name: name, status: map[int]int{}}
		t.routes[name] = rt
	}
	rt.times = append(rt.times, ms)
	rt.status[status]++
	rt.last = l.Date
	if status >= 500 {
		rt.failed++
	}
}

// variable finds the parts of a path that differ from request to request.
var variable = lazily(`^(\d+|[0-9a-fA-F-]{16,}|[A-Za-z0-9_-]{24,}|[^/]*@[^/]*)$`)

// routeOf is a path without its query, which can hold secrets, and with a star
// for what looks like an id.
func routeOf(path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if variable.MatchString(p) {
			parts[i] = "*"
		}
	}
	return clip(strings.Join(parts, "/"), 120)
}

func (t *traffic) summary() *AccessSummary {
	s := &AccessSummary{Requests: t.count, Statuses: t.classes, TCP: t.tcp}
	if t.count == 0 {
		return s
	}
	n := sumUp(t.times)
	s.P50, s.P95 = round(n.p50), round(n.p95)
	s.PerMinute = round(float64(t.count) / math.Max(1, t.to.Sub(t.from).Minutes()))
	s.Trend = sparkline(t.minutes, trafficParts)
	return s
}

// table shows the routes that fail most, then the slowest, then the busiest, each
// route once.
func (t *traffic) table(n int) string {
	all := slices.SortedFunc(maps.Values(t.routes), func(a, b *route) int { return strings.Compare(a.name, b.name) })
	var b strings.Builder
	shown := map[string]bool{}
	section := func(title string, keep func(*route) bool, by func(*route) float64) {
		list := slices.DeleteFunc(slices.Clone(all), func(r *route) bool { return shown[r.name] || !keep(r) })
		slices.SortStableFunc(list, func(a, b *route) int { return cmp.Compare(by(b), by(a)) })
		if len(list) == 0 {
			return
		}
		b.WriteString(title + "\n")
		for _, r := range list[:min(n, len(list))] {
			shown[r.name] = true
			fmt.Fprintf(&b, "  %s  ×%d  p95 %v ms  %s\n", r.name, len(r.times), round(sumUp(r.times).p95), r.statuses())
		}
	}
	section("failing (5xx):", func(r *route) bool { return r.failed > 0 }, func(r *route) float64 { return float64(r.failed) })
	section("refused (4xx):", func(r *route) bool { return r.refused() > 0 && r.failed == 0 }, func(r *route) float64 { return float64(r.refused()) })
	section("slowest:", func(*route) bool { return true }, func(r *route) float64 { return sumUp(r.times).p95 })
	section("busiest:", func(*route) bool { return true }, func(r *route) float64 { return float64(len(r.times)) })
	return strings.TrimSuffix(b.String(), "\n")
}

func (r *route) refused() int {
	n := 0
	for s, count := range r.status {
		if s/100 == 4 {
			n += count
		}
	}
	return n
}

func (r *route) statuses() string {
	var said []string
	for _, s := range slices.Sorted(maps.Keys(r.status)) {
		said = append(said, fmt.Sprintf("%d×%d", s, r.status[s]))
	}
	return strings.Join(atMost(said, 5), " ")
}
