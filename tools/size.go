package tools

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"clever-mcp/cleverapi"
)

// size is how large an application may be: between two flavors, between two
// numbers of instances. Equal bounds mean that it does not scale by itself.
type size struct {
	minFlavor, maxFlavor string
	min, max             int
}

func sizeOf(d cleverapi.ApplicationDetail) size {
	return size{d.Instance.MinFlavor.Name, d.Instance.MaxFlavor.Name, d.Instance.MinInstances, d.Instance.MaxInstances}
}

func (s size) flavors() string { return span(s.minFlavor, s.maxFlavor) }
func (s size) counts() string  { return span(strconv.Itoa(s.min), strconv.Itoa(s.max)) }

func span(from, to string) string {
	if from == to || to == "" {
		return from
	}
	return from + "-" + to
}

// bounds reads "2" or "1-4" into its two ends, also written 1..4 or "1 to 4".
func bounds(s string) (from, to string) {
	s = strings.TrimSpace(s)
	for _, sep := range []string{"-", "–", "..", " to ", ","} {
		if a, b, ok := strings.Cut(s, sep); ok {
			return strings.TrimSpace(a), strings.TrimSpace(b)
		}
	}
	return s, s
}

// resize applies the arguments flavor and instances to a size and refuses what
// this application cannot have, naming what it can.
func (s size) resize(tool, flavor, instances string, offered []cleverapi.SizedFlavor, most int) (size, error) {
	if flavor != "" {
		from, to := bounds(flavor)
		var err error
		if s.minFlavor, err = pickFlavor(tool, "flavor", from, offered); err != nil {
			return s, err
		}
		if s.maxFlavor, err = pickFlavor(tool, "flavor", to, offered); err != nil {
			return s, err
		}
		if rank(s.minFlavor) > rank(s.maxFlavor) {
			return s, badArgument("%s: flavor %q goes from a larger to a smaller one. Write the smaller one first: %s-%s.", tool, clip(flavor, 40), s.maxFlavor, s.minFlavor)
		}
	}
	low, high, err := counts(tool, instances)
	switch {
	case err != nil:
		return s, err
	case most > 0 && high > most:
		return s, badArgument("%s: this application can have at most %d instances, not %d.", tool, most, high)
	case high > 0:
		s.min, s.max = low, high
	}
	return s, nil
}

// counts reads the argument instances; zeros when it was left out.
func counts(tool, instances string) (low, high int, err error) {
	if instances == "" {
		return 0, 0, nil
	}
	from, to := bounds(instances)
	low, err1 := strconv.Atoi(from)
	high, err2 := strconv.Atoi(to)
	switch {
	case err1 != nil || err2 != nil:
		return 0, 0, badArgument("%s: instances must be a number such as 2, or a range such as 1-4.", tool)
	case low < 1:
		return 0, 0, badArgument("%s: instances must be at least 1. stop_app takes every instance down.", tool)
	case low > high:
		return 0, 0, badArgument("%s: instances %d-%d goes from more to fewer. Write %d-%d.", tool, low, high, high, low)
	}
	return low, high, nil
}

// pickFlavor finds a flavor among those that a runtime offers, without regard to
// case.
func pickFlavor(tool, argument, name string, offered []cleverapi.SizedFlavor) (string, error) {
	var names []string
	for _, f := range offered {
		if !f.Available {
			continue
		}
		if strings.EqualFold(f.Name, name) {
			return f.Name, nil
		}
		names = append(names, f.Name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if rank(a) != rank(b) {
			return rank(a) - rank(b)
		}
		return strings.Compare(a, b)
	})
	return "", badArgument("%s: there is no %s %q for this runtime. Flavors, smallest first: %s.", tool, argument, clip(name, 40), strings.Join(slices.Compact(names), ", "))
}

// rank compares flavors. One that we do not know is larger than all others.
func rank(flavor string) int { return cleverapi.FlavorRank(flavor) }

// hoursInMonth is what prices a month are counted with: 30 days.
const hoursInMonth = 720

// cost says what a size costs a month, "" when the prices do not say. Flavors
// carry the ID of their price.
func (s size) cost(offered []cleverapi.SizedFlavor, prices cleverapi.HourlyPrices) string {
	price := func(flavor string) (float64, bool) {
		for _, f := range offered {
			if f.Name == flavor {
				p, ok := prices[strings.ToLower(f.PriceID)]
				return p * hoursInMonth, ok
			}
		}
		return 0, false
	}
	low, ok1 := price(s.minFlavor)
	high, ok2 := price(s.maxFlavor)
	if !ok1 || !ok2 {
		return ""
	}
	low, high = low*float64(s.min), high*float64(s.max)
	text := fmt.Sprintf("%.2f euros a month (%d × %s, 720 hours, without VAT)", low, s.min, s.minFlavor)
	if high > low {
		text += fmt.Sprintf(", up to %.2f euros when it scales to %d × %s", high, s.max, s.maxFlavor)
	}
	return text
}
