package tools

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"clever-mcp/cleverapi"
)

const (
	certain  = "certain"
	likely   = "likely"
	possible = "possible"

	// crashRank is of signs that say that something went wrong and not what.
)

// causes puts together what every check found.
func (p *patient) causes(ev *evidence) []Cause {
	var out []Cause
	for _, find := range []func(*evidence) []Cause{p.blocked, p.lastDeployment, p.crashes, p.recentSigns, p.environment, p.dns, p.resources, p.answers} {
		out = append(out, find(ev)...)
	}
	for i := range out {
		out[i].Next = forApp(out[i].Next, p.app)
	}
	return distinct(out)
}

// distinct keeps the first of causes that say the same.
func distinct(causes []Cause) []Cause {
	seen := map[string]bool{}
	return slices.DeleteFunc(causes, func(c Cause) bool {
		again := seen[c.What]
		seen[c.What] = true
		return again
	})
}

// blocked finds what keeps an application from running whatever its code does.
func (p *patient) blocked(*evidence) []Cause {
	since := ""
	if len(p.deployments) > 0 {
		since = "; last deployment " + p.deployments[0].Date.Time().Format(time.RFC3339)
	}
	one := func(what, evidence, next string) []Cause {
		return []Cause{{What: what, Confidence: certain, Evidence: evidence + since, Next: next, rank: 0}}
	}
	switch p.state() {
	case "unpaid":
		bills := ""
		for i, bill := range p.unpaid {
			if i == 5 {
				bills += fmt.Sprintf(" and %d more", len(p.unpaid)-i)
				break
			}
			bills += fmt.Sprintf("; unpaid invoice %s of %s, %.2f %s without tax", bill.Number, bill.Emission.Format(time.DateOnly), bill.Net.Amount, bill.Net.Currency)
		}
		return one("Clever Cloud stopped it because an invoice is not paid", "the state is DEFAULT_OF_PAYMENT"+bills, fmt.Sprintf(`get_billing {"owner":%q} shows the unpaid invoices; after payment, deploy_app {app}`, p.app.Owner))
	case "suspended":
		return one("Clever Cloud suspended it", "the state is MODERATED", "ask Clever Cloud's support")
	case "archived":
		return one("It is archived", "its archived flag is set", "ask Clever Cloud's support, or make a new application with create_app")
	case "stopped":
		return one("It is stopped, on purpose", "the state is SHOULD_BE_DOWN", "deploy_app {app} starts it; it costs from then on")
	case "never_deployed":
		return one("It was never deployed", "it has no deployment", "push code to it, then deploy_app {app}")
	}
	return nil
}

// lastDeployment explains a deployment that failed or does not end.
func (p *patient) lastDeployment(ev *evidence) []Cause {
	if len(p.deployments) == 0 {
		return nil
	}
	last := p.deployments[0]
	date := last.Date.Time()
	told := fmt.Sprintf("deployment %s of %s, commit %s", last.UUID, date.Format(time.RFC3339), clip(last.Commit, 8))
	switch {
	case last.State == "WIP" && p.now.Sub(date) > 30*time.Minute:
		return []Cause{{What: "A deployment does not end", Confidence: likely, Evidence: told + " is under way for " + p.now.Sub(date).Round(time.Minute).String(),
			Next: fmt.Sprintf(`get_logs {app,"kind":"build","of":%q}; deploy_app {app} begins anew`, last.UUID), rank: 15}}
	case last.State != "FAIL":
		return nil
	}
	found := signsIn(p.failed)
	// A crash is what any of the others looks like from outside.
	if explained := slices.ContainsFunc(found, func(s *seen) bool { return s.rank < vagueRank }); explained {
		found = slices.DeleteFunc(found, func(s *seen) bool { return s.rank >= vagueRank })
	}
	if len(found) == 0 {
		why := "its log does not say why in words that are known here"
		if len(p.failed) == 0 {
			why = "its log could not be read"
		}
		c := Cause{What: "The last deployment failed, and " + why, Confidence: certain, Evidence: told,
			Next: fmt.Sprintf(`get_logs {app,"kind":"build","of":%q}`, last.UUID), rank: 45}
		if bad := lastBad(p.failed); bad != nil {
			c.Evidence += ", " + ev.add(*bad)
		}
		return []Cause{c}
	}
	var out []Cause
	for _, s := range found {
		out = append(out, Cause{What: s.what() + ", so the last deployment failed", Confidence: likely, Evidence: told + ", " + ev.add(s.first), Next: s.call(p.app), rank: s.rank})
	}
	if good := p.lastGood(last.Commit); good != "" {
		out[0].Next += fmt.Sprintf(`; the commit that worked last: deploy_app {app,"commit":%q}`, good)
	}
	return out
}

