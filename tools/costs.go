package tools

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"

	"clever-mcp/cleverapi"
)

// Euros is an amount without VAT unless its field says otherwise. It is written
// with two decimals.
type Euros float64

// MarshalJSON writes a number, rounded to cents.
func (e Euros) MarshalJSON() ([]byte, error) {
	cents := math.Round(float64(e) * 100)
	if math.IsNaN(cents) || math.IsInf(cents, 0) {
		return nil, fmt.Errorf("%v is no amount", float64(e))
	}
	return strconv.AppendFloat(nil, cents/100+0, 'f', 2, 64), nil // +0 makes 0 of -0
}

// short is the number without cents that are none: 19 and 52.5.
func (e Euros) short() string {
	return strconv.FormatFloat(math.Round(float64(e)*100)/100+0, 'f', -1, 64) // +0 makes 0 of -0
}

func (e Euros) String() string { return fmt.Sprintf("%.2f euros", float64(e)) }

const monthNote = "Euros without VAT; a month is 30 days (720 hours) of running all the time."

// priceKey is what prices depend on.
type priceKey struct{ owner, zone string }

// priceLists are the price systems that a call needs. One that could not be
// read is absent: a missing price is no reason to fail.
type priceLists map[priceKey]cleverapi.PriceSystem

// readPrices reads the price lists of keys, all at once.
func (c *Call) readPrices(ctx context.Context, keys []priceKey) priceLists {
	sort.Slice(keys, func(i, j int) bool { return keys[i].owner+keys[i].zone < keys[j].owner+keys[j].zone })
	keys = slices.Compact(keys)
	lists := priceLists{}
	var mu sync.Mutex
	_ = parallel(ctx, len(keys), func(ctx context.Context, i int) error {
		if prices, err := c.API.Prices.Of(ctx, keys[i].owner, keys[i].zone); err == nil {
			mu.Lock()
			lists[keys[i]] = prices
			mu.Unlock()
		}
		return nil
	})
	return lists
}

// plan returns what a plan costs a month, nil when nobody says. The provider's
// own price counts where the price list has none.
func (l priceLists) plan(owner, zone string, plan cleverapi.Plan) *Euros {
	prices, read := l[priceKey{owner, zone}]
	month := Euros(plan.Price)
	if hour, ok := prices.Hourly[strings.ToLower(plan.PriceID)]; ok && plan.PriceID != "" {
		month = Euros(hour * hoursInMonth)
	} else if !read && plan.Price == 0 {
		return nil
	}
	return &month
}

// flavor returns what one instance costs a month, nil when nobody says.
func (l priceLists) flavor(owner, zone, priceID string) *Euros {
	hour, ok := l[priceKey{owner, zone}].Hourly[strings.ToLower(priceID)]
	if !ok {
		return nil
	}
	month := Euros(hour * hoursInMonth)
	return &month
}

// countedServices tells by which prefix the price list names what a provider
// measures.
func countedServices(provider string) string {
	switch provider {
	case "cellar-addon":
		return "cellar."
	case "fs-bucket":
		return "fsbucket."
	case "addon-pulsar":
		return "pulsar_"
	case "heptapod":
		return "heptapod."
	}
	return ""
}

// byUse says in words what a provider charges for what is used, beside the plan.
func byUse(prices cleverapi.PriceSystem, provider string) []string {
	prefix := countedServices(provider)
	if prefix == "" {
		return nil
	}
	var said []string
	for _, counted := range prices.Counted {
		if name, ok := strings.CutPrefix(counted.Service, prefix); ok && len(counted.Steps) > 0 {
			said = append(said, strings.ReplaceAll(name, "_", " ")+": "+steps(counted))
		}
	}
	slices.Sort(said)
	return said
}

// steps says a price that falls by quantity: "0.02 euros per GB a month up to
// 1000 GB, then 0.015".
func steps(p cleverapi.CountedPrice) string {
	unit, scale := p.Unit, 1.0
	if strings.EqualFold(unit, "B") {
		unit, scale = "GB", 1e9
	}
	quantity := p.For.Quantity
	if quantity <= 0 {
		quantity = 1
	}
	factor, per := scale/quantity, unit
	if p.Interval != nil {
		factor, per = factor*hoursInMonth/p.Interval.Hours(), unit+" a month"
	}
	var b strings.Builder
	for i, s := range p.Steps {
		if i > 0 {
			b.WriteString(", then ")
		}
		b.WriteString(number(s.Price * factor))
		if i == 0 {
			b.WriteString(" euros per " + per)
		}
		if s.Max != nil {
			fmt.Fprintf(&b, " up to %s %s", number(*s.Max/scale), unit)
		}
	}
	return b.String()
}

// number writes at most four significant digits, never in exponents.
func number(f float64) string {
	if f == 0 || math.IsNaN(f) || math.IsInf(f, 0) {
		return "0"
	}
	digits := 3 - int(math.Floor(math.Log10(math.Abs(f))))
	s := strconv.FormatFloat(f, 'f', min(max(digits, 0), 12), 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}
