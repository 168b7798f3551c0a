package tools

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// maxLogText keeps an answer below 6,000 tokens with what is around the text.
	maxLogText = 14 << 10
	// maxLine is what is shown of one line; minified code and JSON dumps are longer.
	maxLine = 600
)

// render writes entries one after the other. When they are too long together,
// the first ones are left out, and cut says how many; the newest is always shown.
func render(entries []*entry, errorsFirst bool) (text string, cut int) {
	several := instancesOf(entries) > 1
	blocks := make([]string, len(entries))
	for i, e := range entries {
		blocks[i] = e.String(several)
	}
	size := 0
	if errorsFirst {
		// The errors stand in front: what does not fit is cut from the end.
		for i, b := range blocks {
			if size += len(b) + 1; size > maxLogText && i > 0 {
				blocks = blocks[:i]
				break
			}
		}
		return dated(entries[:len(blocks)], blocks), 0
	}
	for i := len(blocks) - 1; i >= 0; i-- {
		if size += len(blocks[i]) + 1; size > maxLogText && i < len(blocks)-1 {
			cut = i + 1
			break
		}
	}
	return dated(entries[cut:], blocks[cut:]), cut
}

// dated puts the day before the first entry of each.
func dated(entries []*entry, blocks []string) string {
	var b strings.Builder
	day := ""
	for i, e := range entries {
		if d := e.first.UTC().Format(time.DateOnly); d != day {
			day = d
			b.WriteString("-- " + day + " UTC\n")
		}
		b.WriteString(blocks[i] + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// String is an entry for a reader: time, level, instance, repeats, text.
func (e *entry) String(several bool) string {
	var b strings.Builder
	b.WriteString(e.first.UTC().Format(time.TimeOnly))
	if e.count > 1 {
		end := time.TimeOnly
		if e.last.UTC().YearDay() != e.first.UTC().YearDay() {
			end = time.DateTime
		}
		fmt.Fprintf(&b, "..%s ×%d", e.last.UTC().Format(end), e.count)
	}
	if e.level < levelInfo {
		b.WriteString(" " + strings.ToUpper(e.level.String()))
	}
	if several && e.instance != "" {
		b.WriteString(" [" + clip(e.instance, 8) + "]")
	}
	lines := e.lines
	// Of a long trace, the beginning says what and the end says why.
	if len(lines) > 24 {
		lines = slices.Concat(lines[:14], []string{fmt.Sprintf("… %d lines left out …", len(lines)-22)}, lines[len(lines)-8:])
	}
	for i, line := range lines {
		if i == 0 {
			b.WriteString(" ")
		} else {
			b.WriteString("\n  ")
		}
		b.WriteString(clip(line, maxLine))
	}
	return b.String()
}

func instancesOf(entries []*entry) int {
	seen := map[string]bool{}
	for _, e := range entries {
		if e.instance != "" {
			seen[e.instance] = true
		}
	}
	return len(seen)
}
