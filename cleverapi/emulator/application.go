package emulator

import (
	"slices"
	"strings"
	"time"
)

// application is what Clever Cloud builds and runs.
type application struct {
	id, name, description string
	owner                 *owner
	runtime               *runtime
	zone                  *zone
	created               time.Time

	minInstances, maxInstances int
	minFlavor, maxFlavor       *flavor
	separateBuild              bool
	buildFlavor                *flavor
	task                       bool
	homogeneous                bool // old instances stop before new ones start
	sticky                     bool
	cancelOnPush               bool
	forceHTTPS                 bool
	archived, favorite         bool
	shutdownable               bool
	branch                     string

	vhosts       []string
	favourite    string // "" none
	env          environment
	exposed      environment
	addons       []*addon
	dependencies []*application
	tags         []string
	deployments  []*deployment // oldest first; number is index + 1
	redirections []redirection
	drains       []*drain

	blocked string            // a state that payment or moderation puts it in
	fails   string            // how its deployments go wrong
	needs   []string          // variables it does not start without
	expired variable          // of failCredential: the value that is no longer good
	refs    map[string]string // branches and tags that were pushed, and their commits
	good    []string          // commits without the fault that fails names
	says    []string          // lines of its own in the log
}

func newApplication(o *owner, r *runtime, z *zone, name, id string, created time.Time) *application {
	f := catalog().flavor(r.Flavor)
	return &application{
		id: "app_" + id, name: name, description: name, owner: o, runtime: r, zone: z, created: created,
		minInstances: 1, maxInstances: 1, minFlavor: f, maxFlavor: f, buildFlavor: catalog().flavor("M"), branch: "master",
		vhosts: []string{"app-" + id + ".cleverapps.io/"},
	}
}

func (a *application) last() *deployment {
	if len(a.deployments) == 0 {
		return nil
	}
	return a.deployments[len(a.deployments)-1]
}

// serving returns the deployment whose code runs now, or nil.
func (a *application) serving(now time.Time) *deployment {
	if a.task {
		return nil
	}
	for _, d := range slices.Backward(a.deployments) {
		switch {
		case d.inProgress(now) || d.verdict != stateOK:
		case d.action == "UNDEPLOY":
			return nil
		case d.action == "DEPLOY":
			return d
		}
	}
	return nil
}

// size returns how many instances of which flavor serve.
func (a *application) size(now time.Time) (int, *flavor) {
	for _, d := range slices.Backward(a.deployments) {
		if !d.inProgress(now) && d.verdict == stateOK {
			return d.instances, d.flavor
		}
	}
	return 0, a.minFlavor
}

// running are the instances of the deployment that serves.
func (a *application) running(now time.Time, state string) []*instance {
	d := a.serving(now)
	if d == nil {
		return nil
	}
	n, f := a.size(now)
	var out []*instance
	for i := range n {
		in := d.instance(i, state)
		in.flavor = f
		out = append(out, in)
	}
	return out
}

// state is the state of v2.
func (a *application) state(now time.Time) string {
	if a.blocked != "" {
		return a.blocked
	}
	last := a.last()
	switch {
	case last == nil:
		return "SHOULD_BE_DOWN"
	case last.inProgress(now) && last.action == "DEPLOY":
		return "WANTS_TO_BE_UP"
	case last.inProgress(now) && last.action == "UNDEPLOY":
		return "SHOULD_BE_DOWN"
	case a.serving(now) != nil:
		return "SHOULD_BE_UP"
	}
	return "SHOULD_BE_DOWN"
}

// commit is what was deployed last and well, or "" when nothing was.
func (a *application) commit(now time.Time) string {
	for _, d := range slices.Backward(a.deployments) {
		if d.action == "DEPLOY" && !d.inProgress(now) && d.verdict == stateOK {
			return d.commit
		}
	}
	return ""
}

// newest is the commit that was pushed last, or "".
func (a *application) newest() string {
	for _, d := range slices.Backward(a.deployments) {
		if d.commit != "" {
			return d.commit
		}
	}
	return ""
}

// missing are the needed variables that are nowhere.
func (a *application) missing() []string {
	var out []string
	for _, name := range a.needs {
		if _, ok := a.lookup(name); !ok {
			out = append(out, name)
		}
	}
	return out
}

// lookup finds a variable as the application sees it.
func (a *application) lookup(name string) (string, bool) {
	if v, ok := a.env.get(name); ok {
		return v, true
	}
	for _, d := range a.addons {
		if v, ok := d.env().get(name); ok {
			return v, true
		}
	}
	for _, d := range a.dependencies {
		if v, ok := d.exposed.get(name); ok {
			return v, true
		}
	}
	return "", false
}

// settle does what happened by itself since anybody looked: the monitoring
// redeploys what crashed.
func (a *application) settle(now time.Time) {
	const atMost = 40 // after a long sleep only the latest are worth having
	for {
		last := a.last()
		if last == nil || last.failure != failCrash || last.inProgress(now) || a.blocked != "" {
			return
		}
		at := last.ended.Add(crashTime)
		if at.After(now) {
			return
		}
		if skip := now.Add(-atMost * (crashTime + time.Minute)); at.Before(skip) {
			at = skip
		}
		a.deploy(at, last.commit, "Monitoring/Unreachable", last.author, true)
	}
}

func (o *owner) settle(now time.Time) {
	for _, a := range o.apps {
		a.settle(now)
	}
}

// instance is a machine that runs an application.
type instance struct {
	id, name, ip string
	index        int
	flavor       *flavor
	state        string
	created      time.Time
	deleted      time.Time // zero while it lives
	deployment   *deployment
	build        bool
}

// instances are those that live, newest deployment last.
func (a *application) instances(now time.Time) []*instance {
	last := a.last()
	state := "UP"
	if last != nil && last.action == "UNDEPLOY" {
		state = "STOPPING"
	}
	out := a.running(now, state)
	if last == nil || now.Before(last.began) {
		return out
	}
	if last.inProgress(now) {
		if last.action == "DEPLOY" {
			out = append(out, last.booting(now)...)
		}
		return out
	}
	// What was replaced takes a moment to stop.
	if last.action == "DEPLOY" && last == a.serving(now) && now.Before(last.ended.Add(stopTime)) {
		out = append(out, a.running(last.ended.Add(-time.Nanosecond), "STOPPING")...)
	}
	return out
}

// booting are the instances of a deployment in progress.
func (d *deployment) booting(now time.Time) []*instance {
	if now.Before(d.built) {
		if !d.dedicated {
			return nil
		}
		b := d.instance(0, "BUILDING")
		b.id, b.build, b.created = uuid("build instance", d.uuid), true, d.began
		b.flavor = d.app.buildFlavor
		return []*instance{b}
	}
	var state string
	switch passed := now.Sub(d.built); {
	case passed < bootTime:
		state = "BOOTING"
	case passed < bootTime+startTime:
		state = "STARTING"
	case passed < bootTime+startTime+checkTime:
		state = "DEPLOYING"
	case now.Before(d.up):
		state = "READY"
	default:
		state = "TASK_IN_PROGRESS"
	}
	var out []*instance
	for i := range d.instances {
		out = append(out, d.instance(i, state))
	}
	return out
}

func (d *deployment) instance(i int, state string) *instance {
	id := uuid("instance", d.uuid, string(rune('a'+i)))
	return &instance{
		id: id, name: displayName(id), index: i, flavor: d.flavor, state: state, created: d.built, deployment: d,
		ip: strings.Join([]string{"10", digits(2, id), digits(4, id), digits(6, id)}, "."),
	}
}
