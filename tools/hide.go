package tools

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
)

// Hider keeps secrets and hostile text out of everything that leaves the
// process. It knows values in two ways: what it was told (Learn: credentials,
// passwords, values that were read from an environment) and what a secret looks
// like wherever it stands (passwords in URLs, private keys, JWTs, tokens of known
// forms). Names decide nothing.
type Hider struct {
	key []byte // of fingerprints; new in each process

	mu     sync.Mutex
	known  map[string]bool // true: only a value of a variable
	public map[string]struct{}
	table  atomic.Pointer[marker]
}

// NewHider returns a Hider that knows nothing yet.
func NewHider() *Hider {
	key := make([]byte, 32)
	rand.Read(key)
	h := &Hider{key: key, known: map[string]bool{}, public: map[string]struct{}{}}
	h.table.Store(newMarker(nil))
	return h
}

const (
	// shortest is the length below which a value is not looked for in text: it
	// would hide ordinary words and say that it did.
	shortest = 6
	// shortestPart is the same for a part of a value.
	shortestPart = 8
)

// Learn makes secrets of this process known: credentials, passwords, tokens.
// They are hidden from now on in plain, URL-encoded, base64 and JSON-escaped form.
func (h *Hider) Learn(secrets ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	grew := false
	for _, v := range secrets {
		grew = h.add(v, false) || grew
	}
	if grew {
		h.rebuild()
	}
}

// LearnValues makes the values of variables known, and what of them programs
// write alone. Values that are ordinary or public are left out: they are hidden
// as values, and a log may say "production".
func (h *Hider) LearnValues(values ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	grew := false
	for _, v := range values {
		if _, named := h.public[v]; named || ordinary(v) {
			continue
		}
		grew = h.add(v, true) || grew
		for _, part := range secretParts(v) {
			if _, named := h.public[part]; !named {
				grew = h.add(part, true) || grew
			}
		}
	}
	if grew {
		h.rebuild()
	}
}

// Public says that texts are names which the API shows openly, of applications,
// add-ons, owners and domains: a variable with the same value does not hide them.
// A secret of this process stays one.
func (h *Hider) Public(names ...string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	shrank := false
	for _, name := range names {
		if len(name) < shortest || credentialLike(name) {
			continue
		}
		h.public[name] = struct{}{}
		if h.known[name] {
			delete(h.known, name)
			shrank = true
		}
	}
	if shrank {
		h.rebuild()
	}
}

// add is for the holder of mu.
func (h *Hider) add(v string, value bool) (grew bool) {
	if len(v) < shortest {
		return false
	}
	before, ok := h.known[v]
	h.known[v] = value && (before || !ok)
	return !ok
}

// rebuild is for the holder of mu.
func (h *Hider) rebuild() {
	var pairs []string
	for v := range h.known {
		mark := h.Mark(v)
		for _, form := range forms(v) {
			pairs = append(pairs, form, mark)
		}
	}
	h.table.Store(newMarker(pairs))
}

