package main

import (
	"fmt"
	"slices"
	"time"
)

func median[T float64 | time.Duration](list []T) T { return percentile(list, 50) }

func percentile[T float64 | time.Duration](list []T, p int) T {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[min(len(sorted)*p/100, len(sorted)-1)]
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1e3) }

func us(d time.Duration) string { return fmt.Sprintf("%.0f µs", d.Seconds()*1e6) }

func mib(f float64) string { return fmt.Sprintf("%.1f MiB", f) }

func ratio[T float64 | time.Duration](a, b T) float64 { return float64(a) / float64(b) }

func times(f float64) string { return fmt.Sprintf("%.2f ×", f) }

func percent(f float64) string { return fmt.Sprintf("%.0f %%", f*100) }
