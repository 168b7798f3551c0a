package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"time"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// GetMetricsInput chooses what is measured, and over what.
type GetMetricsInput struct {
	// App or add-on, id or name.
	App string `json:"app,omitempty"`
	// Its owner.
	Owner string `json:"owner,omitempty"`
	// How far back, e.g. 7d; default 24h.
	Range string `json:"range,omitempty"`
	// E.g. cpu, mem; default all.
	Metrics []string `json:"metrics,omitempty"`
	// Adds a PNG.
	Plot bool `json:"plot,omitempty"`
}

// MetricsView is measurements in short.
type MetricsView struct {
	App  string `json:"app"`
	Name string `json:"name,omitempty"`
	From string `json:"from"`
	To   string `json:"to"`
	// What one point of a sparkline stands for, before thinning: 30m0s.
	Step   string       `json:"step"`
	Series []SeriesView `json:"series"`
	// How an application answered.
	Requests *RequestsView `json:"requests,omitempty"`
	// What stands out.
	Findings []string `json:"findings"`
	// Set when a picture goes with this text.
	Plot string `json:"plot,omitempty"`
	Note string `json:"note,omitempty"`
}

// SeriesView is one measurement over the range.
type SeriesView struct {
	Name     string  `json:"name"`
	Unit     string  `json:"unit,omitempty"`
	Resource string  `json:"resource,omitempty"`
	Min      float64 `json:"min"`
	Avg      float64 `json:"avg"`
	P95      float64 `json:"p95"`
	Max      float64 `json:"max"`
	Last     float64 `json:"last"`
	// rising, falling or steady: the last third against the first.
	Trend     string `json:"trend"`
	Sparkline string `json:"sparkline"`
}

// RequestsView is HTTP answers over the range.
type RequestsView struct {
	Total     int64            `json:"total"`
	PerMinute float64          `json:"per_minute"`
	Statuses  map[string]int64 `json:"statuses"`
	Sparkline string           `json:"sparkline"`
}

var getMetrics = &Tool[GetMetricsInput, MetricsView]{
	Name: "get_metrics", Title: "Metrics", Toolset: "observe",
	Doc:    `Shows CPU, memory, disk, network and requests over time, in figures and sparklines.`,
	Effect: catalogue.Reads,
	Uses: []string{
		"GET /v2/summary",
		"GET /v4/stats/organisations/{ownerId}/resources/{resourceId}/metrics",
		"GET /v4/stats/organisations/{ownerId}/http-status-codes",
	},
	Run: runGetMetrics,
}

const (
	metricsRange = 24 * time.Hour
	maxRange     = 90 * 24 * time.Hour
	sparkWidth   = 40
	maxSeries    = 30
)

