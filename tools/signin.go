package tools

import (
	"context"
	"errors"
	"fmt"
	"time"

	"clever-mcp/cleverapi"
)

// SignInPage is a page on which the user signs this server in.
type SignInPage struct {
	URL     string
	Pairing string // the conversation shows the same
	// Done is closed when somebody is signed in, or when the page is over.
	Done <-chan struct{}
}

// signInNeeded adds to an error for want of a login how the user can sign in now.
// It returns err itself where no page can be shown.
func (c *Call) signInNeeded(err error) error {
	if c.SignIn == nil || !errors.Is(err, cleverapi.ErrSignedOut) {
		return err
	}
	page, problem := c.SignIn()
	if problem != nil {
		c.Log.Warn("no page to sign in could be shown", "error", problem)
		return err
	}
	return &pageNeeded{
		state:   stateSignIn,
		message: sentence(err.Error()) + fmt.Sprintf(" Or sign in now on this page; it shows the code %s.", page.Pairing),
		url:     page.URL,
		next:    "give the user this link and the code to compare. After the sign-in, repeat the call; no restart is needed.",
	}
}

// afterSignIn waits for the user who agreed to open the page.
func (c *Call) afterSignIn(ctx context.Context) {
	if _, err := c.Identity(ctx); c.SignIn == nil || !errors.Is(err, cleverapi.ErrSignedOut) {
		return
	}
	page, err := c.SignIn()
	if err != nil {
		return // the call itself says what is wrong
	}
	c.Progress(Step{Message: "waiting for the user to sign in", Progress: 1})
	wait := time.NewTimer(waitAfterOpening)
	defer wait.Stop()
	select {
	case <-page.Done:
	case <-wait.C:
	case <-ctx.Done():
	}
}

// takeOpened keeps the answer to a question about a page from the tool, which has
// questions of its own. It reports whether the user agreed to sign in.
func (c *Call) takeOpened() (signIn bool) {
	a := c.Caller.Answer
	if a == nil || a.State != stateToken && a.State != stateSignIn {
		return false
	}
	c.Caller.Answer, c.opened = nil, a.Action
	return a.State == stateSignIn && a.Action == "accept"
}
