package tools

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"clever-mcp/cleverapi/catalogue"
)

// All returns every tool, sorted by name. A new tool is one value in its file
// and one name here.
func All() []Any {
	set := []Any{
		createAddon,
		createApp,
		createToken,
		deleteAddon,
		deleteApp,
		deployApp,
		diagnoseApp,
		getAddon,
		getApp,
		getBilling,
		getEnv,
		getLogs,
		getMetrics,
		getSelf,
		linkAddon,
		listAddons,
		listApps,
		listDeployments,
		listProducts,
		listTokens,
		listZones,
		rawRequest,
		readAPI,
		revokeToken,
		searchAPI,
		setEnv,
		stopApp,
		updateApp,
		updateDomains,
	}
	sort.Slice(set, func(i, j int) bool { return set[i].Spec().Name < set[j].Spec().Name })
	return set
}

// Selection is what the operator wants of the set. Empty lists mean everything.
type Selection struct {
	Toolsets []string
	Tools    []string
	Without  []string
	ReadOnly bool
}

// Select returns the chosen tools and the names of the others. A name that does
// not exist is an error, because a misspelt --without would leave a tool on.
func Select(all []Any, want Selection) (on []Any, off []string, err error) {
	var names, toolsets []string
	for _, t := range all {
		names = append(names, t.Spec().Name)
		toolsets = append(toolsets, t.Spec().Toolset)
	}
	slices.Sort(toolsets)
	toolsets = slices.Compact(toolsets)
	if err := known("--toolsets", want.Toolsets, toolsets); err != nil {
		return nil, nil, err
	}
	if err := known("--tools", want.Tools, names); err != nil {
		return nil, nil, err
	}
	if err := known("--without", want.Without, names); err != nil {
		return nil, nil, err
	}
	for _, t := range all {
		s := t.Spec()
		chosen := len(want.Toolsets) == 0 && len(want.Tools) == 0 ||
			slices.Contains(want.Toolsets, s.Toolset) || slices.Contains(want.Tools, s.Name)
		if want.ReadOnly && s.Effect != catalogue.Reads && !s.AnyOperation {
			chosen = false
		}
		if !chosen || slices.Contains(want.Without, s.Name) {
			off = append(off, s.Name)
			continue
		}
		on = append(on, t)
	}
	return on, off, nil
}

func known(flag string, given, exist []string) error {
	for _, g := range given {
		if !slices.Contains(exist, g) {
			return fmt.Errorf("%s: there is no %q; there are %s", flag, g, strings.Join(exist, ", "))
		}
	}
	return nil
}
