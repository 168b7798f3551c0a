package emulator

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"
)

func notificationRoutes() routes {
	return routes{
		"GET /v2/notifications/emailhooks/{ownerId}":         ofOwner(listEmailHooks),
		"POST /v2/notifications/emailhooks/{ownerId}":        ofOwner(createEmailHook),
		"PUT /v2/notifications/emailhooks/{ownerId}/{id}":    ofHook(emailHook, updateEmailHook),
		"DELETE /v2/notifications/emailhooks/{ownerId}/{id}": ofHook(emailHook, deleteHook),
		"GET /v2/notifications/webhooks/{ownerId}":           ofOwner(listWebhooks),
		"POST /v2/notifications/webhooks/{ownerId}":          ofOwner(createWebhook),
		"PUT /v2/notifications/webhooks/{ownerId}/{id}":      ofHook(webhook, updateWebhook),
		"DELETE /v2/notifications/webhooks/{ownerId}/{id}":   ofHook(webhook, deleteHook),
		"GET /v2/notifications/info/events":                  listEvents,
		"GET /v2/notifications/info/webhookformats":          listWebhookFormats,
	}
}

// The two kinds of hook, as their ids begin.
const (
	emailHook = "emailhook"
	webhook   = "webhook"
)

// hook tells somebody, or something, what happens.
type hook struct {
	id, kind, name string
	scope          []string // nil: everything of the owner
	events         []string // nil: all
	created        time.Time
	notified       []notifiedView // of an e-mail hook
	urls           []hookURLView  // of a webhook
}

type notifiedView struct {
	Type   string `json:"type"`
	Target string `json:"target,omitempty"`
}

type hookURLView struct {
	Format string `json:"format"`
	URL    string `json:"url"`
}

type hookView struct {
	ID        string   `json:"id"`
	OwnerID   string   `json:"ownerId"`
	Name      string   `json:"name"`
	Scope     []string `json:"scope,omitempty"`
	Events    []string `json:"events,omitempty"`
	CreatedAt string   `json:"createdAt"`
}

type emailHookView struct {
	hookView
	Notified []notifiedView `json:"notified"`
}

type webhookView struct {
	hookView
	URLs     []hookURLView `json:"urls"`
	Failures []struct{}    `json:"failures"`
	State    string        `json:"state"`
}

func (h *hook) view(o *owner) any {
	v := hookView{h.id, o.id, h.name, h.scope, h.events, iso(h.created)}
	if h.kind == emailHook {
		return emailHookView{v, each(h.notified, func(n notifiedView) notifiedView { return n })}
	}
	return webhookView{v, each(h.urls, func(u hookURLView) hookURLView { return u }), []struct{}{}, "ENABLED"}
}

func (o *owner) hookViews(kind string) (any, error) {
	out := []any{}
	for _, h := range o.hooks {
		if h.kind == kind {
			out = append(out, h.view(o))
		}
	}
	return out, nil
}

func listEmailHooks(_ *call, o *owner) (any, error) { return o.hookViews(emailHook) }

func listWebhooks(_ *call, o *owner) (any, error) { return o.hookViews(webhook) }

// ofHook finds the owner by its own name: the path's id is that of the hook.
//
//go:noinline
func ofHook(kind string, f func(c *call, o *owner, h *hook) (any, error)) handler {
	return func(c *call) (any, error) {
		id := c.params["id"]
		c.params["id"] = c.params["ownerId"]
		o, err := c.owner()
		if err != nil {
			return nil, err
		}
		h := find(o.hooks, func(h *hook) bool { return h.kind == kind && h.id == id })
		if h == nil {
			// This service is another program than the rest of v2.
			return raw{status: http.StatusNotFound, contentType: "text/plain; charset=utf-8", body: []byte(`{"error":"` + kind + ` not found"}`)}, nil
		}
		return f(c, o, h)
	}
}

type hookBody struct {
	Name     string
	Scope    []string
	Events   []string
	Notified []notifiedView
	URLs     []hookURLView
}

