package tools

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

var days = lazily(`^(\d+)([dw])$`)

// parseAgo reads "90m", "2h", "3d" or "1w".
func parseAgo(s string) (time.Duration, bool) {
	if m := days.FindStringSubmatch(s); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil || n > 3650 {
			return 0, false
		}
		d := time.Duration(n) * 24 * time.Hour
		if m[2] == "w" {
			d *= 7
		}
		return d, true
	}
	d, err := time.ParseDuration(s)
	return d, err == nil && d >= 0
}

// dateForms are how dates are taken, in UTC where no zone is said.
var dateForms = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", time.DateOnly}

// moment reads a duration before now, or a date.
func moment(argument, s string, now time.Time) (time.Time, error) {
	s = strings.TrimSpace(s)
	if d, ok := parseAgo(s); ok {
		return now.Add(-d), nil
	}
	for _, form := range dateForms {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, badArgument("%s is neither a duration before now (90m, 2h, 3d) nor a date (2026-06-01T10:00:00Z).", argument)
}

// between reads the two ends of a range; what is left out is span before the end,
// and now.
func between(since, until string, span time.Duration, now time.Time) (from, to time.Time, err error) {
	to = now.UTC()
	if until != "" {
		if to, err = moment("until", until, now); err != nil {
			return from, to, err
		}
	}
	from = to.Add(-span)
	if since != "" {
		if from, err = moment("since", since, now); err != nil {
			return from, to, err
		}
	}
	switch {
	case from.After(now):
		return from, to, badArgument("since is in the future (%s); it is %s now.", from.Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	case !from.Before(to):
		return from, to, badArgument("since (%s) is not before until (%s).", from.Format(time.RFC3339), to.Format(time.RFC3339))
	}
	return from, to, nil
}

// logPlace is where a page of log lines begins: before it, newer lines were shown.
// Several lines can have the same date, so it says how many of those were.
type logPlace struct {
	at    time.Time
	shown int
}

const logPlaceVersion = "l1."

func (p logPlace) String() string {
	return logPlaceVersion + base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d.%d", p.at.UnixMilli(), p.shown))
}

// parsePlace returns the zero place for "".
func parsePlace(cursor string) (logPlace, error) {
	if cursor == "" {
		return logPlace{}, nil
	}
	bad := badArgument("The cursor is not one that get_logs gave. Leave it out to begin at the newest lines.")
	encoded, ok := strings.CutPrefix(cursor, logPlaceVersion)
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	if !ok || err != nil {
		return logPlace{}, bad
	}
	at, shown, ok := strings.Cut(string(raw), ".")
	ms, err := strconv.ParseInt(at, 10, 64)
	n, err2 := strconv.Atoi(shown)
	if !ok || err != nil || err2 != nil || ms <= 0 || n < 0 {
		return logPlace{}, bad
	}
	return logPlace{time.UnixMilli(ms).UTC(), n}, nil
}
