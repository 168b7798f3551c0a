package tools

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"

	"clever-mcp/cleverapi"
)

func TestEuros(t *testing.T) {
	t.Parallel()
	for in, want := range map[Euros]string{0: "0.00", 5.25: "5.25", 16.0049: "16.00", 1e6: "1000000.00", -0.001: "0.00", -3.5: "-3.50", 0.005: "0.01"} {
		got, err := json.Marshal(in)
		if err != nil || string(got) != want {
			t.Errorf("%v is written %s, %v, want %s", float64(in), got, err, want)
		}
	}
	if _, err := json.Marshal(Euros(math.NaN())); err == nil {
		t.Error("no number is written as an amount")
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[float64]string{0: "0", 0.02: "0.02", 0.014399999: "0.0144", 1000: "1000", 123456: "123456", 0.00001234: "0.00001234", 20.0: "20", 0.09999999: "0.1"} {
		if got := number(in); got != want {
			t.Errorf("number(%v) = %s, want %s", in, got, want)
		}
	}
}

func FuzzNumber(f *testing.F) {
	for _, v := range []float64{0, 1, 0.1, 1e-9, 1e21, -3.25, math.Inf(1)} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v float64) {
		s := number(v)
		got, err := strconv.ParseFloat(s, 64)
		if err != nil || strings.ContainsAny(s, "eE") || strings.HasSuffix(s, ".") {
			t.Fatalf("number(%v) = %q", v, s)
		}
		if math.Abs(v) >= 1e-8 && math.Abs(v) < 1e15 && math.Abs(got-v) > math.Abs(v)*0.001 {
			t.Errorf("number(%v) = %s, which is another number", v, s)
		}
	})
}

// prices decodes a price list as the API writes it.
func prices(t *testing.T, hourly cleverapi.HourlyPrices, counted string) cleverapi.PriceSystem {
	t.Helper()
	p := cleverapi.PriceSystem{Hourly: hourly}
	if counted != "" {
		if err := json.Unmarshal([]byte(counted), &p.Counted); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func TestPlanPrice(t *testing.T) {
	t.Parallel()
	lists := priceLists{{"orga_1", "par"}: prices(t, cleverapi.HourlyPrices{"postgresql.xs_sml": 0.01, "apps.xs": 0.02}, "")}
	for _, tt := range []struct {
		name, zone string
		plan       cleverapi.Plan
		want       string
	}{
		{"in the price list", "par", cleverapi.Plan{PriceID: "postgresql.XS_SML", Price: 99}, "7.20 euros"},
		{"only the provider says", "par", cleverapi.Plan{PriceID: "other.x", Price: 3.5}, "3.50 euros"},
		{"free", "par", cleverapi.Plan{PriceID: "postgresql.dev"}, "0.00 euros"},
		{"price list not read", "rbx", cleverapi.Plan{PriceID: "postgresql.xs_sml"}, "unknown"},
		{"price list not read, provider says", "rbx", cleverapi.Plan{Price: 4}, "4.00 euros"},
	} {
		got := "unknown"
		if e := lists.plan("orga_1", tt.zone, tt.plan); e != nil {
			got = e.String()
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	if e := lists.flavor("orga_1", "par", "apps.XS"); e == nil || *e != 14.4 {
		t.Errorf("an XS costs %v a month, want 14.40", e)
	}
	if e := lists.flavor("orga_1", "par", "apps.M"); e != nil {
		t.Errorf("a flavor that the price list has not costs %v", e)
	}
}

func TestByUse(t *testing.T) {
	t.Parallel()
	p := prices(t, nil, `[
		{"service":"cellar.storage","data_unit":"B","data_quantity_for_price":{"secability":"SECABLE","quantity":1000000000},
		 "time_interval_for_price":{"secability":"SECABLE","interval":"PT1H"},"price_plans":[{"max_quantity":1000000000000,"price":0.00002778},{"max_quantity":null,"price":0.00002083}]},
		{"service":"cellar.outbound","data_unit":"B","data_quantity_for_price":{"secability":"SECABLE","quantity":1000000000},
		 "time_interval_for_price":null,"price_plans":[{"max_quantity":null,"price":0.09}]},
		{"service":"heptapod.private_active_users","data_unit":"user","data_quantity_for_price":{"quantity":1},"price_plans":[{"max_quantity":3,"price":0},{"price":7}]},
		{"service":"pulsar_storage_size","data_unit":"B","data_quantity_for_price":{"quantity":1000000000},
		 "time_interval_for_price":{"interval":"P30D"},"price_plans":[{"price":0.2}]},
		{"service":"fsbucket.storage","data_unit":"B","data_quantity_for_price":{"quantity":0},"price_plans":[]}]`)
	for provider, want := range map[string]string{
		"cellar-addon":     "outbound: 0.09 euros per GB; storage: 0.02 euros per GB a month up to 1000 GB, then 0.015",
		"heptapod":         "private active users: 0 euros per user up to 3 user, then 7",
		"addon-pulsar":     "storage size: 0.2 euros per GB a month",
		"fs-bucket":        "",
		"postgresql-addon": "",
	} {
		if got := strings.Join(byUse(p, provider), "; "); got != want {
			t.Errorf("%s is charged %q, want %q", provider, got, want)
		}
	}
}