// hookBody reads a hook; what is wrong is told as this service does: by the
// path of each field.
func (c *call) hookBody(kind string) (hookBody, any, error) {
	var b hookBody
	if err := c.decode(&b); err != nil {
		return b, nil, err
	}
	wrong := map[string][]playError{}
	add := func(field, message string) {
		wrong["obj."+field] = append(wrong["obj."+field], playError{[]string{message}, []string{}})
	}
	if b.Name == "" {
		add("name", "error.path.missing")
	}
	if kind == emailHook && b.Notified == nil {
		add("notified", "error.path.missing")
	}
	if kind == webhook && len(b.URLs) == 0 {
		add("urls", "error.path.missing")
	}
	for _, n := range b.Notified {
		if !slices.Contains([]string{"email", "organisation", "userid"}, n.Type) || n.Type == "email" && !isEmail(n.Target) || n.Type == "userid" && n.Target == "" {
			add("notified", "error.invalid")
		}
	}
	for _, u := range b.URLs {
		if parsed, err := url.Parse(u.URL); err != nil || parsed.Host == "" || !slices.Contains(webhookFormats(), u.Format) {
			add("urls", "error.invalid")
		}
	}
	known := knownEvents()
	for _, e := range b.Events {
		if !slices.Contains(known.Events, e) && known.MetaEvents[e] == nil {
			add("events", "error.expected.validenumvalue")
		}
	}
	if len(wrong) == 0 {
		return b, nil, nil
	}
	text, err := json.Marshal(wrong)
	return b, raw{status: http.StatusBadRequest, contentType: "application/json", body: text}, err
}

type playError struct {
	Msg  []string `json:"msg"`
	Args []string `json:"args"`
}

func createEmailHook(c *call, o *owner) (any, error) { return c.createHook(o, emailHook) }

func createWebhook(c *call, o *owner) (any, error) { return c.createHook(o, webhook) }

func (c *call) createHook(o *owner, kind string) (any, error) {
	b, refusal, err := c.hookBody(kind)
	if err != nil || refusal != nil {
		return refusal, err
	}
	h := &hook{id: kind + "_" + uuid(kind, o.id, c.state().unique()), kind: kind, created: c.now}
	b.apply(h)
	o.hooks = append(o.hooks, h)
	return accepted{http.StatusCreated, h.view(o)}, nil
}

func (b hookBody) apply(h *hook) {
	h.name, h.scope, h.events, h.notified, h.urls = b.Name, b.Scope, b.Events, b.Notified, b.URLs
}

func updateEmailHook(c *call, o *owner, h *hook) (any, error) { return c.updateHook(o, h) }

func updateWebhook(c *call, o *owner, h *hook) (any, error) { return c.updateHook(o, h) }

func (c *call) updateHook(o *owner, h *hook) (any, error) {
	b, refusal, err := c.hookBody(h.kind)
	if err != nil || refusal != nil {
		return refusal, err
	}
	b.apply(h)
	return h.view(o), nil
}

func deleteHook(_ *call, o *owner, h *hook) (any, error) {
	o.hooks = without(o.hooks, h)
	return nil, nil
}

type eventsView struct {
	Events     []string            `json:"events"`
	MetaEvents map[string][]string `json:"meta_events"`
}

func knownEvents() eventsView {
	return eventsView{
		Events: []string{
			"ACCOUNT_CREATION", "ACCOUNT_DELETION", "ACCOUNT_EDITION", "ADDON_CREATION", "ADDON_DELETION", "APPLICATION_CREATION",
			"APPLICATION_DELETION", "APPLICATION_EDITION", "APPLICATION_REDEPLOY", "APPLICATION_STOP", "CLEVER_TOOLS_REQUEST", "CREDITS_ADDED",
			"DEPLOYMENT_ACTION_BEGIN", "DEPLOYMENT_ACTION_END", "DEPLOYMENT_FAIL", "DEPLOYMENT_SUCCESS", "GIT_PUSH", "ORGANISATION_CREATION",
			"ORGANISATION_DELETION", "ORGANISATION_EDITION", "ORGANISATION_USER_ADDITION",
		},
		MetaEvents: map[string][]string{
			"META_CREDITS":            {"CREDITS_ADDED"},
			"META_DEPLOYMENT_RESULT":  {"DEPLOYMENT_FAIL", "DEPLOYMENT_SUCCESS"},
			"META_SERVICE_LIFECYCLE":  {"ADDON_CREATION", "ADDON_DELETION", "APPLICATION_CREATION", "APPLICATION_DELETION", "APPLICATION_EDITION"},
			"META_SERVICE_MANAGEMENT": {"APPLICATION_REDEPLOY", "APPLICATION_STOP", "DEPLOYMENT_ACTION_BEGIN", "DEPLOYMENT_ACTION_END", "GIT_PUSH"},
		},
	}
}

func listEvents(*call) (any, error) { return knownEvents(), nil }

func webhookFormats() []string { return []string{"flowdock", "gitter", "raw", "slack"} }

func listWebhookFormats(*call) (any, error) { return webhookFormats(), nil }
