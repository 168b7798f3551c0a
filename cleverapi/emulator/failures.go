package emulator

import (
	"slices"
	"strings"
	"time"
)

// Ways in which an application is broken. Each can be mended the way that it is
// mended in life, by the write that its comment names and a deployment.
const (
	failBuild      = "build"      // the build ends with an error: push other code
	failStart      = "start"      // it does not start: push other code, or set what it needs
	failMissing    = "missing"    // a variable that it needs is nowhere: set it
	failPort       = "port"       // it listens on the port of its variable PORT: set 8080
	failGone       = "gone"       // its variables name an add-on that is no more: link one
	failCrash      = "crash"      // it starts, and dies a quarter of an hour later, again and again
	failDisk       = "disk"       // it runs until its disk is full; a deployment gives a fresh one
	failCredential = "credential" // what it signs in with elsewhere has expired: set another
)

// seedFailures are those that a seed can ask for.
func seedFailures() []string {
	return []string{failBuild, failCrash, failCredential, failDisk, failGone, failPort, failStart}
}

// fillTime is how long the disk of an instance lasts.
const fillTime = time.Hour

// appPort is where Clever Cloud looks for an application.
const appPort = "8080"

// bad tells whether a commit has the fault of failBuild, failStart or failCrash.
// What was deployed well before it came in, or is pushed since, has not.
func (a *application) bad(commit string) bool { return !slices.Contains(a.good, commit) }

// port is where the application listens.
func (a *application) port() string {
	if p, ok := a.env.get("PORT"); ok {
		return p
	}
	return appPort
}

// decide settles how the deployment ends. It is called once, when its dates are
// known.
func (d *deployment) decide() {
	a := d.app
	d.missing = a.missing()
	switch {
	case a.fails == failBuild && a.bad(d.commit):
		d.fail(failBuild)
	case len(d.missing) > 0:
		d.fail(failMissing)
	case a.fails == failStart && len(a.needs) == 0 && a.bad(d.commit):
		d.fail(failStart)
	case a.fails == failPort && a.port() != appPort:
		d.fail(failPort)
	case a.fails == failGone && len(a.addons) == 0:
		d.fail(failGone)
	case a.fails == failCrash && a.bad(d.commit), a.fails == failDisk, a.fails == failCredential && a.credentialExpired():
		d.failure = a.fails
	}
}

// credentialExpired holds until the variable gets another value than the seed's.
func (a *application) credentialExpired() bool {
	v, ok := a.env.get(a.expired.Name)
	return !ok || v == a.expired.Value
}

// lastWords are the error lines of a deployment that did not start.
func (d *deployment) lastWords() []string {
	const verdict = "The application did not start. Deployment failed."
	switch d.failure {
	case failMissing:
		return []string{"Error: missing environment variable " + strings.Join(d.missing, ", "),
			"The application exited with code 1 before it listened on port " + appPort + ". Deployment failed."}
	case failPort:
		return []string{"Listening on 0.0.0.0:" + d.app.port(), "Nothing listened on port " + appPort + " of 0.0.0.0", verdict}
	case failGone:
		return []string{"Error: getaddrinfo ENOTFOUND " + d.app.goneHost(), "The application exited with code 1 before it listened on port " + appPort + ". Deployment failed."}
	}
	return []string{"Nothing listened on port " + appPort + " of 0.0.0.0", verdict}
}

// goneHost is the host of the service that is no more, from the variables.
func (a *application) goneHost() string {
	if i := slices.IndexFunc(a.env, func(v variable) bool { return strings.HasSuffix(v.Name, "_HOST") }); i >= 0 {
		return a.env[i].Value
	}
	return "the add-on"
}

// complaint is what an instance that runs badly writes at a date, or "".
func (d *deployment) complaint(at time.Time) string {
	switch {
	case d.failure == failDisk && at.After(d.up.Add(fillTime)):
		return "Error: ENOSPC: no space left on device, write '/app/var/export.csv'"
	case d.failure == failCredential:
		return "Error: 401 Unauthorized from the payment service: the credential of " + d.app.expired.Name + " has expired"
	}
	return ""
}
