package tools

import (
	"context"
	"slices"

	"clever-mcp/cleverapi"
)

// Names are what a person can mean by a word of a prompt or a resource.
type Names struct{ Owners, Apps, Addons []string }

// Names reads the names of everything that the user can see, sorted, each once,
// for help with typing.
func (r *Runner) Names(ctx context.Context) (Names, error) {
	summary, err := (&Call{Deps: r.deps}).summary(cleverapi.ForCall(ctx))
	if err != nil {
		return Names{}, err
	}
	var n Names
	for _, o := range summary.Owners {
		n.Owners = append(n.Owners, r.deps.Hide.Text(o.Name))
		for _, a := range o.Applications {
			n.Apps = append(n.Apps, r.deps.Hide.Text(a.Name))
		}
		for _, a := range o.Addons {
			n.Addons = append(n.Addons, r.deps.Hide.Text(a.Name))
		}
	}
	for _, list := range []*[]string{&n.Owners, &n.Apps, &n.Addons} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return n, nil
}
