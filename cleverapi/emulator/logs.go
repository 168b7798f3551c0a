package emulator

import (
	"net/http"
	"slices"
	"strings"
)

func logRoutes() routes {
	return routes{
		"GET /v4/logs/organisations/{ownerId}/applications/{applicationId}/logs":             streamLogs,
		"GET /v4/logs/organisations/{ownerId}/resources/{resourceId}/logs":                   streamResourceLogs,
		"GET /v4/accesslogs/organisations/{ownerId}/applications/{applicationId}/accesslogs": streamAccessLogs,
		"GET /v4/logs/organisations/{ownerId}/applications/{applicationId}/accesslogs":       streamAccessLogs,
	}
}

// streamLogs follows an application. With deploymentId it starts where that
// deployment does.
func streamLogs(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	q := c.r.URL.Query()
	deployments, instances, services := q["deploymentId"], q["instanceId"], q["service"]
	wanted := func(l logLine) bool {
		return (len(deployments) == 0 || slices.Contains(deployments, l.deployment.uuid)) &&
			(len(instances) == 0 || slices.Contains(instances, l.instance)) &&
			(len(services) == 0 || slices.ContainsFunc(services, func(s string) bool {
				return s == "all" || s == strings.TrimSuffix(l.service, ".service") || s == l.service
			}))
	}
	t, err := c.newTail("APPLICATION_LOG", a.logFeed(wanted))
	if err != nil {
		return nil, err
	}
	if len(deployments) > 0 && c.query("since") == "" && c.r.Header.Get("Last-Event-ID") == "" {
		d := find(a.deployments, func(d *deployment) bool { return d.uuid == deployments[0] })
		if d == nil {
			return nil, &apiError{status: http.StatusNotFound, code: codeOf(http.StatusNotFound), message: "The deployment does not exist",
				context: map[string]any{"OVDErrorFieldContext": map[string]string{"fieldName": "deploymentId", "fieldValue": deployments[0]}}}
		}
		t.from = later(d.asked, c.now.Add(-retention))
	}
	return c.e.stream(t), nil
}

func streamResourceLogs(c *call) (any, error) {
	o, err := c.owner()
	if err != nil {
		return nil, err
	}
	id := c.params["resourceId"]
	a := find(o.addons, func(a *addon) bool { return a.realID == id })
	if a == nil {
		return nil, &apiError{status: http.StatusNotFound, code: codeOf(http.StatusNotFound), message: "The resource does not exist",
			context: map[string]any{"OVDErrorFieldContext": map[string]string{"fieldName": "id", "fieldValue": id}}}
	}
	t, err := c.newTail("RESOURCE_LOG", a.logFeed())
	if err != nil {
		return nil, err
	}
	return c.e.stream(t), nil
}

func streamAccessLogs(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	t, err := c.newTail("ACCESS_LOG", a.accessFeed())
	if err != nil {
		return nil, err
	}
	return c.e.stream(t), nil
}
