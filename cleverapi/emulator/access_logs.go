package emulator

import (
	"strconv"
	"strings"
	"time"
)

type geoView struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

type endView struct {
	IP          string  `json:"ip"`
	Port        int     `json:"port"`
	CountryCode string  `json:"countryCode"`
	City        string  `json:"city"`
	GeoLocation geoView `json:"geoLocation"`
}

type httpView struct {
	Request struct {
		Host   string `json:"host"`
		Method string `json:"method"`
		Path   string `json:"path"`
		Scheme string `json:"scheme"`
	} `json:"request"`
	Response struct {
		StatusCode  int     `json:"statusCode"`
		Time        int     `json:"time"`
		ServiceTime *string `json:"serviceTime"`
	} `json:"response"`
}

type accessLogView struct {
	ID            string   `json:"id"`
	Date          string   `json:"date"`
	ApplicationID string   `json:"applicationId"`
	InstanceID    string   `json:"instanceId"`
	BytesIn       int      `json:"bytesIn"`
	BytesOut      int      `json:"bytesOut"`
	RequestID     string   `json:"requestId"`
	Source        endView  `json:"source"`
	Destination   endView  `json:"destination"`
	TLS           *string  `json:"tls"`
	Region        string   `json:"region"`
	Zone          string   `json:"zone"`
	HTTP          httpView `json:"http"`
}

// accessFeed is one request every 45 seconds, while something serves.
func (a *application) accessFeed() feed {
	return func(from, to time.Time) []entry {
		a.settle(to)
		if strings.HasSuffix(a.host(), ".invalid") {
			return nil // no name server knows it, so no visitor comes (RFC 6761)
		}
		var out []entry
		for i, d := range a.deployments {
			if d.action != "DEPLOY" || d.verdict != stateOK || a.task {
				continue
			}
			end := earlier(a.stopped(i, to), to)
			out = append(out, periodic(d.up, from, end, 45*time.Second, func(k int, at time.Time) entry {
				v := a.access(d, k, at)
				return entry{at, v.HTTP.Request.Method + " " + v.HTTP.Request.Path + " " + strconv.Itoa(v.HTTP.Response.StatusCode), func(id string) any {
					v.ID = id
					return v
				}}
			})...)
		}
		return out
	}
}

func (a *application) access(d *deployment, k int, at time.Time) accessLogView {
	n := func(below int, what string) int { return number(below, d.uuid, strconv.Itoa(k), what) }
	paths := [...]string{"/", "/health", "/login", "/cart", "/products/42", "/api/v3/orders", "/favicon.ico", "/assets/app.js", "/wp-login.php"}
	cities := catalog().Zones
	city := cities[n(len(cities), "city")]
	v := accessLogView{
		Date: iso(at), ApplicationID: a.id, InstanceID: uuid("instance", d.uuid, string(rune('a'+n(d.instances, "instance")))),
		BytesIn: 300 + n(900, "in"), BytesOut: 500 + n(40_000, "out"), RequestID: ulid("access", d.uuid, strconv.Itoa(k)),
		Source:      endView{"198.51.100." + strconv.Itoa(1+n(254, "ip")), 1024 + n(60_000, "port"), city.CountryCode, city.City, geoView{city.Lat, city.Lon}},
		Destination: endView{"203.0.113." + digits(0, a.zone.id()), 443, a.zone.CountryCode, a.zone.City, geoView{a.zone.Lat, a.zone.Lon}},
		TLS:         orNull("TLSv1.3"), Region: a.zone.Name, Zone: a.zone.Name,
	}
	path := paths[n(len(paths), "path")]
	status := 200
	switch {
	case path == "/wp-login.php":
		status = 404
	case n(40, "luck") == 0, d.complaint(at) != "" && n(3, "luck") == 0:
		status = 500
	}
	v.HTTP.Request.Host = a.host()
	v.HTTP.Request.Method, v.HTTP.Request.Path, v.HTTP.Request.Scheme = "GET", path, "https"
	v.HTTP.Response.StatusCode, v.HTTP.Response.Time = status, 5+n(400, "time")
	return v
}

// host is the name that visitors use.
func (a *application) host() string {
	name := a.favourite
	if name == "" && len(a.vhosts) > 0 {
		name = a.vhosts[0]
	}
	host, _, _ := strings.Cut(name, "/")
	return host
}
