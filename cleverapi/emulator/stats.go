package emulator

import (
	"fmt"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

func statsRoutes() routes {
	return routes{
		"GET /v4/stats/organisations/{ownerId}/resources/{resourceId}/metrics": listMetrics,
		"GET /v4/stats/organisations/{ownerId}/http-status-codes":              listStatusCodes,
	}
}

type seriesView struct {
	Name string      `json:"name"`
	Data []pointView `json:"data"`
}

type pointView struct {
	Timestamp int64  `json:"timestamp"` // microseconds
	Value     string `json:"value"`
}

var isoSpan = regexp.MustCompile(`^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$`)

// querySpan reads a duration such as P1D or PT1H30M.
func (c *call) querySpan(name string, otherwise time.Duration) (time.Duration, error) {
	s := c.query(name)
	if s == "" {
		return otherwise, nil
	}
	m := isoSpan.FindStringSubmatch(s)
	var d time.Duration
	if m != nil {
		for i, unit := range []time.Duration{day, time.Hour, time.Minute, time.Second} {
			n, _ := strconv.Atoi(m[i+1]) // "" is none
			d += time.Duration(min(n, 100_000)) * unit
		}
	}
	if d <= 0 {
		return 0, invalid("The query parameter %s should be a duration such as PT1H, not %q", name, s)
	}
	return d, nil
}

// maxPoints bounds an answer.
const maxPoints = 10_000

// listMetrics measures an application while it serves, an add-on always.
func listMetrics(c *call) (any, error) {
	o, err := c.owner()
	if err != nil {
		return nil, err
	}
	id := c.params["resourceId"]
	a := find(o.apps, func(a *application) bool { return a.id == id })
	if a == nil && !slices.ContainsFunc(o.addons, func(a *addon) bool { return a.realID == id }) {
		return nil, &apiError{status: http.StatusNotFound, code: codeOf(http.StatusNotFound), message: "The resource does not exist"}
	}
	interval, err := c.querySpan("interval", day)
	if err != nil {
		return nil, err
	}
	span, err := c.querySpan("span", time.Hour)
	if err != nil {
		return nil, err
	}
	end, err := c.queryTime("end")
	if err != nil {
		return nil, err
	}
	if end.IsZero() {
		end = c.now
	}
	if interval/span > maxPoints {
		return nil, invalid("That is more than %d points", maxPoints)
	}
	only := c.r.URL.Query()["only"]
	out := []seriesView{}
	for _, m := range measures {
		if len(only) > 0 && !slices.Contains(only, m.name) {
			continue
		}
		s := seriesView{Name: m.name, Data: []pointView{}}
		for at := end.Add(-interval).Truncate(span).Add(span); !at.After(earlier(end, c.now)); at = at.Add(span) {
			if a == nil || a.served(at) {
				s.Data = append(s.Data, pointView{at.UnixMicro(), fmt.Sprintf("%.2f", m.at(id, at))})
			}
		}
		out = append(out, s)
	}
	return out, nil
}

// served tells whether a deployment of a served at that time.
func (a *application) served(at time.Time) bool {
	for i, d := range a.deployments {
		if d.action == "DEPLOY" && d.verdict == stateOK && !d.up.After(at) && a.stopped(i, at.Add(time.Second)).After(at) {
			return true
		}
	}
	return false
}

// measure is a level with a day's rhythm and some noise.
type measure struct {
	name                string
	level, swing, noise float64
}

var measures = []measure{{"cpu", 22, 14, 6}, {"mem", 48, 3, 2}, {"load1", 0.6, 0.3, 0.2}}

func (m measure) at(id string, at time.Time) float64 {
	hour := float64(at.Unix()%86_400) / 3600
	noise := float64(number(1000, m.name, id, strconv.FormatInt(at.Unix()/60, 10)))/500 - 1
	return max(0, m.level+m.swing*math.Sin((hour-9)/24*2*math.Pi)+m.noise*noise)
}

type statusCodesView struct {
	Date     string            `json:"date"`
	Statuses []statusCountView `json:"statuses"`
}

type statusCountView struct {
	Code  int `json:"code"`
	Count int `json:"count"`
}

// listStatusCodes counts the access logs of an application, or of all of an owner.
func listStatusCodes(c *call) (any, error) {
	o, err := c.owner()
	if err != nil {
		return nil, err
	}
	from, err := c.queryTime("from")
	if err != nil {
		return nil, err
	}
	to, err := c.queryTime("to")
	if err != nil {
		return nil, err
	}
	if to.IsZero() {
		to = c.now
	}
	if from.IsZero() {
		from = to.Add(-day)
	}
	from = later(from, c.now.Add(-retention))
	counts := map[time.Time]map[int]int{}
	id := c.query("applicationId")
	for _, a := range o.apps {
		if id != "" && a.id != id {
			continue
		}
		for _, e := range a.accessFeed()(from, earlier(to, c.now)) {
			v, ok := e.data("").(accessLogView)
			if !ok {
				continue
			}
			hour := e.at.Truncate(time.Hour)
			if counts[hour] == nil {
				counts[hour] = map[int]int{}
			}
			counts[hour][v.HTTP.Response.StatusCode]++
		}
	}
	out := []statusCodesView{}
	for hour, codes := range counts {
		v := statusCodesView{Date: iso(hour), Statuses: []statusCountView{}}
		for code, n := range codes {
			v.Statuses = append(v.Statuses, statusCountView{code, n})
		}
		slices.SortFunc(v.Statuses, func(a, b statusCountView) int { return a.Code - b.Code })
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b statusCodesView) int { return strings.Compare(a.Date, b.Date) })
	return out, nil
}
