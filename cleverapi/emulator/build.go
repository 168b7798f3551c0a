package emulator

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// builder turns a seed into state.
type builder struct {
	now  time.Time
	s    *state
	seed *Seed
	errs []string
}

func build(seed *Seed, now time.Time, kv KeyValue) (*state, error) {
	b := &builder{now: now, s: &state{signIns: newSignIns(), keyValue: kv}, seed: seed}
	b.consumers()
	me := b.user(seed.User, 1000*day)
	for _, p := range seed.People {
		b.user(p, 600*day)
	}
	b.tokens(me)
	b.fill(me.space, seed.Space)
	for _, so := range seed.Organisations {
		b.organisation(me, so)
	}
	if len(b.errs) > 0 {
		return nil, fmt.Errorf("%s", strings.Join(b.errs, "; "))
	}
	return b.s, nil
}

const day = 24 * time.Hour

func (b *builder) wrong(format string, args ...any) {
	b.errs = append(b.errs, fmt.Sprintf(format, args...))
}

// The consumers of Clever Cloud that are published with its clients: a pair
// gives nothing without a token of a user.
func (b *builder) consumers() {
	b.s.consumers = []*consumer{
		{key: "T5nFjKeHH4AIlEveuGhB5S3xg8T19e", secret: "MgVMqTr6fWlf2M0tkC2MXOnhfqBWDT", name: "Clever Tools", url: "https://github.com/CleverCloud/clever-tools", rights: allRights(true), cli: true},
		{key: "FuRiWZChVFuYaVh04yCHYOnFRtzfHO", secret: "J9k249yV0UqIzsGJWAVD4p1HLj8NyE", name: "Go client", url: "https://github.com/CleverCloud/clevercloud-client-go", rights: allRights(true)},
		{key: letters(30, "consumer", "console"), secret: letters(30, "consumer secret", "console"), name: "Console", url: "https://console.clever-cloud.com", rights: allRights(true)},
	}
}

func (b *builder) user(su SeedUser, since time.Duration) *user {
	if su.Email == "" {
		b.wrong("a person has no email")
	}
	u := &user{
		id:       "user_" + uuid("user", su.Email),
		name:     su.Name,
		email:    su.Email,
		password: su.Password,
		totp:     su.TOTP,
		phone:    su.Phone,
		lang:     "EN",
		created:  su.Since.or(since).before(b.now),
		emails:   slices.Clone(su.Emails),
	}
	for _, k := range su.Keys {
		u.keys = append(u.keys, newKey(k.Name, k.Key))
	}
	u.space = &owner{id: u.id, name: u.name, personal: u, canPay: true, billing: billingAddress{country: "FRANCE", countryCode: "FR", email: u.email, contact: u.name}}
	if b.s.userByEmail(su.Email) != nil {
		b.wrong("two people have the email %s", su.Email)
	}
	b.s.users = append(b.s.users, u)
	b.s.owners = append(b.s.owners, u.space)
	return u
}

func (b *builder) tokens(me *user) {
	for i, c := range []*consumer{b.s.consumers[0], b.s.consumers[2]} {
		life := []time.Duration{365 * day, 90 * day}[i]
		created := b.now.Add(-time.Duration(20+i*13) * day)
		b.s.oauthTokens = append(b.s.oauthTokens, &oauthToken{
			token:    letters(30, "oauth token", me.email, c.name),
			secret:   letters(30, "oauth secret", me.email, c.name),
			user:     me,
			consumer: c,
			created:  created, expires: created.Add(life), used: b.now.Add(-time.Hour),
		})
	}
	for _, st := range b.seed.APITokens {
		created := st.Since.before(b.now)
		b.s.apiTokens = append(b.s.apiTokens, &apiToken{
			id:    "api_tokens_" + uuid("api token", me.email, st.Name),
			token: letters(64, "api token", me.email, st.Name),
			name:  st.Name, description: st.Description, ip: "203.0.113.7", user: me,
			created: created, expires: created.Add(time.Duration(st.Life.or(365 * day))),
		})
	}
}

