package catalogue

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/kljensen/snowball/english"
	"github.com/kljensen/snowball/french"
	"golang.org/x/text/unicode/norm"
)

// word is one word of a phrase or of a description. Nobody says which language
// a phrase is in, and phrases mix both, so a word has the stems of both and
// equals another when either is the same.
type word struct {
	text   string // lower case, without accents
	en, fr string
}

func newWord(text string) word {
	return word{text: text, en: english.Stem(text, true), fr: french.Stem(text, true)}
}

// keys are what the word is indexed and looked up by.
func (w word) keys() []string {
	if w.en == w.fr {
		return []string{w.en}
	}
	return []string{w.en, w.fr}
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
	s = strings.NewReplacer("œ", "oe", "Œ", "oe", "æ", "ae", "Æ", "ae", "ß", "ss").Replace(s)
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s)))
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

// stopwords maps a word that carries no meaning of its own to whether it is
// also skipped inside expressions ("mettre à jour l'app": l', not à).
var stopwords = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	skipped := false
	for line := range strings.Lines(stopwordsText) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			skipped = strings.Contains(line, "skipped")
			continue
		}
		for _, w := range strings.Fields(line) {
			m[fold(w)] = skipped
		}
	}
	return m
})

// words cuts text into words, without those that are skipped everywhere.
func words(text string) []word {
	var out []word
	for _, s := range split(text) {
		if stopwords()[s] {
			continue
		}
		out = append(out, newWord(s))
	}
	return slices.Clip(out)
}
