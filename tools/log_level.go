package tools

import (
	"regexp"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
)

// level is how bad a line is, by the words that people use; 0 is the worst.
type level int

const (
	levelFatal level = iota
	levelError
	levelWarning
	levelInfo
	levelDebug
)

var levelNames = []string{"fatal", "error", "warning", "info", "debug"}

func (l level) String() string { return levelNames[l] }

// parseLevel reads the least level that is wanted; "" wants all.
func parseLevel(s string) (level, error) {
	s = strings.ToLower(s)
	if s == "" {
		return levelDebug, nil
	}
	if s == "warn" {
		return levelWarning, nil
	}
	if i := slices.Index(levelNames, s); i >= 0 {
		return level(i), nil
	}
	return 0, badArgument("level is none of %s.", list(levelNames))
}

// severities are the names of syslog.
var severities = map[string]level{
	"emerg": levelFatal, "emergency": levelFatal, "alert": levelFatal, "crit": levelFatal, "critical": levelFatal, "fatal": levelFatal,
	"err": levelError, "error": levelError, "warn": levelWarning, "warning": levelWarning,
	"notice": levelInfo, "info": levelInfo, "informational": levelInfo, "debug": levelDebug, "trace": levelDebug,
}

// said finds the level that a line names itself; most programs write everything
// to syslog as info.
var said = regexp.MustCompile(`(?i)(?:^|[^a-z])(fatal|panic|critical|crit|error|err|exception|traceback|warning|warn|debug|trace|info)(?:[^a-z]|$)`)

// saidWithin is how far from the beginning a level stands: later it is prose.
const saidWithin = 80

// badName finds the class of an exception, which says error without saying it.
var badName = regexp.MustCompile(`^\s*(?:[A-Za-z_][\w.$]*)(?:Error|Exception)\b|^npm ERR!|^Segmentation fault|^Killed\b|Out ?Of ?Memory|out of memory|ECONNREFUSED|EADDRINUSE|ENOSPC|No space left on device`)

// Plain searches go before the expressions, which are a hundred times slower.
var (
	badWords   = []string{"Error", "Exception", "npm ERR!", "Segmentation", "Killed", "emory", "ECONN", "EADDR", "ENOSPC", "No space"}
	levelWords = []string{"fatal", "panic", "crit", "err", "exception", "traceback", "warn", "debug", "trace", "info"}
)

func hasAny(text string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}

func levelOf(l cleverapi.LogLine) level {
	by, ok := severities[strings.ToLower(l.Severity)]
	switch {
	case ok:
	case l.Priority >= 1 && l.Priority <= 2:
		by = levelFatal
	case l.Priority == 3:
		by = levelError
	case l.Priority == 4:
		by = levelWarning
	case l.Priority == 7:
		by = levelDebug
	default:
		by = levelInfo // 0 is also what a missing priority reads as
	}
	if by < levelInfo {
		return by
	}
	text := clip(l.Message, 400)
	if hasAny(text, badWords) && badName.MatchString(text) {
		return levelError
	}
	start := text[:min(len(text), saidWithin)]
	if !hasAny(strings.ToLower(start), levelWords) {
		return by
	}
	m := said.FindStringSubmatch(start)
	if m == nil {
		return by
	}
	switch strings.ToLower(m[1]) {
	case "fatal", "panic", "critical", "crit":
		return levelFatal
	case "error", "err", "exception", "traceback":
		return levelError
	case "warning", "warn":
		return levelWarning
	case "debug", "trace":
		return levelDebug
	}
	return by
}
