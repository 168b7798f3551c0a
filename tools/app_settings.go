package tools

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
)

// AppSettings is what create_app and update_app both set.
type AppSettings struct {
	// Its name.
	Name string `json:"name,omitempty"`
	// A sentence.
	Description *string `json:"description,omitempty"`
	// XS, or a range: XS-M.
	Flavor string `json:"flavor,omitempty"`
	// 2, or a range: 1-4.
	Instances string `json:"instances,omitempty"`
	// Of a build instance, or none.
	BuildFlavor string `json:"build_flavor,omitempty"`
	// zero_downtime, sticky_sessions, cancel_on_push, force_https.
	Switches map[string]bool `json:"switches,omitempty"`
}

// The names in the argument switches.
const (
	zeroDowntime   = "zero_downtime"
	stickySessions = "sticky_sessions"
	cancelOnPush   = "cancel_on_push"
	forceHTTPS     = "force_https"
)

// checkSwitches refuses a switch that does not exist.
func (s AppSettings) checkSwitches(tool string) error {
	names := []string{cancelOnPush, forceHTTPS, stickySessions, zeroDowntime}
	for _, name := range slices.Sorted(maps.Keys(s.Switches)) {
		if !slices.Contains(names, name) {
			return badArgument("%s: there is no switch %s; there are %s.", tool, quoted([]string{name}), strings.Join(names, ", "))
		}
	}
	return nil
}

// toggle returns what a switch is set to, nil when it was left out.
func (s AppSettings) toggle(name string) *bool {
	on, given := s.Switches[name]
	if !given {
		return nil
	}
	return &on
}

// noBuildFlavor are the words that switch the separate build instance off; the
// clever CLI says disabled.
var noBuildFlavor = []string{"none", "disabled", "off", "no", "false"}

// build reads the argument build_flavor: whether to build separately, and on
// what. Both are nil and "" when it was left out.
func (s AppSettings) build(tool string, offered []cleverapi.SizedFlavor) (separate *bool, flavor string, err error) {
	if s.BuildFlavor == "" {
		return nil, "", nil
	}
	if slices.Contains(noBuildFlavor, strings.ToLower(s.BuildFlavor)) {
		return new(bool), "", nil
	}
	flavor, err = pickFlavor(tool, "build_flavor", s.BuildFlavor, offered)
	on := true
	return &on, flavor, err
}

// homogeneous is the API's word for zero downtime switched off.
func (s AppSettings) homogeneous() *bool {
	on := s.toggle(zeroDowntime)
	if on == nil {
		return nil
	}
	off := !*on
	return &off
}

func (s AppSettings) forceHTTPS() string {
	on := s.toggle(forceHTTPS)
	if on == nil {
		return ""
	}
	return enabled(*on)
}

func enabled(on bool) string {
	if on {
		return "ENABLED"
	}
	return "DISABLED"
}

func lifetime(task bool) string {
	if task {
		return "TASK"
	}
	return "REGULAR"
}

// prices reads what instances cost an owner in a zone; empty when nobody says,
// which is no reason to fail.
func (c *Call) prices(ctx context.Context, owner, zone string) cleverapi.HourlyPrices {
	system, err := c.API.Prices.Of(ctx, owner, zone)
	if err != nil {
		return nil
	}
	return system.Hourly
}

// unknownPrice stands where a price would.
const unknownPrice = "The price could not be read; list_products shows prices."

// lost tells a write whose answer did not come or could not be read: then one
// has to look whether it happened.
func lost(err error) bool {
	return errors.Is(err, cleverapi.ErrUnknownOutcome) || errors.Is(err, cleverapi.ErrBadAnswer)
}
