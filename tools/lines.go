package tools

import (
	"cmp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// line writes one thing of a list as its cells and then its name, parted by single
// spaces. As many spaces as there are cells part it again: a cell has none and is
// never empty, and the name comes last because it may hold anything but the end of
// a line.
//
// Results are hidden as a whole later, and what stands for a secret has spaces in
// it, so it is hidden here too, before columns can shift.
func (c *Call) line(name string, cells ...string) string {
	for i, text := range cells {
		cells[i] = cell(c.Hide.Text(text))
	}
	name = oneLine(c.Hide.Text(name))
	head := strings.Join(cells, " ") + " "
	if strings.HasPrefix(c.Hide.Text(head+name), head) {
		return head + name
	}
	// Cells beside each other make a secret, as a variable with the value
	// "python par" does: they are not said.
	return cells[0] + strings.Repeat(" -", len(cells)-1) + " " + name
}

// cell is a text without spaces, "-" when there is none.
func cell(text string) string {
	if text == "" {
		return "-"
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return '_'
		}
		return r
	}, text)
}

// oneLine is a name without the two characters that Visible leaves and that would
// part lines and columns, "-" when there is none.
func oneLine(name string) string {
	return strings.NewReplacer("\n", `\u{a}`, "\t", `\u{9}`).Replace(cmp.Or(name, "-"))
}

// shortAge says how long ago something was in the largest unit that still tells
// yesterday from the day before. What is yet to come, by the clock of another
// machine, is now.
func shortAge(d time.Duration) string {
	n, unit := int(max(d, 0)/time.Second), "s"
	switch {
	case d >= 48*time.Hour:
		n, unit = int(d/(24*time.Hour)), "d"
	case d >= time.Hour:
		n, unit = int(d/time.Hour), "h"
	case d >= time.Minute:
		n, unit = int(d/time.Minute), "m"
	}
	return strconv.Itoa(n) + unit
}