func runGetMetrics(ctx context.Context, c *Call, in GetMetricsInput) (MetricsView, error) {
	span := metricsRange
	if in.Range != "" {
		var ok bool
		if span, ok = parseAgo(strings.TrimSpace(in.Range)); !ok || span < 5*time.Minute || span > maxRange {
			return MetricsView{}, badArgument("range is a duration from 5m to 90d, such as 1h or 7d.")
		}
	}
	for _, m := range in.Metrics {
		if m == "" || len(m) > 64 {
			return MetricsView{}, badArgument("metrics are names such as cpu or mem. Leave it out for all.")
		}
	}
	r, err := c.resource(ctx, AppRef{App: in.App, Owner: in.Owner})
	if err != nil {
		return MetricsView{}, err
	}
	to := c.API.Now().UTC()
	from, step := to.Add(-span), stepOf(span)
	var series []cleverapi.Series
	var codes []cleverapi.StatusCodes
	var codesErr error
	err = parallel(ctx, 2, func(ctx context.Context, i int) (err error) {
		switch {
		case i == 0:
			series, err = c.API.Metrics.List(ctx, r.Owner, r.ID, cleverapi.MetricsQuery{Only: in.Metrics, Interval: span, Span: step, End: to})
		case !r.IsAddon() && len(in.Metrics) == 0:
			codes, codesErr = c.API.Metrics.StatusCodes(ctx, r.Owner, r.ID, from, to)
		}
		return err
	})
	if errors.Is(err, cleverapi.ErrInvalid) && len(in.Metrics) > 0 {
		return MetricsView{}, &advised{err, "leave metrics out: the answer then names all there are, and counts the requests."}
	}
	if err != nil {
		return MetricsView{}, err
	}
	out := MetricsView{App: r.ID, Name: r.Name, From: from.Format(time.RFC3339), To: to.Format(time.RFC3339), Step: step.String(), Series: []SeriesView{}, Findings: []string{}}
	for _, s := range series {
		if v, ok := viewSeries(s); ok {
			out.Series = append(out.Series, v)
			out.Findings = append(out.Findings, findings(v)...)
		}
	}
	sort.SliceStable(out.Series, func(i, j int) bool { return out.Series[i].Name < out.Series[j].Name })
	out.Requests = viewRequests(codes, span)
	if q := out.Requests; q != nil && q.Statuses["5xx"]*20 > q.Total {
		out.Findings = append(out.Findings, fmt.Sprintf("%d of %d requests failed (5xx): get_logs with kind access shows where.", q.Statuses["5xx"], q.Total))
	}
	if codesErr != nil {
		out.Note = "Requests could not be read: " + c.explain(codesErr)
	}
	if len(out.Series) == 0 {
		out.Note = strings.TrimSpace(out.Note + " Nothing was measured: it did not run in this range, or has no metrics of that name.")
	}
	if in.Plot {
		if err := c.plotMetrics(&out, series, codes, from, to); err != nil {
			return MetricsView{}, err
		}
	}
	if n := len(out.Series); n > maxSeries {
		out.Note = strings.TrimSpace(fmt.Sprintf("%s %d more series: name the metrics that you want.", out.Note, n-maxSeries))
		out.Series = out.Series[:maxSeries]
	}
	return out, nil
}

// intervals are what a point can stand for.
var intervals = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 24 * time.Hour}

// stepOf gives a range about a hundred points at most.
func stepOf(span time.Duration) time.Duration {
	for _, s := range intervals {
		if span/s <= 96 {
			return s
		}
	}
	return intervals[len(intervals)-1]
}

// percentages are the metrics that the API sends without a unit, in percent.
var percentages = []string{"cpu", "mem"}

// viewSeries sums a series up; false when nothing was measured.
func viewSeries(s cleverapi.Series) (SeriesView, bool) {
	points := slices.Clone(s.Points)
	sort.SliceStable(points, func(i, j int) bool { return points[i].Micros < points[j].Micros })
	var all, measured []float64
	for _, p := range points {
		v := float64(p.Value)
		if math.IsInf(v, 0) {
			v = math.NaN()
		}
		all = append(all, v)
		if !math.IsNaN(v) {
			measured = append(measured, v)
		}
	}
	if len(measured) == 0 {
		return SeriesView{}, false
	}
	n := sumUp(measured)
	out := SeriesView{
		Name: s.Name, Unit: unitOf(s), Resource: s.Resource,
		Min: round(n.min), Avg: round(n.avg), P95: round(n.p95), Max: round(n.max), Last: round(measured[len(measured)-1]),
		Trend: trend(measured), Sparkline: sparkline(all, sparkWidth),
	}
	return out, true
}

// unitOf writes percentages in one way.
func unitOf(s cleverapi.Series) string {
	if s.Unit == "percent" || s.Unit == "" && slices.Contains(percentages, s.Name) {
		return "%"
	}
	return s.Unit
}

