package cli

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"

	"clever-mcp/cli/clients"
	"clever-mcp/tools"
)

// preview prints what a change would do to a file, as lines that go and lines that
// come. Nothing around them is shown: the entries of other servers hold secrets.
func preview(w io.Writer, c *clients.Change) {
	a, b := c.Before, c.After
	from := commonPrefix(a, b)
	to := commonSuffix(a[from:], b[from:])
	start := bytes.LastIndexByte(a[:from], '\n') + 1
	fmt.Fprintf(w, "--- %s, line %d\n", c.File, bytes.Count(a[:start], []byte("\n"))+1)
	removed, added := a[from:len(a)-to], b[from:len(b)-to]
	head := a[start:from]
	tail, _, _ := bytes.Cut(a[len(a)-to:], []byte("\n"))
	// A region that ends with its line has no tail of its own.
	if bytes.HasSuffix(added, []byte("\n")) || bytes.HasSuffix(removed, []byte("\n")) {
		tail = nil
	}
	if len(head) > 0 && len(removed) == 0 && onlySigns(head) || len(removed) > 0 {
		printLines(w, "-", head, removed, tail)
	}
	printLines(w, "+", head, added, tail)
}

// printLines prints a region with what is before and after it on its lines.
func printLines(w io.Writer, sign string, head, region, tail []byte) {
	text := kept(head) + string(region) + kept(tail)
	text = strings.TrimRight(text, "\r\n")
	if strings.TrimSpace(text) == "" {
		return
	}
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "…" {
			continue
		}
		fmt.Fprintf(w, "%s %s\n", sign, tools.Visible(strings.TrimRight(line, "\r\n")))
	}
}

// kept is what is shown of a part of a line that stays.
func kept(part []byte) string {
	if onlySigns(part) {
		return string(part)
	}
	return "…"
}

// onlySigns holds for brackets, commas and space.
func onlySigns(part []byte) bool {
	return !bytes.ContainsFunc(part, func(r rune) bool { return !unicode.IsSpace(r) && !strings.ContainsRune("{}[],", r) })
}

// commonPrefix counts the bytes that both begin with, up to a whole character.
func commonPrefix(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && (n < len(a) && !startsRune(a[n]) || n < len(b) && !startsRune(b[n])) {
		n--
	}
	return n
}

func commonSuffix(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	for n > 0 && !startsRune(a[len(a)-n]) {
		n--
	}
	return n
}

func startsRune(b byte) bool { return b&0xC0 != 0x80 }
