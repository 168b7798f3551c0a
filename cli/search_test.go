package cli

import (
	"strings"
	"testing"

	"clever-mcp/cleverapi/catalogue"
)

// One operation a line and nothing else, best first: what another program reads.
func TestSearchForPrograms(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		phrase []string
		first  string
	}{
		{[]string{"who", "can", "touch", "our", "org"}, "GET /v2/organisations/{id}/members"},
		{[]string{"ma base est pleine, passer à la taille au-dessus"}, "POST /v2/organisations/{id}/addons/{addonId}/migrations"},
		{[]string{"clé ssh de mon nouveau portable"}, "PUT /v2/self/keys/{key}"},
	} {
		t.Run(tt.first, func(t *testing.T) {
			t.Parallel()
			out, errs, code := run(t, nil, "", append([]string{"search", "--json"}, tt.phrase...)...)
			lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
			if code != 0 || errs != "" || lines[0] != tt.first || len(lines) > 5 || !strings.HasSuffix(out, "\n") {
				t.Fatalf("exit %d: %s%s, want %s first of at most five", code, out, errs, tt.first)
			}
			for i, hit := range catalogue.Search(strings.Join(tt.phrase, " "), 5) {
				if lines[i] != hit.Operation.ID {
					t.Errorf("line %d is %q, want %q", i+1, lines[i], hit.Operation.ID)
				}
			}
			if out, _, _ := run(t, nil, "", append([]string{"search", "--json", "--limit", "2"}, tt.phrase...)...); out != strings.Join(lines[:2], "\n")+"\n" {
				t.Errorf("with a limit of two it prints %q", out)
			}
		})
	}
	if out, errs, code := run(t, nil, "", "search", "--json", "zzzzqqq", "xyzzy"); code == 0 || out != "" || !strings.Contains(errs, "no operation fits") {
		t.Errorf("exit %d: %q %q", code, out, errs)
	}
}
