package cleverapi

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// Ranges are asked for in the platform's time, whatever this machine's clock says.
func TestNowFollowsTheDateOfAnswers(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		date string
		off  time.Duration
	}{
		"an hour ahead":    {"Sat, 01 Jan 2000 01:00:00 GMT", time.Hour},
		"ten minutes late": {"Fri, 31 Dec 1999 23:50:00 GMT", -10 * time.Minute},
		"the same":         {"Sat, 01 Jan 2000 00:00:01 GMT", 0},
		"not a date":       {"yesterday", 0},
		"none":             {"", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// A bubble's time begins with the year 2000.
			synctest.Test(t, func(t *testing.T) {
				c := client(mustURL("https://api.example.com"), wire(func(*http.Request) (*http.Response, error) {
					return answer(200, "application/json", `[]`, "Date", tt.date), nil
				}))
				if got := c.Now(); !got.Equal(time.Now()) {
					t.Errorf("before an answer it is %v", got)
				}
				if _, err := c.Zones.List(t.Context()); err != nil {
					t.Fatal(err)
				}
				if off := time.Until(c.Now()) - tt.off; off.Abs() > time.Second {
					t.Errorf("it is wrong by %v", off)
				}
			})
		})
	}
}
