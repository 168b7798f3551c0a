package emulator

import (
	"net/url"
	"slices"
	"strings"
	"time"
)

func drainRoutes() routes {
	all := routes{"DELETE /v4/drains/organisations/{ownerId}/drains": ofOwner(deleteOwnerDrains)}
	for _, form := range []struct{ path, param string }{{"resources/{resourceId}", "resourceId"}, {"applications/{applicationId}", "applicationId"}} {
		base := " /v4/drains/organisations/{ownerId}/" + form.path + "/drains"
		all["GET"+base] = ofResource(form.param, listDrains)
		all["POST"+base] = ofResource(form.param, createDrain)
		all["DELETE"+base] = ofResource(form.param, deleteDrains)
		all["GET"+base+"/{drainId}"] = ofDrain(form.param, getDrain)
		all["DELETE"+base+"/{drainId}"] = ofDrain(form.param, deleteDrain)
		all["PUT"+base+"/{drainId}/enable"] = ofDrain(form.param, enableDrain)
		all["PUT"+base+"/{drainId}/disable"] = ofDrain(form.param, disableDrain)
		all["PATCH"+base+"/{drainId}/reset-cursor"] = ofDrain(form.param, resetDrainCursor)
		all["GET"+base+"/{drainId}/test-command"] = ofDrain(form.param, getDrainTestCommand)
	}
	all["POST /v4/drains/organisations/{ownerId}/resources/{resourceId}/drains/{drainId}/check"] = ofDrain("resourceId", checkDrain)
	return all
}

const (
	// How long a drain takes to be switched on or off.
	drainSwitchTime = 3 * time.Second
	drainAttempts   = 10
)

// drain sends the logs of a resource on.
type drain struct {
	id, kind  string
	of        resource
	recipient recipient
	enabled   bool
	switched  time.Time // when it was switched on or off
	created   bool      // it was never switched since it was created
	author    *user
	cursor    time.Time // from where it sends
}

// recipient is where logs go. Which of its parts are set depends on its type.
type recipient struct {
	Type            string `json:"type"`
	URL             string `json:"url"`
	Username        string `json:"username,omitempty"`
	Password        string `json:"password,omitempty"`
	Index           string `json:"index,omitempty"`
	TLSVerification string `json:"tlsVerification,omitempty"`
	APIKey          string `json:"apiKey,omitempty"`
	Structured      string `json:"rfc5424StructuredDataParameters,omitempty"`
	Token           string `json:"token,omitempty"`
	SourceToken     string `json:"sourceToken,omitempty"`
}

// check refuses what the type does not allow.
func (r recipient) check() error {
	u, err := url.Parse(r.URL)
	if err != nil || u.Host == "" {
		return invalid("recipient.url should be a URL, not %q", r.URL)
	}
	schemes := []string{"http", "https"}
	switch r.Type {
	case "RAW_HTTP", "DATADOG":
	case "ELASTICSEARCH":
		if !strings.HasSuffix(u.Path, "/_bulk") {
			return invalid("recipient.url of ELASTICSEARCH should end with /_bulk")
		}
		if r.TLSVerification != "" && r.TLSVerification != "DEFAULT" && r.TLSVerification != "TRUSTFUL" {
			return invalid("recipient.tlsVerification is DEFAULT or TRUSTFUL, not %q", r.TLSVerification)
		}
	case "NEWRELIC":
		if r.APIKey == "" {
			return invalid("recipient.apiKey is missing")
		}
	case "BETTERSTACK":
		if r.SourceToken == "" {
			return invalid("recipient.sourceToken is missing")
		}
	case "SYSLOG_TCP", "OVH_TCP":
		schemes = []string{"tcp", "tcp+tls", "tls"}
	case "SYSLOG_UDP":
		schemes = []string{"udp"}
	default:
		return invalid("recipient.type is BETTERSTACK, DATADOG, ELASTICSEARCH, NEWRELIC, OVH_TCP, RAW_HTTP, SYSLOG_TCP or SYSLOG_UDP, not %q", r.Type)
	}
	if !slices.Contains(schemes, u.Scheme) {
		return invalid("recipient.url of %s should begin with %s://", r.Type, strings.Join(schemes, ":// or "))
	}
	return nil
}

