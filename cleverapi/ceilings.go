package cleverapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"clever-mcp/cleverapi/catalogue"
)

// Flavors are the sizes of instances, smallest first.
var flavors = [...]string{"pico", "nano", "XS", "S", "M", "L", "XL", "2XL", "3XL"}

// Flavors returns the names of the sizes of instances, smallest first.
func Flavors() []string { return flavors[:] }

// FlavorRank compares flavors. One that is not known is larger than all others.
func FlavorRank(name string) int {
	i := slices.IndexFunc(flavors[:], func(f string) bool { return strings.EqualFold(f, name) })
	if i < 0 {
		return len(flavors)
	}
	return i
}

// Ceilings are the most that a change may ask for. The zero value bounds nothing.
type Ceilings struct {
	Instances int      // of one application; 0: no bound
	Flavor    string   // of an instance or of a build; "": no bound
	Monthly   *float64 // euros a month, of the plan of one add-on; nil: no bound
}

func (c Ceilings) set() bool { return c.Instances > 0 || c.Flavor != "" || c.Monthly != nil }

// String names the flags that set the ceilings.
func (c Ceilings) String() string {
	var said []string
	if c.Instances > 0 {
		said = append(said, fmt.Sprintf("--max-instances %d", c.Instances))
	}
	if c.Flavor != "" {
		said = append(said, "--max-flavor "+c.Flavor)
	}
	if c.Monthly != nil {
		said = append(said, "--max-monthly "+strconv.FormatFloat(*c.Monthly, 'f', -1, 64))
	}
	return strings.Join(said, ", ")
}

// AllowInstances refuses a number of instances above the ceiling.
func (c Ceilings) AllowInstances(n int) error {
	if c.Instances > 0 && n > c.Instances {
		return c.refuse("%d instances are more than the %d that the operator allows", n, c.Instances)
	}
	return nil
}

// AllowFlavor refuses a flavor above the ceiling.
func (c Ceilings) AllowFlavor(name string) error {
	if c.Flavor != "" && name != "" && FlavorRank(name) > FlavorRank(c.Flavor) {
		return c.refuse("the flavor %.40q is larger than %s, which is the most that the operator allows", name, c.Flavor)
	}
	return nil
}

// AllowMonthly refuses the plan of an add-on above the ceiling. A price that is
// not known is above any.
func (c Ceilings) AllowMonthly(plan string, euros *float64) error {
	switch {
	case c.Monthly == nil:
		return nil
	case euros == nil:
		return c.refuse("what the plan %.60q costs is not known, so it cannot be held against the %.2f euros a month that the operator allows", plan, *c.Monthly)
	case *euros > *c.Monthly:
		return c.refuse("the plan %.60q costs %.2f euros a month, more than the %.2f that the operator allows", plan, *euros, *c.Monthly)
	}
	return nil
}

func (c Ceilings) refuse(format string, a ...any) error {
	return &Error{Operation: "ceilings", Kind: ErrBounds, Message: fmt.Sprintf(format, a...) + " (" + c.String() + ")"}
}

// PlanOrder is the plan that a request orders.
type PlanOrder struct{ Provider, Plan string }

// Check refuses a request that asks for more than the ceilings, or for something
// whose size or price it does not say. An order of an add-on comes back, for its
// price is not in the request.
func (c Ceilings) Check(req Sending) (*PlanOrder, error) {
	op := req.Operation
	if !c.set() || op.Effect == catalogue.Reads || op.Method() == http.MethodDelete {
		return nil, nil
	}
	if !req.Known {
		return nil, c.unsure(op, "the catalogue does not know it")
	}
	path := op.Path()
	switch {
	case !op.Billed || paysInvoice(path):
		return nil, nil
	case strings.Contains(path, "/applications"):
		if c.Instances == 0 && c.Flavor == "" {
			return nil, nil
		}
		return nil, c.application(req)
	case strings.Contains(path, "/addons"):
		if c.Monthly == nil {
			return nil, nil
		}
		return c.order(req)
	}
	return nil, c.unsure(op, "what it costs is not in the request")
}

func (c Ceilings) unsure(op catalogue.Operation, why string) error {
	return c.refuse("%s cannot be held against the ceilings of the operator, because %s", op.ID, why)
}

// paysInvoice tells what pays for something from what orders it.
func paysInvoice(path string) bool {
	return strings.Contains(path, "/payments/")
}

// application holds what is asked of an application against the ceilings.
func (c Ceilings) application(req Sending) error {
	said := map[string]bool{}
	separate := false
	err := walkJSON(req.Body, func(at []string, v any) error {
		if len(at) == 0 {
			return nil
		}
		name := strings.ToLower(at[len(at)-1])
		said[name] = v != nil
		switch name {
		case "mininstances", "maxinstances", "instances":
			n, ok := whole(v)
			if !ok && v != nil {
				return c.unsure(req.Operation, at[len(at)-1]+" is not a whole number")
			}
			return c.AllowInstances(n)
		case "minflavor", "maxflavor", "flavor", "buildflavor", "flavorname":
			text, ok := v.(string)
			if !ok && v != nil {
				return c.unsure(req.Operation, at[len(at)-1]+" is not the name of a flavor")
			}
			return c.AllowFlavor(text)
		case "separatebuild":
			separate = separate || v != false && v != nil
		}
		return nil
	})
	switch creates := req.Operation.Method() == http.MethodPost; {
	case err == errNotJSON:
		return c.unsure(req.Operation, "its body is not JSON")
	case err != nil:
		return err
	case creates && c.Instances > 0 && !said["maxinstances"]:
		return c.unsure(req.Operation, "it does not say maxInstances")
	case creates && c.Flavor != "" && !said["maxflavor"]:
		return c.unsure(req.Operation, "it does not say maxFlavor")
	case c.Flavor != "" && separate && !said["buildflavor"]:
		return c.unsure(req.Operation, "it asks for a separate build without saying buildFlavor")
	}
	return nil
}

// whole reads a number as the API may: 3, 3.0 or "3".
func whole(v any) (int, bool) {
	text := ""
	switch v := v.(type) {
	case json.Number:
		text = v.String()
	case string:
		text = v
	default:
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || f != float64(int(f)) {
		return 0, false
	}
	return int(f), true
}

// order reads which plan is ordered.
func (c Ceilings) order(req Sending) (*PlanOrder, error) {
	plans, providers := map[string]bool{}, map[string]bool{}
	err := walkJSON(req.Body, func(at []string, v any) error {
		if len(at) == 0 {
			return nil
		}
		text, _ := v.(string)
		switch strings.ToLower(at[len(at)-1]) {
		case "plan", "planid":
			plans[text] = true
		case "provider", "providerid", "addonproviderid":
			providers[text] = true
		}
		return nil
	})
	if err != nil || len(plans) != 1 || plans[""] || len(providers) > 1 {
		return nil, c.unsure(req.Operation, "it does not say exactly one plan")
	}
	var o PlanOrder
	for p := range plans {
		o.Plan = p
	}
	for p := range providers {
		o.Provider = p
	}
	return &o, nil
}
