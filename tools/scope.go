package tools

import (
	"context"
	"fmt"
	"slices"

	"clever-mcp/cleverapi"
)

// summary is what the user can see, as far as the operator lets this server see
// it. The client narrows it too: each layer holds without the other. What it
// names is no secret, even where a variable has the same value.
func (c *Call) summary(ctx context.Context) (cleverapi.Summary, error) {
	all, err := c.API.Summary.Get(ctx)
	if err != nil {
		return cleverapi.Summary{}, err
	}
	within, err := c.Settings.Scope.Narrow(all)
	var names []string
	for _, o := range within.Owners {
		names = append(names, o.Name)
		for _, a := range o.Applications {
			names = append(names, a.Name)
		}
		for _, a := range o.Addons {
			names = append(names, a.Name)
		}
	}
	c.Hide.Public(names...)
	return within, err
}

// account refuses what concerns the user's account whole, such as its tokens,
// where the operator allows some owners only and the user is not one of them.
func (c *Call) account(ctx context.Context) error {
	if c.Settings.Scope == nil {
		return nil
	}
	within, err := c.summary(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(within.Owners, func(o cleverapi.SummaryOwner) bool { return o.ID == within.User.ID }) {
		return nil
	}
	return fmt.Errorf("%s is about the whole account of the user, and this server was started for %s only (--owner): %w", c.tool.Name, list(c.Settings.Scope.Owners()), cleverapi.ErrBounds)
}

// within refuses a request that leaves what the operator allows.
func (c *Call) within(ctx context.Context, req cleverapi.Sending) error {
	c.aboutRequest(req)
	if (cleverapi.Bounds{Forbidden: c.Settings.Forbidden}).Forbids(req.Operation) {
		return fmt.Errorf("%s: the operator forbids this operation (--forbid): %w", req.Operation.ID, cleverapi.ErrBounds)
	}
	// The price of a plan is looked up by the client, which knows no way around it.
	if _, err := c.Settings.Ceilings.Check(req); err != nil {
		return err
	}
	if c.Settings.Scope == nil {
		return nil
	}
	all, err := c.API.Summary.Get(ctx)
	if err != nil {
		return err
	}
	return c.Settings.Scope.Check(req, all)
}

// allowed refuses a size above the operator's ceilings before anything is sent.
func (c *Call) allowed(s size, buildFlavor string) error {
	limit := c.Settings.Ceilings
	for _, flavor := range []string{s.minFlavor, s.maxFlavor, buildFlavor} {
		if err := limit.AllowFlavor(flavor); err != nil {
			return err
		}
	}
	return limit.AllowInstances(max(s.min, s.max))
}

// limits says what the operator bounds, in the words of the command line.
func (s Settings) limits() []string {
	var said []string
	for _, o := range s.Scope.Owners() {
		said = append(said, "--owner "+o)
	}
	for _, op := range s.Forbidden {
		said = append(said, "--forbid "+op)
	}
	if text := s.Ceilings.String(); text != "" {
		said = append(said, text)
	}
	return said
}
