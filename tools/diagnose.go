package tools

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// DiagnoseAppInput names the application.
type DiagnoseAppInput struct{ AppRef }

// Diagnosis is why an application does not work, most likely cause first.
type Diagnosis struct {
	App   string `json:"app"`
	Name  string `json:"name"`
	State string `json:"state"`
	// In one sentence.
	Verdict string  `json:"verdict"`
	Causes  []Cause `json:"causes"`
	// The log lines that causes refer to, numbered.
	Log string `json:"log,omitempty"`
	// What was looked at.
	Checked []string `json:"checked"`
	// What could not be, and why.
	Unchecked []string `json:"unchecked,omitempty"`
}

// Cause is one thing that is wrong.
type Cause struct {
	What string `json:"what"`
	// certain, likely or possible
	Confidence string `json:"confidence"`
	Evidence   string `json:"evidence"`
	// The call to make, or what a person has to do.
	Next string `json:"next"`
	rank int    // what stands in the way of everything else first
}

var diagnoseApp = &Tool[DiagnoseAppInput, Diagnosis]{
	Name: "diagnose_app", Title: "Diagnosis", Toolset: "observe",
	Doc:    `Finds why an application fails or misbehaves: ranked causes, each with evidence and the next call.`,
	Effect: catalogue.Reads,
	Uses: []string{
		"GET /v2/summary",
		"GET /v2/organisations/{id}/applications/{appId}",
		"GET /v2/organisations/{id}/applications/{appId}/instances",
		"GET /v2/organisations/{id}/applications/{appId}/deployments",
		"GET /v2/organisations/{id}/applications/{appId}/env",
		"GET /v2/organisations/{id}/applications/{appId}/addons/env",
		"GET /v2/organisations/{id}/applications/{appId}/dependencies/env",
		"GET /v2/organisations/{id}/applications/{appId}/vhosts",
		"GET /v4/load-balancers/organisations/{ownerId}/applications/{appId}/load-balancers/default",
		"GET /v4/logs/organisations/{ownerId}/applications/{applicationId}/logs",
		"GET /v4/stats/organisations/{ownerId}/resources/{resourceId}/metrics",
		"GET /v4/stats/organisations/{ownerId}/http-status-codes",
		"GET /v4/billing/organisations/{id}/invoices/unpaid",
	},
	Run: runDiagnoseApp,
}

// patient is all that is known of an application. What could not be read is
// missing and named in unchecked.
type patient struct {
	app         App
	now         time.Time
	detail      cleverapi.ApplicationDetail
	instances   []cleverapi.Instance
	deployments []cleverapi.Deployment // newest first
	own         []cleverapi.Variable
	linked      []cleverapi.LinkedEnv
	domains     []domain
	balancers   []cleverapi.LoadBalancer
	unresolved  map[string]error // host names that DNS does not lead here
	recent      []cleverapi.LogLine
	failed      []cleverapi.LogLine // of the last deployment, when it failed
	series      []cleverapi.Series
	codes       []cleverapi.StatusCodes
	unpaid      []cleverapi.Invoice // read only when payment is what stops it

	mu        sync.Mutex
	checked   []string
	unchecked []string
}

func runDiagnoseApp(ctx context.Context, c *Call, in DiagnoseAppInput) (Diagnosis, error) {
	app, err := c.App(ctx, in.AppRef)
	if err != nil {
		return Diagnosis{}, err
	}
	p := &patient{app: app, now: c.API.Now().UTC(), unresolved: map[string]error{}}
	// Without the application itself there is nothing to say.
	if p.detail, err = c.API.Applications.Get(ctx, app.Owner, app.ID); err != nil {
		return Diagnosis{}, err
	}
	c.learn(p.detail.Env)
	c.publicDomains(p.detail.Domains)
	p.examine(ctx, c)
	c.hideLines(p.failed)
	c.hideLines(p.recent)
	if err := ctx.Err(); err != nil {
		return Diagnosis{}, err
	}
	ev := &evidence{}
	causes := p.causes(ev)
	out := Diagnosis{App: app.ID, Name: p.detail.Name, State: p.state(), Causes: []Cause{}, Checked: p.checked, Unchecked: p.unchecked}
	sort.SliceStable(causes, func(i, j int) bool { return causes[i].rank < causes[j].rank })
	if len(causes) > 8 {
		causes = causes[:8]
	}
	out.Causes = append(out.Causes, causes...)
	out.Verdict = p.verdict(out)
	if len(ev.lines) > 0 {
		out.Log = fence(ev.String())
	}
	slices.Sort(out.Checked)
	slices.Sort(out.Unchecked)
	return out, nil
}

func (p *patient) verdict(d Diagnosis) string {
	if len(d.Causes) > 0 {
		return fmt.Sprintf("%s: %s. %s.", d.Name, strings.ReplaceAll(d.State, "_", " "), strings.TrimSuffix(d.Causes[0].What, "."))
	}
	text := fmt.Sprintf("Nothing found: %s is %s", d.Name, strings.ReplaceAll(d.State, "_", " "))
	if len(d.Unchecked) > 0 {
		return text + ", but not everything could be checked."
	}
	return text + "."
}

