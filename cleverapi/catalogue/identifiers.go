package catalogue

import (
	"regexp"
	"strings"
	"sync"
)

// form is a kind of identifier that people paste, and the things it stands for.
type form struct {
	pattern string
	things  string
	weight  float32
}

// identifierForms are tried in this order; what one takes is gone for the next.
var identifierForms = sync.OnceValue(func() []compiledForm {
	forms := []form{
		{`https?://\S+`, "", 0},
		{`[\w.+-]+@[\w-]+(\.[\w-]+)+`, "email", 0.4},
		{`app_[0-9a-f][\w-]*`, "app", 1},
		{`orga_[0-9a-f][\w-]*`, "organisation", 1},
		{`user_[0-9a-f][\w-]*`, "user", 0.6},
		{`addon_[0-9a-f][\w-]*`, "addon", 1},
		{`api_tokens_[0-9a-f][\w-]*`, "apitoken", 1},
		{`deployment_[0-9a-f][\w-]*`, "deployment", 1},
		{`plan_[0-9a-f][\w-]*`, "plan", 1},
		{`ng_[0-9a-f][\w-]*`, "networkgroup", 1},
		{`external_[0-9a-f][\w-]*`, "networkgroup peer", 1},
		{`kubernetes_[0-9A-Za-z][\w-]*`, "kubernetes", 1},
		{`node_group_[0-9A-Za-z][\w-]*`, "nodegroup", 1},
		{`(postgresql|mysql|mongodb|redis|elasticsearch)_[0-9a-f][\w-]*`, "addon database", 1},
		{`(cellar|pulsar|keycloak|otoroshi|metabase|matomo|jenkins|kv)_[0-9A-Za-z][\w-]*`, "addon $1", 1},
		{`config_[0-9a-f][\w-]*`, "configprovider", 1},
		{`bucket_[0-9a-f][\w-]*`, "addon", 1},
		{`\b[A-Z]\d{8}-\d{4,}\b`, "invoice", 1},
		{`\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`, "", 0},
		{`\b[0-9a-f]{40}\b`, "deployment", 0.5},
		{`\b[A-Z][A-Z0-9]*(_[A-Z0-9]+)+\b`, "env", 1},
		{`(?i)\b\d+ ?(gb|go|gig|gigs|giga|mb|mo|gib|tb|to|vcpu|cpus?|cores?|coeurs?)\b`, "scaling flavor migration", 0.5},
		{`\b(\*\.)?([a-z0-9-]+\.)+(com|fr|org|net|io|eu|dev|app|tech|cloud|example|info|be|ch|ca)\b(/\S*)?`, "domain", 0.9},
	}
	out := make([]compiledForm, len(forms))
	for i, f := range forms {
		out[i] = compiledForm{regexp.MustCompile(f.pattern), f.things, f.weight}
	}
	return out
})

type compiledForm struct {
	pattern *regexp.Regexp
	things  string
	weight  float32
}

// identifiers takes the identifiers out of a phrase and says what things they
// name: an id is worth its kind, its digits mean nothing.
func identifiers(phrase string) (rest string, things map[string]float32) {
	things = map[string]float32{}
	if !strings.ContainsAny(phrase, "_@./-0123456789") {
		return phrase, things
	}
	for _, f := range identifierForms() {
		phrase = f.pattern.ReplaceAllStringFunc(phrase, func(id string) string {
			names := f.things
			if strings.Contains(names, "$1") {
				kind, _, _ := strings.Cut(id, "_")
				names = strings.Replace(names, "$1", kind, 1)
			}
			for name := range strings.FieldsSeq(names) {
				things[name] = max(things[name], f.weight)
			}
			return " "
		})
	}
	return phrase, things
}