// lastGood is the commit that was deployed last before another one failed; "" when
// none of the latest deployments has one.
func (p *patient) lastGood(failed string) string {
	for _, d := range p.deployments {
		if d.State == "OK" && d.Action == "DEPLOY" && d.Commit != "" && d.Commit != failed {
			return d.Commit
		}
	}
	return ""
}

// lastBad is the last line of a log that is an error.
func lastBad(lines []cleverapi.LogLine) *cleverapi.LogLine {
	for i := len(lines) - 1; i >= 0; i-- {
		if levelOf(lines[i]) <= levelError {
			return &lines[i]
		}
	}
	return nil
}

// crashes finds an application whose instances come and go.
func (p *patient) crashes(ev *evidence) []Cause {
	up, young := 0, 0
	for _, i := range p.instances {
		if i.State == "UP" {
			up++
		}
		if p.now.Sub(i.CreationDate.Time()) < time.Hour {
			young++
		}
	}
	restarts := 0
	for _, d := range p.deployments {
		if p.now.Sub(d.Date.Time()) < 24*time.Hour && automatic.MatchString(d.Cause) {
			restarts++
		}
	}
	starts := p.restartsInLog()
	var out []Cause
	if restarts >= 3 || starts >= 3 {
		c := Cause{What: "It crashes again and again", Confidence: likely, Evidence: fmt.Sprintf("at least %d restarts by the platform within 24 h, %d in the log of the last hour", restarts, starts),
			Next: `get_logs {app,"kind":"errors"} shows what happens before it ends`, rank: 18}
		// What it dies of comes before the fact that it does.
		if slices.ContainsFunc(signsIn(p.recent), func(s *seen) bool { return s.rank < buildRank }) {
			c.rank = 36
		}
		if bad := lastBad(p.recent); bad != nil {
			c.Evidence += ", " + ev.add(*bad)
		}
		out = append(out, c)
	}
	if p.state() == "down" {
		out = append(out, Cause{What: "It should run and no instance does", Confidence: certain, Evidence: fmt.Sprintf("state %s, %d instances, none up", p.detail.State, len(p.instances)),
			Next: `get_logs {app,"kind":"errors"}; deploy_app {app} starts it again`, rank: 46})
	}
	return out
}

// automatic finds deployments that nobody asked for because something was well.
var automatic = lazily(`(?i)monitoring|unreachable|crash|auto(?:matic)? ?-?restart|instance (?:down|dead|lost)`)

// ended finds the line by which a process says that it is gone.
var ended = lazily(`(?i)exit(?:ed)?(?: with)? (?:code|status)|process exited|application (?:has )?crashed|instance is unreachable|restarting (?:the )?(?:application|process)|application ended`)

func (p *patient) restartsInLog() int {
	n := 0
	for _, l := range p.recent {
		if ended.MatchString(l.Message) {
			n++
		}
	}
	return n
}

// recentSigns explains what the log of the last hour says. Once can be chance;
// some things are bad enough once.
func (p *patient) recentSigns(ev *evidence) []Cause {
	down := p.state() != "running"
	var out []Cause
	for _, s := range signsIn(p.recent) {
		if s.rank >= buildRank && s.rank <= vagueRank {
			continue // of builds, which lastDeployment judges
		}
		confidence := possible
		switch {
		case s.count >= 3 || down:
			confidence = likely
		case s.rank >= 28:
			continue
		}
		out = append(out, Cause{What: s.what(), Confidence: confidence, Evidence: fmt.Sprintf("%d times in the last hour, first %s", s.count, ev.add(s.first)), Next: s.call(p.app), rank: s.rank + 5})
	}
	return out
}

// addonPrefixes are the beginnings of names that an add-on gives, by provider.
var addonPrefixes = map[string]string{
	"POSTGRESQL_ADDON_": "PostgreSQL", "MYSQL_ADDON_": "MySQL", "MONGODB_ADDON_": "MongoDB", "REDIS_": "Redis", "CELLAR_ADDON_": "Cellar", "ES_ADDON_": "Elasticsearch",
	"ADDON_PULSAR_": "Pulsar",
}