func (b *builder) organisation(me *user, so SeedOwner) {
	o := &owner{id: "orga_" + uuid("organisation", so.Name), name: so.Name}
	if slices.ContainsFunc(b.s.owners, func(p *owner) bool { return p.id == o.id }) {
		b.wrong("two organisations are called %s", so.Name)
	}
	o.members = append(o.members, &member{user: me, role: cmp.Or(so.Role, "ADMIN")})
	for _, sm := range so.Members {
		u := b.s.userByEmail(sm.Email)
		if u == nil {
			b.wrong("the member %s of %s is nobody", sm.Email, so.Name)
			continue
		}
		o.members = append(o.members, &member{user: u, role: cmp.Or(sm.Role, "DEVELOPER"), job: sm.Job})
	}
	for _, m := range o.members {
		if !slices.Contains(roles(), m.role) {
			b.wrong("%s has in %s the unknown role %q; there are %s", m.user.email, so.Name, m.role, strings.Join(roles(), ", "))
		}
	}
	b.s.owners = append(b.s.owners, o)
	b.fill(o, so)
}

// fill gives an owner what it has.
func (b *builder) fill(o *owner, so SeedOwner) {
	o.canPay, o.prepaid, o.free = !so.Unpaid, so.Prepaid, so.Free
	o.description, o.grafana = so.Description, so.Grafana
	if o.personal == nil {
		o.billing = billingAddress{email: so.BillingEmail, address: so.Address, city: so.City, zipcode: so.Zipcode,
			country: "FRANCE", countryCode: "FR", company: so.Company, vat: so.VAT, contact: b.s.users[0].name}
	}
	for _, sa := range so.Addons {
		if find(o.addons, func(a *addon) bool { return a.name == sa.Name }) != nil {
			b.wrong("%s has two add-ons called %s", o.name, sa.Name)
		}
		b.addon(o, sa)
	}
	for _, sa := range so.Applications {
		if find(o.apps, func(a *application) bool { return a.name == sa.Name }) != nil {
			b.wrong("%s has two applications called %s", o.name, sa.Name)
		}
		b.app(o, sa)
	}
	// After all are there: an application may depend on a later one.
	for _, sa := range so.Applications {
		b.link(o, sa)
	}
	for _, sc := range so.Consumers {
		c := &consumer{key: letters(30, "consumer", o.id, sc.Name), secret: letters(30, "consumer secret", o.id, sc.Name),
			name: sc.Name, description: sc.Description, url: sc.URL, baseURL: sc.URL, owner: o, rights: allRights(false)}
		for _, r := range sc.Rights {
			if _, known := c.rights[r]; !known {
				b.wrong("%s is no right", r)
			}
			c.rights[r] = true
		}
		b.s.consumers = append(b.s.consumers, c)
	}
	for _, sh := range so.Hooks {
		b.hook(o, sh)
	}
	for _, sn := range so.Networks {
		b.network(o, sn)
	}
	for _, sc := range so.Clusters {
		b.cluster(o, sc)
	}
	for i := range so.Cards {
		o.pays("CREDITCARD", "pm_"+letters(24, "card", o.id, strconv.Itoa(i)))
	}
	for _, si := range so.Invoices {
		o.invoices = append(o.invoices, newInvoice(o, si.Since.before(b.now), si.Amount, cmp.Or(si.Status, "PAID")))
	}
}

func (b *builder) addon(o *owner, sa SeedAddon) {
	v := catalog().provider(sa.Provider)
	if v == nil {
		b.wrong("the add-on %s has the unknown provider %q", sa.Name, sa.Provider)
		return
	}
	p := v.plan(sa.Plan)
	z := catalog().zone(cmp.Or(sa.Zone, "par"))
	if p == nil || z == nil {
		b.wrong("the add-on %s has an unknown plan %q or zone %q", sa.Name, sa.Plan, sa.Zone)
		return
	}
	a := newAddon(o, v, p, z, sa.Name, sa.Version, uuid("addon", o.id, sa.Name), sa.Since.or(100*day).before(b.now))
	a.tags = slices.Clone(sa.Tags)
	a.keyValue = b.s.keyValue
	a.assemble(b.s.users[0])
	for name, value := range sa.Env {
		a.config.set(name, secrets(value, o.id, sa.Name, name))
	}
	o.addons = append(o.addons, a)
}