// plotMetrics attaches the measurements as a picture, requests included.
func (c *Call) plotMetrics(out *MetricsView, series []cleverapi.Series, codes []cleverapi.StatusCodes, from, to time.Time) error {
	drawn := make([]cleverapi.Series, 0, len(series)+1)
	for _, s := range series {
		if _, ok := viewSeries(s); ok {
			drawn = append(drawn, cleverapi.Series{Name: clip(c.Hide.Text(s.Name), 24), Unit: clip(c.Hide.Text(unitOf(s)), 16), Points: s.Points})
		}
	}
	sort.SliceStable(drawn, func(i, j int) bool { return drawn[i].Name < drawn[j].Name })
	if s := requestSeries(codes); len(s.Points) > 0 {
		drawn = append(drawn, s)
	}
	if len(drawn) == 0 {
		return nil
	}
	p, left := newPlot(c.Hide.Text(cmp.Or(out.Name, out.App)), from, to, drawn)
	if left > 0 {
		out.Note = strings.TrimSpace(fmt.Sprintf("%s %d series are not in the picture: name the metrics that you want.", out.Note, left))
	}
	data, err := p.png()
	if err != nil {
		return fmt.Errorf("draw the metrics: %w", err)
	}
	out.Plot = fmt.Sprintf("PNG, %d × %d, follows", plotWidth, plotHeight)
	c.images = append(c.images, Image{Data: data, Type: "image/png"})
	return nil
}

// requestSeries is how many requests there were, part by part of the range.
func requestSeries(codes []cleverapi.StatusCodes) cleverapi.Series {
	s := cleverapi.Series{Name: "requests"}
	for _, part := range codes {
		total := int64(0)
		for _, n := range part.Statuses {
			total += n.Count
		}
		s.Points = append(s.Points, cleverapi.Point{Micros: part.Date.UnixMicro(), Value: cleverapi.Measured(total)})
	}
	return s
}

// trend compares the last third with the first.
func trend(values []float64) string {
	third := len(values) / 3
	if third == 0 {
		return "steady"
	}
	a, b := sumUp(values[:third]).avg, sumUp(values[len(values)-third:]).avg
	scale := max(math.Abs(a), math.Abs(b))
	switch {
	case scale == 0 || math.Abs(b-a) < 0.15*scale:
		return "steady"
	case b > a:
		return "rising"
	}
	return "falling"
}

// findings says what of a series needs somebody's attention.
func findings(s SeriesView) []string {
	if s.Unit != "%" {
		return nil
	}
	switch {
	case s.Name == "mem" && s.P95 >= 90:
		return []string{fmt.Sprintf("Memory is at %v%% or more for 5%% of the time: instances can be killed. A larger flavor (update_app) helps.", s.P95)}
	case s.Name == "mem" && s.Trend == "rising" && s.Last >= 70:
		return []string{fmt.Sprintf("Memory rises and is at %v%%: a leak would end in a restart.", s.Last)}
	case s.Name == "cpu" && s.P95 >= 90:
		return []string{fmt.Sprintf("The CPU is at %v%% or more for 5%% of the time: more instances or a larger flavor (update_app) helps.", s.P95)}
	case strings.Contains(s.Name, "disk") && s.Max >= 90:
		return []string{fmt.Sprintf("The disk is %v%% full at most: writes fail when it is full.", s.Max)}
	}
	return nil
}

// viewRequests sums answers up; nil when there were none.
func viewRequests(codes []cleverapi.StatusCodes, span time.Duration) *RequestsView {
	out := &RequestsView{Statuses: map[string]int64{}}
	sort.SliceStable(codes, func(i, j int) bool { return codes[i].Date.Before(codes[j].Date) })
	var line []float64
	for _, part := range codes {
		total := int64(0)
		for _, s := range part.Statuses {
			out.Statuses[fmt.Sprintf("%dxx", s.Code/100)] += s.Count
			total += s.Count
		}
		out.Total += total
		line = append(line, float64(total))
	}
	if out.Total == 0 {
		return nil
	}
	out.PerMinute, out.Sparkline = round(float64(out.Total)/span.Minutes()), sparkline(line, sparkWidth)
	return out
}
