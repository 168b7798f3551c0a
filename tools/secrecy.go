package tools

import (
	"math"
	"slices"
	"strings"
	"time"
)

// Body hides what is secret in the decoded answer of an operation whose answer
// can hold secrets, by what a value is: the value of a name-value pair, anything
// under an environment, a string with the randomness of a credential. What it
// hides is learned, so that it stays hidden wherever else it turns up.
//
// It works on the whole answer before anything else sees it: a selection cannot
// encode a value first.
func (h *Hider) Body(v any) any {
	c := &concealed{Hider: h}
	v = c.body(v, "")
	c.Learn(c.secrets...)
	c.LearnValues(c.values...)
	return v
}

// concealed is what is hidden of one answer. It is learned when all of it is known,
// because each time takes as long as what is known already.
type concealed struct {
	*Hider
	secrets, values []string
}

func (h *concealed) body(v any, under string) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = h.body(v[i], under)
		}
	case map[string]any:
		_, named := v["name"].(string)
		_, based := v["baseUrl"].(string)
		for k, e := range v {
			switch {
			case based && k == "key":
				// Of an OAuth consumer: the public half, by which it is named everywhere.
			case credentialKey.MatchString(k):
				v[k] = h.credential(e)
			case named && strings.EqualFold(k, "value"), environmentKey.MatchString(k) && !isList(e):
				v[k] = h.all(e, h.concealValue)
			default:
				v[k] = h.body(e, k)
			}
		}
	case string:
		if credentialLike(v) {
			return h.conceal(v)
		}
	}
	return v
}

// nothingShown holds for an answer that was nothing but secrets.
func nothingShown(v any) bool {
	switch v := v.(type) {
	case string:
		return mark.MatchString(v)
	case []any:
		return len(v) > 0 && !slices.ContainsFunc(v, func(e any) bool { return !nothingShown(e) })
	case map[string]any:
		for _, e := range v {
			if !nothingShown(e) {
				return false
			}
		}
		return len(v) > 0
	}
	return false
}

func isList(v any) bool { _, ok := v.([]any); return ok }

// environmentKey finds maps whose members are variables. Lists of variables are
// found by their name-value pairs.
var environmentKey = lazily(`(?i)^(env|environment|envvars|exposed_?env|variables|defaultenv|config)$`)

// credentialKey finds members that hold a credential by the API's own naming.
// It only adds to what is hidden by form.
var credentialKey = lazily(`(?i)(password|passwd|secret|token|credential|apikey|api_key|private_?key|key_?secret|kubeconfig|configuration|webhookurl|dsn|uri|authorization|download_?url|presigned)s?$`)

// credential hides what stands under the name of a credential. What is said about
// one beside it stays: a date that was hidden as a secret would be missing from
// every later answer.
func (h *concealed) credential(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = h.credential(v[i])
		}
		return v
	case map[string]any:
		for k, e := range v {
			if s, ok := e.(string); !ok || !aboutCredential(k, s) {
				v[k] = h.credential(e)
			}
		}
		return v
	}
	return h.all(v, h.conceal)
}

// aboutCredential tells what an object that describes a credential says of it: when
// it was made and ends, its ID, what it allows. The form must agree with the name.
func aboutCredential(name, value string) bool {
	switch name {
	case "creationDate", "createdAt", "updatedAt", "expiresAt", "expirationDate", "lastUsedAt", "revokedAt":
		_, err := time.Parse(time.RFC3339, value)
		return err == nil
	case "id":
		return plainly.MatchString(value)
	case "rights", "state", "status":
		return capitals.MatchString(value)
	}
	return false
}

// capitals is how the API writes a choice.
var capitals = lazily(`^[A-Z]{2,12}(_[A-Z]{2,12})?$`)

// all hides every string below v.
func (h *concealed) all(v any, conceal func(string) string) any {
	switch v := v.(type) {
	case string:
		return conceal(v)
	case []any:
		for i := range v {
			v[i] = h.all(v[i], conceal)
		}
	case map[string]any:
		for k := range v {
			v[k] = h.all(v[k], conceal)
		}
	case nil, bool:
		return v
	default: // a number can be a password too
		return "[hidden number]"
	}
	return v
}

func (h *concealed) conceal(v string) string {
	if v == "" || mark.MatchString(v) {
		return v
	}
	h.secrets = append(h.secrets, v)
	return h.Mark(v)
}

// concealValue is conceal for the value of a variable, which can be an ordinary word.
func (h *concealed) concealValue(v string) string {
	if v == "" || mark.MatchString(v) {
		return v
	}
	h.values = append(h.values, v)
	return h.Mark(v)
}

// mark is what Mark makes.
var mark = lazily(`^\[hidden (?:empty|under 8|8-15|16-31|32-63|64\+) [0-9a-f]{8}\]$`)

// plainly are the forms of random-looking values that are no secrets: IDs, UUIDs,
// commits, dates, addresses, host names.
var plainly = lazily(`^([a-z]+_)*[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$|^[0-9a-f]{40}$|^(kubernetes|node_group|kv|drain)_[0-9A-Z]{26}$|^\d{4}-\d\d-\d\dT|^[\w.+-]+@[\w.-]+$|^(https?|git\+ssh|ssh|git)://[^@?]*(@[^@?]*)?$|^[\w*-]+(\.[\w-]+)+/?[\w/-]*$`)

// credentialLike tells a string that looks drawn by chance: 16 characters or
// more without spaces, at least 3.2 bits in each, letters and digits mixed.
func credentialLike(s string) bool {
	if len(s) < 16 || len(s) > 4096 || strings.ContainsAny(s, " \n\t") || plainly.MatchString(s) {
		return false
	}
	var digits, letters int
	counts := map[rune]int{}
	for _, r := range s {
		counts[r]++
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z':
			letters++
		}
	}
	if digits < 2 || letters < 4 {
		return false
	}
	bits, n := 0.0, float64(len(s))
	for _, c := range counts {
		p := float64(c) / n
		bits -= p * math.Log2(p)
	}
	return bits >= 3.2
}
