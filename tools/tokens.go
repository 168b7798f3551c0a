package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// CreateTokenInput describes a token. It has no field for a password or a code,
// and never gets one.
type CreateTokenInput struct {
	// What the token is for, e.g. ci-deploy.
	Name string `json:"name" jsonschema:"minLength=1"`
	// More about it.
	Description string `json:"description,omitempty"`
	// 12h, 7d, 6M or 2027-01-31, at most a year; default 30d.
	Expires string `json:"expires,omitempty"`
}

// NewTokenView is a token that was made. Its value is in the file, not here.
type NewTokenView struct {
	// The token's id, api_tokens_…, by which it is revoked.
	ID      string `json:"id"`
	Name    string `json:"name"`
	Expires string `json:"expires"`
	// File that holds the value, readable by its owner alone.
	File string `json:"file"`
	// How to use and how to undo it.
	Use  string `json:"use"`
	Undo string `json:"undo,omitempty"`
}

var createToken = &Tool[CreateTokenInput, NewTokenView]{
	Name: "create_token", Title: "Create an API token", Toolset: "account",
	Doc:    `Makes an API token (Bearer) for scripts or CI, with the user's rights. The value goes to a new file that only its owner can read, never into the conversation; the answer says where. The account's password and second factor come from files that the operator named: do not ask the user for them. Without them the answer says where to make it by hand.`,
	Effect: catalogue.Writes,
	Uses:   []string{"GET /v2/self", "POST /api-tokens"},
	Run:    runCreateToken,
}

func runCreateToken(ctx context.Context, c *Call, in CreateTokenInput) (NewTokenView, error) {
	expires, err := ParseExpiry(in.Expires, c.Now())
	if err != nil {
		return NewTokenView{}, err
	}
	identity, err := c.Identity(ctx)
	if err != nil {
		return NewTokenView{}, err
	}
	if err := c.account(ctx); err != nil {
		return NewTokenView{}, err
	}
	if !identity.OAuth {
		return NewTokenView{}, badArgument("An API token cannot make API tokens: Clever Cloud wants an OAuth 1 login for that, and this server uses the %s from %s.\nNext: sign in with clever-mcp login, or ask the user to %s.", identity.Kind(), identity.Source, c.byHand(in))
	}
	user, err := c.API.Self.Get(ctx)
	if err != nil {
		return NewTokenView{}, err
	}
	if !user.HasPassword {
		return NewTokenView{}, badArgument("The account %s has no password (it signs in through GitHub), and Clever Cloud wants one to make API tokens. Nothing was done.\nNext: the user sets one at %s/users/me/information, then try again.", user.Email, c.Settings.ConsoleURL)
	}
	password, code, err := c.proofs(ctx, in, user)
	if err != nil {
		return NewTokenView{}, err
	}

	file, err := createFile(c.TokenDir, in.Name, ".token")
	if err != nil {
		return NewTokenView{}, fmt.Errorf("nothing was done: %w", err)
	}
	defer file.discard()
	token, err := c.API.APITokens.Create(ctx, cleverapi.NewAPIToken{
		Email: user.Email, Password: password, MFACode: code,
		Name: in.Name, Description: in.Description, ExpirationDate: expires,
	})
	if err != nil {
		return NewTokenView{}, tokenRefused(err, in.Name)
	}
	c.about(token.ID)
	c.Hide.Learn(token.Value)
	_, err = io.WriteString(file, token.Value+"\n")
	if err := errors.Join(err, file.keep()); err != nil {
		return NewTokenView{}, fmt.Errorf("the token %s was made, but its value could not be written: %w; revoke it with clever-mcp token revoke %s", token.ID, err, token.ID)
	}
	return NewTokenView{
		ID: token.ID, Name: cmp.Or(token.Name, in.Name), Expires: expires.Format(time.RFC3339), File: file.path,
		Use:  fmt.Sprintf("CLEVER_API_TOKEN=$(cat %s), or the header Authorization: Bearer with the file's content, towards the auth bridge", shellQuote(file.path)),
		Undo: c.undo("revoke_token", map[string]any{"token": token.ID}),
	}, nil
}

