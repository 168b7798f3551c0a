package tools

import (
	"context"
	"fmt"
	"slices"
	"sort"

	"clever-mcp/cleverapi"
)

// newestOfEach is how many deployments of each application an owner's list is read
// with. Few applications have more of them among the newest of all.
const newestOfEach = 3

// ownedDeployment is a deployment with the application that it is of.
type ownedDeployment struct {
	*cleverapi.Deployment
	app *App
}

// recentDeployments lists the newest deployments of all applications, of one owner
// or of all.
func recentDeployments(ctx context.Context, c *Call, in ListDeploymentsInput, limit int) (DeploymentList, error) {
	if in.Cursor != "" {
		return DeploymentList{}, badArgument("list_deployments: a cursor goes on in the list of one application: name it in app. Without app, limit may be up to %d.", mostActivity)
	}
	owners, err := c.owners(ctx, in.Owner)
	if err != nil {
		return DeploymentList{}, err
	}
	out := DeploymentList{Deployments: []DeploymentLine{}}
	list, err := c.newestOfOwners(ctx, owners, &out)
	if err == nil {
		list = c.newestOfBusy(ctx, newestFirst(list, limit+1), limit+1, &out)
		err = ctx.Err()
	}
	if err != nil {
		return DeploymentList{}, err
	}
	slices.Sort(out.Incomplete)
	if len(list) > limit {
		list = list[:limit]
		out.Older = fmt.Sprintf("There are older ones, before %s: ", date(list[limit-1].Date.Time()))
		if limit < mostActivity {
			out.Older += fmt.Sprintf("limit shows up to %d, ", mostActivity)
		}
		if in.Owner == "" {
			out.Older += "owner those of one owner, "
		}
		out.Older += "app all of one application."
	}
	for _, d := range list {
		line := deploymentLine(c.Hide.Text, *d.Deployment)
		line.App, line.Name = d.app.ID, d.app.Name
		if len(owners) > 1 {
			line.OwnerName = d.app.OwnerName
		}
		out.Deployments = append(out.Deployments, line)
	}
	return out, nil
}

// newestOfOwners reads the newest deployments of each application, one request an
// owner. It fails when no owner can be read.
func (c *Call) newestOfOwners(ctx context.Context, owners []cleverapi.SummaryOwner, out *DeploymentList) (list []ownedDeployment, failed error) {
	read, errs := make([]map[string][]cleverapi.Deployment, len(owners)), make([]error, len(owners))
	_ = parallel(ctx, len(owners), func(ctx context.Context, i int) error {
		if len(owners[i].Applications) > 0 {
			read[i], errs[i] = c.API.Deployments.OfOwner(ctx, owners[i].ID, newestOfEach)
		}
		return nil
	})
	for i := range owners {
		o := &owners[i]
		if errs[i] != nil {
			failed = errs[i]
			out.Incomplete = append(out.Incomplete, fmt.Sprintf("%s (%s): %s", o.Name, o.ID, errs[i]))
		}
		for j := range o.Applications {
			app := &App{ID: o.Applications[j].ID, Name: o.Applications[j].Name, Owner: o.ID, OwnerName: o.Name}
			list = owned(list, app, read[i][app.ID])
		}
	}
	if len(out.Incomplete) < len(owners) {
		failed = nil
	}
	return list, failed
}

// newestOfBusy reads those applications again all of whose deployments that were read
// are among the newest of all: they may have more that belong there. There are at
// most a third as many as lines.
func (c *Call) newestOfBusy(ctx context.Context, list []ownedDeployment, most int, out *DeploymentList) []ownedDeployment {
	seen := map[string]int{}
	var busy []*App
	for _, d := range list {
		// The one with the number 1 was the first there was.
		if seen[d.app.ID]++; seen[d.app.ID] == newestOfEach && d.ID > 1 {
			busy = append(busy, d.app)
		}
	}
	read, errs := make([][]cleverapi.Deployment, len(busy)), make([]error, len(busy))
	_ = parallel(ctx, len(busy), func(ctx context.Context, i int) error {
		read[i], errs[i] = c.API.Deployments.Latest(ctx, busy[i].Owner, busy[i].ID, most)
		return nil
	})
	var all []ownedDeployment
	for i, app := range busy {
		if errs[i] != nil {
			out.Incomplete = append(out.Incomplete, fmt.Sprintf("%s (%s), but for the newest %d: %s", app.Name, app.ID, newestOfEach, errs[i]))
			continue
		}
		seen[app.ID] = 0
		all = owned(all, app, read[i])
	}
	for _, d := range list {
		if seen[d.app.ID] > 0 {
			all = append(all, d)
		}
	}
	return newestFirst(all, most)
}

func owned(list []ownedDeployment, app *App, deployments []cleverapi.Deployment) []ownedDeployment {
	for i := range deployments {
		list = append(list, ownedDeployment{&deployments[i], app})
	}
	return list
}

// newestFirst sorts deployments, and keeps so many.
func newestFirst(list []ownedDeployment, most int) []ownedDeployment {
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		switch {
		case a.Date != b.Date:
			return a.Date > b.Date
		case a.app != b.app:
			return a.app.ID < b.app.ID
		}
		return a.ID > b.ID
	})
	return list[:min(len(list), most)]
}
