package tools

import (
	"encoding/json"
	"strings"
	"testing"
)

// The ids of plans are shown of one provider, in the form that a migration takes.
func TestPlanIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	list := func(args string) ProductList {
		t.Helper()
		res := w.runner.Call(t.Context(), "list_products", json.RawMessage(args), Caller{})
		var out ProductList
		if err := json.Unmarshal(res.Structured, &out); err != nil {
			t.Fatal(res.Text)
		}
		return out
	}
	for _, args := range []string{`{}`, `{"name":"sql"}`} {
		several := list(args).Providers
		if len(several) < 2 {
			t.Fatalf("%s shows %d providers", args, len(several))
		}
		for _, p := range several {
			for _, plan := range p.Plans {
				if plan.ID != "" {
					t.Errorf("%s shows the id of %s", args, plan.Plan)
				}
			}
		}
	}
	id := ""
	for _, plan := range list(`{"name":"postgresql"}`).Providers[0].Plans {
		if !strings.HasPrefix(plan.ID, "plan_") {
			t.Errorf("%s has the id %q", plan.Plan, plan.ID)
		}
		if plan.Plan == "m_big" {
			id = plan.ID
		}
	}
	args := `{"operation":"POST /v2/organisations/{id}/addons/{addonId}/migrations","params":{"id":"Acme Corp","addonId":"shop-db"},"body":{"planId":"` + id + `","region":"par","version":"16"}}`
	_, handle := w.planOf(t, "raw_request", args)
	if res := w.agree(t, "raw_request", args, handle); res.IsError {
		t.Errorf("with the id of a plan it comes to %s", res.Text)
	}
}
