package cli

import (
	"encoding/json"
	"strings"
	"testing"
)

// Each application of the seed "broken" is broken in its own way. diagnose_app
// finds every one, and nothing in those that are well.
func TestDiagnoseFindsEveryWayOfBeingBroken(t *testing.T) {
	t.Parallel()
	finds := map[string]string{
		"addon-gone": "add-on that cannot be found", "build-failure": "does not compile", "crash-loop": "ran out of memory",
		"disk-full": "disk is full", "expired-credential": "credential is refused or has expired", "missing-variable": "PAYMENT_API_KEY is missing",
		"no-dns": "DNS", "wrong-port": "PORT is not 8080", "unpaid-invoice": "invoice is not paid",
	}
	out, errs, code := run(t, nil, "", "call", "list_apps", "--seed", "broken", "--json")
	if code != 0 {
		t.Fatal(errs)
	}
	var list struct {
		Columns string
		Owners  []struct{ Apps []string }
	}
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, o := range list.Owners {
		for _, line := range o.Apps {
			a := strings.SplitN(line, " ", 1+strings.Count(list.Columns, " "))
			id, name := a[0], a[len(a)-1]
			out, errs, code := run(t, nil, "", "call", "diagnose_app", "app="+id, "--seed", "broken", "--json")
			var found struct {
				Verdict string
				Causes  []struct{ What, Evidence, Next string }
			}
			if code != 0 || json.Unmarshal([]byte(out), &found) != nil {
				t.Errorf("%s: exit %d: %s", name, code, errs)
				continue
			}
			want, broken := finds[name]
			switch {
			case broken && (len(found.Causes) == 0 || !strings.Contains(found.Causes[0].What, want)):
				t.Errorf("%s: found %+v, want first %q", name, found.Causes, want)
			case broken && (found.Causes[0].Evidence == "" || found.Causes[0].Next == ""):
				t.Errorf("%s: no evidence or no next step: %+v", name, found.Causes[0])
			case !broken && !strings.HasPrefix(found.Verdict, "Nothing found") && !strings.Contains(found.Verdict, "on purpose"):
				t.Errorf("%s is well, and the verdict is %s", name, found.Verdict)
			}
			if broken {
				seen++
			}
		}
	}
	if seen != len(finds) {
		t.Errorf("%d of %d broken applications are there", seen, len(finds))
	}
}
