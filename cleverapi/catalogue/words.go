package catalogue

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"

	"github.com/kljensen/snowball/english"
	"github.com/kljensen/snowball/french"
	"golang.org/x/text/unicode/norm"
)

// word is one word of a phrase or of a description. Phrases mix both languages
// and nobody says which they are in, so a word has the stems of both and equals
// another when the word itself or either stem is the same.
type word struct {
	text    string // lower case, without accents
	en, fr  string
	guessed bool // it stands for a word that nobody knows
}

// stems are the words of the thesaurus and of the descriptions, stemmed when
// they were written: two stemmers a word would be most of what an index costs.
var stems = sync.OnceValue(func() map[string]word {
	m := make(map[string]word, 8192)
	for line := range strings.Lines(string(unpack("stems.txt"))) {
		text, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		en, fr, _ := strings.Cut(rest, " ")
		m[text] = word{text: text, en: en, fr: fr}
	}
	return m
})

func newWord(text string) word {
	if w, ok := stems()[text]; ok {
		return w
	}
	return stem(text)
}

func stem(text string) word {
	return word{text: text, en: english.Stem(text, true), fr: french.Stem(text, true)}
}

// keys are what the word is indexed and looked up by: itself, then its stems. The
// stems are kept apart, since one language cuts the words of the other at random
// places: to a French ear worker and works are the same.
func (w word) keys() []string { return []string{"=" + singular(w.text), "e" + w.en, "f" + w.fr} }

// keysIn are the keys of a word of a phrase in the given language. A short word
// is nothing but itself: dev is not the stem of devis.
func (w word) keysIn(l language) []string {
	keys := w.keys()
	switch {
	case len(w.text) <= 3:
		return keys[:1]
	case l == anEnglish:
		return keys[:2]
	case l == aFrench:
		return []string{keys[0], keys[2]}
	}
	return keys
}

// singular takes off the plural that both languages share.
func singular(s string) string {
	if len(s) > 3 && s[len(s)-1] == 's' && s[len(s)-2] != 's' {
		return s[:len(s)-1]
	}
	return s
}

// language is what a phrase is in, as far as its small words tell.
type language uint8

const (
	aMixture language = iota
	anEnglish
	aFrench
)

func languageOf(text string) language {
	english, french := 0, 0
	for _, s := range split(text) {
		switch stopwords()[s].language {
		case anEnglish:
			english++
		case aFrench:
			french++
		}
	}
	switch {
	case english > 2*french:
		return anEnglish
	case french > 2*english:
		return aFrench
	}
	return aMixture
}

// fold makes letters comparable: lower case, no accents, ligatures apart.
// People leave accents out as often as not.
func fold(s string) string {
	ascii := true
	for i := 0; i < len(s) && ascii; i++ {
		ascii = s[i] < 0x80
	}
	if ascii {
		return strings.ToLower(s)
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch {
		case r == 'œ' || r == 'Œ':
			b.WriteString("oe")
		case r == 'æ' || r == 'Æ':
			b.WriteString("ae")
		case r == 'ß':
			b.WriteString("ss")
		case !unicode.Is(unicode.Mn, r):
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// split cuts text into folded words: at everything but letters and digits, and
// where an identifier such as tcpRedirs changes from small to capital letters.
// The parts of an identifier or of a compound with hyphens are followed by the
// whole, so that add-on finds addon.
func split(text string) []string {
	var out []string
	for _, run := range strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_' && !unicode.Is(unicode.Mn, r)
	}) {
		parts := strings.FieldsFunc(run, func(r rune) bool { return r == '-' || r == '_' })
		var humps []string
		for _, part := range parts {
			humps = append(humps, camel(part)...)
		}
		for i, h := range humps {
			humps[i] = fold(h)
		}
		if len(humps) > 1 {
			if whole := strings.Join(humps, ""); joins(whole) {
				humps = []string{whole}
			}
		}
		out = append(out, humps...)
	}
	return out
}

// joins tells the compounds that people write with a hyphen or a capital inside
// and that are one word of our vocabulary.
func joins(whole string) bool {
	switch strings.TrimSuffix(whole, "s") {
	case "addon", "email", "webhook", "kubeconfig", "hostname", "username", "backup", "login", "logout", "signin", "setup",
		"github", "gitlab", "wireguard", "postgresql", "mysql", "mongodb", "elasticsearch", "opentelemetry", "timeserie",
		"pagerduty", "dyno", "javascript", "datacenter", "datacentre", "readonly", "ebill", "subdomain", "sousdomaine", "paypal":
		return true
	}
	return false
}

func camel(s string) []string {
	var out []string
	runes, from := []rune(s), 0
	for i := 1; i < len(runes); i++ {
		if unicode.IsUpper(runes[i]) && unicode.IsLower(runes[i-1]) {
			out = append(out, string(runes[from:i]))
			from = i
		}
	}
	return append(out, string(runes[from:]))
}

//go:embed stopwords.txt
var stopwordsText string

// smallword is a word that carries no meaning of its own.
type smallword struct {
	known    bool
	silent   bool // tells nothing even as a word; false for everyday words, which are only never misspelt
	skipped  bool // inside expressions too: in "mettre à jour l'app" l', not à
	language language
}

// stopwords are the small words; the languages share some, which tell neither.
var stopwords = sync.OnceValue(func() map[string]smallword {
	m := map[string]smallword{}
	silent, skipped, l := true, false, aMixture
	for line := range strings.Lines(stopwordsText) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			skipped = strings.Contains(line, "skipped")
			silent = !strings.Contains(line, "Everyday")
			l = aMixture
			if strings.Contains(line, "English") {
				l = anEnglish
			} else if strings.Contains(line, "French") {
				l = aFrench
			}
			continue
		}
		for _, w := range strings.Fields(line) {
			w = fold(w)
			old := m[w]
			word := smallword{true, silent || old.silent, skipped || old.skipped, l}
			if old.known && old.language != l {
				word.language = aMixture
			}
			m[w] = word
		}
	}
	return m
})

// words cuts text into words, without those that are skipped everywhere.
func words(text string) []word {
	var out []word
	for _, s := range split(text) {
		if !stopwords()[s].skipped {
			out = append(out, newWord(s))
		}
	}
	return out
}
