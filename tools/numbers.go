package tools

import (
	"math"
	"slices"
	"strings"
)

// numberSummary is a list of numbers in short.
type numberSummary struct{ min, avg, p50, p95, max float64 }

// sumUp sorts a copy of values, which are not empty.
func sumUp(values []float64) numberSummary {
	sorted := slices.Sorted(slices.Values(values))
	total := 0.0
	for _, v := range sorted {
		total += v
	}
	return numberSummary{
		min: sorted[0], avg: total / float64(len(sorted)),
		p50: percentile(sorted, 50), p95: percentile(sorted, 95), max: sorted[len(sorted)-1],
	}
}

// percentile is the smallest value that p percent of the sorted ones do not exceed.
func percentile(sorted []float64, p float64) float64 {
	i := int(math.Ceil(p/100*float64(len(sorted)))) - 1
	return sorted[max(0, min(i, len(sorted)-1))]
}

// round keeps three digits that matter and no decimals of large numbers.
func round(v float64) float64 {
	switch a := math.Abs(v); {
	case a == 0 || math.IsInf(v, 0) || math.IsNaN(v):
		return 0
	case a >= 100:
		return math.Round(v)
	case a >= 1:
		return math.Round(v*10) / 10
	}
	return math.Round(v*1000) / 1000
}

const bars = "▁▂▃▄▅▆▇█"

// sparkline draws values as at most width bars between their least and largest;
// NaN is a gap. A flat line is drawn in the middle, nothing at the bottom.
func sparkline(values []float64, width int) string {
	values = thin(values, width)
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	steps := []rune(bars)
	var b strings.Builder
	for _, v := range values {
		switch {
		case math.IsNaN(v):
			b.WriteByte(' ')
		case low == 0 && high == 0:
			b.WriteRune(steps[0])
		case high <= low:
			b.WriteRune(steps[len(steps)/2])
		default:
			b.WriteRune(steps[int((v-low)/(high-low)*float64(len(steps)-1)+0.5)])
		}
	}
	return b.String()
}

// thin averages neighbours until there are at most n values.
func thin(values []float64, n int) []float64 {
	if len(values) <= n {
		return values
	}
	out := make([]float64, n)
	for i := range out {
		part := values[i*len(values)/n : (i+1)*len(values)/n]
		total, count := 0.0, 0
		for _, v := range part {
			if !math.IsNaN(v) {
				total, count = total+v, count+1
			}
		}
		if out[i] = math.NaN(); count > 0 {
			out[i] = total / float64(count)
		}
	}
	return out
}
