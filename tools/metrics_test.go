package tools

import (
	"math"
	"testing"
	"time"

	"clever-mcp/cleverapi"
)

func TestNumbers(t *testing.T) {
	t.Parallel()
	var values []float64
	for i := range 100 {
		values = append(values, float64(100-i))
	}
	if got := sumUp(values); got != (numberSummary{1, 50.5, 50, 95, 100}) || values[0] != 100 {
		t.Errorf("summary is %+v", got)
	}
	if got := sumUp([]float64{7}); got != (numberSummary{7, 7, 7, 7, 7}) {
		t.Errorf("summary of one is %+v", got)
	}
	for v, want := range map[float64]float64{0: 0, 0.12345: 0.123, 12.345: 12.3, 1234.5: 1235, math.Inf(1): 0} {
		if got := round(v); got != want {
			t.Errorf("%v is rounded to %v", v, got)
		}
	}
}

func TestSparkline(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		values []float64
		width  int
		want   string
	}{
		{[]float64{0, 1, 2, 3, 4, 5, 6, 7}, 10, "▁▂▃▄▅▆▇█"},
		{[]float64{5, 5, 5}, 10, "▅▅▅"},
		{[]float64{0, 0}, 10, "▁▁"},
		{[]float64{1, math.NaN(), 2}, 10, "▁ █"},
		{[]float64{0, 0, 10, 10}, 2, "▁█"},
		{nil, 10, ""},
	} {
		if got := sparkline(tt.values, tt.width); got != tt.want {
			t.Errorf("%v is %q, want %q", tt.values, got, tt.want)
		}
	}
}

func series(name string, values ...float64) cleverapi.Series {
	s := cleverapi.Series{Name: name}
	for i, v := range values {
		s.Points = append(s.Points, cleverapi.Point{Micros: int64(i), Value: cleverapi.Measured(v)})
	}
	return s
}

func TestViewSeries(t *testing.T) {
	t.Parallel()
	v, ok := viewSeries(series("mem", 40, 50, math.NaN(), 60, 70, 80, 90))
	if !ok || v.Unit != "%" || v.Trend != "rising" || v.Last != 90 || v.Min != 40 || len(findings(v)) != 1 {
		t.Errorf("series is %+v, findings %v", v, findings(v))
	}
	if v, _ := viewSeries(series("cpu", 10, 11, 10, 11, 10, 11)); v.Trend != "steady" || len(findings(v)) != 0 {
		t.Errorf("series is %+v", v)
	}
	if _, ok := viewSeries(series("cpu", math.NaN())); ok {
		t.Error("gaps alone make a series")
	}
	// Points come in any order.
	s := series("load1", 1, 2, 3)
	s.Points[0], s.Points[2] = s.Points[2], s.Points[0]
	if v, _ := viewSeries(s); v.Last != 3 {
		t.Errorf("last is %v", v.Last)
	}
}

func TestViewRequests(t *testing.T) {
	t.Parallel()
	if viewRequests(nil, time.Hour) != nil {
		t.Error("no answers are not nothing")
	}
	r := viewRequests([]cleverapi.StatusCodes{
		{Date: noon.Add(time.Minute), Statuses: []cleverapi.StatusCount{{Code: 200, Count: 90}}},
		{Date: noon, Statuses: []cleverapi.StatusCount{{Code: 204, Count: 20}, {Code: 503, Count: 10}}},
	}, time.Hour)
	if r.Total != 120 || r.PerMinute != 2 || r.Statuses["2xx"] != 110 || r.Statuses["5xx"] != 10 || r.Sparkline != "▁█" {
		t.Errorf("requests are %+v", r)
	}
}

func TestStepOf(t *testing.T) {
	t.Parallel()
	for span, want := range map[time.Duration]time.Duration{
		time.Hour: time.Minute, 24 * time.Hour: 15 * time.Minute, 7 * 24 * time.Hour: 3 * time.Hour, maxRange: 24 * time.Hour,
	} {
		if got := stepOf(span); got != want {
			t.Errorf("%s in steps of %s, want %s", span, got, want)
		}
	}
}
