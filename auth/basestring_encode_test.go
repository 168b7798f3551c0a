package auth

import (
	"testing"

	"github.com/dghubble/oauth1"
)

func TestPercentEncode(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a+b c%20~", "é😀", "\xff\x00"} {
		if got, want := percentEncode(text), oauth1.PercentEncode(text); got != want {
			t.Errorf("%q becomes %s, want %s", text, got, want)
		}
	}
	for b := range 256 {
		text := string([]byte{byte(b)})
		if got, want := percentEncode(text), oauth1.PercentEncode(text); got != want {
			t.Errorf("%q becomes %s, want %s", text, got, want)
		}
	}
}
