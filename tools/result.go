package tools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/schemas"
)

// MaxTokens is the most that any result may cost a model. Tools page and cut
// before it is reached; it is the last guard.
const MaxTokens = 6000

// Tokens estimates what a text costs a model, on the safe side for JSON with
// ids in it, where a token is about three bytes.
func Tokens(text string) int { return tokensIn(len(text)) }

func tokensIn(size int) int { return (size + 2) / 3 }

// succeed turns what a tool returned into a result: hidden, cleaned, bounded.
func (r *Runner) succeed(c *Call, out any) Result {
	raw, err := schemas.Compact(out)
	if err != nil {
		return r.fail(c, fmt.Errorf("write the result of %s: %w", c.tool.Name, err))
	}
	c.outcome = OutcomeDone // also when its result cannot be shown
	// Twice: hiding takes its time with much text, and a mark can be longer than
	// what it stands for. Nothing is cut here: half a secret would not be known.
	if n := tokensIn(len(raw)); n > 2*hardest {
		return tooLong(c.tool.Name, n)
	}
	raw = c.Hide.JSON(raw)
	if c.profile != "" {
		quoted, _ := json.Marshal(c.profile) // a string
		raw = splice(raw, profileName, string(quoted))
	}
	if n := tokensIn(len(raw)); n > hardest {
		return tooLong(c.tool.Name, n)
	}
	if c.revealed != nil {
		if raw, err = c.revealed.show(raw); err != nil {
			return r.fail(c, err)
		}
		if n := tokensIn(len(raw)); n > hardest {
			c.revealed = nil
			return tooLong(c.tool.Name, n)
		}
	}
	return Result{Structured: raw, Text: string(raw), Files: c.files, Images: c.images}
}

// hardest is MaxTokens with what Tokens overrates.
const hardest = MaxTokens * 4 / 3

func tooLong(tool string, tokens int) Result {
	return failed(fmt.Sprintf("The answer of %s is too long: about %d tokens, and %d are allowed.\nNext: ask for less with limit, a filter or select.", tool, tokens, MaxTokens))
}

// fail turns an error into a result that a model can act on.
func (r *Runner) fail(c *Call, err error) Result {
	c.outcome = outcomeOf(err)
	var api *cleverapi.Error
	if errors.As(err, &api) {
		c.trace = api.RequestID
	}
	err = c.signInNeeded(err)
	var page *pageNeeded
	if errors.As(err, &page) {
		c.outcome = OutcomeAsked
		return r.openPage(c, page)
	}
	var ask *confirmationNeeded
	if errors.As(err, &ask) {
		return r.askFor(c, ask)
	}
	text := c.explain(err)
	if Tokens(text) > hardest {
		return failed(fmt.Sprintf("%s ended with an error that is too long to show (%d bytes).\nNext: try again, or ask for less.", c.tool.Name, len(text)))
	}
	res := failed(c.aboutProfile(c.Hide.Text(c.hideClipped(text))))
	var argument *ArgumentError
	res.Absent = errors.As(err, &argument) || errors.Is(err, cleverapi.ErrNotFound)
	return res
}

// aboutProfile says which account a text is about, where there is a choice.
func (c *Call) aboutProfile(text string) string {
	if c.profile == "" {
		return text
	}
	return "Profile " + c.profile + ": " + text
}

func failed(text string) Result { return Result{Text: text, IsError: true} }

// SwitchedOff says so of a tool that there is, and that the operator did not want;
// "" of every other name.
func (r *Runner) SwitchedOff(name string) string {
	if !slices.Contains(r.deps.Settings.Off, name) {
		return ""
	}
	return fmt.Sprintf("The tool %s is switched off on this server. Nothing was done.\nNext: tell the user what would have been done; only the operator can switch it on. get_self shows what else is off.", name)
}

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
