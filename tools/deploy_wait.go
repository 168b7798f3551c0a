package tools

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clever-mcp/cleverapi"
)

// phase is how far a deployment is. It only grows.
type phase int

const (
	queued phase = iota
	building
	starting
	ready
)

func (p phase) words() string {
	return [...]string{"queued", "building", "starting", "ready"}[p]
}

func (p phase) explained() string {
	return [...]string{
		"queued: waiting for its turn",
		"building",
		"starting: the new instances boot and start the program",
		"ready: the new instances are up and traffic moves to them",
	}[p]
}

// progress is a deployment with what tells how far it is.
type progress struct {
	cleverapi.Deployment
	queued    bool
	instances []cleverapi.Instance
}

// phase tells how far a deployment is, from its instance that is furthest.
func (p progress) phase() phase {
	far := building
	if p.queued {
		far = queued
	}
	for _, i := range p.instances {
		if i.DeployID != p.UUID {
			continue
		}
		switch i.State {
		case "BOOTING", "STARTING", "DEPLOYING", "MIGRATION_IN_PROGRESS", "TASK_IN_PROGRESS":
			far = max(far, starting)
		case "READY", "UP":
			far = max(far, ready)
		}
	}
	return far
}

const (
	firstPoll = time.Second
	lastPoll  = 5 * time.Second // what the clever CLI polls with
	// lateBy is how long a deployment that was just asked for may be unknown.
	lateBy = 30 * time.Second
	// mostMisses is how many polls in a row may fail. Each has the tries of any read.
	mostMisses = 5
)

// await follows a deployment until it ends or the time is up, and tells the
// caller of each step. Ending the call leaves the deployment alone, and says so.
func (c *Call) await(ctx context.Context, app App, detail cleverapi.ApplicationDetail, uuid string, limit time.Duration) (DeployReport, error) {
	began := time.Now()
	steps := stepper{c: c}
	steps.tell(queued)
	misses := 0
	for pause := firstPoll; ; pause = min(pause*3/2, lastPoll) {
		if !sleep(ctx, min(pause, limit-time.Since(began))) {
			return DeployReport{}, left(app, uuid)
		}
		d, err := c.poll(ctx, app, uuid)
		switch {
		case ctx.Err() != nil:
			return DeployReport{}, left(app, uuid)
		case errors.Is(err, cleverapi.ErrNotFound) && time.Since(began) < lateBy:
		case err != nil:
			if misses++; misses >= mostMisses || !passes(err) {
				return DeployReport{Deployment: uuid, Outcome: "under_way",
					Verdict: "The deployment was started, but how it goes could not be read: " + err.Error() + ".", Next: lookAgain(app, uuid)}, nil
			}
		case d.State == "WIP" || d.State == "":
			misses = 0
			steps.tell(d.phase())
		default:
			if d.State == "OK" {
				steps.tell(ready)
			}
			return c.report(ctx, app, detail, d)
		}
		if waited := time.Since(began); waited >= limit {
			return DeployReport{Deployment: uuid, Outcome: "under_way", Commit: d.Commit,
				Verdict: fmt.Sprintf("The deployment is still under way after %s (%s). It goes on without this call.", waited.Round(time.Second), steps.at.words()),
				Next:    lookAgain(app, uuid)}, nil
		}
	}
}

// poll reads a deployment and how far it is. How far is only told, so not to
// know it is no reason to stop.
func (c *Call) poll(ctx context.Context, app App, uuid string) (p progress, err error) {
	err = together(3, func(i int) (err error) {
		switch i {
		case 0:
			p.Deployment, err = c.API.Deployments.Get(ctx, app.Owner, app.ID, uuid)
			return err
		case 1:
			p.instances, _ = c.API.Instances.List(ctx, app.Owner, app.ID)
		case 2:
			waits, err := c.API.Deployments.Queued(ctx, app.Owner, app.ID, uuid)
			p.queued = waits || err != nil
		}
		return nil
	})
	return p, err
}

// passes tells trouble that may be over at the next poll.
func passes(err error) bool {
	for _, kind := range []error{cleverapi.ErrGateway, cleverapi.ErrServer, cleverapi.ErrTimeout, cleverapi.ErrUnreachable, cleverapi.ErrRateLimited, cleverapi.ErrBadAnswer, cleverapi.ErrBusy} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// left says that the one who waited left, and that the deployment did not.
func left(app App, uuid string) error {
	return badArgument("The call was ended, the deployment %s was not: it goes on.\nNext: list_deployments {%q: %q, %q: %q, %q: %q} tells how it ended; stop_app with cancel ends it.", uuid, "app", app.ID, "owner", app.Owner, "deployment", uuid)
}

// stepper sends each phase once, in order, none left out.
type stepper struct {
	c    *Call
	at   phase
	told bool
}

func (s *stepper) tell(p phase) {
	if s.told && p <= s.at {
		return
	}
	from := s.at + 1
	if !s.told {
		from = p
	}
	for ; from <= p; from++ {
		s.c.Progress(Step{Message: from.explained(), Progress: float64(from + 1), Total: float64(ready + 1)})
	}
	s.at, s.told = p, true
}

// sleep returns false when the call ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
