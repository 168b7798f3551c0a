package emulator

import (
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"
)

func metricsRoutes() routes {
	return routes{
		"GET /v4/stats/organisations/{ownerId}/resources/{resourceId}/metrics":      ofResource("resourceId", getMetrics),
		"POST /v4/stats/organisations/{ownerId}/resources/{resourceId}/tokens/read": ofResource("resourceId", createResourceMetricsToken),
		"POST /v4/stats/organisations/{ownerId}/tokens/read":                        ofOwner(createMetricsToken),
		"GET /v2/metrics/read/{orgaId}":                                             ofOwner(getOldMetricsToken),
		"GET /v2/w10tokens/accessLogs/read/{orgaId}":                                ofOwner(getOldMetricsToken),
	}
}

// The metrics that everything has.
const (
	metricCPU    = "cpu"    // percent
	metricMemory = "mem"    // percent
	metricLoad   = "load1"  // processes
	metricDisk   = "disk"   // percent
	metricIn     = "net_in" // bytes per second
	metricOut    = "net_out"
)

// No answer has more points of one metric than this.
const maxPoints = 10_000

type pointView struct {
	Timestamp int64  `json:"timestamp"` // microseconds
	Value     string `json:"value"`
}

type metricView struct {
	Name     string      `json:"name"`
	Data     []pointView `json:"data"`
	Resource string      `json:"resource"`
	Unit     string      `json:"unit"`
}

func getMetrics(c *call, r resource) (any, error) {
	names, err := metricNames(c.r.URL.Query())
	if err != nil {
		return nil, err
	}
	span, err := c.queryPeriod("span", time.Minute)
	if err != nil {
		return nil, err
	}
	interval, err := c.queryPeriod("interval", time.Hour)
	if err != nil {
		return nil, err
	}
	end, err := c.queryTime("end")
	if err != nil {
		return nil, err
	}
	if end.IsZero() || end.After(c.now) {
		end = c.now
	}
	if interval/span > maxPoints {
		return nil, invalid("interval and span make %d points; at most %d are answered", interval/span, maxPoints)
	}
	fill := c.query("fill") == "true"
	out := []metricView{}
	for _, name := range names {
		m := metricView{Name: name, Data: []pointView{}, Resource: r.id(), Unit: unit(name)}
		for t := end.Add(-interval).Add(span).Truncate(span); !t.After(end); t = t.Add(span) {
			value, ok := r.measure(name, t)
			if ok || fill {
				m.Data = append(m.Data, pointView{t.UnixMicro(), strconv.FormatFloat(value, 'f', -1, 64)})
			}
		}
		out = append(out, m)
	}
	return out, nil
}

func metricNames(q url.Values) ([]string, error) {
	all := []string{metricCPU, metricMemory, metricLoad, metricDisk, metricIn, metricOut}
	only := slices.Compact(slices.Sorted(slices.Values(q["only"])))
	for _, name := range only {
		if !slices.Contains(all, name) {
			return nil, invalid("The metric %q does not exist", name)
		}
	}
	if len(only) == 0 {
		return all, nil
	}
	return only, nil
}

func unit(metric string) string {
	switch metric {
	case metricLoad:
		return "processes"
	case metricIn, metricOut:
		return "bytes/s"
	}
	return "percent"
}

