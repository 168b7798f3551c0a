package catalogue

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestEval(t *testing.T) {
	file := os.Getenv("PHRASES")
	if file == "" {
		t.Skip()
	}
	raw, _ := os.ReadFile(file)
	half := os.Getenv("HALF")
	n, r1, r5, i := 0, 0, 0, 0
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		i++
		if half == "tune" && i%2 == 0 || half == "held" && i%2 == 1 {
			continue
		}
		phrase, want, _ := strings.Cut(line, " => ")
		wants := strings.Split(want, "; ")
		hits := Search(phrase, 5)
		n++
		at := slices.IndexFunc(hits, func(h Hit) bool { return slices.Contains(wants, h.Operation.ID) })
		if at == 0 {
			r1++
		}
		if at >= 0 {
			r5++
		}
		if at != 0 && os.Getenv("SHOW") != "" {
			fmt.Printf("\n[%d] %s\n   want %s\n", at, phrase, want)
			for _, h := range hits[:min(3, len(hits))] {
				fmt.Printf("   %5.2f %s %v\n", h.Score, h.Operation.ID, h.Matched)
			}
			if os.Getenv("SHOW") == "2" {
				ix := builtIn().index()
				q := ix.ask(phrase)
				fmt.Println("   ", q.things, q.deeds, q.terms)
			}
		}
	}
	fmt.Printf("%s %s: %d phrases, recall@1 %.3f, recall@5 %.3f\n", file, half, n, float64(r1)/float64(n), float64(r5)/float64(n))
}
