package tools

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"clever-mcp/cleverapi"
)

func TestParseEstimate(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]wish{
		"2 node S":            {"2 node S", 2, "node", "S"},
		"2x XS":               {"2x XS", 2, "", "XS"},
		"2 x XS":              {"2 x XS", 2, "", "XS"},
		"3×M":                 {"3×M", 3, "", "M"},
		"4*python L":          {"4*python L", 4, "python", "L"},
		"2XL":                 {"2XL", 1, "", "2XL"},
		"2 2XL":               {"2 2XL", 2, "", "2XL"},
		"postgresql xs small": {"postgresql xs small", 1, "postgresql", "xs small"},
		"  node\n S ":         {"node S", 1, "node", "S"},
	} {
		got, err := parseEstimate([]string{in})
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%q is read as %+v, %v, want %+v", in, got, err, want)
		}
	}
	for _, in := range []string{"", "  ", "0 node S"} {
		if _, err := parseEstimate([]string{in}); err == nil {
			t.Errorf("%q is taken", in)
		}
	}
	if _, err := parseEstimate(make([]string, maxWishes+1)); err == nil {
		t.Error("too many items are taken")
	}
}

func FuzzParseEstimate(f *testing.F) {
	for _, s := range []string{"2 node S", "2x XS", "9999 x", "2XL", "×", "1 ×"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		wishes, err := parseEstimate([]string{s})
		if err != nil {
			return
		}
		if w := wishes[0]; w.count < 1 || w.count > 9999 || w.size == "" || !strings.HasSuffix(w.text, w.size) {
			t.Errorf("%q is read as %+v", s, w)
		}
	})
}

func TestInvoiceLines(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
	paid := day(20)
	bill := func(number string, n int, net, tax float64) cleverapi.Invoice {
		return cleverapi.Invoice{Number: number, Kind: "INVOICE", Status: "PENDING", Emission: day(n), Currency: "EUR", Net: cleverapi.Amount{Amount: net}, Tax: cleverapi.Amount{Amount: tax}}
	}
	settled, credit := bill("F3", 18, 10, 2), bill("F4", 19, -5, -1)
	settled.Paid, settled.Status, credit.Kind, credit.Status = &paid, "PAID", "CREDITNOTE", "PAID"
	unpaid := []cleverapi.Invoice{bill("F1", 3, 100, 20), bill("F2", 9, 50, 10)}
	lines, owed := invoiceLines([]cleverapi.Invoice{credit, settled, bill("F2", 9, 50, 10)}, unpaid, 3)
	var got []string
	for _, l := range lines {
		got = append(got, fmt.Sprintf("%s %s %s %.2f", l.Invoice, l.Status, l.Kind, float64(l.WithVAT)))
	}
	if want := "F2 unpaid  60.00, F1 unpaid  120.00, F4 paid creditnote -6.00"; strings.Join(got, ", ") != want || owed != 180 {
		t.Errorf("invoices are %q, %v owed, want %q, 180 owed", strings.Join(got, ", "), owed, want)
	}
	if _, owed := invoiceLines(nil, unpaid, 1); owed != 180 {
		t.Errorf("what is not shown does not count as owed: %v", owed)
	}
	if lines, owed := invoiceLines(nil, nil, 3); lines == nil || len(lines) != 0 || owed != 0 {
		t.Errorf("no invoice makes %v, %v", lines, owed)
	}
}

func TestSumRunning(t *testing.T) {
	t.Parallel()
	app := func(id, state, lifetime, size string, least, most int) cleverapi.Application {
		a := cleverapi.Application{ID: id, Name: id, Zone: "par", State: state}
		a.Instance.Lifetime, a.Instance.MinFlavor.Name, a.Instance.MaxFlavor.Name = lifetime, size, size
		a.Instance.MinInstances, a.Instance.MaxInstances = least, most
		return a
	}
	apps := []cleverapi.Application{
		app("web", "SHOULD_BE_UP", "REGULAR", "XS", 2, 4), app("stopped", "SHOULD_BE_DOWN", "REGULAR", "XS", 1, 1),
		app("job", "SHOULD_BE_UP", "TASK", "XS", 1, 1), app("odd", "SHOULD_BE_UP", "REGULAR", "9XL", 1, 1), app("old", "SHOULD_BE_UP", "REGULAR", "XS", 1, 1),
	}
	apps[4].Archived = true
	database := cleverapi.Addon{ID: "addon_1", Name: "db", Zone: "par", Plan: cleverapi.Plan{Slug: "s", Price: 30}}
	cellar := cleverapi.Addon{ID: "addon_2", Name: "files", Zone: "par", Provider: cleverapi.AddonProvider{ID: "cellar-addon"}}
	got := sumRunning("o", apps, []cleverapi.Addon{cellar, database}, priceLists{{"o", "par"}: {Hourly: cleverapi.HourlyPrices{"apps.xs": 0.02}}}, 5)
	if got.MinEURMonth != 58.8 || got.MaxEURMonth != 87.6 {
		t.Errorf("it costs from %v to %v, want from 58.80 to 87.60", got.MinEURMonth, got.MaxEURMonth)
	}
	if len(got.Top) != 2 || got.Top[0].Name != "db" || got.Top[1].What != "2 × XS" {
		t.Errorf("the dearest are %+v", got.Top)
	}
	if without := strings.Join(got.Without, "; "); without != "1 task, charged while running; 1 add-on charged by use, on top of the plan; 1 of unknown price" {
		t.Errorf("left out are %q", without)
	}
}

func TestFindToken(t *testing.T) {
	t.Parallel()
	all := tokens{tokens: []token{
		{view: TokenView{ID: "api_tokens_1", Name: "ci"}}, {view: TokenView{ID: "oauth_aa", Name: "CLI", Created: "2026-01-01T00:00:00Z"}},
		{view: TokenView{ID: "oauth_bb", Name: "CLI", Created: "2026-02-01T00:00:00Z"}},
	}}
	for ref, want := range map[string]string{"CI": "api_tokens_1", "oauth_bb": "oauth_bb", "api_tokens_1": "api_tokens_1"} {
		if got, err := all.find(ref); err != nil || got.view.ID != want {
			t.Errorf("%q is %s, %v, want %s", ref, got.view.ID, err, want)
		}
	}
	for ref, want := range map[string]string{
		"cli":      "created 2026-01-01T00:00:00Z (oauth_aa), created 2026-02-01T00:00:00Z (oauth_bb)",
		"other":    "Tokens: CLI (oauth_aa), CLI (oauth_bb), ci (api_tokens_1).",
		"oauth_cc": "There is no token",
	} {
		_, err := all.find(ref)
		if text := refusal(t, err); !strings.Contains(text, want) {
			t.Errorf("%q is answered %q, without %q", ref, text, want)
		}
	}
}
