package server

import (
	"maps"
	"net/http"
	"slices"
	"sync/atomic"
	"time"
)

// callMetrics count the calls of tools in the form that Prometheus reads. Names
// of tools are the only labels: nothing that a caller sends becomes one.
type callMetrics struct {
	since   time.Time // about when the process started
	running atomic.Int64
	// Counts are made when they are first counted: most processes call few tools.
	tools map[string]*atomic.Pointer[toolCounts]
}

type toolCounts struct {
	done, refused, asked atomic.Uint64
	took                 histogram
}

// newCallMetrics returns metrics of no tool yet; add is for before serving.
func newCallMetrics() *callMetrics {
	return &callMetrics{since: time.Now(), tools: map[string]*atomic.Pointer[toolCounts]{}}
}

func (m *callMetrics) add(tool string) { m.tools[tool] = new(atomic.Pointer[toolCounts]) }

// underway is a call that has started; of a tool that was not added, the zero value.
type underway struct {
	metrics *callMetrics
	counts  *toolCounts
	began   time.Time
}

func (m *callMetrics) start(tool string) underway {
	made := m.tools[tool]
	if made == nil {
		return underway{}
	}
	counts := made.Load()
	if counts == nil {
		made.CompareAndSwap(nil, new(toolCounts))
		counts = made.Load()
	}
	m.running.Add(1)
	return underway{m, counts, time.Now()}
}

// ended is called once.
func (c underway) ended(o outcome) {
	if c.counts == nil {
		return
	}
	c.metrics.running.Add(-1)
	c.counts.took.observe(time.Since(c.began))
	switch o {
	case done:
		c.counts.done.Add(1)
	case refused:
		c.counts.refused.Add(1)
	case asked:
		c.counts.asked.Add(1)
	}
}

// write has a series for each tool, called or not, so that a first call is seen
// as a rise.
func (m *callMetrics) write(e *exposition) {
	names := slices.Sorted(maps.Keys(m.tools))
	var none toolCounts
	counts := make([]*toolCounts, len(names))
	for i, name := range names {
		if counts[i] = m.tools[name].Load(); counts[i] == nil {
			counts[i] = &none
		}
	}
	e.family("clever_mcp_call_duration_seconds", "histogram", "How long calls of tools took.")
	for i, name := range names {
		e.histogram(&counts[i].took, "tool", name)
	}
	e.family("clever_mcp_calls_running", "gauge", "Calls of tools under way.")
	e.series(float64(m.running.Load()))
	e.family("clever_mcp_calls_total", "counter", "Calls of tools that ended.")
	for i, name := range names {
		e.series(float64(counts[i].asked.Load()), "tool", name, "outcome", string(asked))
		e.series(float64(counts[i].done.Load()), "tool", name, "outcome", string(done))
		e.series(float64(counts[i].refused.Load()), "tool", name, "outcome", string(refused))
	}
}

func (s *Server) writeMetrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	var e exposition
	s.upstream.write(&e)
	s.metrics.write(&e)
	writeProcess(&e, s.metrics.since)
	_, _ = w.Write(e.text)
}
