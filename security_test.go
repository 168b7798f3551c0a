package main

import (
	"go/ast"
	"os"
	"regexp"
	"strings"
	"testing"
)

// Every rule of docs/security.md names its proof: tests that exist, or steps of
// .ci/run that exist.
func TestSecurityRulesAreProven(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	ci, err := os.ReadFile(".ci/run")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]bool{}
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && s.test && f.Recv == nil {
				tests[f.Name.Name] = true
			}
		}
	}
	proofs := regexp.MustCompile("^- .+ \\(((?:`[^`]+`(?:, )?)+)\\)$")
	rules := 0
	for line := range strings.Lines(string(page)) {
		if line = strings.TrimSuffix(line, "\n"); !strings.HasPrefix(line, "- ") {
			continue
		}
		rules++
		m := proofs.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("a rule has no proof: %s", line)
			continue
		}
		for name := range strings.SplitSeq(m[1], ", ") {
			name = strings.Trim(name, "`")
			if step, ok := strings.CutPrefix(name, ".ci/run "); ok {
				if !regexp.MustCompile(`(?m)^(step|begin) ` + step + ` `).Match(ci) {
					t.Errorf("there is no step %s", step)
				}
			} else if !tests[name] {
				t.Errorf("there is no test %s", name)
			}
		}
	}
	if rules < 50 {
		t.Errorf("only %d rules were found", rules)
	}
}