// environment finds variables that cannot be right.
func (p *patient) environment(*evidence) []Cause {
	var out []Cause
	gone := map[string][]string{}
	linked := map[string]bool{}
	for _, l := range p.linked {
		for _, v := range l.Variables {
			linked[v.Name] = true
		}
	}
	for _, v := range p.own {
		for prefix, kind := range addonPrefixes {
			if strings.HasPrefix(v.Name, prefix) && !linked[v.Name] && addonHost.MatchString(v.Value) {
				gone[kind] = append(gone[kind], v.Name)
			}
		}
		if v.Name == "PORT" && v.Value != "8080" && p.detail.Instance.Variant.Slug != "docker" {
			out = append(out, Cause{What: "PORT is not 8080, so the platform looks for the application where it is not", Confidence: likely, Evidence: "the variable PORT of the application",
				Next: `set_env {app,"unset":["PORT"]}, then deploy_app {app}`, rank: 21})
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(gone)) {
		out = append(out, Cause{What: fmt.Sprintf("It has variables of a %s add-on that is not linked to it", kind), Confidence: possible, Evidence: "set on the application itself: " + list(gone[kind]),
			Next: "list_addons shows whether the add-on still exists; link_addon gives its present variables, and set_env {app} removes these", rank: 27})
	}
	return out
}

// addonHost finds the hosts of add-ons in values.
var addonHost = lazily(`-(?:postgresql|mysql|mongodb|redis|elasticsearch|cellar|pulsar)[\w.-]*\.clever-cloud\.com`)

// misled says what is wrong with where DNS leads; nil when nothing is.
func (p *patient) misled(addresses []string, err error) error {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return errors.New("has no DNS record")
	case err != nil:
		return nil // a resolver in trouble says nothing about the domain
	}
	var right []string
	for _, b := range p.balancers {
		right = append(right, b.DNS.A...)
	}
	if len(right) == 0 || len(addresses) == 0 {
		return nil
	}
	if !slices.ContainsFunc(addresses, func(a string) bool { return slices.Contains(right, a) }) {
		return fmt.Errorf("leads to %s, which is no load balancer of this application", list(addresses))
	}
	return nil
}

// dns is one cause for all the domains with which the same is wrong.
func (p *patient) dns(*evidence) []Cause {
	hosts := map[string][]string{}
	for _, host := range slices.Sorted(maps.Keys(p.unresolved)) {
		why := p.unresolved[host].Error()
		hosts[why] = append(hosts[why], host)
	}
	var out []Cause
	byFirst := func(a, b string) int { return strings.Compare(hosts[a][0], hosts[b][0]) }
	for _, why := range slices.SortedFunc(maps.Keys(hosts), byFirst) {
		what := "The domain " + hosts[why][0]
		if len(hosts[why]) > 1 {
			what = "Each of the domains " + list(hosts[why])
		}
		sites, _ := json.Marshal(p.sites(hosts[why])) // strings: it cannot fail
		out = append(out, Cause{What: what + " " + why, Confidence: likely, Evidence: "looked up just now; a proxy in front of the application would explain foreign addresses",
			Next: fmt.Sprintf(`update_domains {app,"add":%s} shows the DNS records to create`, sites), rank: 33})
	}
	return out
}

// sites are the domains on hosts, with their paths: a host alone would be another
// domain, and be added.
func (p *patient) sites(hosts []string) []string {
	sites := slices.Clone(hosts)
	for i, host := range hosts {
		if at := slices.IndexFunc(p.domains, func(d domain) bool { return d.host == host }); at >= 0 {
			sites[i] = p.domains[at].String()
		}
	}
	return sites
}

// resources finds instances that are too small.
func (p *patient) resources(*evidence) []Cause {
	var out []Cause
	for _, s := range p.series {
		v, ok := viewSeries(s)
		if !ok {
			continue
		}
		for _, f := range findings(v) {
			out = append(out, Cause{What: strings.SplitN(f, ":", 2)[0], Confidence: possible, Evidence: fmt.Sprintf("%s over 6 h: average %v, p95 %v, most %v%s, %s", v.Name, v.Avg, v.P95, v.Max, v.Unit, v.Trend),
				Next: "get_metrics {app}; update_app {app} with a larger flavor, which costs more", rank: 35})
		}
	}
	return out
}

// answers finds requests that fail.
func (p *patient) answers(*evidence) []Cause {
	r := viewRequests(p.codes, time.Hour)
	if r == nil || r.Statuses["5xx"] < 5 || r.Statuses["5xx"]*10 < r.Total {
		return nil
	}
	return []Cause{{What: "Many requests fail", Confidence: likely, Evidence: fmt.Sprintf("%d of %d requests of the last hour were answered 5xx", r.Statuses["5xx"], r.Total),
		Next: `get_logs {app,"kind":"access"} shows which paths, {app,"kind":"errors"} why`, rank: 48}}
}
