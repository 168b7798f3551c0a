package tools

import (
	"slices"
	"strings"
)

// found is what the log of a failed deployment shows.
type found struct {
	cause, next string
	excerpt     []string
}

// alarming finds lines worth showing when no cause is known.
var alarming = lazily(`(?i)\b(?:error|fatal|failed|failure|exception|cannot|critical|panic)\b`)

const (
	before, after = 3, 8 // lines shown around the one that tells
	lastLines     = 6    // shown of the end, whatever they say
	excerptLines  = 24
	lineLength    = 240 // shown of a line
	readLength    = 600 // looked at of a line; what tells stands at its beginning
)

// findCause looks for the line that tells why a deployment failed, and cuts out
// what surrounds it and the end of the log.
func findCause(app App, lines []string) found {
	if len(lines) == 0 {
		return found{
			cause: "Its log is empty, so the failure came before the build began.",
			next:  "Check that the branch or commit exists and that the application has the right type; get_logs with this deployment reads the log again.",
		}
	}
	for _, s := range signs {
		for i, line := range lines {
			if captured, ok := s.in(clip(line, readLength)); ok {
				return found{
					cause:   filledIn(s.cause, captured) + ".",
					next:    forApp(filledIn(s.next, captured), app),
					excerpt: excerpt(lines, i),
				}
			}
		}
	}
	tells := len(lines) - 1
	if i := slices.IndexFunc(lines, func(l string) bool { return alarming.MatchString(clip(l, readLength)) }); i >= 0 {
		tells = i
	}
	return found{
		cause:   "Not one that is recognised: see the log.",
		next:    "Read the lines below; get_logs with this deployment has all of them.",
		excerpt: excerpt(lines, tells),
	}
}

// excerpt returns the lines around one and the last ones, each cut to a length,
// with a mark where lines are left out.
func excerpt(lines []string, at int) []string {
	show := map[int]bool{}
	for i := max(0, at-before); i < min(len(lines), at+after+1); i++ {
		show[i] = true
	}
	for i := max(0, len(lines)-lastLines); i < len(lines); i++ {
		show[i] = true
	}
	var out []string
	skipped := false
	for i, line := range lines {
		if !show[i] {
			skipped = true
			continue
		}
		if skipped && len(out) > 0 {
			out = append(out, "[…]")
		}
		skipped = false
		out = append(out, clip(strings.TrimRight(line, " \r\n\t"), lineLength))
	}
	return out[max(0, len(out)-excerptLines):]
}
