package emulator

import (
	"strconv"
	"time"
)

// States of v2.
const (
	stateWIP       = "WIP"
	stateOK        = "OK"
	stateFail      = "FAIL"
	stateCancelled = "CANCELLED"
	stateTask      = "TASK_RUNNING"
)

// How long the steps of a deployment take.
const (
	queueTime     = time.Second
	buildTime     = 25 * time.Second
	cachedTime    = 9 * time.Second
	dedicatedTime = 90 * time.Second // a separate build boots a machine first
	bootTime      = 4 * time.Second
	startTime     = 3 * time.Second
	checkTime     = 3 * time.Second
	readyTime     = time.Second
	taskTime      = 20 * time.Second
	stopTime      = 5 * time.Second
	crashTime     = 15 * time.Minute // from a start to the next crash
)

// deployment is one build and start of an application, or its end. Its dates are
// known when it begins; where it stands follows from the clock.
type deployment struct {
	app       *application
	number    int
	uuid      string
	commit    string // "" when there is none
	message   string // of the commit, when it is known
	action    string // DEPLOY, UNDEPLOY, UPSCALE, DOWNSCALE
	cause     string
	author    *user
	instances int
	flavor    *flavor
	dedicated bool

	asked   time.Time // when it was queued
	began   time.Time // work in progress
	built   time.Time // instances boot from here on
	up      time.Time // instances serve from here on
	ended   time.Time // verdict
	verdict string
	failure string   // one of the ways of failures.go, when it fails or runs badly
	missing []string // the variables of failMissing

	cancelled time.Time // zero: it was not
}

// deploy queues a deployment behind the one that is in progress, or in its
// place, as the application is set.
func (a *application) deploy(now time.Time, commit, cause string, author *user, cached bool) *deployment {
	start := now
	if last := a.last(); last != nil && last.inProgress(now) {
		if a.cancelOnPush {
			last.cancel(now)
		} else {
			start = last.ended
		}
	}
	d := a.newDeployment("DEPLOY", cause, author, now)
	d.commit = commit
	d.began = start.Add(queueTime)
	work := buildTime
	switch {
	case a.separateBuild:
		d.dedicated, work = true, dedicatedTime
	case cached:
		work = cachedTime
	}
	d.built = d.began.Add(work)
	d.up = d.built.Add(bootTime + startTime + checkTime + readyTime)
	d.ended, d.verdict = d.up, stateOK
	if a.task {
		d.ended = d.up.Add(taskTime)
	}
	d.decide()
	return d
}

// undeploy stops the application.
func (a *application) undeploy(now time.Time, author *user) *deployment {
	if last := a.last(); last != nil && last.inProgress(now) {
		last.cancel(now)
	}
	d := a.newDeployment("UNDEPLOY", "CLI", author, now)
	d.instances = 0
	d.began = now
	d.built, d.up, d.ended = now, now, now.Add(stopTime)
	d.verdict = stateOK
	return d
}

// rescale changes the number or the size of the instances that run.
func (a *application) rescale(now time.Time, down bool, author *user) {
	action := "UPSCALE"
	if down {
		action = "DOWNSCALE"
	}
	d := a.newDeployment(action, "Scalability", author, now)
	if serving := a.serving(now); serving != nil {
		// What crashes goes on crashing.
		d.commit, d.failure = serving.commit, serving.failure
	}
	d.began = now.Add(queueTime)
	d.built = d.began
	d.up = d.began.Add(bootTime + startTime + checkTime + readyTime)
	d.ended, d.verdict = d.up, stateOK
}

func (a *application) newDeployment(action, cause string, author *user, now time.Time) *deployment {
	n := len(a.deployments) + 1
	d := &deployment{
		app: a, number: n, uuid: "deployment_" + uuid("deployment", a.id, strconv.Itoa(n)),
		action: action, cause: cause, author: author, asked: now,
		instances: a.minInstances, flavor: a.minFlavor,
	}
	a.deployments = append(a.deployments, d)
	return d
}

// fail makes the deployment end badly, at the step that goes wrong.
func (d *deployment) fail(how string) {
	d.verdict, d.failure = stateFail, how
	if how == failBuild {
		d.ended = d.began.Add(d.built.Sub(d.began) * 2 / 3)
	} else {
		d.ended = d.built.Add(bootTime + startTime)
	}
	d.built, d.up = earlier(d.built, d.ended), d.ended
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func (d *deployment) cancel(now time.Time) {
	d.cancelled, d.ended = now, now
	d.verdict, d.failure = stateCancelled, ""
}

func (d *deployment) inProgress(now time.Time) bool { return now.Before(d.ended) }

// state is the state of v2.
func (d *deployment) state(now time.Time) string {
	switch {
	case !d.inProgress(now):
		return d.verdict
	case d.app.task && d.verdict == stateOK && !now.Before(d.up):
		return stateTask
	}
	return stateWIP
}

// stateV4 is the state of v4.
func (d *deployment) stateV4(now time.Time) string {
	switch d.state(now) {
	case stateOK:
		return "SUCCEEDED"
	case stateFail:
		return "FAILED"
	case stateCancelled:
		return "CANCELLED"
	case stateTask:
		return "TASK_IN_PROGRESS"
	}
	if now.Before(d.began) {
		return "QUEUED"
	}
	return "WORK_IN_PROGRESS"
}

// stepV4 is a state and when it was reached.
type stepV4 struct {
	State string `json:"state"`
	Date  string `json:"date"`
}

func (d *deployment) steps(now time.Time) []stepV4 {
	steps := []stepV4{{"QUEUED", iso(d.asked)}}
	if !now.Before(d.began) && (d.cancelled.IsZero() || d.began.Before(d.cancelled)) {
		steps = append(steps, stepV4{"WORK_IN_PROGRESS", iso(d.began)})
	}
	if d.app.task && d.verdict == stateOK && d.action == "DEPLOY" && !now.Before(d.up) {
		steps = append(steps, stepV4{"TASK_IN_PROGRESS", iso(d.up)})
	}
	if !d.inProgress(now) {
		steps = append(steps, stepV4{d.stateV4(now), iso(d.ended)})
	}
	return steps
}
