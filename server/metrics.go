package server

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// callMetrics count the calls of tools in the form that Prometheus reads. Names
// of tools are the only labels: nothing that a caller sends becomes one.
type callMetrics struct {
	set     *metrics.Set
	running atomic.Int64
	tools   map[string]*toolMetrics
}

// toolMetrics are made when they are first counted or read: most processes make
// few calls and are never asked for metrics.
type toolMetrics struct {
	once  sync.Once
	ended map[outcome]*metrics.Counter
	took  *metrics.PrometheusHistogram
}

// newCallMetrics returns metrics of no tool yet; add is for before serving.
func newCallMetrics() *callMetrics {
	m := &callMetrics{set: metrics.NewSet(), tools: map[string]*toolMetrics{}}
	m.set.NewGauge("clever_mcp_calls_running", func() float64 { return float64(m.running.Load()) })
	return m
}

func (m *callMetrics) add(tool string) { m.tools[tool] = &toolMetrics{} }

func (m *callMetrics) of(tool string) *toolMetrics {
	t := m.tools[tool]
	if t == nil {
		return nil
	}
	t.once.Do(func() {
		t.ended = map[outcome]*metrics.Counter{}
		for _, o := range []outcome{done, refused, asked} {
			t.ended[o] = m.set.NewCounter(fmt.Sprintf("clever_mcp_calls_total{tool=%q,outcome=%q}", tool, o))
		}
		t.took = m.set.NewPrometheusHistogram(fmt.Sprintf("clever_mcp_call_duration_seconds{tool=%q}", tool))
	})
	return t
}

func (m *callMetrics) start(tool string) (finished func(outcome)) {
	t := m.of(tool)
	if t == nil {
		return func(outcome) {}
	}
	m.running.Add(1)
	began := time.Now()
	return func(o outcome) {
		m.running.Add(-1)
		t.ended[o].Inc()
		t.took.UpdateDuration(began)
	}
}

func (s *Server) writeMetrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	for tool := range s.metrics.tools {
		s.metrics.of(tool)
	}
	s.metrics.set.WritePrometheus(w)
	s.upstream.write(w)
	metrics.WriteProcessMetrics(w)
}