var isoPeriod = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^P(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?$`)
})

// queryPeriod reads a duration such as P1D, PT1H or PT30S.
func (c *call) queryPeriod(name string, otherwise time.Duration) (time.Duration, error) {
	s := c.query(name)
	if s == "" {
		return otherwise, nil
	}
	var d time.Duration
	if p := isoPeriod().FindStringSubmatch(s); p != nil {
		for i, u := range []time.Duration{7 * day, day, time.Hour, time.Minute, time.Second} {
			n, _ := strconv.Atoi(p[i+1]) // digits, or nothing
			d += time.Duration(n) * u
		}
	}
	if d <= 0 {
		return 0, invalid("The query parameter %s should be a duration such as PT1H or P1D, not %q", name, s)
	}
	return d, nil
}

// measure gives the value of a metric at a moment, and whether there was
// anything to measure.
func (r resource) measure(metric string, t time.Time) (float64, bool) {
	activity := busy(t, r.id())
	cpus, leak := 1, 0.0
	if r.app != nil {
		d := r.app.serving(t)
		if d == nil || t.Before(d.up) {
			return 0, false
		}
		cpus = d.flavor.CPUs
		if d.failure == failCrash {
			leak = min(float64(t.Sub(d.up))/float64(crashTime), 1)
		}
	} else if t.Before(r.addon.created) {
		return 0, false
	}
	wobble := func(share float64) float64 {
		return 1 + share*(float64(number(2001, r.id(), metric, strconv.FormatInt(t.Unix(), 10)))/1000-1)
	}
	// What is usual differs from one to another.
	usual := func(low, high int) float64 { return float64(low + number(high-low, r.id(), metric)) }
	var v float64
	switch metric {
	case metricCPU:
		v = min(usual(8, 35)*(0.4+1.6*activity)*wobble(0.3)+60*leak, 100)
	case metricMemory:
		v = min(usual(30, 65)*(0.9+0.2*activity)*wobble(0.02)+60*leak, 99.6)
	case metricLoad:
		v = usual(10, 60) / 100 * float64(cpus) * (0.3 + 1.4*activity) * wobble(0.4)
	case metricDisk:
		v = usual(12, 70) * wobble(0.01)
	case metricIn:
		v = usual(2_000, 40_000) * (0.1 + 1.8*activity) * wobble(0.5)
	case metricOut:
		v = usual(20_000, 300_000) * (0.1 + 1.8*activity) * wobble(0.5)
	}
	return math.Round(v*100) / 100, true
}

// busy says how much there is to do, from 0 to 1: most in the afternoon, less
// at night and on Sundays.
func busy(t time.Time, id string) float64 {
	hour := float64(t.UTC().Hour()) + float64(t.UTC().Minute())/60
	shift := float64(number(4, id, "habits"))
	v := 0.5 - 0.5*math.Cos((hour-2-shift)/24*2*math.Pi)
	if t.UTC().Weekday() == time.Sunday {
		v *= 0.6
	}
	return v
}

type metricsTokenView struct {
	Token        string   `json:"token"`
	CreatedAt    string   `json:"createdAt"`
	ExpiresAt    string   `json:"expiresAt"`
	Scope        string   `json:"scope"`
	Applications []string `json:"applications"`
}

func createResourceMetricsToken(c *call, r resource) (any, error) { return c.metricsToken(r.id()) }

func createMetricsToken(c *call, o *owner) (any, error) { return c.metricsToken(o.id) }

// metricsToken makes a token that nothing here takes: there is no Warp 10.
func (c *call) metricsToken(of string) (any, error) {
	b := struct {
		Applications []string
		TTL          string
	}{Applications: []string{"metrics"}, TTL: "P5D"}
	if len(c.body) > 0 {
		if err := c.decode(&b); err != nil {
			return nil, err
		}
	}
	for _, a := range b.Applications {
		if !slices.Contains([]string{"addon-api-cellar", "metrics", "metrics.accesslogs"}, a) {
			return nil, invalid("The application %q does not exist", a)
		}
	}
	p := isoPeriod().FindStringSubmatch(b.TTL)
	if p == nil {
		return nil, invalid("ttl should be a duration such as P5D, not %q", b.TTL)
	}
	days, _ := strconv.Atoi(either(p[2], "5")) // digits
	return metricsTokenView{letters(120, "metrics token", of, c.state().unique()), iso(c.now), iso(c.now.Add(time.Duration(days) * day)), "READ", b.Applications}, nil
}

// getOldMetricsToken gives plain text, always the same.
func getOldMetricsToken(_ *call, o *owner) (any, error) {
	return raw{contentType: "text/plain", body: []byte(letters(120, "metrics token", o.id))}, nil
}