// proofs gets the password and the code from where the operator said.
func (c *Call) proofs(ctx context.Context, in CreateTokenInput, user cleverapi.User) (password, code string, err error) {
	if password, err = c.Password(ctx); err != nil {
		return "", "", err
	}
	if password == "" {
		return "", "", badArgument("Making a token needs the password of %s, and this server was given none. Nothing was done. Do not ask the user to type it here.\nNext: the user can %s. To let this tool do it, the operator starts the server with CLEVER_PASSWORD_FILE naming a file that holds the password.", user.Email, c.byHand(in))
	}
	c.Hide.Learn(password)
	if user.PreferredMFA == "" || user.PreferredMFA == "NONE" {
		return password, "", nil
	}
	if code, err = c.MFACode(ctx); err != nil {
		return "", "", err
	}
	if code == "" {
		return "", "", badArgument("The account %s has two-factor authentication, and this server was given no code. Nothing was done. Do not ask the user to type it here.\nNext: the user can %s, or the operator names a file with a fresh code in CLEVER_MFA_CODE_FILE.", user.Email, c.byHand(in))
	}
	c.Hide.Learn(code)
	return password, code, nil
}

// byHand says where a person makes the token without us.
func (c *Call) byHand(in CreateTokenInput) string {
	return fmt.Sprintf("make it in a terminal with clever-mcp token create %[2]s --expires %[3]s, or in the console (%[1]s/users/me/tokens)", c.Settings.ConsoleURL, shellQuote(in.Name), cmp.Or(in.Expires, "30d"))
}

// tokenRefused tells a refused password from a refused credential: both are 401.
func tokenRefused(err error, name string) error {
	var api *cleverapi.Error
	if !errors.As(err, &api) {
		return err
	}
	switch {
	case api.Code == "invalid-credential":
		return badArgument("Clever Cloud refused the password that the operator's file holds. No token was made.\nNext: the operator corrects the file named by CLEVER_PASSWORD_FILE.\nTrace: %s", api.RequestID)
	case api.Code == "invalid-mfa-code":
		return badArgument("Clever Cloud refused the two-factor code. No token was made.\nNext: the operator puts a fresh code into the file named by CLEVER_MFA_CODE_FILE; a code is good for half a minute.\nTrace: %s", api.RequestID)
	case api.Kind == cleverapi.ErrUnknownOutcome:
		return badArgument("The answer was lost after the request was sent: a token named %q may exist, and its value cannot be had any more.\nNext: look with raw_request GET /api-tokens and revoke it if it is there.", name)
	}
	return err
}

var duration = lazily(`^(\d{1,5})\s*(h|d|w|M|y)$`)

// ParseExpiry reads when a token shall end: 12h, 7d, 2w, 6M, 1y, a date, or a
// date with time; "" means 30 days. It must lie in the future, at most a year on.
func ParseExpiry(s string, now time.Time) (time.Time, error) {
	s = strings.TrimSpace(s)
	var at time.Time
	if s == "" {
		at = now.AddDate(0, 0, 30)
	} else if m := duration.FindStringSubmatch(s); m != nil {
		n, _ := strconv.Atoi(m[1]) // at most five digits
		switch m[2] {
		case "h":
			at = now.Add(time.Duration(n) * time.Hour)
		case "d":
			at = now.AddDate(0, 0, n)
		case "w":
			at = now.AddDate(0, 0, 7*n)
		case "M":
			at = now.AddDate(0, n, 0)
		case "y":
			at = now.AddDate(n, 0, 0)
		}
	} else if day, err := time.Parse(time.DateOnly, s); err == nil {
		at = day.Add(24*time.Hour - time.Second) // the whole day
	} else if t, err := time.Parse(time.RFC3339, s); err == nil {
		at = t
	} else {
		return time.Time{}, badArgument("create_token: expires is %q, which is neither a duration (12h, 7d, 2w, 6M, 1y) nor a date (2027-01-31).", s)
	}
	switch year := now.AddDate(1, 0, 0); {
	case !at.After(now):
		return time.Time{}, badArgument("create_token: expires is %s, which is not in the future.", at.UTC().Format(time.RFC3339))
	case at.After(year):
		return time.Time{}, badArgument("create_token: expires is %s; a token lasts at most one year, until %s.", at.UTC().Format(time.RFC3339), year.UTC().Format(time.DateOnly))
	}
	return at.UTC().Truncate(time.Millisecond), nil
}

func shellQuote(s string) string {
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-", r))
	}) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
