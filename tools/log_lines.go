package tools

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"clever-mcp/cleverapi"
)

// lines reads the log and shows its newest entries.
func (w *logWish) lines(ctx context.Context, c *Call, r resource, out LogView) (LogView, error) {
	var got []cleverapi.LogLine
	var end cleverapi.StreamEnd
	err := parallel(ctx, 2, func(reading context.Context, i int) (err error) {
		if i == 0 {
			got, end, err = w.read(reading, c, r, "")
			return err
		}
		c.learnFor(ctx, r) // not given up when the log cannot be read
		return nil
	})
	if err != nil {
		return LogView{}, err
	}
	c.hideLines(got)
	if end != cleverapi.EndReached && w.matcher.text != "" {
		// Too much to read: let the API search. It knows lines, not entries.
		got, end, err = w.read(ctx, c, r, w.matcher.text)
		if err != nil {
			return LogView{}, err
		}
		c.hideLines(got)
		// Not even how many there are may tell what the API finds in what is hidden.
		got = slices.DeleteFunc(got, func(l cleverapi.LogLine) bool { return !w.matcher.matches(l.Message) })
		out.Note = "The range is large, so only the lines that match are shown, without what follows them. "
	}
	out.Lines = len(got)
	if end == cleverapi.EndTime || end == cleverapi.EndBytes {
		last := w.from
		if len(got) > 0 {
			last = got[len(got)-1].Date
		}
		out.Note += fmt.Sprintf("There is too much: lines after %s were not read. Ask again with since=%s, or for less with of or a shorter range. ", last.Format(time.RFC3339), last.Format(time.RFC3339))
	}
	if w.kind == kindBuild {
		got = untilVerdict(got)
	}
	matching := w.matching(w.before(got))
	entries := fold(matching)
	out.Matches, out.Levels = len(matching), countLevels(matching)
	shown, left := w.choose(entries)
	text, cut := render(shown, w.kind == kindErrors)
	if cut > 0 {
		shown, left = shown[cut:], left+cut
	}
	out.Text = fence(text)
	if left > 0 && w.kind != kindErrors {
		out.Cursor = w.placeBefore(shown).String()
	}
	if left > 0 && w.kind == kindErrors {
		out.Note += fmt.Sprintf("%d more entries: narrow since and until, or raise limit. ", left)
	}
	if errors := out.Levels["error"] + out.Levels["fatal"]; w.kind == kindErrors && errors == 0 && len(shown) > 0 {
		out.Note += "No line here is an error. "
	}
	if len(shown) == 0 {
		out.Text = ""
		out.Note += w.nothing(len(got))
	}
	out.Note = strings.TrimSpace(out.Note)
	return out, nil
}

// hideLines hides secrets before anything else looks at a log: what is cut to
// half a secret is not recognised any more, and a search that finds hidden text
// could guess it letter by letter.
func (c *Call) hideLines(lines []cleverapi.LogLine) {
	keys := keyLines{}
	for i := range lines {
		lines[i].Message = keys.hide(c.Hide, lines[i].Instance, lines[i].Message)
	}
}

// nothing says why there is nothing to show.
func (w *logWish) nothing(read int) string {
	if read > 0 {
		return fmt.Sprintf("%d lines came in this range and none fits: loosen search or level.", read)
	}
	return "No lines in this range: look further back with since, e.g. 1d."
}

// read reads the range, oldest first.
func (w *logWish) read(ctx context.Context, c *Call, r resource, filter string) ([]cleverapi.LogLine, cleverapi.StreamEnd, error) {
	q := w.query()
	q.Filter = filter
	var got []cleverapi.LogLine
	keep := func(l cleverapi.LogLine) bool {
		got = append(got, l)
		if len(got)%5000 == 0 {
			c.Progress(Step{Message: fmt.Sprintf("%d lines read, up to %s", len(got), l.Date.Format(time.RFC3339)), Progress: float64(len(got))})
		}
		return true
	}
	var end cleverapi.StreamEnd
	var err error
	if r.IsAddon() {
		end, err = c.API.Logs.Addon(ctx, r.Owner, r.ID, q, keep)
	} else {
		end, err = c.API.Logs.Application(ctx, r.Owner, r.ID, q, keep)
	}
	// Several sources are merged upstream, not always in order.
	sort.SliceStable(got, func(i, j int) bool { return got[i].Date.Before(got[j].Date) })
	return got, end, err
}

// before drops the lines that the pages before showed.
func (w *logWish) before(got []cleverapi.LogLine) []cleverapi.LogLine {
	if w.at.at.IsZero() {
		return got
	}
	for len(got) > 0 && got[len(got)-1].Date.UnixMilli() > w.at.at.UnixMilli() {
		got = got[:len(got)-1]
	}
	for n := w.at.shown; n > 0 && len(got) > 0 && got[len(got)-1].Date.UnixMilli() == w.at.at.UnixMilli(); n-- {
		got = got[:len(got)-1]
	}
	return got
}

// matching returns the entries that are wanted.
func (w *logWish) matching(got []cleverapi.LogLine) []*entry {
	g := newGrouper()
	for _, l := range got {
		g.add(l)
	}
	return slices.DeleteFunc(g.entries, func(e *entry) bool {
		return e.level > w.least || !slices.ContainsFunc(e.lines, w.matcher.matches)
	})
}

// choose returns the newest entries in the order in which they are shown, and
// how many are left. With errors first, room that errors leave goes to the rest.
func (w *logWish) choose(entries []*entry) (shown []*entry, left int) {
	newest := func(list []*entry, n int) []*entry { return list[max(0, len(list)-n):] }
	if w.kind != kindErrors {
		shown = newest(entries, w.limit)
		return shown, len(entries) - len(shown)
	}
	var bad, rest []*entry
	for _, e := range entries {
		if e.level <= levelError {
			bad = append(bad, e)
		} else {
			rest = append(rest, e)
		}
	}
	shown = slices.Clone(newest(bad, w.limit))
	left = len(bad) - len(shown)
	// The rest is context: what is not shown of it is no loss.
	return append(shown, newest(rest, min(w.limit-len(shown), 10))...), left
}

// placeBefore is the place before the oldest entry that is shown. Lines of the
// same date that were shown, in whatever entry, are counted.
func (w *logWish) placeBefore(shown []*entry) logPlace {
	oldest := time.Time{}
	for _, e := range shown {
		for _, d := range e.dates {
			if oldest.IsZero() || d.Before(oldest) {
				oldest = d
			}
		}
	}
	p := logPlace{at: oldest}
	if oldest.UnixMilli() == w.at.at.UnixMilli() {
		p.shown = w.at.shown // the pages before showed more of the same date
	}
	for _, e := range shown {
		for _, d := range e.dates {
			if d.UnixMilli() == oldest.UnixMilli() {
				p.shown++
			}
		}
	}
	return p
}

// untilVerdict cuts a log after the line by which the platform ends a deployment.
func untilVerdict(got []cleverapi.LogLine) []cleverapi.LogLine {
	for i, l := range got {
		text := strings.ToLower(l.Message)
		if strings.HasPrefix(text, "successfully deployed in") || strings.HasPrefix(text, "deploy failed in") {
			return got[:i+1]
		}
	}
	return got
}

func countLevels(entries []*entry) map[string]int {
	out := map[string]int{}
	for _, e := range entries {
		if e.level < levelInfo {
			out[e.level.String()]++
		}
	}
	return out
}
