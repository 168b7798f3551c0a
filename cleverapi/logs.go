package cleverapi

import (
	"context"
	"net/url"
	"strconv"
	"time"
)

// Logs are streams: of what applications and add-ons write, and of the requests
// that reach applications. A stream that is asked for a range which ends in the
// past ends by itself; any other lasts until its limits.
type Logs struct{ c *Client }

// LogLine is one line of a log.
type LogLine struct {
	ID         string    `json:"id"`
	Date       time.Time `json:"date"`
	Message    string    `json:"message"`
	Deployment string    `json:"deploymentId"` // "" for add-ons
	Instance   string    `json:"instanceId"`
	Service    string    `json:"service"`  // what passed the line on: bas.service, bas-deploy.service
	Severity   string    `json:"severity"` // "info"; see Priority, which is always there
	Priority   int       `json:"priority"` // of syslog: 0 emergency to 7 debug
}

// AccessLine is one request that reached an application.
type AccessLine struct {
	ID        string    `json:"id"`
	Date      time.Time `json:"date"`
	Instance  string    `json:"instanceId"`
	RequestID string    `json:"requestId"`
	BytesIn   int64     `json:"bytesIn"`
	BytesOut  int64     `json:"bytesOut"`
	Source    struct {
		IP          string `json:"ip"`
		CountryCode string `json:"countryCode"`
	} `json:"source"`
	// HTTP is nil for TCP redirections.
	HTTP *struct {
		Request struct {
			Host   string `json:"host"`
			Method string `json:"method"`
			Path   string `json:"path"`
		} `json:"request"`
		Response struct {
			StatusCode int     `json:"statusCode"`
			Time       float64 `json:"time"` // milliseconds
		} `json:"response"`
	} `json:"http"`
}

// LogQuery chooses lines. Zero values choose nothing in particular.
type LogQuery struct {
	Since, Until time.Time
	Deployment   string // deployment_…
	Instance     string
	Filter       string // a part of the message, without regard to case
	StreamLimits
}

// values are what the clever CLI sends, with its throttle, under which a day of
// log comes in seconds.
func (q LogQuery) values() url.Values {
	v := url.Values{"throttleElements": {strconv.Itoa(2000)}, "throttlePerInMilliseconds": {strconv.Itoa(100)}}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	if !q.Since.IsZero() {
		set("since", q.Since.UTC().Format(streamDate))
	}
	if !q.Until.IsZero() {
		set("until", q.Until.UTC().Format(streamDate))
	}
	set("deploymentId", q.Deployment)
	set("instanceId", q.Instance)
	set("filter", q.Filter)
	return v
}

// streamDate is how the CLI writes dates: milliseconds, always there.
const streamDate = "2006-01-02T15:04:05.000Z"

// Application hands the lines of an application's log to keep, oldest first,
// until the end of the range, false from keep, or a limit.
func (s *Logs) Application(ctx context.Context, owner, app string, q LogQuery, keep func(LogLine) bool) (StreamEnd, error) {
	return stream(ctx, s.c, "GET /v4/logs/organisations/{ownerId}/applications/{applicationId}/logs",
		params{"ownerId": owner, "applicationId": app}, q.values(), "APPLICATION_LOG", q.StreamLimits, keep)
}

// Addon is Application for an add-on, by its real ID.
func (s *Logs) Addon(ctx context.Context, owner, realID string, q LogQuery, keep func(LogLine) bool) (StreamEnd, error) {
	return stream(ctx, s.c, "GET /v4/logs/organisations/{ownerId}/resources/{resourceId}/logs",
		params{"ownerId": owner, "resourceId": realID}, q.values(), "RESOURCE_LOG", q.StreamLimits, keep)
}

// Access hands the requests that reached an application to keep, like
// Application. The path is the CLI's, which is known to work.
func (s *Logs) Access(ctx context.Context, owner, app string, q LogQuery, keep func(AccessLine) bool) (StreamEnd, error) {
	return stream(ctx, s.c, "GET /v4/accesslogs/organisations/{ownerId}/applications/{applicationId}/accesslogs",
		params{"ownerId": owner, "applicationId": app}, q.values(), "ACCESS_LOG", q.StreamLimits, keep)
}
