package tools

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
)

// ordinary tells a value of a variable that is no secret whatever its name is,
// so that it need not vanish from every later answer: a mode, a switch, a small
// number, a zone, a version, an ID. It stays hidden where variables are shown.
// What is not surely ordinary is not: a word that nobody listed may be a password.
func ordinary(v string) bool {
	return slices.Contains(ordinaryWords[:], strings.ToLower(v)) || ordinaryForm.MatchString(v)
}

// ordinaryForm: numbers below eight digits, sizes and durations, versions, IDs by
// which the API names things, locales, time zones, addresses of this machine.
var ordinaryForm = lazily(`^(?:-?\d{1,7}(?:\.\d{1,3})?|\d{1,7} ?(?:[kKmMgG]i?[bB]?|ms|s|m|h|d|%)` +
	`|v?\d{1,3}(?:\.\d{1,4}){1,3}` +
	`|(?:app|addon|orga|user|deployment|postgresql|mysql|redis|mongodb|cellar)_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}` +
	`|[a-z]{2}[_-][A-Z]{2}(?:\.(?i:utf-?8))?` +
	`|(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Z][A-Za-z_-]{2,20}` +
	`|0\.0\.0\.0|127\.0\.0\.1|(?:127\.0\.0\.1|0\.0\.0\.0|localhost):\d{2,5}|/|\./?)$`)

// ordinaryWords are what programs and this platform are configured with. Shorter
// words are never looked for in text.
var ordinaryWords = [...]string{
	"access", "active", "allow-all", "allowed", "always", "apache", "auto-install", "automatic", "backend", "bundle", "chrome",
	"client", "cluster", "combined", "common", "composer", "console", "cookie", "critical", "database", "debugging", "default",
	"denied", "deny-all", "dependencies", "detailed", "develop", "developer", "development", "disable", "disabled", "docker",
	"dynamic", "elixir", "enable", "enabled", "english", "eu-central-1", "eu-west-1", "eu-west-3", "express", "external",
	"filesystem", "forever", "france", "french", "frontend", "github", "gitlab", "global", "gradle", "grahds", "gunicorn",
	"haskell", "hidden", "ignore", "inactive", "install", "integration", "internal", "javascript", "laravel", "legacy", "localhost",
	"manual", "master", "maximum", "memcached", "memory", "message", "metrics", "minimal", "minimum", "mongodb", "native", "nextjs",
	"no-cache", "nodejs", "normal", "notice", "optional", "parallel", "paranoid", "parhds", "pipeline", "postgres", "postgresql",
	"preprod", "preproduction", "preview", "primary", "private", "prod-like", "production", "public", "puppeteer", "python",
	"qualification", "queued", "rabbitmq", "rbxhds", "redirect", "region", "release", "remote", "replica", "require", "required",
	"ruby-on-rails", "runtime", "same-site", "sandbox", "secondary", "server", "service", "session", "shared", "sidekiq", "silent",
	"single", "sqlite", "sqlite3", "stable", "staging", "standalone", "standard", "static", "stderr", "stdout", "streaming",
	"strict", "symfony", "system", "testing", "tomcat", "traceback", "undefined", "unlimited", "unstable", "update", "upgrade",
	"us-east-1", "utf8mb4", "uvicorn", "verbose", "verify", "verify-ca", "verify-full", "version", "virtual", "warning",
	"wordpress", "worker", "workers",
}

// secretParts are what of a value can be written alone by a program that uses
// it: its lines, the texts of a JSON document, the password of an address, and what
// it is the base64 of.
func secretParts(v string) []string {
	var parts []string
	if strings.ContainsAny(v, "\r\n") {
		for line := range strings.Lines(v) {
			line = strings.TrimSpace(line)
			if !strings.HasPrefix(line, "-----") { // begins and ends many keys
				parts = append(parts, line)
			}
		}
	}
	if m := userinfo.FindStringSubmatch(v); m != nil {
		parts = append(parts, m[2])
	}
	parts = append(parts, jsonTexts(v)...)
	if raw, err := base64.StdEncoding.DecodeString(v); err == nil && !strings.ContainsFunc(string(raw), func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f }) {
		parts = append(parts, string(raw))
	}
	return slices.DeleteFunc(parts, func(p string) bool { return len(p) < shortestPart || ordinary(p) })
}

// maxTexts bounds what is taken out of one JSON document.
const maxTexts = 200

// jsonTexts returns the texts within a value that is a JSON object or list.
func jsonTexts(v string) []string {
	var doc any
	if t := strings.TrimSpace(v); !strings.HasPrefix(t, "{") && !strings.HasPrefix(t, "[") || json.Unmarshal([]byte(t), &doc) != nil {
		return nil
	}
	var texts []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			if len(texts) < maxTexts {
				texts = append(texts, v)
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(doc)
	return texts
}
