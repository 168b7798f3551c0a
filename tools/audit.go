package tools

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// Entry is one call as it ended, for the operator: nothing of its arguments but
// the ID of what it was about.
type Entry struct {
	Time   time.Time
	Tool   string
	Object string // "" when it was about nothing in particular
	Effect string
	// Operation is what a generic tool asked for, without values; "" otherwise.
	Operation string
	Outcome   Outcome
	Took      time.Duration
	Request   string // the number of the request, as in the log
	Trace     string // of the API, when it refused
	Revealed  string // the variable whose value the answer shows, by name
	Caller    string
}

// Outcome is how a call ended, in one word.
type Outcome string

const (
	OutcomeDone    Outcome = "done"
	OutcomeAsked   Outcome = "asked"   // nothing done yet: a person has to agree
	OutcomeRefused Outcome = "refused" // by the arguments, the operator or a person; nothing was done
	OutcomeFailed  Outcome = "failed"  // by the API, or on the way to it
	OutcomeUnknown Outcome = "unknown" // sent, but nobody can tell whether it was done
)

// Outcomes returns every way in which a call can end.
func Outcomes() []Outcome {
	return []Outcome{OutcomeDone, OutcomeAsked, OutcomeRefused, OutcomeFailed, OutcomeUnknown}
}

// about notes the object of a call for the audit. The last one counts: what a
// call changes is resolved after what it needs for that.
func (c *Call) about(id string) {
	if id != "" {
		c.object.Store(&id)
	}
}

// objectID are the forms of IDs that say what a request is about.
var objectID = lazily(`^(app|addon|orga|user|ng|deployment|api_tokens|kubernetes|node_group|drain)_[0-9A-Za-z-]{8,}$`)

// aboutRequest notes the operation of a generic tool, what it does, and the last
// ID in its path. Other values of the path are the caller's and stay out.
func (c *Call) aboutRequest(req cleverapi.Sending) {
	c.operation = "(unknown)"
	if req.Known {
		c.operation = req.Operation.ID
	}
	c.effect = req.Operation.Effect.String()
	for segment := range strings.SplitSeq(req.Path, "/") {
		if strings.Contains(segment, "_") && objectID.MatchString(segment) {
			c.about(segment)
		}
	}
}

func outcomeOf(err error) Outcome {
	var need *confirmationNeeded
	var argument *ArgumentError
	var path *cleverapi.PathError
	var tries *TriesError
	switch {
	case errors.As(err, &need):
		return OutcomeAsked
	case errors.Is(err, cleverapi.ErrUnknownOutcome):
		return OutcomeUnknown
	case errors.As(err, &argument), errors.As(err, &path), errors.As(err, &tries), errors.Is(err, cleverapi.ErrPolicy):
		return OutcomeRefused
	}
	return OutcomeFailed
}

func (r *Runner) audit(ctx context.Context, c *Call, name string, start time.Time) {
	e := Entry{
		Time: start, Tool: "(unknown)", Effect: "unknown", Outcome: c.outcome, Took: time.Since(start),
		Request: c.Caller.RequestID, Trace: c.trace, Caller: c.Caller.ID,
	}
	if c.tool.Name != "" {
		e.Tool, e.Effect, e.Operation = c.tool.Name, cmp.Or(c.effect, c.tool.Effect.String()), c.operation
	}
	if id := c.object.Load(); id != nil {
		e.Object = r.deps.Hide.Text(*id)
	}
	attrs := []slog.Attr{}
	if c.revealed != nil && e.Outcome == OutcomeDone {
		e.Revealed = r.deps.Hide.Text(c.revealed.name)
		attrs = append(attrs, slog.String("object", e.Object), slog.String("revealed", e.Revealed))
	}
	attrs = append(attrs, slog.String("tool", r.deps.Hide.Text(name)), slog.String("effect", e.Effect),
		slog.String("outcome", string(e.Outcome)), slog.Duration("took", e.Took), slog.String("request", e.Request))
	line := slog.NewRecord(time.Now(), slog.LevelInfo, "call", 0) // finding out who logs takes its time
	line.AddAttrs(attrs...)
	write := func() {
		if log := r.deps.Log.Handler(); log.Enabled(ctx, line.Level) {
			_ = log.Handle(ctx, line) // a log that cannot be written has nowhere to say so
		}
		if r.deps.Audit != nil {
			r.deps.Audit(e)
		}
	}
	// Of what changes something there is a line before anybody hears of it, however
	// the process ends.
	if c.Caller.Later != nil && e.Effect == catalogue.Reads.String() {
		c.Caller.Later(write)
		return
	}
	write()
}