// state is the application's state in words, as list_apps says it.
func (p *patient) state() string {
	running := 0
	for _, i := range p.instances {
		if i.State == "UP" {
			running++
		}
	}
	last := cleverapi.Deployment{}
	if len(p.deployments) > 0 {
		last = p.deployments[0]
	}
	return stateInWords(p.detail.State, p.detail.Archived, p.detail.Instance.Lifetime == "TASK", &running, &last)
}

// check reads one thing; a failure is no reason to say nothing about the rest.
func (p *patient) check(c *Call, what string, read func() error) {
	err := read()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		said, _, _ := strings.Cut(c.explain(err), "\n")
		p.unchecked = append(p.unchecked, what+": "+said)
		return
	}
	p.checked = append(p.checked, what)
}

// examine reads everything at once, and then what depends on it.
func (p *patient) examine(ctx context.Context, c *Call) {
	owner, app := p.app.Owner, p.app.ID
	hour := p.now.Add(-time.Hour)
	reads := []func(context.Context){
		func(ctx context.Context) {
			p.check(c, "instances", func() (err error) { p.instances, err = c.API.Instances.List(ctx, owner, app); return err })
		},
		func(ctx context.Context) {
			p.check(c, "deployments and their logs", func() error { return p.readDeployments(ctx, c) })
		},
		func(ctx context.Context) {
			p.check(c, "environment variables", func() (err error) { p.own, p.linked, err = readEnv(ctx, c, p.app); return err })
		},
		func(ctx context.Context) {
			p.check(c, "domains", func() error { return p.readDomains(ctx, c) })
		},
		func(ctx context.Context) {
			p.check(c, "log of the last hour", func() (err error) {
				p.recent, err = readLines(ctx, c, p.app, cleverapi.LogQuery{Since: hour, Until: p.now})
				return err
			})
		},
		func(ctx context.Context) {
			p.check(c, "metrics", func() (err error) {
				p.series, err = c.API.Metrics.List(ctx, owner, app, cleverapi.MetricsQuery{Interval: 6 * time.Hour, Span: 5 * time.Minute, End: p.now})
				return err
			})
		},
		func(ctx context.Context) {
			p.check(c, "answers to requests", func() (err error) {
				p.codes, err = c.API.Metrics.StatusCodes(ctx, owner, app, hour, p.now)
				return err
			})
		},
	}
	if p.state() == "unpaid" {
		reads = append(reads, func(ctx context.Context) {
			p.check(c, "unpaid invoices", func() (err error) { p.unpaid, err = c.API.Invoices.Unpaid(ctx, owner); return err })
		})
	}
	_ = parallel(ctx, len(reads), func(ctx context.Context, i int) error { reads[i](ctx); return nil })
}

// maxDiagnosed is the most lines that are kept of a log, the newest.
const maxDiagnosed = 10_000

// readLines reads a log for a short while: what matters repeats.
func readLines(ctx context.Context, c *Call, app App, q cleverapi.LogQuery) ([]cleverapi.LogLine, error) {
	q.StreamLimits = cleverapi.StreamLimits{Time: 10 * time.Second, Bytes: 16 << 20}
	var got []cleverapi.LogLine
	_, err := c.API.Logs.Application(ctx, app.Owner, app.ID, q, func(l cleverapi.LogLine) bool {
		if got = append(got, l); len(got) > 2*maxDiagnosed {
			got = slices.Delete(got, 0, maxDiagnosed)
		}
		return true
	})
	return got, err
}

// readDeployments reads the newest deployments, and the log of the last when it failed.
func (p *patient) readDeployments(ctx context.Context, c *Call) (err error) {
	p.deployments, err = c.API.Deployments.Latest(ctx, p.app.Owner, p.app.ID, 10)
	if err != nil || len(p.deployments) == 0 || p.deployments[0].State != "FAIL" {
		return err
	}
	last := p.deployments[0]
	p.failed, err = readLines(ctx, c, p.app, cleverapi.LogQuery{Since: last.Date.Time().Add(-time.Minute), Until: p.now, Deployment: last.UUID})
	return err
}

// maxResolved is the most domains that are looked up.
const maxResolved = 20

// readDomains reads the domains and looks up where they lead.
func (p *patient) readDomains(ctx context.Context, c *Call) error {
	err := parallel(ctx, 2, func(ctx context.Context, i int) (err error) {
		if i == 1 {
			p.balancers, err = c.API.Domains.LoadBalancers(ctx, p.app.Owner, p.app.ID)
			return err
		}
		list, err := c.API.Domains.List(ctx, p.app.Owner, p.app.ID)
		for _, d := range list {
			p.domains = append(p.domains, splitDomain(d.FQDN))
		}
		return err
	})
	if err != nil || c.Resolve == nil {
		return err
	}
	var hosts []string
	for _, d := range p.domains {
		if host := strings.TrimPrefix(d.host, "*."); !strings.HasSuffix(host, ours) && !slices.Contains(hosts, host) && host == d.host {
			hosts = append(hosts, host)
		}
	}
	hosts = hosts[:min(len(hosts), maxResolved)]
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return parallel(ctx, len(hosts), func(ctx context.Context, i int) error {
		addresses, err := c.Resolve(ctx, hosts[i])
		if why := p.misled(addresses, err); why != nil {
			p.mu.Lock()
			p.unresolved[hosts[i]] = why
			p.mu.Unlock()
		}
		return nil
	})
}
