package tools

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
)

// keyed is an element that a page can begin after.
type keyed interface{ key() string }

// page returns the part of list that begins after the element with the key
// after ("" for the beginning), and the cursor of the next part, "" at the end.
// A cursor stands for the last element that was shown, so that what is created or
// deleted in between neither repeats nor hides others. When that element itself
// is gone, its place is not known and the list begins again.
func page[T keyed](list []T, after string, limit int) ([]T, string) {
	if after != "" {
		if i := slices.IndexFunc(list, func(e T) bool { return stub(e.key()) == after }); i >= 0 {
			list = list[i+1:]
		}
	}
	if len(list) <= limit {
		return list, ""
	}
	list = list[:limit]
	return list, cursorVersion + base64.RawURLEncoding.EncodeToString([]byte(stub(list[limit-1].key())))
}

// stub stands for a key in a cursor. Two ids written out would cost a model more
// than an element does; that two elements of a list have the same 48 bits will not
// be seen.
func stub(key string) string {
	sum := sha256.Sum256([]byte(key))
	return string(sum[:6])
}

const cursorVersion = "p1."

func parseCursor(cursor string) (after string, err error) {
	if cursor == "" {
		return "", nil
	}
	encoded, ok := strings.CutPrefix(cursor, cursorVersion)
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	if !ok || err != nil || len(raw) == 0 {
		return "", badArgument("The cursor is not one that this tool gave. Leave it out to begin at the first page.")
	}
	return string(raw), nil
}
