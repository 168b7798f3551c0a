package cleverapi

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"
)

// PathError says what is wrong with a path that a caller gave. Nothing was sent.
type PathError struct {
	Path string
	Why  string
}

func (e *PathError) Error() string {
	path := e.Path
	if len(path) > 200 {
		path = strings.ToValidUTF8(path[:200], "") + "…"
	}
	return fmt.Sprintf("the path %q %s", path, e.Why)
}

// checkPath returns the escaped path of what a caller gave: a path under /v2/,
// /v4/ or /api-tokens, or a full URL of exactly the API or the bridge. A path is
// refused, never repaired: what is sent is what was asked, or nothing.
func checkPath(given string, api, bridge *url.URL) (string, error) {
	bad := func(format string, a ...any) (string, error) {
		return "", &PathError{Path: given, Why: fmt.Sprintf(format, a...)}
	}
	path := given
	if i := strings.IndexFunc(given, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' || r > 0x7e }); i >= 0 {
		return bad("has a space, a backslash, a control character or a letter outside ASCII at position %d: escape it as %%XX, or pass the value through query", i)
	}
	if scheme, _, ok := strings.Cut(given, "://"); ok && !strings.Contains(scheme, "/") {
		rest, ok := afterOrigin(given, api)
		if !ok {
			rest, ok = afterOrigin(given, bridge)
		}
		if !ok {
			reached := origin(api)
			if origin(bridge) != reached {
				reached += " and " + origin(bridge)
			}
			return bad("is a URL of another host: only %s is reached from here", reached)
		}
		path = rest
	}
	switch {
	case strings.ContainsRune(path, '?'):
		return bad("has a query: pass it in the argument query, name by name")
	case strings.ContainsRune(path, '#'):
		return bad("has a fragment (#): leave it out")
	case !strings.HasPrefix(path, "/v2/") && !strings.HasPrefix(path, "/v4/") && path != "/api-tokens" && !strings.HasPrefix(path, "/api-tokens/"):
		return bad("must begin with /v2/ or /v4/, such as /v2/self")
	case strings.ContainsAny(path, "{}"):
		return bad("still has a parameter in braces: put the value in its place")
	case strings.ContainsAny(path, `"<>^;`+"`|"): // what follows a ; is not of the path to some servers
		return bad("has a character that must be escaped as %%XX")
	}
	for seg := range strings.SplitSeq(path[1:], "/") {
		plain, err := url.PathUnescape(seg)
		switch {
		case err != nil:
			return bad("has a %% that is not followed by two hexadecimal digits")
		case seg == "":
			return bad("has an empty segment (// or / at the end)")
		case plain == "." || plain == "..":
			return bad("has a . or .. segment")
		case strings.ContainsFunc(plain, func(r rune) bool { return r < ' ' || r == 0x7f || r == '/' || r == '\\' || r == '%' }):
			return bad("has an escaped /, \\, %% or control character: name the operation's template and pass the value in params")
		case !utf8.ValidString(plain):
			return bad("has escapes that are not UTF-8")
		case escapesPlain(seg):
			return bad("escapes a letter, a digit, - . _ or ~: write it as it is")
		}
	}
	return path, nil
}

// escapesPlain finds an escape that nobody needs. A path has one way to be written,
// or what is forbidden under one name would be allowed under another.
func escapesPlain(seg string) bool {
	for {
		_, rest, found := strings.Cut(seg, "%")
		if !found {
			return false
		}
		plain, err := url.PathUnescape("%" + rest[:min(2, len(rest))])
		if err == nil && plain == url.PathEscape(plain) && !strings.ContainsAny(plain, "$&+=:@") {
			return true
		}
		seg = rest
	}
}

// afterOrigin returns what follows the origin in a full URL, when it is exactly
// that origin: no user, no other port, nothing that only looks alike.
func afterOrigin(given string, base *url.URL) (string, bool) {
	rest, ok := strings.CutPrefix(given, origin(base))
	return rest, ok && strings.HasPrefix(rest, "/")
}

func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }
