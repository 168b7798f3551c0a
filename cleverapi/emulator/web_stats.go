package emulator

import (
	"strconv"
	"time"
)

func webStatsRoutes() routes {
	return routes{
		"GET /v4/stats/organisations/{ownerId}/http-status-codes": ofOwner(listStatusCodes),
		"GET /v4/stats/organisations/{ownerId}/requests":          ofOwner(listRequestPlaces),
		"GET /v4/stats/organisations/{ownerId}/requests-live":     ofOwner(streamRequestPlaces),
	}
}

// visited are the applications that a call asks about: one, or all.
func (c *call) visited(o *owner) ([]*application, error) {
	id := either(c.query("applicationId"), c.query("application"))
	if id == "" {
		o.settle(c.now)
		return o.apps, nil
	}
	r, ok := o.resource(id)
	if !ok || r.app == nil {
		return nil, missingResource(id)
	}
	r.app.settle(c.now)
	return []*application{r.app}, nil
}

// hours are those of the period that was asked for, a day when none was.
func (c *call) hours() ([]time.Time, error) {
	from, err := c.queryTime("from")
	if err != nil {
		return nil, err
	}
	to, err := c.queryTime("to")
	if err != nil {
		return nil, err
	}
	if to.IsZero() || to.After(c.now) {
		to = c.now
	}
	if from.IsZero() {
		from = to.Add(-day)
	}
	if to.Before(from) || to.Sub(from) > 92*day {
		return nil, invalid("The period should begin before it ends, and last 92 days at most")
	}
	var out []time.Time
	for t := from.Truncate(time.Hour); t.Before(to); t = t.Add(time.Hour) {
		out = append(out, t)
	}
	return out, nil
}

// visits says how many requests an application answered in the hour after t.
func (a *application) visits(t time.Time) int {
	d := a.serving(t)
	if d == nil {
		return 0
	}
	return int((40 + float64(number(800, a.id, "visits"))) * (0.1 + busy(t, a.id)) * float64(d.instances))
}

type statusCountView struct {
	Code  int `json:"code"`
	Count int `json:"count"`
}

type statusCodesView struct {
	Date     string            `json:"date"`
	Statuses []statusCountView `json:"statuses"`
}

func listStatusCodes(c *call, o *owner) (any, error) {
	apps, err := c.visited(o)
	if err != nil {
		return nil, err
	}
	hours, err := c.hours()
	if err != nil {
		return nil, err
	}
	codes := []int{200, 301, 304, 404, 500, 502}
	out := []statusCodesView{}
	for _, t := range hours {
		counts := make([]int, len(codes))
		for _, a := range apps {
			a.countStatuses(t, counts)
		}
		v := statusCodesView{Date: iso(t), Statuses: []statusCountView{}}
		for i, n := range counts {
			if n > 0 {
				v.Statuses = append(v.Statuses, statusCountView{codes[i], n})
			}
		}
		if len(v.Statuses) > 0 {
			out = append(out, v)
		}
	}
	return out, nil
}

// countStatuses adds an hour of answers: 200, 301, 304, 404, 500 and 502.
func (a *application) countStatuses(t time.Time, counts []int) {
	n := a.visits(t)
	if n == 0 {
		return
	}
	luck := number(100, a.id, "luck", strconv.FormatInt(t.Unix(), 10))
	missing, broken, gone := n*(20+luck/4)/1000, n*luck/20_000, 0
	if a.serving(t).failure == failCrash {
		broken, gone = n/9, n/4
	}
	moved, cached := n/50, n/6
	for i, k := range []int{n - moved - cached - missing - broken - gone, moved, cached, missing, broken, gone} {
		counts[i] += k
	}
}

type placeView struct {
	Lat         float64 `json:"lat"`
	Long        float64 `json:"long"`
	AccessCount int     `json:"accessCount"`
}

// place is a city that visitors come from, and their share in a thousand.
type place struct {
	city      string
	lat, long float64
	share     int
}

func places() []place {
	return []place{
		{"Paris", 48.86, 2.35, 310}, {"Nantes", 47.22, -1.55, 180}, {"Lyon", 45.76, 4.84, 120}, {"Brussels", 50.85, 4.35, 80},
		{"Geneva", 46.2, 6.15, 60}, {"Montreal", 45.5, -73.57, 70}, {"Abidjan", 5.36, -4.01, 50}, {"Berlin", 52.52, 13.4, 50},
		{"New York", 40.71, -74.01, 50}, {"Singapore", 1.35, 103.82, 30},
	}
}

func listRequestPlaces(c *call, o *owner) (any, error) {
	apps, err := c.visited(o)
	if err != nil {
		return nil, err
	}
	hours, err := c.hours()
	if err != nil {
		return nil, err
	}
	total := 0
	for _, t := range hours {
		for _, a := range apps {
			total += a.visits(t)
		}
	}
	out := []placeView{}
	for _, p := range places() {
		if n := total * p.share / 1000; n > 0 {
			out = append(out, placeView{p.lat, p.long, n})
		}
	}
	return out, nil
}

type livePlaceView struct {
	placeView
	City string `json:"city"`
}

// livePeriod is how often the places of the latest requests are told.
const livePeriod = 2 * time.Second

func streamRequestPlaces(c *call, o *owner) (any, error) {
	apps, err := c.visited(o)
	if err != nil {
		return nil, err
	}
	t, err := c.newTail("REQUESTS_LIVE", func(from, to time.Time) []entry {
		return periodic(to.Add(-day).Truncate(livePeriod), from, to, livePeriod, func(_ int, at time.Time) entry {
			v := livePlaces(apps, at) // now: data is asked without the lock
			return entry{at: at, data: func(string) any { return v }}
		})
	})
	if err != nil {
		return nil, err
	}
	// What is live begins now, whatever since says.
	t.from = c.now.Add(-livePeriod)
	return c.e.stream(t), nil
}

func livePlaces(apps []*application, at time.Time) []livePlaceView {
	visits := 0
	for _, a := range apps {
		visits += a.visits(at)
	}
	// An hour has 1800 periods; chance rounds what is left.
	n := visits / 1800
	if number(1800, "live", at.String()) < visits%1800 {
		n++
	}
	out := []livePlaceView{}
	all := places()
	for i := range n {
		p := all[number(len(all), "place", at.String(), strconv.Itoa(i))]
		out = append(out, livePlaceView{placeView{p.lat, p.long, 1}, p.city})
	}
	return out
}
