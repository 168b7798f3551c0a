package tools

import (
	"fmt"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
)

// seen is a sign with the lines that show it.
type seen struct {
	sign
	captured string
	first    cleverapi.LogLine
	last     cleverapi.LogLine
	count    int
}

// maxShapes bounds what is remembered of a log.
const maxShapes = 5000

// in tells whether a line shows the sign, and what it captures there.
func (s sign) in(line string) (captured string, ok bool) {
	m := s.find.FindStringSubmatch(line)
	if m == nil {
		return "", false
	}
	for _, g := range m[1:] {
		if g != "" {
			captured = g
		}
	}
	return captured, true
}

// signsIn finds the signs of trouble in a log. A line counts for the first sign
// that it shows, in the order of the table.
func signsIn(lines []cleverapi.LogLine) []*seen {
	var out []*seen
	byCause := map[string]*seen{}
	// Logs repeat themselves, and looking for every sign in every line takes long.
	known := map[string]int{}
	for _, l := range lines {
		text := clip(l.Message, 2000)
		shape := shapeOf([]string{text})
		first, ok := known[shape]
		if !ok {
			first = slices.IndexFunc(signs, func(s sign) bool { return s.find.MatchString(text) })
			if len(known) < maxShapes {
				known[shape] = first
			}
		}
		if first < 0 {
			continue
		}
		for _, s := range signs[first:] {
			captured, ok := s.in(text)
			if !ok {
				continue
			}
			key := s.cause + "\x00" + captured
			if byCause[key] == nil {
				byCause[key] = &seen{sign: s, captured: captured, first: l}
				out = append(out, byCause[key])
			}
			byCause[key].last = l
			byCause[key].count++
			break
		}
	}
	return out
}

// what is the cause in words.
func (s *seen) what() string { return filledIn(s.cause, s.captured) }

func filledIn(text, captured string) string { return strings.ReplaceAll(text, "%s", captured) }

// call fills in the next step.
func (s *seen) call(app App) string { return forApp(filledIn(s.next, s.captured), app) }

// forApp puts the arguments that name an application into the calls of a text:
// {app} and {app,"more":"arguments"}.
func forApp(text string, app App) string {
	return strings.ReplaceAll(text, "{app", fmt.Sprintf(`{"app":%q,"owner":%q`, app.ID, app.Owner))
}

// evidence collects the log lines that causes refer to.
type evidence struct{ lines []string }

// add returns how a cause refers to the line.
func (e *evidence) add(l cleverapi.LogLine) string {
	e.lines = append(e.lines, fmt.Sprintf("[%d] %s %s", len(e.lines)+1, l.Date.UTC().Format("2006-01-02 15:04:05Z"), clip(l.Message, 300)))
	return fmt.Sprintf("log line [%d]", len(e.lines))
}

func (e *evidence) String() string { return strings.Join(e.lines, "\n") }
