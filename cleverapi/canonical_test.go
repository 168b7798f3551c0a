package cleverapi

import (
	"encoding/json"
	"strings"
	"testing"
)

func FuzzCanonical(f *testing.F) {
	for _, doc := range []string{
		`{"b":1,"a":[true,null,"é"], "":{}}`, `{"a":1,"a":2}`, `{"a":"<"}`, "{\"a\":\"\u2028\"}", `"\u003c"`, `[1.50,1e3,1E-9,1e21,123456789012345678,0.1e-6]`,
		`{} {}`, `{"a":`, "\"\xff\"", `  [ ]  `, `nul`, `{"é":1,"😀":2,"�":3}`, "\"\x7f\"",
	} {
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		got, ok := Canonical([]byte(doc))
		if !ok || strings.Contains(doc, "-0") { // which only floating point knows
			return
		}
		var v any
		if err := json.Unmarshal([]byte(doc), &v); err != nil {
			if strings.Contains(err.Error(), "cannot unmarshal number") { // beyond floating point: written as its largest
				return
			}
			t.Fatalf("%q is no document to encoding/json: %v", doc, err)
		}
		want, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%q becomes %s, want %s", doc, got, want)
		}
	})
}

func TestCanonicalTakesWhatTheAPISends(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		`{"b": 1, "a": ["é", 2.50]}`: `{"a":["é",2.5],"b":1}`,
		`[]`:                         `[]`,
		`{"a":"R&D"}`:                "",
		`{"a":1,"a":2}`:              "",
		`{"a":1} x`:                  "",
	} {
		if got, ok := Canonical([]byte(doc)); ok != (want != "") || ok && string(got) != want {
			t.Errorf("%s becomes %s, %v, want %s", doc, got, ok, want)
		}
	}
}
