package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
	"clever-mcp/tools"
)

// selected is the set of tools: what the policy leaves, and of it what the flags
// leave.
func (s *settings) selected() (on []tools.Any, off []string, err error) {
	all := tools.All()
	if s.reveal {
		all = tools.Revealing(all)
	}
	on, _, err = tools.Select(all, tools.Selection{Toolsets: s.toolsets, Tools: s.tools, Without: s.without, ReadOnly: s.readOnly})
	if err != nil {
		return nil, nil, err
	}
	allowed, _, err := tools.Select(all, tools.Selection{Toolsets: s.ofPolicy("toolsets"), Tools: s.ofPolicy("tools"), Without: s.ofPolicy("without")})
	if err != nil {
		return nil, nil, fmt.Errorf("--policy: %s: %w", s.policy, err)
	}
	on = slices.DeleteFunc(on, func(t tools.Any) bool { return !slices.Contains(names(allowed), t.Spec().Name) })
	left := names(on)
	for _, name := range names(all) {
		if !slices.Contains(left, name) {
			off = append(off, name)
		}
	}
	return on, off, nil
}

// limits are the bounds of the request chain, checked.
func (s *settings) limits(known *catalogue.Catalogue) (cleverapi.Bounds, error) {
	b := cleverapi.Bounds{
		Owners:    [][]string{s.ofPolicy("owners"), s.owners},
		Forbidden: slices.Concat(s.ofPolicy("forbid"), s.forbid),
	}
	for _, pattern := range b.Forbidden {
		if !slices.ContainsFunc(known.All(), cleverapi.Bounds{Forbidden: []string{pattern}}.Forbids) {
			return b, fmt.Errorf("--forbid: %q fits no operation. Write METHOD PATH as clever-mcp search --json prints it", pattern)
		}
	}
	if s.maxInstances < 0 {
		return b, fmt.Errorf("--max-instances: %d is less than 0", s.maxInstances)
	}
	if s.maxFlavor != "" && cleverapi.FlavorRank(s.maxFlavor) >= len(cleverapi.Flavors()) {
		return b, fmt.Errorf("--max-flavor: there is no flavor %q; there are %s", s.maxFlavor, strings.Join(cleverapi.Flavors(), ", "))
	}
	b.Ceilings = cleverapi.Ceilings{Instances: s.maxInstances, Flavor: s.maxFlavor}
	if s.maxMonthly != "" {
		euros, err := strconv.ParseFloat(s.maxMonthly, 64)
		if err != nil || !(euros >= 0 && euros < 1e9) {
			return b, fmt.Errorf("--max-monthly: %q is not a number of euros, such as 50", s.maxMonthly)
		}
		b.Ceilings.Monthly = &euros
	}
	return b, nil
}
