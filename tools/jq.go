package tools

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/itchyny/gojq"
)

const (
	selectTime    = 2 * time.Second
	selectResults = 10_000
	// longestSelect is more than anybody needs. One that opens a million brackets
	// would end the process, which has no way to go on without a stack.
	longestSelect = 4_000
)

// compileSelect reads a jq expression, before anything is sent: a write must not
// happen for a call whose answer cannot be shown. It sees neither files nor the
// environment.
func compileSelect(expression string) (*gojq.Code, error) {
	if expression == "" {
		return nil, nil
	}
	if len(expression) > longestSelect {
		return nil, badArgument("select is longer than %d bytes. Use a simpler expression. Nothing was sent.", longestSelect)
	}
	notJQ := func(err error) error {
		return badArgument("select is not a jq expression: %s. An example: .[] | {id, name}. Nothing was sent.", err)
	}
	query, err := gojq.Parse(expression)
	if err != nil {
		return nil, notJQ(err)
	}
	var m measurer
	if m.query(query); m.err != nil {
		return nil, badArgument("%s. Nothing was sent.", m.err)
	}
	code, err := gojq.Compile(query, bounding()...)
	if err != nil {
		return nil, notJQ(err)
	}
	return code, nil
}

var selectsTooMuch = badArgument("select gives more than can be written, or too many lists in each other. Use one that gives less.")

// runSelect runs an expression over a JSON document. Several results come back
// as a list.
func runSelect(ctx context.Context, code *gojq.Code, doc any) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, selectTime)
	defer cancel()
	results, room := []any{}, selectBytes
	for iter := code.RunWithContext(ctx, doc); ; {
		v, more := iter.Next()
		if !more {
			break
		}
		if err, ok := v.(error); ok {
			switch {
			case ctx.Err() != nil:
				return nil, badArgument("select took longer than %s. Use a simpler expression.", selectTime)
			case errors.Is(err, errSelectTooMuch):
				return nil, selectsTooMuch
			case errors.Is(err, errSelectTooLong), errors.Is(err, errSelectPattern), errors.Is(err, errSelectNumbers):
				return nil, badArgument("select cannot be used like this: %s.", err)
			}
			return nil, badArgument("select does not fit this answer: %s. Leave select out to see its form.", clip(err.Error(), 200))
		}
		if !roomFor(v, deepestResult, &room) {
			return nil, selectsTooMuch
		}
		if results = append(results, v); len(results) > selectResults {
			return nil, badArgument("select gives more than %d results. Use one that gives less.", selectResults)
		}
	}
	if len(results) == 1 {
		return results[0], nil
	}
	return results, nil
}

// nothingSelected says what an answer has when an expression found nothing in it;
// "" when it found something.
func nothingSelected(whole, selected any) string {
	if selected != nil || whole == nil {
		return ""
	}
	of := "the answer"
	if elements, ok := whole.([]any); ok {
		if len(elements) == 0 {
			return "select found nothing: the answer is an empty list."
		}
		of, whole = "its first element", elements[0]
	}
	object, ok := whole.(map[string]any)
	if !ok {
		return ""
	}
	return fmt.Sprintf("select found nothing. Members of %s: %s.", of, list(slices.Sorted(maps.Keys(object))))
}

// clip cuts a text that may hold no secret: the half of one is not recognised.
// Text from outside is hidden first.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && s[limit]&0xc0 == 0x80 {
		limit--
	}
	return s[:limit] + "…"
}