func (b *builder) app(o *owner, sa SeedApp) {
	r := catalog().runtime(sa.Type)
	z := catalog().zone(cmp.Or(sa.Zone, "par"))
	if r == nil || z == nil {
		b.wrong("the application %s has an unknown type %q or zone %q", sa.Name, sa.Type, sa.Zone)
		return
	}
	minimum := catalog().flavor(cmp.Or(sa.Flavor, r.Flavor))
	maximum := catalog().flavor(cmp.Or(sa.MaxFlavor, sa.Flavor, r.Flavor))
	if minimum == nil || maximum == nil || sa.BuildFlavor != "" && catalog().flavor(sa.BuildFlavor) == nil {
		b.wrong("the application %s has an unknown flavor", sa.Name)
		return
	}
	if sa.Deployments < 0 || sa.Deployments > 1000 || sa.Instances > maxInstances || sa.MaxInstances > maxInstances {
		b.wrong("the application %s has more than 1000 deployments or %d instances", sa.Name, maxInstances)
		return
	}
	a := newApplication(o, r, z, sa.Name, uuid("application", o.id, sa.Name), sa.Since.or(100*day).before(b.now))
	a.description = cmp.Or(sa.Description, sa.Name)
	a.minFlavor, a.maxFlavor = minimum, maximum
	a.minInstances = max(sa.Instances, 1)
	a.maxInstances = max(sa.MaxInstances, a.minInstances)
	a.forceHTTPS, a.sticky, a.cancelOnPush, a.homogeneous, a.task = sa.ForceHTTPS, sa.Sticky, sa.CancelOnPush, sa.Downtime, sa.Task
	if sa.BuildFlavor != "" {
		a.separateBuild, a.buildFlavor = true, catalog().flavor(sa.BuildFlavor)
	}
	a.branch = cmp.Or(sa.Branch, "master")
	a.vhosts = append(a.vhosts, sa.Domains...)
	a.favourite = sa.Favourite
	a.tags, a.needs, a.fails = slices.Clone(sa.Tags), sa.Needs, sa.Fails
	for name, value := range sa.Env {
		a.env.set(name, secrets(value, o.id, sa.Name, name))
	}
	for name, value := range sa.Exposed {
		a.exposed.set(name, value)
	}
	for i, namespace := range sa.TCP {
		if !slices.Contains(o.namespaces(), namespace) {
			b.wrong("the application %s has the unknown namespace %q", sa.Name, namespace)
		}
		port := lowestPort + number(highestPort-lowestPort, "redirection", a.id, strconv.Itoa(i))
		a.redirections = append(a.redirections, redirection{namespace: namespace, port: port})
	}
	for i, sd := range sa.Drains {
		to := recipient{Type: cmp.Or(sd.Type, "RAW_HTTP"), URL: sd.URL, APIKey: secrets(sd.Token, a.id, "drain"), SourceToken: secrets(sd.Token, a.id, "drain")}
		if err := to.check(); err != nil {
			b.wrong("a drain of %s: %v", sa.Name, err)
		}
		resource{owner: o, app: a}.addDrain("LOG", to, b.s.users[0], sd.Since.or(30*day).before(b.now), strconv.Itoa(i))
	}
	if sa.Fails != "" && !slices.Contains(seedFailures(), sa.Fails) {
		b.wrong("the application %s fails in the unknown way %q; there are %s", sa.Name, sa.Fails, strings.Join(seedFailures(), ", "))
	}
	if value, ok := a.env.get(sa.Expired); ok {
		a.expired = variable{sa.Expired, value}
	} else if sa.Expired != "" || sa.Fails == failCredential {
		b.wrong("the application %s has no variable %q whose credential could have expired", sa.Name, sa.Expired)
	}
	for _, line := range sa.Says {
		a.says = append(a.says, repeated(line))
	}
	b.history(a, sa)
	o.apps = append(o.apps, a)
}

