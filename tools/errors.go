package tools

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"clever-mcp/cleverapi"
)

// explain says what happened, what to do next, and the trace by which support
// finds the request. cleverapi states facts; the advice is here, so that it is
// the same everywhere.
func (c *Call) explain(err error) string {
	var argument *ArgumentError
	if errors.As(err, &argument) {
		return argument.Text
	}
	var path *cleverapi.PathError
	if errors.As(err, &path) {
		return fmt.Sprintf("Nothing was sent: %s.", path)
	}
	next := c.next(err)
	text := sentence(err.Error())
	if next != "" {
		text += "\nNext: " + next
	}
	var api *cleverapi.Error
	if errors.As(err, &api) && api.RequestID != "" {
		text += "\nTrace: " + api.RequestID
	}
	return text
}

// advised is an error of the API about which its tool knows more than its kind says.
type advised struct {
	error
	next string
}

func (e *advised) Unwrap() error { return e.error }

// next is the one place that gives advice.
func (c *Call) next(err error) string {
	var better *advised
	if errors.As(err, &better) {
		return better.next
	}
	var api *cleverapi.Error
	errors.As(err, &api)
	switch {
	case errors.Is(err, cleverapi.ErrSignedOut):
		return "" // the session said how to sign in
	case errors.Is(err, cleverapi.ErrUnauthorized):
		return c.signInAgain()
	case errors.Is(err, cleverapi.ErrRateLimited):
		if api != nil && api.RetryAfter > 0 {
			return fmt.Sprintf("wait %s, then try again.", api.RetryAfter)
		}
		return "wait a minute, then try again; ask for less at a time."
	case errors.Is(err, cleverapi.ErrForbidden):
		return "get_self shows the user and the role in each organisation; an administrator of the organisation can give the right."
	case errors.Is(err, cleverapi.ErrNotFound):
		return "look the id up with list_apps or get_self; the API also says this of things that belong to somebody else."
	case errors.Is(err, cleverapi.ErrConflict):
		return "read the present state first, then decide whether the change is still wanted."
	case errors.Is(err, cleverapi.ErrInvalid):
		return "change what the message names, then try again."
	case errors.Is(err, cleverapi.ErrProvider):
		return "the add-on provider refused or failed: try again later, or choose another plan or zone."
	case errors.Is(err, cleverapi.ErrUnknownOutcome):
		return "read the object before doing anything again: the write may have happened."
	case errors.Is(err, cleverapi.ErrGateway), errors.Is(err, cleverapi.ErrServer):
		return "the platform has trouble: try again in a minute; https://www.clevercloudstatus.com tells about incidents."
	case errors.Is(err, cleverapi.ErrTimeout), errors.Is(err, cleverapi.ErrUnreachable):
		return "try again; if it stays so, check the network, API_HOST and, with an API token, AUTH_BRIDGE_HOST."
	case errors.Is(err, cleverapi.ErrUntrusted):
		return "check API_HOST and AUTH_BRIDGE_HOST, and whether a proxy in between opens connections; the check cannot be switched off."
	case errors.Is(err, cleverapi.ErrTooLarge):
		return "ask for less: a filter or a limit in query, or one object instead of a list."
	case errors.Is(err, cleverapi.ErrRedirect), errors.Is(err, cleverapi.ErrBadAnswer):
		return "check that API_HOST and AUTH_BRIDGE_HOST name Clever Cloud; otherwise report it with the trace."
	case errors.Is(err, cleverapi.ErrBounds):
		return "tell the user what was refused. Only the operator of this server can lift it: do not look for another way around."
	case errors.Is(err, cleverapi.ErrBusy):
		return "try again when other calls have ended."
	}
	return ""
}

// signInAgain names the credential that was refused and its remedy.
func (c *Call) signInAgain() string {
	id, err := c.Identity(context.Background())
	if err != nil {
		return "sign in again with clever-mcp login."
	}
	remedy := "sign in again with clever-mcp login"
	switch {
	case id.Remedy != "":
		remedy = id.Remedy
	case id.Profile == "":
		remedy = "set a good one there, or remove it to use the login of the clever CLI"
	}
	return fmt.Sprintf("the %s from %s was refused: it is wrong, expired or revoked; %s.", id.Kind(), id.Source, remedy)
}

func errReadOnly(tool string) error {
	return badArgument("%s changes things, and this server was started read-only (--read-only). Nothing was done.\nNext: tell the user what would have been done; only the operator can lift this.", tool)
}

// sentence ends a message with a full stop and begins it with a capital.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return s
	}
	if !strings.ContainsAny(s[len(s)-1:], ".!?") {
		s += "."
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
