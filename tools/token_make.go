package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"clever-mcp/cleverapi"
)

// Place is where the value of a new token goes.
type Place string

const (
	PlaceFile    Place = "file"    // a new file that only its owner can read
	PlaceKeyring Place = "keyring" // of the system
	PlaceShown   Place = "shown"   // once, to the person who typed the password
)

// Typed is what a person gives to make a token, outside the conversation.
type Typed struct {
	Password, Code string
	Place          Place
}

// MadeToken is a token with what only the person may see.
type MadeToken struct {
	NewTokenView
	Value string // set when it is to be shown
}

// WrongProofError says that the password or the code was refused.
type WrongProofError struct {
	Code  bool // the code was, else the password
	Left  int  // tries that are left, never 0
	Trace string
}

func (e *WrongProofError) Error() string {
	what := "password"
	if e.Code {
		what = "two-factor code"
	}
	return "Clever Cloud refused the " + what
}

// TriesError says that too much was wrong.
type TriesError struct{ Until time.Time }

func (e *TriesError) Error() string {
	return fmt.Sprintf("Three times the password or the code was wrong, so no more is tried until %s UTC. No token was made", e.Until.UTC().Format("15:04"))
}

// tokenWish is a token that somebody asked for, and whose it will be.
type tokenWish struct {
	in      CreateTokenInput
	expires time.Time
	user    cleverapi.User
}

func (w tokenWish) wantsCode() bool {
	return w.user.PreferredMFA != "" && w.user.PreferredMFA != "NONE"
}

// makeToken makes it. Where the value goes is made before the token is.
func (c *Call) makeToken(ctx context.Context, w tokenWish, typed Typed) (MadeToken, error) {
	back := c.Tries.take(w.user.Email, c.Now())
	if back == nil {
		_, until := c.Tries.left(w.user.Email, c.Now())
		return MadeToken{}, &TriesError{until}
	}
	file, err := c.tokenFile(w.in.Name)
	if err != nil {
		back()
		return MadeToken{}, fmt.Errorf("nothing was done: %w", err)
	}
	defer file.discard()
	c.Hide.Learn(typed.Password)
	c.Hide.Learn(typed.Code)
	token, err := c.API.APITokens.Create(ctx, cleverapi.NewAPIToken{
		Email: w.user.Email, Password: typed.Password, MFACode: typed.Code,
		Name: w.in.Name, Description: w.in.Description, ExpirationDate: w.expires,
	})
	if err != nil {
		if err := c.refusal(err, w); err != nil {
			return MadeToken{}, err // it keeps the try
		}
		back()
		return MadeToken{}, tokenRefused(err, w.in.Name)
	}
	back()
	c.about(token.ID)
	c.Hide.Learn(token.Value)
	c.about(token.ID)
	made := MadeToken{NewTokenView: NewTokenView{
		ID: token.ID, Name: cmp.Or(token.Name, w.in.Name), Expires: w.expires.Format(time.RFC3339),
		Undo: c.undo("revoke_token", map[string]any{"token": token.ID}),
	}}
	switch {
	case typed.Place == PlaceShown:
		made.Value = token.Value
		made.Kept, made.Use = "shown to the user once, and kept nowhere", "The user has the value."
		return made, nil
	case typed.Place == PlaceKeyring && c.Keyring != nil && c.Keyring(token.ID, token.Value) == nil:
		made.Kept, made.Use = "in the keyring of the system", fmt.Sprintf("CLEVER_API_TOKEN=$(clever-mcp token show %s)", token.ID)
		return made, nil
	}
	_, err = io.WriteString(file, token.Value+"\n")
	if err := errors.Join(err, file.keep()); err != nil {
		return MadeToken{}, fmt.Errorf("the token %s was made, but its value could not be written: %w; revoke it with clever-mcp token revoke %s", token.ID, err, token.ID)
	}
	made.Kept, made.File = "in a file that only its owner can read", file.path
	if typed.Place == PlaceKeyring {
		made.Kept += ", because the keyring of the system did not take it"
	}
	made.Use = fmt.Sprintf("CLEVER_API_TOKEN=$(cat %s), or the header Authorization: Bearer with the file's content, towards the auth bridge", shellQuote(file.path))
	return made, nil
}

// tokenFile makes the file for a value. The folder is ours, so a link in its place
// was put there by somebody else.
func (c *Call) tokenFile(name string) (*newFile, error) {
	if info, err := os.Lstat(c.TokenDir); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return nil, fmt.Errorf("%s is a link, and tokens are not written through links: name the folder itself with --token-dir", c.TokenDir)
	}
	return createFile(c.TokenDir, name, ".token")
}

// refusal is the error of a password or code that is not right; nil when err is
// about something else.
func (c *Call) refusal(err error, w tokenWish) error {
	var api *cleverapi.Error
	if !errors.As(err, &api) || api.Code != "invalid-credential" && api.Code != "invalid-mfa-code" {
		return nil
	}
	left, until := c.Tries.left(w.user.Email, c.Now())
	if left == 0 {
		return &TriesError{until}
	}
	return &WrongProofError{Code: api.Code == "invalid-mfa-code", Left: left, Trace: api.RequestID}
}

// tokenRefused knows what a lost answer means here.
func tokenRefused(err error, name string) error {
	var api *cleverapi.Error
	if errors.As(err, &api) && api.Kind == cleverapi.ErrUnknownOutcome {
		return badArgument("The answer was lost after the request was sent: a token named %q may exist, and its value cannot be had any more.\nNext: look with list_tokens, and revoke it if it is there.", name)
	}
	return err
}