// secrets are the credentials that it holds.
func (r recipient) secrets() []string {
	return slices.DeleteFunc([]string{r.Password, r.APIKey, r.Token, r.SourceToken}, func(s string) bool { return s == "" })
}

// works tells whether somebody listens there: hosts under "invalid" never do.
func (r recipient) works() bool {
	u, err := url.Parse(r.URL)
	return err == nil && !strings.HasSuffix(u.Hostname(), ".invalid")
}

type drainStatusView struct {
	ID          string  `json:"id"`
	DrainID     string  `json:"drainId"`
	Status      string  `json:"status"`
	Date        string  `json:"date"`
	AuthorID    string  `json:"authorId"`
	ErrorReason *string `json:"errorReason"`
}

type drainExecutionView struct {
	Status        string  `json:"status"`
	LastError     *string `json:"lastError"`
	Attempt       int     `json:"attempt"`
	MaxAttempt    int     `json:"maxAttempt"`
	LastAttemptAt *string `json:"lastAttemptAt"`
	NextAttemptAt *string `json:"nextAttemptAt"`
	RetryingSince *string `json:"retryingSince"`
}

type drainBacklogView struct {
	MsgRateOut       float64 `json:"msgRateOut"`
	MsgThroughputOut float64 `json:"msgThroughputOut"`
	MsgBacklog       int     `json:"msgBacklog"`
}

type drainView struct {
	ID         string             `json:"id"`
	TenantID   string             `json:"tenantId"`
	ResourceID string             `json:"resourceId"`
	Kind       string             `json:"kind"`
	Recipient  recipient          `json:"recipient"`
	Status     drainStatusView    `json:"status"`
	Execution  drainExecutionView `json:"execution"`
	Backlog    drainBacklogView   `json:"backlog"`
}

func (d *drain) status(now time.Time) string {
	switched := !now.Before(d.switched.Add(drainSwitchTime))
	switch {
	case d.enabled && switched:
		return "ENABLED"
	case d.enabled && d.created && now.Before(d.switched.Add(drainSwitchTime/3)):
		return "CREATED"
	case d.enabled:
		return "ENABLING"
	case switched:
		return "DISABLED"
	}
	return "DISABLING"
}

// view tells how the drain is. One that cannot send tries again, with a
// backlog that grows.
func (d *drain) view(now time.Time) drainView {
	v := drainView{
		ID: d.id, TenantID: d.of.owner.id, ResourceID: d.of.id(), Kind: d.kind, Recipient: d.recipient,
		Status:    drainStatusView{ID: uuid("drain status", d.id, d.switched.String()), DrainID: d.id, Status: d.status(now), Date: iso(d.switched), AuthorID: d.author.id},
		Execution: drainExecutionView{Status: "NOT_RUNNING", MaxAttempt: drainAttempts},
	}
	if v.Status.Status != "ENABLED" {
		return v
	}
	running := now.Sub(later(d.switched.Add(drainSwitchTime), d.cursor))
	if d.recipient.works() {
		v.Execution.Status = "RUNNING"
		rate := 0.5 + float64(number(300, d.id, "rate"))/100
		v.Backlog = drainBacklogView{rate, round2(rate * 280), 0}
		return v
	}
	since := d.switched.Add(drainSwitchTime)
	attempt := min(1+int(running/time.Minute), drainAttempts)
	last := now.Truncate(time.Minute)
	next := last.Add(time.Minute)
	v.Execution = drainExecutionView{"RETRYING", orNull("The host of the recipient does not answer"), attempt, drainAttempts, isoOrNull(last), isoOrNull(next), isoOrNull(since)}
	v.Backlog.MsgBacklog = int(running / (2 * time.Second))
	return v
}

// drains are a list of the resource, so that they go when it goes.
func (r resource) drains() *[]*drain {
	if r.app != nil {
		return &r.app.drains
	}
	return &r.addon.drains
}

