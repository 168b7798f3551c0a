package main

import (
	"fmt"
	"os/exec"
	"regexp"
	"strings"
)

// measureParts runs the benchmarks of the packages: what each part of a call costs
// alone, with its allocations.
func measureParts(*bench) ([]row, error) {
	var rows []row
	for _, p := range []struct{ pkg, bench string }{
		{"clever-mcp/bench", "BenchmarkCall"},
		{"clever-mcp/auth", "BenchmarkSign"},
		{"clever-mcp/tools", "BenchmarkHide|BenchmarkCheck"},
		{"clever-mcp/cleverapi/catalogue", "BenchmarkSearch|BenchmarkIndex"},
	} {
		out, err := exec.Command("go", "test", "-run", "^$", "-bench", p.bench, "-benchmem", "-benchtime", "500ms", p.pkg).CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("go test %s: %w\n%s", p.pkg, err, out)
		}
		for line := range strings.Lines(string(out)) {
			if m := benchLine.FindStringSubmatch(line); m != nil {
				rows = append(rows, row{figure: "`" + m[1] + "`", ours: m[2] + " ns", beside: m[3] + " B, " + m[4] + " allocations", held: true})
			}
		}
	}
	return rows, nil
}

var benchLine = regexp.MustCompile(`^(Benchmark\S*?)(?:-\d+)?\s+\d+\s+([\d.]+) ns/op.*?\s(\d+) B/op\s+(\d+) allocs/op`)