func forms(v string) []string {
	out := slices.Concat([]string{v}, urlForms(v), jsonForms(v))
	// Base64 of a value that stands inside a longer text depends on where it
	// starts: three alignments, without the characters that its neighbours share.
	for skip := range 3 {
		padded := append(make([]byte, skip), v...)
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := enc.EncodeToString(padded)
			from, to := (skip*8+5)/6, len(padded)*8/6
			if to-from >= 8 {
				out = append(out, text[from:to])
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Mark stands in place of a secret: how long it is, roughly, and a fingerprint
// by which two values can be compared within this process.
func (h *Hider) Mark(v string) string {
	mac := hmac.New(sha256.New, h.key)
	mac.Write([]byte(v))
	return fmt.Sprintf("[hidden %s %s]", lengthClass(len(v)), hex.EncodeToString(mac.Sum(nil)[:4]))
}

func lengthClass(n int) string {
	switch {
	case n == 0:
		return "empty"
	case n < 8:
		return "under 8"
	case n < 16:
		return "8-15"
	case n < 32:
		return "16-31"
	case n < 64:
		return "32-63"
	}
	return "64+"
}

// look is a form by which a secret is known wherever it stands. Expressions take
// their time: they are asked only about texts in which one of the words stands.
type look struct {
	words []string
	form  *pattern
}

var looks = []look{
	{[]string{"PRIVATE KEY"}, lazily(`-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----|$)`)},
	{[]string{"eyJ"}, lazily(`\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`)},
	{[]string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "sk-", "k_live_", "k_test_", "AKIA", "npm_", "SG."}, lazily(`\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[abprs]-[A-Za-z0-9-]{10,}|sk-[A-Za-z0-9_-]{16,}|[sr]k_(?:live|test)_[A-Za-z0-9]{10,}|AKIA[A-Z0-9]{16}|npm_[A-Za-z0-9]{30,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})\b`)},
}

// shortestForm is less than any of looks and authorization can match: most strings
// of an answer are shorter. The nearest is oauth_token=x.
const shortestForm = 13

// userinfo finds the password of a URL: scheme://user:password@host.
var userinfo = lazily(`\b([a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\s/?#:@"'<>]*:)([^\s/?#@"'<>]+)@`)

// authorization finds credentials that were quoted from a header, in texts that
// have one of headerWords in lower case.
var (
	headerWords   = []string{"bearer", "basic", "oauth_"}
	authorization = lazily(`(?i)\b(bearer|basic)\s+([A-Za-z0-9+/=_.~-]{12,})|oauth_(?:signature|token)="?([^",\s&]+)`)
)

// Text hides secrets in a text, and makes characters visible that could steer a
// terminal or hide from a reader.
func (h *Hider) Text(s string) string {
	t := h.table.Load()
	if plain(t, s) {
		return s
	}
	return Visible(h.secrets(t, s))
}

func (h *Hider) secrets(t *marker, s string) string {
	s = t.replace(s)
	if len(s) < shortestForm && !strings.Contains(s, "://") {
		return s
	}
	for _, l := range looks {
		if hasAny(s, l.words) {
			s = l.form.ReplaceAllStringFunc(s, h.Mark)
		}
	}
	if strings.Contains(s, "://") {
		s = h.passwords(s)
	}
	if !hasAny(strings.ToLower(s), headerWords) {
		return s
	}
	return authorization.ReplaceAllStringFunc(s, func(m string) string {
		g := authorization.FindStringSubmatch(m)
		v := g[2] + g[3]
		if strings.HasPrefix(v, "[hidden") {
			return m
		}
		return strings.Replace(m, v, h.Mark(v), 1)
	})
}

// passwords hides the passwords of addresses.
func (h *Hider) passwords(s string) string {
	if strings.LastIndexByte(s, '@') < strings.Index(s, "://") {
		return s
	}
	return userinfo.ReplaceAllStringFunc(s, func(m string) string {
		g := userinfo.FindStringSubmatch(m)
		if strings.HasPrefix(g[2], "[hidden ") {
			return m
		}
		return g[1] + h.Mark(g[2]) + "@"
	})
}

// JSON is Text for every string and member name of a JSON document. Numbers keep
// their digits.
func (h *Hider) JSON(raw json.RawMessage) json.RawMessage {
	if h.nothingIn(raw) {
		return raw
	}
	var out bytes.Buffer
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return raw
	}
	v, changed := h.walk(v)
	if !changed {
		return raw
	}
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return raw
	}
	return bytes.TrimSpace(out.Bytes())
}

