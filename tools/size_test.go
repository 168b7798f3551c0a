package tools

import (
	"strings"
	"testing"

	"clever-mcp/cleverapi"
)

var testFlavors = []cleverapi.SizedFlavor{
	{Name: "pico", Available: true, PriceID: "apps.pico"}, {Name: "XS", Available: true, PriceID: "apps.XS"},
	{Name: "S", Available: true, PriceID: "apps.S"}, {Name: "M", Available: true, PriceID: "apps.M"},
	{Name: "3XL", PriceID: "apps.3XL"},
}

func TestResize(t *testing.T) {
	t.Parallel()
	had := size{"XS", "XS", 1, 2}
	for _, tt := range []struct {
		name, flavor, instances string
		want                    size
	}{
		{"nothing", "", "", had},
		{"one flavor sets both bounds", "m", "", size{"M", "M", 1, 2}},
		{"range of flavors", "xs-M", "", size{"XS", "M", 1, 2}},
		{"range with dots", "S..M", "", size{"S", "M", 1, 2}},
		{"one number sets both bounds", "", "3", size{"XS", "XS", 3, 3}},
		{"range of numbers", "", "1-4", size{"XS", "XS", 1, 4}},
		{"range in words, with spaces", "", " 2 to 4 ", size{"XS", "XS", 2, 4}},
		{"both", "S", "2-2", size{"S", "S", 2, 2}},
	} {
		got, err := had.resize("update_app", tt.flavor, tt.instances, testFlavors, 40)
		if err != nil || got != tt.want {
			t.Errorf("%s: size is %+v, %v, want %+v", tt.name, got, err, tt.want)
		}
	}
	for _, tt := range []struct{ name, flavor, instances, says string }{
		{"unknown flavor", "XXL", "", "pico, XS, S, M"},
		{"flavor that is not to be had", "3XL", "", "pico, XS, S, M"},
		{"flavors the wrong way round", "M-XS", "", "XS-M"},
		{"no instance", "", "0", "stop_app"},
		{"numbers the wrong way round", "", "4-1", "1-4"},
		{"too many", "", "41", "at most 40"},
		{"no number", "", "many", "such as 2"},
		{"negative", "", "-1", "such as 2"},
		{"half", "", "1.5", "such as 2"},
	} {
		got, err := had.resize("update_app", tt.flavor, tt.instances, testFlavors, 40)
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: size is %+v, %v, want an error with %q", tt.name, got, err, tt.says)
		}
	}
}

func TestCost(t *testing.T) {
	t.Parallel()
	prices := cleverapi.HourlyPrices{"apps.xs": 0.022, "apps.s": 0.044}
	for _, tt := range []struct {
		name string
		size size
		want string
	}{
		{"fixed", size{"XS", "XS", 2, 2}, "31.68 euros a month (2 × XS, 720 hours, without VAT)"},
		{"scales", size{"XS", "S", 1, 4}, "15.84 euros a month (1 × XS, 720 hours, without VAT), up to 126.72 euros when it scales to 4 × S"},
		{"one price is missing", size{"XS", "M", 1, 1}, ""},
		{"unknown flavor", size{"XS", "huge", 1, 1}, ""},
	} {
		if got := tt.size.cost(testFlavors, prices); got != tt.want {
			t.Errorf("%s: cost is %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := (size{"XS", "XS", 1, 1}).cost(testFlavors, nil); got != "" {
		t.Errorf("without prices cost is %q", got)
	}
}

// What resize takes is a size that an application can have, whatever was given.
func FuzzResize(f *testing.F) {
	for _, s := range [][2]string{{"XS", "1"}, {"XS-M", "1-4"}, {"-", "-"}, {"", "9999999999999999999"}, {"m..xs", "2..1"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, flavor, instances string) {
		got, err := size{"XS", "XS", 1, 2}.resize("update_app", flavor, instances, testFlavors, 40)
		if err != nil {
			return
		}
		if got.min < 1 || got.max < got.min || got.max > 40 {
			t.Errorf("%q gives %d to %d instances", instances, got.min, got.max)
		}
		if rank(got.minFlavor) > rank(got.maxFlavor) || rank(got.maxFlavor) >= len(cleverapi.Flavors()) {
			t.Errorf("%q gives flavors %s to %s", flavor, got.minFlavor, got.maxFlavor)
		}
	})
}