//go:noinline
func ofDrain(param string, h func(c *call, d *drain) (any, error)) handler {
	return ofResource(param, func(c *call, r resource) (any, error) {
		d := find(*r.drains(), func(d *drain) bool { return d.id == c.params["drainId"] })
		if d == nil {
			return nil, missingResource(c.params["drainId"])
		}
		return h(c, d)
	})
}

func (c *call) drainViews(r resource) []drainView {
	q := c.r.URL.Query()
	out := []drainView{}
	for _, d := range *r.drains() {
		v := d.view(c.now)
		switch {
		case q.Has("status") && !slices.Contains(q["status"], v.Status.Status):
		case q.Has("executionStatus") && !slices.Contains(q["executionStatus"], v.Execution.Status):
		case slices.Contains(q["executionStatusNotIn"], v.Execution.Status):
		default:
			out = append(out, v)
		}
	}
	return out
}

func listDrains(c *call, r resource) (any, error) { return c.drainViews(r), nil }

func createDrain(c *call, r resource) (any, error) {
	var b struct {
		Kind      string
		Recipient recipient
	}
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"ACCESSLOG", "AUDITLOG", "LOG"}, b.Kind) {
		return nil, invalid("kind is ACCESSLOG, AUDITLOG or LOG, not %q", b.Kind)
	}
	if err := b.Recipient.check(); err != nil {
		return nil, err
	}
	return r.addDrain(b.Kind, b.Recipient, c.user, c.now, c.state().unique()).view(c.now), nil
}

func (r resource) addDrain(kind string, to recipient, author *user, at time.Time, key string) *drain {
	d := &drain{id: "drain_" + ulid("drain", r.id(), key), of: r, kind: kind, recipient: to, enabled: true, created: true, switched: at, author: author}
	*r.drains() = append(*r.drains(), d)
	return d
}

func getDrain(c *call, d *drain) (any, error) { return d.view(c.now), nil }

// deleted is the last that is seen of a drain.
func (d *drain) deleted(now time.Time) drainView {
	v := d.view(now)
	v.Status.Status, v.Execution.Status = "DELETED", "NOT_RUNNING"
	return v
}

func deleteDrain(c *call, d *drain) (any, error) {
	*d.of.drains() = without(*d.of.drains(), d)
	return d.deleted(c.now), nil
}

func deleteDrains(c *call, r resource) (any, error) {
	out := each(*r.drains(), func(d *drain) drainView { return d.deleted(c.now) })
	*r.drains() = nil
	return out, nil
}

func deleteOwnerDrains(c *call, o *owner) (any, error) {
	out := []drainView{}
	for _, r := range o.resources() {
		for _, d := range *r.drains() {
			out = append(out, d.deleted(c.now))
		}
		*r.drains() = nil
	}
	return out, nil
}

func (d *drain) turn(on bool, now time.Time) {
	if d.enabled != on {
		d.enabled, d.created, d.switched = on, false, now
	}
}

func enableDrain(c *call, d *drain) (any, error) {
	d.turn(true, c.now)
	return d.view(c.now), nil
}

func disableDrain(c *call, d *drain) (any, error) {
	d.turn(false, c.now)
	return d.view(c.now), nil
}

func resetDrainCursor(c *call, d *drain) (any, error) {
	d.cursor = c.now
	return d.view(c.now), nil
}

func getDrainTestCommand(_ *call, d *drain) (any, error) {
	return raw{contentType: "text/plain; charset=utf-8", body: []byte("curl -X POST -d 'test' '" + strings.ReplaceAll(d.recipient.URL, "'", `'\''`) + "'\n")}, nil
}

type drainCheckView struct {
	OK      bool    `json:"ok"`
	Message *string `json:"message"`
}

func checkDrain(_ *call, d *drain) (any, error) {
	if d.recipient.works() {
		return drainCheckView{true, orNull("The recipient answers")}, nil
	}
	return drainCheckView{false, orNull("The host of the recipient does not answer")}, nil
}
