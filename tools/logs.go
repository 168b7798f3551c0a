package tools

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// GetLogsInput chooses lines.
type GetLogsInput struct {
	// App or add-on, id or name.
	App string `json:"app,omitempty"`
	// Its owner.
	Owner string `json:"owner,omitempty"`
	// runtime (default), errors (first), build or access.
	Kind string `json:"kind,omitempty"`
	// 2h, 3d or a date; default 1h.
	Since string `json:"since,omitempty"`
	// Likewise; default now.
	Until string `json:"until,omitempty"`
	// Text, or /regex/.
	Search string `json:"search,omitempty"`
	// Least severity, e.g. error.
	Level string `json:"level,omitempty"`
	// Instance or deployment id.
	Of string `json:"of,omitempty"`
	// At most; default 50.
	Limit int `json:"limit,omitempty"`
	// From the answer before.
	Cursor string `json:"cursor,omitempty"`
}

// LogView is a part of a log, repeats folded and stack traces whole.
type LogView struct {
	// The application, or the add-on's real id.
	App  string `json:"app"`
	Name string `json:"name,omitempty"`
	Kind string `json:"kind"`
	From string `json:"from"`
	To   string `json:"to"`
	// How many lines there were in the range, and how many entries match.
	Lines   int `json:"lines"`
	Matches int `json:"matches"`
	// Entries by level, when any is worse than info.
	Levels map[string]int `json:"levels,omitempty"`
	// Of a build: the deployment and how it went.
	Deployment string `json:"deployment,omitempty"`
	State      string `json:"state,omitempty"`
	// Of access logs.
	Access *AccessSummary `json:"access,omitempty"`
	// Oldest first, errors first with kind errors. A line has its time in UTC, its
	// level when it is bad, the beginning of its instance's id when there are
	// several, and ×n for repeats.
	Text string `json:"text"`
	// Set when older entries match: pass it to get them.
	Cursor string `json:"cursor,omitempty"`
	// What is missing, and how to get it.
	Note string `json:"note,omitempty"`
}

var getLogs = &Tool[GetLogsInput, LogView]{
	Name: "get_logs", Title: "Logs", Toolset: "observe",
	Doc:    `Reads logs of an application or add-on, newest lines, or sums up its access log.`,
	Effect: catalogue.Reads,
	Uses: []string{
		"GET /v2/summary",
		"GET /v2/organisations/{id}/addons/{addonId}/env",
		"GET /v2/organisations/{id}/applications/{appId}/env",
		"GET /v2/organisations/{id}/applications/{appId}/addons/env",
		"GET /v2/organisations/{id}/applications/{appId}/dependencies/env",
		"GET /v2/organisations/{id}/applications/{appId}/deployments",
		"GET /v2/organisations/{id}/applications/{appId}/deployments/{deploymentId}",
		"GET /v4/logs/organisations/{ownerId}/applications/{applicationId}/logs",
		"GET /v4/logs/organisations/{ownerId}/resources/{resourceId}/logs",
		"GET /v4/accesslogs/organisations/{ownerId}/applications/{applicationId}/accesslogs",
	},
	Run: runGetLogs,
}

const (
	kindRuntime = "runtime"
	kindErrors  = "errors"
	kindBuild   = "build"
	kindAccess  = "access"

	defaultLogLimit = 50
	maxLogLimit     = 500
	// logTime bounds reading: an assistant waits, and what came until then is shown.
	logTime  = 25 * time.Second
	logRange = time.Hour
)

// logWish is the checked input.
type logWish struct {
	kind       string
	from, to   time.Time
	at         logPlace
	matcher    matcher
	least      level
	deployment string
	instance   string
	limit      int
}

func runGetLogs(ctx context.Context, c *Call, in GetLogsInput) (LogView, error) {
	w, err := wishForLogs(in, c.API.Now())
	if err != nil {
		return LogView{}, err
	}
	r, err := c.resource(ctx, AppRef{App: in.App, Owner: in.Owner})
	if err != nil {
		return LogView{}, err
	}
	if r.IsAddon() && (w.kind == kindBuild || w.kind == kindAccess) {
		return LogView{}, badArgument("%s is an add-on, which has no %s log. Use kind runtime or errors.", r.Name, w.kind)
	}
	out := LogView{App: r.ID, Name: r.Name, Kind: w.kind, State: ""}
	if w.kind == kindBuild {
		if err := w.findBuild(ctx, c, r, in, &out); err != nil {
			return LogView{}, err
		}
	}
	out.From, out.To = w.from.Format(time.RFC3339), w.to.Format(time.RFC3339)
	if w.kind == kindAccess {
		return w.access(ctx, c, r, out)
	}
	return w.lines(ctx, c, r, out)
}

