package cleverapi

import (
	"context"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Metrics are measurements of applications and add-ons over time.
type Metrics struct{ c *Client }

// Series is one measurement over time, oldest first as the API sends it.
type Series struct {
	Name     string  `json:"name"` // cpu, mem, load1, …
	Unit     string  `json:"unit"`
	Resource string  `json:"resource"`
	Points   []Point `json:"data"`
}

// Point is one measured value.
type Point struct {
	Micros int64    `json:"timestamp"` // since 1970
	Value  Measured `json:"value"`
}

// Measured is a number, NaN where nothing was measured. The API writes it as text.
type Measured float64

func (m *Measured) UnmarshalJSON(b []byte) error {
	f, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	if err != nil {
		f = math.NaN() // null, "NaN" and "" are gaps, no reason to lose the rest
	}
	*m = Measured(f)
	return nil
}

// Time returns when the point was measured.
func (p Point) Time() time.Time { return time.UnixMicro(p.Micros).UTC() }

// MetricsQuery chooses what is read.
type MetricsQuery struct {
	Only     []string      // names; none: all
	Interval time.Duration // how far back from End
	Span     time.Duration // what one point stands for
	End      time.Time     // zero: now
}

// List reads the metrics of an application, by ID, or of an add-on, by its real ID.
func (s *Metrics) List(ctx context.Context, owner, resource string, q MetricsQuery) ([]Series, error) {
	v := url.Values{"interval": {isoDuration(q.Interval)}, "span": {isoDuration(q.Span)}}
	if len(q.Only) > 0 {
		v["only"] = q.Only
	}
	if !q.End.IsZero() {
		v.Set("end", q.End.UTC().Format(streamDate))
	}
	return collect[Series](ctx, s.c, "GET /v4/stats/organisations/{ownerId}/resources/{resourceId}/metrics",
		params{"ownerId": owner, "resourceId": resource}, v)
}

// StatusCount is how many answers of one HTTP status there were.
type StatusCount struct {
	Code  int   `json:"code"`
	Count int64 `json:"count"`
}

// StatusCodes is the answers of one part of a range.
type StatusCodes struct {
	Date     time.Time     `json:"date"`
	Statuses []StatusCount `json:"statuses"`
}

// StatusCodes reads how an application answered over a range.
func (s *Metrics) StatusCodes(ctx context.Context, owner, app string, from, to time.Time) ([]StatusCodes, error) {
	return collect[StatusCodes](ctx, s.c, "GET /v4/stats/organisations/{ownerId}/http-status-codes", params{"ownerId": owner},
		url.Values{"applicationId": {app}, "from": {from.UTC().Format(streamDate)}, "to": {to.UTC().Format(streamDate)}})
}

// isoDuration writes a duration as ISO 8601 does: P1D, PT6H, PT90M.
func isoDuration(d time.Duration) string {
	const day = 24 * time.Hour
	n := func(unit time.Duration) string { return strconv.FormatInt(int64(d/unit), 10) }
	switch {
	case d >= day && d%day == 0:
		return "P" + n(day) + "D"
	case d >= time.Hour && d%time.Hour == 0:
		return "PT" + n(time.Hour) + "H"
	case d >= time.Minute:
		return "PT" + n(time.Minute) + "M"
	}
	return "PT" + n(time.Second) + "S"
}
