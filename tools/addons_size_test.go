package tools

import (
	"encoding/json"
	"fmt"
	"testing"

	"clever-mcp/schemas"
)

// A full page stays within what an answer may cost, with names as long as people
// make them.
func TestFullPageOfAddons(t *testing.T) {
	t.Parallel()
	price := Euros(1234.56)
	list := AddonList{Total: 5000, Cursor: "p1.b3JnYV9jMTE0NjdjYS01ZDQ3LTQ1YTAtYTUyNS03MTY0MmMxNjA2NGQAYWRkb25fMTI3NGFmOGQtMGVjOC00MTlkLTg3ZTEtZWJhODI1ZGUzOWZm"}
	owner := OwnerAddons{Owner: "orga_c11467ca-5d47-45a0-a525-71642c16064d", Name: "Acme Corp"}
	for i := range maxAddons {
		owner.Addons = append(owner.Addons, AddonLine{
			Addon: fmt.Sprintf("addon_%08x-5d47-45a0-a525-71642c1606%02x", i*2654435761, i), Name: fmt.Sprintf("customer-database-%d", i), Provider: "postgresql-addon", Plan: "xxl_big", Zone: "parhds", EURMonth: &price,
		})
	}
	list.Owners = []OwnerAddons{owner}
	raw, err := schemas.Compact(list)
	if err != nil {
		t.Fatal(err)
	}
	if n := counter(t)(string(raw)); n > MaxTokens {
		t.Errorf("%d add-ons cost %d tokens, more than %d", maxAddons, n, MaxTokens)
	}
	if n := Tokens(string(raw)); n > MaxTokens*4/3 {
		t.Errorf("%d add-ons are taken for %d tokens, which is refused", maxAddons, n)
	}
}

// Ordinary answers on the demo account are short.
func TestDemoAnswersAreShort(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	count := counter(t)
	for _, call := range [][2]string{
		{"list_addons", `{}`}, {"get_addon", `{"addon":"shop-db"}`}, {"get_addon", `{"addon":"sso"}`},
		{"list_products", `{}`}, {"list_products", `{"name":"postgresql"}`}, {"list_products", `{"kind":"runtime"}`},
		{"list_tokens", `{}`}, {"get_billing", `{}`}, {"get_billing", `{"owner":"Acme Corp"}`},
		{"create_addon", `{"provider":"postgresql","name":"new","app":"admin"}`}, {"link_addon", `{"addon":"legacy-db","app":"worker"}`},
		{"delete_addon", `{"addon":"shop-db"}`}, {"revoke_token", `{"token":"ci"}`},
	} {
		res := w.runner.Call(t.Context(), call[0], json.RawMessage(call[1]), Caller{})
		n := count(res.Text)
		t.Logf("%s %s: %d tokens", call[0], call[1], n)
		if n > 1500 {
			t.Errorf("%s %s is answered with %d tokens", call[0], call[1], n)
		}
	}
}
