package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

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
	// Where the value is.
	Kept string `json:"kept"`
	// The file, when it is in one.
	File string `json:"file,omitempty"`
	// How to use and how to undo it.
	Use  string `json:"use"`
	Undo string `json:"undo,omitempty"`
}

var createToken = &Tool[CreateTokenInput, NewTokenView]{
	Name: "create_token", Title: "Create an API token", Toolset: "account",
	Doc:    `Makes an API token (Bearer) for scripts or CI, with the user's rights. The user types the account's password on a page of this machine that the answer links to, never here; repeat the same call to learn how it went. The value goes to a new file that only its owner can read, never into the conversation; the answer says where.`,
	Effect: catalogue.Writes,
	Uses:   []string{"GET /v2/self", "GET /api-tokens", "POST /api-tokens"},
	Run:    runCreateToken,
}

func runCreateToken(ctx context.Context, c *Call, in CreateTokenInput) (NewTokenView, error) {
	expires, err := ParseExpiry(in.Expires, c.Now())
	if err != nil {
		return NewTokenView{}, err
	}
	if page := c.Desk.find(c); page != nil {
		return c.awaitToken(ctx, page)
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
	wish := tokenWish{in, expires, user}
	// The bridge answers this to a good signature only. It tells a refused login
	// from a refused password, for which it has the same answer.
	if _, err := c.API.APITokens.List(ctx); err != nil {
		return NewTokenView{}, err
	}
	for {
		typed, err := c.proofs(ctx, wish)
		if err != nil {
			return NewTokenView{}, err
		}
		if typed == nil {
			return c.tokenByPage(wish)
		}
		made, err := c.makeToken(ctx, wish, *typed)
		var wrong *WrongProofError
		if errors.As(err, &wrong) && c.Proofs.Again != nil && wrong.Left > 0 {
			c.Proofs.Again(wrong)
			continue
		}
		if err == nil && c.Proofs.Show != nil {
			c.Proofs.Show(made)
		}
		return made.NewTokenView, proofRefused(err)
	}
}

// Proofs give what making a token needs besides a login, from where the operator
// said and never from an argument.
type Proofs struct {
	// Password and Code return "" when the operator said nothing.
	Password func(ctx context.Context) (string, error)
	Code     func(ctx context.Context) (string, error)
	// Place is where the value goes; "" means a file.
	Place Place
	// Again is told what was wrong, when a person types and may try again; nil
	// when what is wrong stays so.
	Again func(wrong *WrongProofError)
	// Show gets the token that was made, value included, for that person's eyes.
	Show func(made MadeToken)
}

// proofs gets the password and the code from where the operator said; nil when
// that is nowhere.
func (c *Call) proofs(ctx context.Context, w tokenWish) (*Typed, error) {
	password, err := c.Proofs.Password(ctx)
	if err != nil || password == "" {
		return nil, err
	}
	typed := &Typed{Password: password, Place: c.Proofs.Place}
	c.Hide.Learn(password)
	if !w.wantsCode() {
		return typed, nil
	}
	if typed.Code, err = c.Proofs.Code(ctx); err != nil {
		return nil, err
	}
	if typed.Code == "" {
		return nil, badArgument("The account %s has two-factor authentication, and this server was given no code. Nothing was done. Do not ask the user to type it here.\nNext: the user can %s, or the operator names a file with a fresh code in CLEVER_MFA_CODE_FILE.", w.user.Email, c.byHand(w.in))
	}
	c.Hide.Learn(typed.Code)
	return typed, nil
}

// proofRefused puts into words what was wrong with what the operator's files hold.
func proofRefused(err error) error {
	var wrong *WrongProofError
	if !errors.As(err, &wrong) {
		return err
	}
	if wrong.Code {
		return badArgument("Clever Cloud refused the two-factor code. No token was made.\nNext: the operator puts a fresh code into the file named by CLEVER_MFA_CODE_FILE; a code is good for half a minute.\nTrace: %s", wrong.Trace)
	}
	return badArgument("Clever Cloud refused the password that the operator's file holds. No token was made.\nNext: the operator corrects the file named by CLEVER_PASSWORD_FILE.\nTrace: %s", wrong.Trace)
}

// byHand says where a person makes the token without us.
func (c *Call) byHand(in CreateTokenInput) string {
	return fmt.Sprintf("make it in a terminal with clever-mcp token create %[2]s --expires %[3]s, or in the console (%[1]s/users/me/tokens)", c.Settings.ConsoleURL, shellQuote(in.Name), cmp.Or(in.Expires, "30d"))
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
