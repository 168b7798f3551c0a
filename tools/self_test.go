package tools

import (
	"strings"
	"testing"
	"time"
)

// The end of a credential is shown, and warned about before it comes.
func TestCredentialEnds(t *testing.T) {
	t.Parallel()
	now := started
	for _, c := range []struct {
		name    string
		expires time.Time
		shown   string
		warning string
	}{
		{"not known", time.Time{}, "", ""},
		{"in a year", now.AddDate(1, 0, 0), "2027-11-23T09:00:00Z", ""},
		{"in two weeks", now.Add(soon), "2026-12-07T09:00:00Z", ""},
		{"just before", now.Add(soon - time.Second), "2026-12-07T08:59:59Z", "ends within two weeks: sign in again before, with clever-mcp login"},
		{"now", now, "2026-11-23T09:00:00Z", "has expired: sign in again with clever-mcp login"},
	} {
		v := credentialView(Identity{Signature: "PLAINTEXT", Expires: c.expires}, now)
		if v.Expires != c.shown || (v.Warning == "") != (c.warning == "") || !strings.Contains(v.Warning, c.warning) {
			t.Errorf("%s: %+v", c.name, v)
		}
	}
}

// Tries come back after a quarter of an hour, and each account has its own.
func TestTries(t *testing.T) {
	t.Parallel()
	tries := NewTries()
	for i := range maxWrong {
		if back := tries.take("a", started.Add(time.Duration(i)*time.Minute)); back == nil {
			t.Fatalf("try %d is refused", i+1)
		}
	}
	at := started.Add(3 * time.Minute)
	if n, until := tries.left("a", at); n != 0 || !until.Equal(started.Add(wrongFor)) || tries.take("a", at) != nil {
		t.Errorf("%d tries are left, until %s", n, until)
	}
	if n, _ := tries.left("b", at); n != maxWrong {
		t.Errorf("another account has %d tries", n)
	}
	if n, _ := tries.left("a", started.Add(wrongFor)); n != 1 {
		t.Errorf("a quarter of an hour later %d tries are left", n)
	}
	back := tries.take("b", at)
	back()
	if n, _ := tries.left("b", at); n != maxWrong {
		t.Errorf("a try that was right is counted: %d are left", n)
	}
}