func (b *builder) link(o *owner, sa SeedApp) {
	a := find(o.apps, func(a *application) bool { return a.name == sa.Name })
	if a == nil {
		return
	}
	for _, name := range sa.Addons {
		d := find(o.addons, func(d *addon) bool { return d.name == name })
		if d == nil {
			b.wrong("%s uses the unknown add-on %s", sa.Name, name)
			continue
		}
		a.addons = append(a.addons, d)
	}
	for _, name := range sa.Dependencies {
		d := find(o.apps, func(d *application) bool { return d.name == name })
		if d == nil {
			b.wrong("%s depends on the unknown application %s", sa.Name, name)
			continue
		}
		a.dependencies = append(a.dependencies, d)
	}
}

// history gives an application its past deployments.
func (b *builder) history(a *application, sa SeedApp) {
	if sa.State == "never" {
		return
	}
	n := sa.Deployments
	if n == 0 {
		n = 3
	}
	last := sa.Deployed.or(day).before(b.now)
	if sa.State == "deploying" {
		// Long enough ago to have left the queue, not enough to have ended.
		last = b.now.Add(-8 * time.Second)
	}
	if last.Before(a.created) {
		b.wrong("the application %s was deployed before it was created", sa.Name)
		return
	}
	step := last.Sub(a.created) / time.Duration(n)
	author := b.s.users[0]
	for i := range n {
		at := last.Add(-step * time.Duration(n-1-i))
		cause := []string{"Git push", "Git push", "CLI", "Console"}[number(4, a.id, "cause", strconv.Itoa(i))]
		commit := hexDigits(40, a.id, "commit", strconv.Itoa(i))
		if sa.BrokenFor > 0 && i < n-sa.BrokenFor {
			a.fails = ""
			a.good = append(a.good, commit)
		}
		d := a.deploy(at, commit, cause, author, false)
		a.fails = sa.Fails
		if k := i - n + len(sa.Commits); k >= 0 {
			d.message = sa.Commits[k]
		}
		// Now and then something went wrong, and was put right before now.
		if d.verdict == stateOK && i < n-2 && number(5, d.uuid, "luck") == 0 {
			d.fail(failBuild)
		}
	}
	switch sa.State {
	case "", "running", "deploying", "failed", "crashing":
	case "stopped":
		a.undeploy(last.Add(time.Hour), author)
	case "unpaid", "moderated":
		a.undeploy(last.Add(time.Hour), author)
		a.blocked = map[string]string{"unpaid": blockedUnpaid, "moderated": "MODERATED"}[sa.State]
	default:
		b.wrong("the application %s has the unknown state %q", sa.Name, sa.State)
	}
}

var placeholder = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\$(secret|hex)\(([0-9]{1,2})\)`) })

// secrets replaces $secret(n) and $hex(n).
func secrets(value string, parts ...string) string {
	if !strings.Contains(value, "$") {
		return value
	}
	return placeholder().ReplaceAllStringFunc(value, func(m string) string {
		p := placeholder().FindStringSubmatch(m)
		n, _ := strconv.Atoi(p[2]) // one or two digits
		if p[1] == "hex" {
			return hexDigits(min(n, 64), parts...)
		}
		return letters(n, parts...)
	})
}

var repetition = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\$repeat\(([0-9]{1,6}),([^)]*)\)`) })

// repeated replaces $repeat(n,text), so that a seed may have a line of 100 kB.
func repeated(line string) string {
	return repetition().ReplaceAllStringFunc(line, func(m string) string {
		p := repetition().FindStringSubmatch(m)
		n, _ := strconv.Atoi(p[1]) // one to six digits
		return strings.Repeat(p[2], min(n, (1<<20)/max(len(p[2]), 1)))
	})
}

func (s *state) userByEmail(email string) *user {
	return find(s.users, func(u *user) bool { return strings.EqualFold(u.email, email) })
}
