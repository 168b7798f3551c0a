package catalogue

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// A thing or deed that only one side knows can never be found.
func TestThesaurusAndOperationsSpeakOfTheSame(t *testing.T) {
	t.Parallel()
	things, actions := map[string]bool{}, map[string]bool{}
	var walk func(*trie, map[*trie]bool)
	walk = func(n *trie, seen map[*trie]bool) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, s := range n.all {
			things[s.thing] = true
			for a := range s.deed {
				actions[a] = true
			}
		}
		for _, next := range n.next {
			walk(next, seen)
		}
	}
	walk(&theThesaurus().root, map[*trie]bool{})
	for _, c := range theThesaurus().combinations {
		things[c.thing] = true
	}
	used := map[string]bool{}
	for _, r := range records() {
		for _, names := range resource(r.Resource) {
			for _, name := range names {
				if !things[name] {
					t.Errorf("%s is about %q, which no word means", r.ID, name)
				}
			}
		}
		if !actions[r.Action] {
			t.Errorf("%s does %q, which no word means", r.ID, r.Action)
		}
		used[r.Action] = true
	}
	for a := range actions {
		if !used[a] {
			t.Errorf("a deed stands for %q, which no operation does", a)
		}
	}
	for _, c := range theThesaurus().combinations {
		for _, need := range c.needs {
			if !strings.HasPrefix(need, "+") && !things[need] {
				t.Errorf("%s needs %q, which no word means", c.name, need)
			}
		}
	}
}

func TestThesaurus(t *testing.T) {
	t.Parallel()
	th := readThesaurus(`
# comment
sshkey = ssh key, clé ssh
key = key, clé  # comment
mail = mail,
  courriel
alarm = mail & deployment
deployment = deployment, ?release
+stop: stop 1, cancel 0.5 = stop, shut * down
`)
	for _, tt := range []struct {
		name, text string
		want       map[string]float32
	}{
		{"a word", "my keys", map[string]float32{"key": 1}},
		{"a longer expression softens the shorter", "une cle ssh", map[string]float32{"sshkey": 1, "key": hidden}},
		{"an article inside", "ssh the key", map[string]float32{"sshkey": 1, "key": hidden}},
		{"a word between costs", "ssh public key", map[string]float32{"sshkey": stepped, "key": hidden}},
		{"a star costs nothing", "shut the whole thing down", map[string]float32{"+stop": 1}},
		{"an unsure word", "the release", map[string]float32{"deployment": 0.5}},
		{"a continued line", "courriels", map[string]float32{"mail": 1}},
		{"together they mean a third", "a mail on release", map[string]float32{"mail": aPart, "deployment": 0.5 * aPart, "alarm": 0.5}},
		{"nothing", "what else", map[string]float32{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := map[string]float32{}
			for _, m := range th.find(words(tt.text), languageOf(tt.text)) {
				got[m.name] = max(got[m.name], m.weight)
			}
			if !maps.Equal(got, tt.want) {
				t.Errorf("find(%q) = %v, want %v", tt.text, got, tt.want)
			}
		})
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"tcpRedirs", []string{"tcp", "redirs"}},
		{"exposed_env", []string{"exposed", "env"}},
		{"Qu'est-ce qui a changé ?", []string{"qu", "est", "ce", "qui", "a", "change"}},
		{"cœur d’œuvre", []string{"coeur", "d", "oeuvre"}},
		{"add-ons, e-mail", []string{"addons", "email"}},
		{"e\u0301te\u0301", []string{"ete"}},
		{"", nil},
	} {
		if got := split(tt.text); !slices.Equal(got, tt.want) {
			t.Errorf("split(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestLanguageOf(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]language{
		"make the site answer on www too":    anEnglish,
		"clé ssh de mon nouveau portable":    aFrench,
		"ship logs":                          aMixture,
		"le deploy is stuck dans the zone":   aMixture,
		"mettre à jour keycloak avec la CLI": aFrench,
	} {
		if got := languageOf(text); got != want {
			t.Errorf("languageOf(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestSpelling(t *testing.T) {
	t.Parallel()
	s := builtIn().index().spelling
	for word, want := range map[string]string{
		"domian":        "domain",
		"factrue":       "facture",
		"aplication":    "application",
		"vhsots":        "vhost",
		"kuberntees":    "kubernetes",
		"abonement":     "",
		"mebmres":       "membres",
		"domain":        "", // known
		"deploying":     "", // known by its stem
		"resigned":      "", // a real word that we do not know is left alone
		"bump":          "", // too short to guess
		"xyzzyplughxyz": "",
	} {
		got, ok := s.correct(newWord(word))
		if ok != (want != "") || ok && newWord(got).en != newWord(want).en {
			t.Errorf("correct(%q) = %q, %t, want %q", word, got, ok, want)
		}
	}
}

func TestEdits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"domain", "domain", 0}, {"domian", "domain", 1}, {"facure", "facture", 1}, {"logs", "lgos", 1},
		{"zone", "zne", 1}, {"abcd", "wxyz", 3}, {"", "", 0},
	} {
		if got := edits(tt.a, tt.b, 2); got != tt.want {
			t.Errorf("edits(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestIdentifiers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		phrase, rest string
		things       []string
	}{
		{"stop app_0d9a3c64-0f52", "stop", []string{"app"}},
		{"postgresql_1c5e7a90 is full", "is full", []string{"addon", "database"}},
		{"cellar_1c5e7a90", "", []string{"addon", "cellar"}},
		{"facture F20260718-021327", "facture", []string{"invoice"}},
		{"set NODE_ENV", "set", []string{"env"}},
		{"mail bob.smith@example.com", "mail", []string{"email"}},
		{"add www.example.com/api", "add", []string{"domain"}},
		{"see https://example.com/x?y", "see", nil},
		{"no ids here", "no ids here", nil},
	} {
		rest, things := identifiers(tt.phrase)
		if strings.Join(strings.Fields(rest), " ") != tt.rest || !slices.Equal(slices.Sorted(maps.Keys(things)), tt.things) {
			t.Errorf("identifiers(%q) = %q, %v, want %q, %v", tt.phrase, rest, things, tt.rest, tt.things)
		}
	}
}
