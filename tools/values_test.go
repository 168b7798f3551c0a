package tools

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"clever-mcp/cleverapi"
)

func TestParseExpiry(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for in, want := range map[string]string{
		"": "2026-12-23T12:00:00Z", "12h": "2026-11-24T00:00:00Z", "7d": "2026-11-30T12:00:00Z", "2w": "2026-12-07T12:00:00Z",
		"6M": "2027-05-23T12:00:00Z", "1y": "2027-11-23T12:00:00Z", "12M": "2027-11-23T12:00:00Z", "365d": "2027-11-23T12:00:00Z",
		"2027-01-31": "2027-01-31T23:59:59Z", "2027-01-31T08:00:00+02:00": "2027-01-31T06:00:00Z", " 7d ": "2026-11-30T12:00:00Z",
	} {
		got, err := ParseExpiry(in, now)
		if err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("ParseExpiry(%q) = %s, %v, want %s", in, got.Format(time.RFC3339), err, want)
		}
	}
	for _, in := range []string{"366d", "13M", "2y", "0d", "-1d", "2026-11-22", "2028-01-01", "tomorrow", "7", "7m", "1.5d", "99999y", "2027-13-01"} {
		if got, err := ParseExpiry(in, now); err == nil {
			t.Errorf("ParseExpiry(%q) = %s", in, got)
		}
	}
}

func TestStateInWords(t *testing.T) {
	t.Parallel()
	n := func(i int) *int { return &i }
	d := func(s string) *cleverapi.Deployment { return &cleverapi.Deployment{State: s} }
	for _, tt := range []struct {
		want, wanted   string
		archived, task bool
		running        *int
		last           *cleverapi.Deployment
	}{
		{"running", "SHOULD_BE_UP", false, false, n(2), d("OK")},
		{"running", "SHOULD_BE_UP", false, false, n(1), d("FAIL")},
		{"running", "SHOULD_BE_UP", false, false, nil, nil},
		{"running", "SHOULD_BE_UP", false, true, n(0), d("TASK_RUNNING")},
		{"deploying", "SHOULD_BE_UP", false, false, n(1), d("WIP")},
		{"deploying", "WANTS_TO_BE_UP", false, false, n(0), d("OK")},
		{"deploying", "WANTS_TO_BE_UP", false, false, nil, nil},
		{"stopped", "SHOULD_BE_DOWN", false, false, n(0), d("OK")},
		{"failed", "SHOULD_BE_DOWN", false, false, n(0), d("FAIL")},
		{"stopped", "SHOULD_BE_DOWN", false, false, n(0), &cleverapi.Deployment{State: "FAIL", Action: "UNDEPLOY"}},
		{"stopped", "SHOULD_BE_DOWN", false, false, n(1), &cleverapi.Deployment{State: "WIP", Action: "UNDEPLOY"}},
		{"idle", "SHOULD_BE_DOWN", false, true, n(0), d("OK")},
		{"stopped", "SHOULD_BE_DOWN", false, true, n(0), &cleverapi.Deployment{State: "OK", Action: "UNDEPLOY"}},
		{"never_deployed", "SHOULD_BE_DOWN", false, false, n(0), d("")},
		{"never_deployed", "SHOULD_BE_UP", false, false, n(0), d("")},
		{"failed", "SHOULD_BE_UP", false, false, n(0), d("FAIL")},
		{"failed", "WANTS_TO_BE_UP", false, false, n(0), d("FAIL")},
		{"down", "SHOULD_BE_UP", false, false, n(0), d("OK")},
		{"idle", "SHOULD_BE_UP", false, true, n(0), d("OK")},
		{"suspended", "MODERATED", false, false, n(0), d("OK")},
		{"unpaid", "DEFAULT_OF_PAYMENT", false, false, n(0), d("OK")},
		{"archived", "SHOULD_BE_UP", true, false, n(1), d("OK")},
	} {
		if got := stateInWords(tt.wanted, tt.archived, tt.task, tt.running, tt.last); got != tt.want {
			t.Errorf("state of %+v is %s", tt, got)
		}
	}
}

type word string

func (w word) key() string { return string(w) }

func TestPage(t *testing.T) {
	t.Parallel()
	all := []word{"a", "b", "c", "d", "e"}
	var seen []string
	cursor := ""
	for range 10 {
		after, err := parseCursor(cursor)
		if err != nil {
			t.Fatal(err)
		}
		part, next := page(all, after, 2)
		for _, w := range part {
			seen = append(seen, string(w))
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	if got := strings.Join(seen, ""); got != "abcde" {
		t.Errorf("pages give %s", got)
	}
	if _, next := page(all, "", 5); next != "" {
		t.Error("a last page has a cursor")
	}
	for _, bad := range []string{"x", "p1.", "p1.!!", "p2.YQ"} {
		if _, err := parseCursor(bad); err == nil {
			t.Errorf("cursor %q is taken", bad)
		}
	}
}

func TestFit(t *testing.T) {
	t.Parallel()
	long := make([]any, 5000)
	for i := range long {
		long[i] = map[string]any{"id": i, "name": strings.Repeat("n", 30)}
	}
	for name, v := range map[string]any{"list": long, "object": map[string]any{"a": long, "b": 1.0}, "text": strings.Repeat("é", 50_000)} {
		raw, cut, err := fit(v, false)
		if err != nil || cut == "" || Tokens(string(raw)) > MaxTokens || !json.Valid(raw) {
			t.Errorf("a long %s comes to %d tokens, cut %q, %v", name, Tokens(string(raw)), cut, err)
		}
	}
	if raw, cut, err := fit([]any{1.0}, false); string(raw) != "[1]" || cut != "" || err != nil {
		t.Errorf("a short list comes to %s, %q, %v", raw, cut, err)
	}
}
