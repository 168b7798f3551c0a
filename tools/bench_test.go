package tools

import (
	"fmt"
	"strings"
	"testing"
)

// What a call pays besides its request, each part alone.

func BenchmarkHide(b *testing.B) {
	h := NewHider()
	for i := range 50 {
		h.Learn(fmt.Sprintf("a-secret-of-some-length-%d", i))
	}
	doc := []byte("[" + strings.TrimSuffix(strings.Repeat(`{"app":"app_00000000-0000-4000-8000-000000000000","name":"shop-front","state":"running","zone":"par"},`, 50), ",") + "]")
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		h.JSON(doc)
	}
}

func BenchmarkCheck(b *testing.B) {
	in := inputOf(b, "list_apps")
	args := []byte(`{"owner":"acme","state":"running","zone":"par","limit":20}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := in.check(args); err != nil {
			b.Fatal(err)
		}
	}
}
