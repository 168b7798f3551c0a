package tools

import (
	"regexp"
	"strings"
	"time"

	"clever-mcp/cleverapi"
)

// entry is what somebody logged at once: a line, or a stack trace with all its
// lines; and how often it came.
type entry struct {
	first, last time.Time
	lines       []string
	level       level
	instance    string
	count       int
	shape       string // the text without what changes from time to time
	// dates of all its lines, for the cursor.
	dates []time.Time
}

// continued finds lines that belong to the line before: frames of stack traces
// of the usual languages, and indented text.
var continued = regexp.MustCompile(`^(\s+\S|\s*at \S+|Caused by: |Suppressed: |\.\.\. \d+ more|During handling of the above|The above exception was|goroutine \d+ \[|created by |[)}\]]+[,;]?$)`)

var (
	traceback = regexp.MustCompile(`^Traceback \(most recent call last\)`)
	goPanic   = regexp.MustCompile(`^(panic: |fatal error: |goroutine \d+ \[)`)
	goFrame   = regexp.MustCompile(`^([\w./*\-]+[\w.*()\[\]]*\(.*\)|exit status \d+|\[signal .*)$`)
)

// maxEntryLines is the most lines of one entry: a trace that recurses for ever
// says nothing more after that.
const maxEntryLines = 60

// grouper puts lines together to entries, instance by instance, because the
// lines of several instances come mixed.
type grouper struct {
	entries []*entry
	open    map[string]*openEntry
}

type openEntry struct {
	*entry
	python, golang bool
}

func newGrouper() *grouper { return &grouper{open: map[string]*openEntry{}} }

func (g *grouper) add(l cleverapi.LogLine) {
	key := l.Instance + "\x00" + l.Service
	o := g.open[key]
	if o != nil && l.Date.Sub(o.last) <= 2*time.Second && o.takes(l.Message) {
		o.last = l.Date
		o.level = min(o.level, levelOf(l))
		if len(o.lines) < maxEntryLines {
			o.lines = append(o.lines, l.Message)
		}
		o.dates = append(o.dates, l.Date)
		return
	}
	e := &entry{first: l.Date, last: l.Date, lines: strings.Split(strings.TrimRight(l.Message, "\n"), "\n"), level: levelOf(l),
		instance: l.Instance, count: 1, dates: []time.Time{l.Date}}
	if len(e.lines) > maxEntryLines {
		e.lines = e.lines[:maxEntryLines]
	}
	g.entries = append(g.entries, e)
	g.open[key] = &openEntry{entry: e, python: traceback.MatchString(l.Message), golang: goPanic.MatchString(l.Message)}
}

// takes tells whether a line goes on with the entry.
func (o *openEntry) takes(line string) bool {
	switch {
	case traceback.MatchString(line):
		// "Error while handling" and the trace that follows are one thing.
		start := !o.python && o.level <= levelWarning && len(o.lines) == 1
		o.python = o.python || start
		return start
	case o.python:
		if strings.HasPrefix(line, " ") || line == "" {
			return true
		}
		if continued.MatchString(line) {
			return true
		}
		o.python = false // the exception itself, the last line of the trace
		return true
	case o.golang:
		return line == "" || goPanic.MatchString(line) || goFrame.MatchString(line) || continued.MatchString(line)
	}
	return continued.MatchString(line)
}

// changing finds what differs between repeats: numbers, ids, dates, addresses.
var changing = regexp.MustCompile(`[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|\b0x[0-9a-fA-F]+\b|\b[0-9a-f]*[0-9][0-9a-f]*\b|\d+`)

func shapeOf(lines []string) string {
	return changing.ReplaceAllString(strings.Join(lines, "\n"), "#")
}

// foldBack is how far back a repeat is looked for, so that two lines that take
// turns fold too and the order stays true.
const foldBack = 8

// fold replaces repeats by the first of them with a count.
func fold(entries []*entry) []*entry {
	var out []*entry
next:
	for _, e := range entries {
		e.shape = shapeOf(e.lines)
		for i := len(out) - 1; i >= 0 && i >= len(out)-foldBack; i-- {
			if o := out[i]; o.shape == e.shape && o.level == e.level {
				o.count += e.count
				o.last = e.last
				o.dates = append(o.dates, e.dates...)
				if o.instance != e.instance {
					o.instance = ""
				}
				continue next
			}
		}
		out = append(out, e)
	}
	return out
}
