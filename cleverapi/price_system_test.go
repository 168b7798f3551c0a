package cleverapi

import (
	"encoding/json"
	"testing"
)

func TestPriceInterval(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]float64{
		`"PT1H"`: 1, `"P30D"`: 720, `"P1M"`: 720, `"P1DT12H"`: 36, `3600`: 1, `null`: 1, `"PT0H"`: 1, `"P"`: 1, `"1h"`: 1, `""`: 1,
	} {
		var i PriceInterval
		if err := json.Unmarshal([]byte(`{"secability":"SECABLE","interval":`+written+`}`), &i); err != nil {
			t.Fatal(err)
		}
		if got := i.Hours(); got != want {
			t.Errorf("%s is %v hours, want %v", written, got, want)
		}
	}
}