// nothingIn tells whether no string of a document would change, without taking the
// document apart: that is so for nearly all.
func (h *Hider) nothingIn(doc []byte) bool {
	for {
		begin := bytes.IndexByte(doc, '"')
		if begin < 0 {
			return true
		}
		doc = doc[begin:]
		end, escaped := 1, false
		for end < len(doc) && doc[end] != '"' {
			if doc[end] == '\\' {
				end, escaped = end+1, true
			}
			end++
		}
		if end >= len(doc) {
			return false
		}
		if escaped {
			var text string
			if json.Unmarshal(doc[:end+1], &text) != nil || h.Text(text) != text {
				return false
			}
		} else if text := doc[1:end]; !plain(h.table.Load(), text) && h.Text(string(text)) != string(text) {
			return false
		}
		doc = doc[end+1:]
	}
}

func (h *Hider) walk(v any) (any, bool) {
	switch v := v.(type) {
	case string:
		s := h.Text(v)
		return s, s != v
	case []any:
		changed := false
		for i := range v {
			if w, c := h.walk(v[i]); c {
				v[i], changed = w, true
			}
		}
		return v, changed
	case map[string]any:
		changed := false
		for k, e := range v {
			w, c := h.walk(e)
			if name := h.Text(k); name != k {
				delete(v, k)
				k, c = name, true
			}
			if c {
				v[k], changed = w, true
			}
		}
		return v, changed
	}
	return v, false
}

// Visible replaces what a reader cannot see and a terminal would obey: control
// and escape characters, bidi marks, zero-width and tag characters, also where
// they are written as HTML entities. It leaves line breaks, tabs, accents and
// ordinary emoji as they are, and doing it twice changes nothing.
func Visible(s string) string {
	if hidesInEntities(s) {
		// Without its & an entity is text, however often it is decoded.
		s = strings.ReplaceAll(s, "&", `\u{26}`)
	}
	if !strings.Contains(s, "\uFFFD") && !hasInvisible(s) {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		if shown(runes, i) {
			b.WriteRune(r)
			continue
		}
		fmt.Fprintf(&b, "\\u{%x}", r)
	}
	return b.String()
}

// deepestEntity is how often entities are decoded. What is still one then is nobody's
// text, and each time more would take as long as the text is.
const deepestEntity = 8

// hidesInEntities tells whether decoding the HTML entities of a text, once or as
// often as there are any, brings out what Visible replaces, or never ends.
func hidesInEntities(s string) bool {
	for range deepestEntity {
		if !strings.Contains(s, "&") {
			return false
		}
		decoded := html.UnescapeString(s)
		if decoded == s {
			return false
		}
		runes := []rune(decoded)
		for i := range runes {
			if !shown(runes, i) {
				return true
			}
		}
		s = decoded
	}
	return html.UnescapeString(s) != s
}

func hasInvisible(s string) bool {
	for _, r := range s {
		if r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && invisible(r) {
			return true
		}
	}
	return false
}

// shown tells whether the character stays as it is, which for what joins and
// colours emoji depends on its neighbours.
func shown(runes []rune, i int) bool {
	r := runes[i]
	before := func() rune {
		if i == 0 {
			return 0
		}
		return runes[i-1]
	}
	switch {
	case r == '\n' || r == '\t':
		return true
	case r == 0x200d:
		// A selector before it counts if it stays itself: what is made visible
		// would part the two.
		return i+1 < len(runes) && pictorial(runes[i+1]) && (pictorial(before()) || before() == 0xfe0f && shown(runes, i-1))
	case r == 0xfe0f:
		return pictorial(before()) || before() >= '#' && before() <= '9'
	}
	return r >= 0x20 && r != 0x7f && !invisible(r)
}

func invisible(r rune) bool {
	switch {
	case r == 0xad, r == 0x34f, r == 0x61c, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r == 0x3164, r == 0xffa0, r == 0x2800:
		return true
	case r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0100 && r <= 0xe01ef: // variation selectors
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co)
}

func pictorial(r rune) bool {
	return (unicode.Is(unicode.So, r) || r >= 0x1f3fb && r <= 0x1f3ff) && !invisible(r)
}
