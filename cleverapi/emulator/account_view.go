package emulator

import (
	"net/http"
	"time"
)

// The account as the control API shows it: what exists, by name, in the words of
// the seeds. A test compares two of these instead of asking the API for each thing
// and being recorded for it.

type accountView struct {
	Now       string            `json:"now"`
	User      string            `json:"user"`
	APITokens []tokenRecordView `json:"api_tokens"`
	SignIns   int               `json:"sign_ins"` // OAuth tokens of the user
	Owners    []ownerRecordView `json:"owners"`   // of the user, their personal space first
	Secrets   []string          `json:"secrets"`  // what no one may be shown
}

type tokenRecordView struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Expires string `json:"expires"`
}

type ownerRecordView struct {
	ID            string              `json:"id"`
	Name          string              `json:"name"`
	Personal      bool                `json:"personal"`
	Members       map[string]string   `json:"members"` // roles by e-mail address
	Applications  []appRecordView     `json:"applications"`
	Addons        []addonRecordView   `json:"addons"`
	NetworkGroups map[string][]string `json:"network_groups"` // ids of members by label
	Hooks         []string            `json:"hooks"`          // names of notifications
	Unpaid        int                 `json:"unpaid"`         // invoices
}

type appRecordView struct {
	ID           string                 `json:"id"`
	Name         string                 `json:"name"`
	Description  string                 `json:"description"`
	Type         string                 `json:"type"`
	Zone         string                 `json:"zone"`
	State        string                 `json:"state"` // as v2 says it
	Serving      string                 `json:"serving"`
	Running      int                    `json:"running"` // instances
	Instances    [2]int                 `json:"instances"`
	Flavors      [2]string              `json:"flavors"`
	BuildFlavor  string                 `json:"build_flavor"`
	Task         bool                   `json:"task"`
	ForceHTTPS   bool                   `json:"force_https"`
	Sticky       bool                   `json:"sticky_sessions"`
	CancelOnPush bool                   `json:"cancel_on_push"`
	Branch       string                 `json:"branch"`
	Domains      []string               `json:"domains"`
	Favourite    string                 `json:"favourite"`
	Env          map[string]string      `json:"env"`
	Exposed      map[string]string      `json:"exposed"`
	Addons       []string               `json:"addons"`
	Dependencies []string               `json:"dependencies"`
	Tags         []string               `json:"tags"`
	Drains       []string               `json:"drains"` // ids
	Ports        int                    `json:"ports"`  // TCP redirections
	Deployments  []deploymentRecordView `json:"deployments"`
}

type deploymentRecordView struct {
	Action  string `json:"action"`
	Cause   string `json:"cause"`
	State   string `json:"state"`
	Commit  string `json:"commit"`
	Failure string `json:"failure,omitempty"`
}

type addonRecordView struct {
	ID       string   `json:"id"`
	RealID   string   `json:"real_id"`
	Name     string   `json:"name"`
	Provider string   `json:"provider"`
	Plan     string   `json:"plan"`
	Zone     string   `json:"zone"`
	Version  string   `json:"version"`
	Tags     []string `json:"tags"`
}

func (e *Emulator) controlAccount(*http.Request) (any, error) {
	secrets := e.Secrets()
	e.mu.Lock()
	defer e.mu.Unlock()
	now, u := e.clock.Now(), e.state.users[0]
	v := accountView{Now: iso(now), User: u.email, APITokens: []tokenRecordView{}, Secrets: secrets}
	for _, t := range e.state.apiTokens {
		if t.user == u {
			v.APITokens = append(v.APITokens, tokenRecordView{t.id, t.name, iso(t.expires)})
		}
	}
	for _, t := range e.state.oauthTokens {
		if t.user == u {
			v.SignIns++
		}
	}
	v.Owners = each(e.state.ownersOf(u), func(o *owner) ownerRecordView { return o.record(now) })
	return v, nil
}

func (o *owner) record(now time.Time) ownerRecordView {
	v := ownerRecordView{
		ID: o.id, Name: o.name, Personal: o.personal != nil,
		Members: map[string]string{}, NetworkGroups: map[string][]string{},
		Applications: each(o.apps, func(a *application) appRecordView { return a.record(now) }),
		Addons: each(o.addons, func(a *addon) addonRecordView {
			return addonRecordView{a.id, a.realID, a.name, a.provider.ID, a.plan.Slug, a.zone.Name, a.version, copied(a.tags)}
		}),
		Hooks: each(o.hooks, func(h *hook) string { return h.name }),
	}
	for _, m := range o.members {
		v.Members[m.user.email] = m.role
	}
	for _, g := range o.networks {
		v.NetworkGroups[g.label] = each(g.members, func(m *networkMember) string { return m.id })
	}
	for _, i := range o.invoices {
		if i.status != "PAID" {
			v.Unpaid++
		}
	}
	return v
}

func (a *application) record(now time.Time) appRecordView {
	v := appRecordView{
		ID: a.id, Name: a.name, Description: a.description, Type: a.runtime.Slug, Zone: a.zone.Name, State: a.state(now),
		Running: len(a.running(now, "UP")), Instances: [2]int{a.minInstances, a.maxInstances},
		Flavors: [2]string{a.minFlavor.Name, a.maxFlavor.Name}, Task: a.task, ForceHTTPS: a.forceHTTPS, Sticky: a.sticky,
		CancelOnPush: a.cancelOnPush, Branch: a.branch, Domains: copied(a.vhosts), Favourite: a.favourite,
		Env: a.env.byName(), Exposed: a.exposed.byName(), Tags: copied(a.tags),
		Addons:       each(a.addons, func(d *addon) string { return d.name }),
		Dependencies: each(a.dependencies, func(d *application) string { return d.name }),
		Drains:       each(a.drains, func(d *drain) string { return d.id }),
		Ports:        len(a.redirections),
		Deployments: each(a.deployments, func(d *deployment) deploymentRecordView {
			return deploymentRecordView{d.action, d.cause, d.state(now), d.commit, d.failure}
		}),
	}
	if a.separateBuild {
		v.BuildFlavor = a.buildFlavor.Name
	}
	if d := a.serving(now); d != nil {
		v.Serving = d.commit
	}
	return v
}

func (e environment) byName() map[string]string {
	out := map[string]string{}
	for _, v := range e {
		out[v.Name] = v.Value
	}
	return out
}

// copied is a list that may outlive the lock, and is never null in JSON.
func copied(list []string) []string { return append([]string{}, list...) }
