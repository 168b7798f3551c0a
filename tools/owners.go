package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"clever-mcp/cleverapi"
)

// OwnerRef names an organisation or the personal space.
type OwnerRef struct {
	// Id (orga_…, user_…) or name; default all.
	Owner string `json:"owner,omitempty"`
}

// owners resolves a reference: the one that it names, or all.
func (c *Call) owners(ctx context.Context, ref string) ([]cleverapi.SummaryOwner, error) {
	summary, err := c.summary(ctx)
	if err != nil || ref == "" {
		return summary.Owners, err
	}
	one, err := owner(summary, ref)
	return []cleverapi.SummaryOwner{one}, err
}

func isOwnerID(s string) bool {
	return strings.HasPrefix(s, "orga_") || strings.HasPrefix(s, "user_")
}

// owner finds the one owner that ref names. Names are compared without regard
// to case; an exact match wins over a part of a name.
func owner(summary cleverapi.Summary, ref string) (cleverapi.SummaryOwner, error) {
	var exact, part []cleverapi.SummaryOwner
	want := strings.ToLower(strings.TrimSpace(ref))
	for _, o := range summary.Owners {
		name := strings.ToLower(o.Name)
		switch {
		case o.ID == ref:
			return o, nil
		case name == want:
			exact = append(exact, o)
		case strings.Contains(name, want):
			part = append(part, o)
		}
	}
	found := exact
	if len(found) == 0 {
		found = part
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return cleverapi.SummaryOwner{}, badArgument("The owner %q is ambiguous: %s. Name it by id.", ref, ownerList(found))
	}
	return cleverapi.SummaryOwner{}, badArgument("There is no owner %q that this user can see. Owners: %s.", ref, ownerList(summary.Owners))
}

// ownerList names at most 20 owners with their IDs, sorted.
func ownerList(owners []cleverapi.SummaryOwner) string {
	var said []string
	for _, o := range owners {
		said = append(said, fmt.Sprintf("%s (%s)", o.Name, o.ID))
	}
	slices.Sort(said)
	if n := len(said); n > 20 {
		said = append(said[:20], fmt.Sprintf("and %d more", n-20))
	}
	return strings.Join(said, ", ")
}

// together runs work for each index at once and waits for all of it: what one
// cannot read does not keep the others from it.
func together(n int, work func(i int) error) error {
	errs := make([]error, n)
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { errs[i] = work(i) })
	}
	wait.Wait()
	return errors.Join(errs...)
}

// atOnce runs all of work at once to its end, and returns the first error in
// the order of work: what a call says does not depend on which answer came first.
func atOnce(ctx context.Context, work ...func(ctx context.Context) error) error {
	failed := make([]error, len(work))
	_ = parallel(ctx, len(work), func(ctx context.Context, i int) error {
		failed[i] = work[i](ctx)
		return nil
	})
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// parallel runs work for each index at once and returns the first error. The
// client holds requests back beyond what one call may have under way.
func parallel(ctx context.Context, n int, work func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan struct{}, n)
	for i := range n {
		go func() {
			defer func() { done <- struct{}{} }()
			if err := work(ctx, i); err != nil {
				cancel(err)
			}
		}()
	}
	for range n {
		<-done
	}
	return context.Cause(ctx)
}