// wishForLogs checks everything that can be checked without a request.
func wishForLogs(in GetLogsInput, now time.Time) (*logWish, error) {
	w := &logWish{kind: cmp.Or(strings.ToLower(in.Kind), kindRuntime), limit: cmp.Or(in.Limit, defaultLogLimit)}
	var err error
	switch w.kind {
	case kindRuntime, kindErrors, kindBuild, kindAccess:
	default:
		return nil, badArgument("kind is none of access, build, errors, runtime.")
	}
	if w.limit < 1 || w.limit > maxLogLimit {
		return nil, badArgument("limit has to be from 1 to %d.", maxLogLimit)
	}
	if w.least, err = parseLevel(in.Level); err != nil {
		return nil, err
	}
	if w.at, err = parsePlace(in.Cursor); err != nil {
		return nil, err
	}
	if w.matcher, err = newMatcher(in.Search); err != nil {
		return nil, err
	}
	if w.from, w.to, err = between(in.Since, in.Until, logRange, now); err != nil {
		return nil, err
	}
	if !w.at.at.IsZero() {
		w.to = w.at.at.Add(time.Millisecond)
		if in.Since == "" {
			w.from = w.to.Add(-logRange)
		}
		if !w.from.Before(w.to) {
			return nil, badArgument("The cursor is before since. Leave out one of them.")
		}
	}
	if strings.HasPrefix(in.Of, "deployment_") {
		w.deployment = in.Of
	} else {
		w.instance = in.Of
	}
	if w.kind == kindAccess && in.Level != "" {
		return nil, badArgument("Access logs have no level. Leave level out; statuses are in the answer.")
	}
	if w.kind == kindBuild && w.instance != "" {
		return nil, badArgument("With kind build, of names a deployment (deployment_…). list_deployments shows them.")
	}
	return w, nil
}

// query is what the API is asked.
func (w *logWish) query() cleverapi.LogQuery {
	return cleverapi.LogQuery{Since: w.from, Until: w.to, Deployment: w.deployment, Instance: w.instance,
		StreamLimits: cleverapi.StreamLimits{Time: logTime}}
}

// findBuild finds the deployment whose build is wanted, the newest unless one
// was named, and narrows the range to it.
func (w *logWish) findBuild(ctx context.Context, c *Call, r resource, in GetLogsInput, out *LogView) error {
	var d cleverapi.Deployment
	if w.deployment != "" {
		var err error
		if d, err = c.API.Deployments.Get(ctx, r.Owner, r.ID, w.deployment); err != nil {
			return err
		}
	} else {
		latest, err := c.API.Deployments.Latest(ctx, r.Owner, r.ID, 10)
		if err != nil {
			return err
		}
		for _, d = range latest {
			if d.Action == "DEPLOY" {
				break
			}
		}
		if d.Action != "DEPLOY" {
			return badArgument("%s was never deployed, so there is no build log. deploy_app deploys it.", r.Name)
		}
	}
	w.deployment = d.UUID
	if in.Since == "" {
		// Its first lines can be older than the date that the API gives it.
		w.from = d.Date.Time().Add(-time.Minute)
		if !w.from.Before(w.to) {
			return badArgument("The deployment began after until. Leave until out.")
		}
	}
	out.Deployment, out.State = d.UUID, deploymentInWords(d.State)
	return nil
}

func deploymentInWords(state string) string {
	switch state {
	case "OK":
		return "succeeded"
	case "FAIL":
		return "failed"
	case "CANCELLED":
		return "cancelled"
	case "WIP", "TASK_RUNNING":
		return "running"
	}
	return strings.ToLower(state)
}

// matcher finds a text or a regular expression in a line.
type matcher struct {
	text string // in lower case
	re   *regexp.Regexp
}

func newMatcher(search string) (matcher, error) {
	if len(search) > 500 {
		return matcher{}, badArgument("search is longer than 500 characters. Search for less.")
	}
	if len(search) < 3 || search[0] != '/' || search[len(search)-1] != '/' {
		return matcher{text: strings.ToLower(search)}, nil
	}
	re, err := regexp.Compile(`(?i)` + search[1:len(search)-1])
	if err != nil {
		return matcher{}, badArgument("search is not a regular expression: %s. Leave out the slashes to search for the text itself.", clip(fmt.Sprint(err), 200))
	}
	return matcher{re: re}, nil
}

func (m matcher) matches(line string) bool {
	if m.re != nil {
		return m.re.MatchString(line)
	}
	return m.text == "" || strings.Contains(strings.ToLower(line), m.text)
}
