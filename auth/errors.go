package auth

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// ErrSignedOut is what a [SignedOutError] is: there is no credential at all.
var ErrSignedOut = errors.New("signed out of Clever Cloud")

// SignedOutError says that neither the environment nor the file gives a credential.
type SignedOutError struct {
	File string // where a login was looked for; empty when no place is known
}

func (e *SignedOutError) Error() string {
	where := ""
	if e.File != "" {
		where = ", and there is no login in " + e.File
	}
	return "Signed out of Clever Cloud: neither CLEVER_API_TOKEN nor CLEVER_TOKEN and CLEVER_SECRET are set" + where +
		". Sign in with `clever-mcp login`, or set one of them, or run with --demo to try without an account."
}

// Is makes errors.Is(err, ErrSignedOut) hold.
func (e *SignedOutError) Is(target error) bool { return target == ErrSignedOut }

// MissingHalfError says that one half of a pair is there and the other is not.
type MissingHalfError struct {
	Have, Want string // names of variables, or of fields of a profile
	Source     string // "the environment", or the profile and its file
}

func (e *MissingHalfError) Error() string {
	if e.Source == environment {
		return fmt.Sprintf("%s is set but %s is not: both are needed. Set it, or unset %s, or run with --demo to try without an account.",
			e.Have, e.Want, e.Have)
	}
	return fmt.Sprintf("%s has a %s but no %s: both are needed. Sign in again with `clever-mcp login`.", e.Source, e.Have, e.Want)
}

// UnknownProfileError says that no profile has the wanted alias.
type UnknownProfileError struct {
	Profile string
	File    string
	Known   []string // sorted
}

func (e *UnknownProfileError) Error() string {
	known := "it has none"
	if len(e.Known) > 0 {
		known = "it has " + strings.Join(e.Known, ", ")
	}
	return fmt.Sprintf("There is no profile %q in %s: %s. Name one of its profiles, or sign in with `clever-mcp login --profile ALIAS`.",
		e.Profile, e.File, known)
}

// FileError says why a file of credentials is not used. It never holds a byte of
// the file.
type FileError struct {
	Path    string
	Problem string // completes "PATH …"
	Remedy  string // one sentence
	Err     error  // of the system, when there is one
}

func (e *FileError) Error() string { return fmt.Sprintf("%s %s. %s", e.Path, e.Problem, e.Remedy) }
func (e *FileError) Unwrap() error { return e.Err }

// HostError says why an address is not used for credentials.
type HostError struct {
	Name    string // API_HOST, AUTH_BRIDGE_HOST or CONSOLE_URL
	Source  string // "the environment", or the profile and its file
	Host    string // set only when the operator could allow it by name
	Problem string // completes "API_HOST of … "
}

func (e *HostError) Error() string {
	remedy := "Correct it, or remove it to use the public platform."
	if e.Host != "" {
		remedy = fmt.Sprintf("If you trust it with this account, allow the host %s by name, or set %s in the environment.",
			printable(e.Host), e.Name)
	}
	return fmt.Sprintf("%s of %s %s, so no credential is sent there. %s", e.Name, e.Source, e.Problem, remedy)
}

// OriginError says that a request was going where its credential must not go.
// Nothing was signed and nothing was sent.
type OriginError struct {
	Origin  string   // scheme, host and port of the request
	Allowed []string // the origins that this credential may go to
	Problem string   // set when the origin is right and something else is not
}

func (e *OriginError) Error() string {
	if e.Problem != "" {
		return fmt.Sprintf("The request to %s was not signed: %s.", e.Origin, e.Problem)
	}
	return fmt.Sprintf("The request to %s was not signed: this credential goes only to %s. Ask for an address there.",
		e.Origin, strings.Join(e.Allowed, " and "))
}

// NeedsOAuthError says that an API token was used to manage API tokens.
type NeedsOAuthError struct{ Source string }

func (e *NeedsOAuthError) Error() string {
	return "API tokens are managed with an OAuth login, not with an API token (" + e.Source +
		"). Set CLEVER_TOKEN and CLEVER_SECRET too, or unset CLEVER_API_TOKEN after `clever-mcp login`."
}

// unsent marks an error by which nothing left this process, so that whoever sent
// a write knows that it did not happen.
type unsent struct{ error }

// NotSent holds.
func (unsent) NotSent() bool   { return true }
func (e unsent) Unwrap() error { return e.error }

func origin(u *url.URL) string {
	if u == nil {
		return "nowhere"
	}
	return printable(u.Scheme + "://" + u.Host)
}
