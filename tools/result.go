package tools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"clever-mcp/schemas"
)

// MaxTokens is the most that any result may cost a model. Tools page and cut
// before it is reached; it is the last guard.
const MaxTokens = 6000

// Tokens estimates what a text costs a model, on the safe side for JSON with
// ids in it, where a token is about three bytes.
func Tokens(text string) int { return (len(text) + 2) / 3 }

// succeed turns what a tool returned into a result: hidden, cleaned, bounded.
func (r *Runner) succeed(c *Call, out any) Result {
	raw, err := schemas.Compact(out)
	if err != nil {
		return r.fail(c, fmt.Errorf("write the result of %s: %w", c.tool.Name, err))
	}
	raw = c.Hide.JSON(raw)
	if n := Tokens(string(raw)); n > MaxTokens*4/3 {
		return failed(fmt.Sprintf("The answer of %s is too long: about %d tokens, and %d are allowed.\nNext: ask for less with limit, a filter or select.", c.tool.Name, n, MaxTokens))
	}
	return Result{Structured: raw, Text: string(raw), Files: c.files}
}

// fail turns an error into a result that a model can act on.
func (r *Runner) fail(c *Call, err error) Result {
	err = c.signInNeeded(err)
	var page *pageNeeded
	if errors.As(err, &page) {
		return r.openPage(c, page)
	}
	var ask *confirmationNeeded
	if errors.As(err, &ask) {
		return r.askFor(c, ask)
	}
	return failed(c.Hide.Text(c.explain(err)))
}

func failed(text string) Result { return Result{Text: text, IsError: true} }

func unknownTool(name string, set []Any) string {
	names := make([]string, 0, len(set))
	for _, t := range set {
		names = append(names, t.Spec().Name)
	}
	slices.Sort(names)
	return fmt.Sprintf("There is no tool %s. The tools are %s.", quoted([]string{name}), strings.Join(names, ", "))
}

// indent is for people at a terminal.
func Indent(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}
