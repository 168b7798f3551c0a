package server

import (
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// exposition is the text that Prometheus reads, version 0.0.4, in the order in
// which it is written: families by their names, series by the values of their
// labels, buckets by their bounds.
type exposition struct {
	text []byte
	name string
	head string // of the family, until it has a series
}

// family begins the metric whose series the next calls write. Both texts are
// ours and have no line break and no backslash.
func (e *exposition) family(name, kind, help string) {
	e.name = name
	e.head = "# HELP " + name + " " + help + "\n# TYPE " + name + " " + kind + "\n"
}

// series writes one value; labels are names and values by turns.
func (e *exposition) series(value float64, labels ...string) { e.line("", value, labels) }

// histogram writes one series of a histogram. What is observed meanwhile may be
// in the buckets and not in the sum yet; the count is that of the buckets always.
func (e *exposition) histogram(h *histogram, labels ...string) {
	var count uint64
	for i := range h.buckets {
		count += h.buckets[i].Load()
		bound := "+Inf"
		if i < len(bounds) {
			bound = number(bounds[i].Seconds())
		}
		e.line("_bucket", float64(count), append(labels[:len(labels):len(labels)], "le", bound))
	}
	e.line("_sum", time.Duration(h.sum.Load()).Seconds(), labels)
	e.line("_count", float64(count), labels)
}

func (e *exposition) line(suffix string, value float64, labels []string) {
	e.text = append(e.text, e.head...)
	e.head = ""
	e.text = append(append(e.text, e.name...), suffix...)
	before := byte('{')
	for i := 0; i < len(labels); i += 2 {
		e.text = append(append(append(e.text, before), labels[i]...), `="`...)
		e.text = append(appendLabel(e.text, labels[i+1]), '"')
		before = ','
	}
	if len(labels) > 0 {
		e.text = append(e.text, '}')
	}
	e.text = append(append(append(e.text, ' '), number(value)...), '\n')
}

// appendLabel escapes what the format wants escaped, and nothing else: %q writes
// \t and \u00e9, which are read as they stand. One value that is not UTF-8 would
// cost the reader the whole text.
func appendLabel(text []byte, value string) []byte {
	value = strings.ToValidUTF8(value, "\uFFFD")
	for i := range len(value) {
		switch c := value[i]; c {
		case '\n':
			text = append(text, `\n`...)
		case '\\', '"':
			text = append(text, '\\', c)
		default:
			text = append(text, c)
		}
	}
	return text
}

func number(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

// bounds of the buckets of every histogram, each included in its bucket. They are
// those that Prometheus' own clients have.
var bounds = [...]time.Duration{
	5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond,
	500 * time.Millisecond, time.Second, 2500 * time.Millisecond, 5 * time.Second, 10 * time.Second,
}

// histogram counts durations. Its zero value is ready, and nobody waits for
// anybody in it.
type histogram struct {
	buckets [len(bounds) + 1]atomic.Uint64 // not cumulative; the last is of what is longer than all bounds
	sum     atomic.Int64                   // nanoseconds; full after 292 years of calls
}

func (h *histogram) observe(d time.Duration) {
	i := 0
	for i < len(bounds) && d > bounds[i] {
		i++
	}
	h.buckets[i].Add(1)
	h.sum.Add(int64(d))
}
