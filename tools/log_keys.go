package tools

import "strings"

// keyLines finds private keys that a program writes to its log line by line, so that
// each line is an entry, among those of other instances. By instance: how many
// lines may still belong to a key; below zero, to something public.
type keyLines map[string]int

const (
	// longestKey is more lines than any key has.
	longestKey = 150
	// keyWidth is how wide the lines of keys are, and hardly anything else is.
	keyWidth = 64
	// afterWide is for the short last line of a key whose beginning was not read.
	afterWide = 2
)

// hide hides secrets in one entry of a log, and those entries that are of a key.
func (k keyLines) hide(h *Hider, from, message string) string {
	text := h.Text(message)
	if k[from] != 0 || strings.Contains(text, "\n") || len(lastWord(text)) == keyWidth {
		lines := strings.Split(text, "\n")
		for i := range lines {
			lines[i] = k.line(h, from, lines[i])
		}
		text = strings.Join(lines, "\n")
	}
	begin, end := strings.LastIndex(message, "-----BEGIN "), strings.LastIndex(message, "-----END ")
	switch {
	case begin > end && strings.Contains(message[begin:], "PRIVATE KEY"):
		k[from] = longestKey
	case begin > end:
		k[from] = -longestKey
	case end >= 0:
		delete(k, from)
	}
	return text
}

func (k keyLines) line(h *Hider, from, line string) string {
	word := lastWord(line)
	switch left := k[from]; {
	case left < 0:
		k[from]++
		return line
	case left > 0:
		k[from]--
		if len(word) < shortestPart || !isBase64(word) {
			return line
		}
	case len(word) == keyWidth && isBase64(word) && drawnOfAll(word):
		k[from] = afterWide
	default:
		return line
	}
	return strings.Replace(line, word, h.Mark(word), 1)
}

// lastWord is what stands after the date and the level that a logger begins with.
func lastWord(line string) string {
	line = strings.TrimRight(line, " \t\r")
	return line[strings.LastIndexAny(line, " \t")+1:]
}

func isBase64(s string) bool {
	return strings.Trim(strings.TrimRight(s, "="), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") == ""
}

// drawnOfAll tells base64 from a checksum in hexadecimal digits.
func drawnOfAll(s string) bool {
	return strings.ContainsAny(s, "GHIJKLMNOPQRSTUVWXYZ") && strings.ContainsAny(s, "ghijklmnopqrstuvwxyz") && strings.ContainsAny(s, "0123456789")
}
