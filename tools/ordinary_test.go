package tools

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestOrdinary(t *testing.T) {
	t.Parallel()
	for _, v := range []string{
		"production", "Production", "STAGING", "disabled", "enabled", "localhost", "8080", "3600000", "-1", "0.25", "512MB", "30s", "v20.11.1",
		"8.3", "fr_FR.UTF-8", "Europe/Paris", "0.0.0.0", "127.0.0.1:8080", "app_0d9a3c64-0f52-4d0c-8a55-61f6a0c1a111", "grahds", "verify-full",
	} {
		if !ordinary(v) {
			t.Errorf("%q is taken for a secret", v)
		}
	}
	for _, v := range []string{
		"hunter2", "sunshine", "correcthorse", "letmein!", "12345678", "20261123", "9381264012345678", "production1", "Pr0duction", "prod uction",
		"0d9a3c64-0f52-4d0c-8a55-61f6a0c1a111", "3f2504e04f8941d39a0c0305e82c3301abcdef01", "10.2.0.17:5432", "db.internal.example.com",
		"postgresql://u:p@localhost/production", "production\n", "key_0d9a3c64-0f52-4d0c-8a55-61f6a0c1a111", "enabled:disabled", "a",
	} {
		if ordinary(v) {
			t.Errorf("%q is taken for an ordinary word", v)
		}
	}
	for _, w := range ordinaryWords {
		if len(w) < shortest || w != strings.ToLower(w) {
			t.Errorf("%q is never looked for", w)
		}
	}
}

// A variable that says "production" must not take the word out of every log; a
// password that somebody chose for a variable of innocent name must.
func TestLearnValues(t *testing.T) {
	t.Parallel()
	h := NewHider()
	planted := []string{"tulip-bakery", "sunshine", "hunter2hunter2", "zX81kfjQ02mvB7sLq9", "12345678", "été-à-la-plage", "first line of it\nsecond-line-9381"}
	h.LearnValues(append(planted, "production", "8080", "true", "Europe/Paris", "parhds")...)
	for _, v := range planted {
		for _, text := range []string{"log: " + v, v + v, base64.StdEncoding.EncodeToString([]byte("x:" + v))} {
			if got := h.Text(text); leaks(got, v) {
				t.Errorf("Text(%q) = %q", text, got)
			}
		}
	}
	for _, text := range []string{"in production mode on 8080 is true", "Europe/Paris parhds", "reproduction"} {
		if got := h.Text(text); got != text {
			t.Errorf("Text(%q) = %q", text, got)
		}
	}
}

// Of a value, programs write parts: a line, a member, the password of an address.
func TestLearnValuesInPart(t *testing.T) {
	t.Parallel()
	h := NewHider()
	h.LearnValues(
		`{"region":"production","nested":{"list":["tulip-bakery-7"]}}`,
		"mysql://shop:paNc4ke-breakfast@db.example.com/shop",
		"-----BEGIN CERTIFICATE-----\nMIIBhTCCASugAwIBAgIQIRi6zePL\n-----END CERTIFICATE-----",
	)
	for _, secret := range []string{"tulip-bakery-7", "paNc4ke-breakfast", "MIIBhTCCASugAwIBAgIQIRi6zePL"} {
		if got := h.Text("it says " + secret + "."); leaks(got, secret) {
			t.Errorf("a part shows: %q", got)
		}
	}
	for _, text := range []string{"production", "-----BEGIN CERTIFICATE-----"} {
		if got := h.Text(text); got != text {
			t.Errorf("Text(%q) = %q", text, got)
		}
	}
}

// What the API names openly stays readable although a variable says it too;
// what this process signs with never becomes public.
func TestPublic(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]bool{"named before": true, "named after": false} {
		h := NewHider()
		if before {
			h.Public("tulip-shop", "https://shop.example.com", "our-password", "zX81kfjQ02mvB7sLq9")
		}
		h.LearnValues("tulip-shop", "https://shop.example.com", "zX81kfjQ02mvB7sLq9")
		h.Learn("our-password")
		h.Public("tulip-shop", "https://shop.example.com", "our-password", "zX81kfjQ02mvB7sLq9")
		if got := h.Text("tulip-shop at https://shop.example.com/cart"); got != "tulip-shop at https://shop.example.com/cart" {
			t.Errorf("%s: %q", name, got)
		}
		if got := h.Text("our-password zX81kfjQ02mvB7sLq9"); leaks(got, "our-password") || leaks(got, "zX81kfjQ02mvB7sLq9") {
			t.Errorf("%s: a secret is shown: %q", name, got)
		}
	}
	h := NewHider()
	h.LearnValues("both-of-them")
	h.Learn("both-of-them")
	h.Public("both-of-them")
	if got := h.Text("both-of-them"); got == "both-of-them" {
		t.Error("a credential became public because a variable holds it too")
	}
}

// Whatever a variable holds: it stays hidden, or it is ordinary.
func FuzzLearnValues(f *testing.F) {
	for _, v := range []string{"production", "hunter2hunter2", `{"a":"b-secret-c"}`, "a\nlong line here\n", "postgres://u:passw0rd@h/d", "12345678", "é\x00\u202e123456"} {
		f.Add(v, "around it")
	}
	f.Fuzz(func(t *testing.T, v, around string) {
		if len(v) < shortest || len(v) > 1000 || strings.Contains("[hidden under 8-15 16-31 32-63 64+ empty]", v) || ordinary(v) {
			return
		}
		h := NewHider()
		h.LearnValues(v)
		if got := h.Text(around + v + around); strings.Contains(got, v) && !strings.Contains(h.Mark(v), v) && !strings.Contains(around, v) {
			t.Fatalf("%q shows in %q", v, got)
		}
		if ordinary(v + "x9Q!") {
			t.Fatalf("%q is ordinary", v+"x9Q!")
		}
	})
}

// A value that is base64 is used decoded, and may be logged so.
func TestDecodedValuesAreSecret(t *testing.T) {
	t.Parallel()
	h := NewHider()
	h.LearnValues(base64.StdEncoding.EncodeToString([]byte("robin:tulip-bakery-9381")), "production12")
	if got := h.Text("user robin:tulip-bakery-9381 signed in"); leaks(got, "tulip-bakery-9381") {
		t.Errorf("the log says %s", got)
	}
}
