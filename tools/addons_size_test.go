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
	list := AddonList{Columns: addonColumns, Total: 5000, Cursor: aCursor}
	owner := OwnerAddons{Owner: "orga_c11467ca-5d47-45a0-a525-71642c16064d", Name: "Acme Corp"}
	for i := range maxAddons {
		row := AddonBasics{
			Addon: fmt.Sprintf("addon_%08x-5d47-45a0-a525-71642c1606%02x", i*2654435761, i), Name: fmt.Sprintf("customer-database-%d", i), Provider: "postgresql-addon", Plan: "xxl_big", Zone: "parhds", EURMonth: &price,
		}
		owner.Addons = append(owner.Addons, row.line(lined()))
	}
	list.Owners = []OwnerAddons{owner}
	checkPage(t, list)
}

const aCursor = "p1.2bO9dM4x"

// checkPage holds that a page of a list may be answered, by the count of tokens and
// by the estimate that is made of it.
func checkPage(t *testing.T, list any) {
	t.Helper()
	raw, err := schemas.Compact(list)
	if err != nil {
		t.Fatal(err)
	}
	if n := counter(t)(string(raw)); n > MaxTokens {
		t.Errorf("a full page costs %d tokens, more than %d", n, MaxTokens)
	}
	if n := Tokens(string(raw)); n > hardest {
		t.Errorf("a full page is taken for %d tokens, which is refused", n)
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
