package emulator

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// logLine is one line that an application, or what builds it, wrote.
type logLine struct {
	at         time.Time
	message    string
	severity   string
	service    string
	deployment *deployment
	instance   string
}

type logView struct {
	ID            string  `json:"id"`
	Date          string  `json:"date"`
	Message       string  `json:"message"`
	ApplicationID string  `json:"applicationId"`
	CommitID      *string `json:"commitId"`
	DeploymentID  string  `json:"deploymentId"`
	InstanceID    string  `json:"instanceId"`
	Priority      int     `json:"priority"`
	Facility      string  `json:"facility"`
	PID           string  `json:"pid"`
	Region        string  `json:"region"`
	Service       string  `json:"service"`
	Severity      string  `json:"severity"`
	Version       string  `json:"version"`
	Zone          string  `json:"zone"`
}

func priority(severity string) int {
	switch severity {
	case "err":
		return 3
	case "warning":
		return 4
	}
	return 6
}

func (l logLine) view(id string) any {
	d := l.deployment
	return logView{
		ID: id, Date: iso(l.at), Message: l.message, ApplicationID: d.app.id, CommitID: orNull(d.commit), DeploymentID: d.uuid,
		InstanceID: l.instance, Priority: priority(l.severity), Facility: "local0", PID: strconv.Itoa(100 + number(900, l.instance)),
		Region: d.app.zone.Name, Service: l.service, Severity: l.severity, Version: "1", Zone: d.app.zone.Name,
	}
}

// logFeed gives the lines of a that are wanted.
func (a *application) logFeed(wanted func(logLine) bool) feed {
	return func(from, to time.Time) []entry {
		a.settle(to)
		var out []entry
		add := func(lines []logLine) {
			for _, l := range lines {
				if !l.at.Before(from) && l.at.Before(to) && wanted(l) {
					out = append(out, entry{l.at, l.message, l.view})
				}
			}
		}
		for i, d := range a.deployments {
			if d.action == "UNDEPLOY" {
				add([]logLine{d.line(d.began, "Stopping the application"), d.line(d.ended, "Application stopped")})
			}
			if d.action != "DEPLOY" || d.asked.After(to) {
				continue
			}
			add(d.buildLog())
			end := a.stopped(i, to)
			if d.verdict == stateOK && end.After(from) {
				add(d.runtimeLog(from, earlier(end, to)))
			}
		}
		return out
	}
}

// stopped is when the instances of deployment i went, or to when they did not.
func (a *application) stopped(i int, to time.Time) time.Time {
	if a.task {
		return a.deployments[i].ended
	}
	for _, d := range a.deployments[i+1:] {
		switch {
		case d.verdict != stateOK || d.ended.After(to):
		case d.action == "DEPLOY", d.action == "UNDEPLOY":
			return d.ended
		}
	}
	return to
}

func (d *deployment) line(at time.Time, format string, args ...any) logLine {
	return logLine{at: at, message: fmt.Sprintf(format, args...), severity: "info", service: "bas-deploy.service", deployment: d, instance: uuid("instance", d.uuid, "a")}
}

// buildLog tells the deployment from its first step to its verdict.
func (d *deployment) buildLog() []logLine {
	commit := d.commit
	if len(commit) > 8 {
		commit = commit[:8]
	}
	var out []logLine
	say := func(at time.Time, format string, args ...any) {
		if d.cancelled.IsZero() || at.Before(d.cancelled) {
			out = append(out, d.line(at, format, args...))
		}
	}
	wrong := func(at time.Time, format string, args ...any) {
		say(at, format, args...)
		if n := len(out); n > 0 {
			out[n-1].severity = "err"
		}
	}
	steps := append([]string{"Starting deployment " + strings.TrimPrefix(d.uuid, "deployment_"), "Checking out commit " + commit, "Selected runtime: " + d.app.runtime.Name}, d.app.runtime.buildSteps()...)
	if d.message != "" {
		steps[1] = "HEAD is now at " + commit + " " + d.message
	}
	built := d.built
	if d.failure == failBuild {
		built = d.ended
	}
	gap := built.Sub(d.began) / time.Duration(len(steps)+1)
	for i, s := range steps {
		say(d.began.Add(gap*time.Duration(i)), "%s", s)
	}
	switch d.failure {
	case failBuild:
		for i, s := range d.app.runtime.buildError() {
			wrong(built.Add(-gap/2).Add(time.Duration(i)*time.Millisecond), "%s", s)
		}
		wrong(d.ended.Add(-time.Millisecond), "Build failed, exit code 1. Deployment stopped.")
	case failMissing, failStart, failPort, failGone:
		words := d.lastWords()
		for i, s := range words {
			wrong(d.ended.Add(time.Duration(i-len(words))*time.Millisecond), "%s", s)
		}
	default:
		say(d.built.Add(-gap/2), "Build succeeded in %s", d.built.Sub(d.began).Round(time.Second))
		say(d.built, "Booting %d instance(s) of size %s", d.instances, d.flavor.Name)
		say(d.built.Add(bootTime+startTime), "Application start successful")
		say(d.up.Add(-time.Millisecond), "Successfully deployed in %s", d.up.Sub(d.asked).Round(time.Second))
	}
	if !d.cancelled.IsZero() {
		out = append(out, d.line(d.cancelled, "Deployment cancelled"))
	}
	return out
}

// One line of an instance each minute is enough to look alive.
const chatter = time.Minute

// runtimeLog tells what the instances wrote in the span.
func (d *deployment) runtimeLog(from, to time.Time) []logLine {
	var out []logLine
	runtime := func(at time.Time, i int, severity, message string) logLine {
		return logLine{at: at, message: message, severity: severity, service: "bas.service", deployment: d, instance: uuid("instance", d.uuid, string(rune('a'+i)))}
	}
	for i := range d.instances {
		out = append(out, runtime(d.up, i, "info", "Listening on 0.0.0.0:8080"))
		begin := d.up.Add(time.Duration(i)*7*time.Second + chatter)
		for _, e := range periodic(begin, from, to, chatter, func(k int, at time.Time) entry { return entry{at: at, text: d.chat(i, k)} }) {
			severity := "info"
			if strings.HasPrefix(e.text, "WARN") {
				severity = "warning"
			}
			out = append(out, runtime(e.at, i, severity, e.text))
			if bad := d.complaint(e.at); bad != "" {
				out = append(out, runtime(e.at.Add(time.Millisecond), i, "err", bad))
			}
		}
		if d.failure == failCrash {
			at := d.ended.Add(crashTime - 2*time.Second)
			for j, m := range d.app.runtime.crash() {
				out = append(out, runtime(at.Add(time.Duration(j)*time.Millisecond), i, "err", m))
			}
		}
	}
	return out
}

// chat is the k-th thing that instance i says.
func (d *deployment) chat(i, k int) string {
	seed := []string{d.uuid, strconv.Itoa(i), strconv.Itoa(k)}
	n := func(below int, what string) int { return number(below, append(seed, what)...) }
	if own := d.app.says; len(own) > 0 && k%2 == 0 {
		return own[k/2%len(own)]
	}
	switch n(12, "kind") {
	case 0:
		return fmt.Sprintf("WARN slow query: %d ms", 200+n(1800, "ms"))
	case 1:
		return fmt.Sprintf("cache: %d hits, %d misses", n(5000, "hits"), n(200, "misses"))
	case 2:
		return fmt.Sprintf("job %s done in %d ms", hexDigits(8, seed...), 20+n(900, "ms"))
	}
	return fmt.Sprintf("%d requests served in the last minute, p95 %d ms", n(900, "requests"), 12+n(160, "ms"))
}
