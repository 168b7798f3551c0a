package catalogue

import "testing"

func BenchmarkSearch(b *testing.B) {
	for _, tt := range []struct{ name, phrase string }{
		{"english", "who can touch our org and how do I kick someone out"},
		{"french", "la prod est tombée cette nuit, qu'est-ce qui a changé"},
		{"misspelt", "suprimer une variabel d'environement de l'aplication"},
	} {
		b.Run(tt.name, func(b *testing.B) {
			Search(tt.phrase, 5)
			b.ReportAllocs()
			for b.Loop() {
				Search(tt.phrase, 5)
			}
		})
	}
}

// The index is built once in a process, by the first search, which it makes cost as
// much as some hundreds of others.
func BenchmarkIndex(b *testing.B) {
	for b.Loop() {
		list, err := decode(unpack("operations.json"))
		if err != nil {
			b.Fatal(err)
		}
		newIndex(All(), byID(list), learned())
	}
}
