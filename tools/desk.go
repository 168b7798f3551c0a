package tools

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// pageFor is how long a page may be used.
	pageFor = 5 * time.Minute
	// maxPages bounds the pages that are open at once.
	maxPages = 8
	// A call that waits for a page answers before clients lose patience.
	waitAfterOpening = 50 * time.Second
	waitForNews      = 20 * time.Second
)

// TokenForm is a page on which a person types what a new token needs. It is good
// for one token.
type TokenForm struct {
	Email, Name, Description string
	Expires                  time.Time
	Pairing                  string // the conversation shows the same
	WantsCode                bool
	Folder                   string // where the file would be
	HasKeyring               bool
	Until                    time.Time
	Now                      func() time.Time
	// Submit makes the token. What the person typed wrong is a *WrongProofError, and
	// a page that was used or is too old ErrPageOver; any other error ends the page.
	Submit func(ctx context.Context, typed Typed) (MadeToken, error)
}

// ErrPageOver says that a page takes nothing any more.
var ErrPageOver = errors.New("the page was used already, or is too old")

// Desk keeps the pages that are open, by the call that opened them: who repeats
// the call learns how it went.
type Desk struct {
	show func(*TokenForm) (url string, err error)

	mu    sync.Mutex
	pages map[string]*tokenPage
}

// NewDesk shows forms with show; nil where no browser of the user's reaches this
// process.
func NewDesk(show func(*TokenForm) (url string, err error)) *Desk {
	return &Desk{show: show, pages: map[string]*tokenPage{}}
}

// tokenPage is a form that is shown, and what comes of it.
type tokenPage struct {
	form *TokenForm
	url  string
	done chan struct{} // closed once view and err are set

	mu    sync.Mutex
	busy  bool // a token is being made
	ended bool
	view  NewTokenView
	err   error
}

// begin claims the page for one submission.
func (p *tokenPage) begin() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended || p.busy || !p.form.Now().Before(p.form.Until) {
		return false
	}
	p.busy = true
	return true
}

// finish gives the page back when what was typed was wrong, and ends it otherwise.
func (p *tokenPage) finish(made MadeToken, err error) {
	p.mu.Lock()
	p.busy = false
	p.mu.Unlock()
	var wrong *WrongProofError
	if !errors.As(err, &wrong) {
		p.end(made.NewTokenView, err)
	}
}

// end settles what comes of the page, unless that is settled or being found out.
func (p *tokenPage) end(view NewTokenView, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ended && !p.busy {
		p.ended, p.view, p.err = true, view, err
		close(p.done)
	}
}

// closed holds for a page that takes nothing any more.
func (p *tokenPage) closed(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended || !p.busy && !now.Before(p.form.Until)
}

func (c *Call) page() string { return c.Caller.ID + "\x00" + c.id() }

func (d *Desk) find(c *Call) *tokenPage {
	if d == nil {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.pages[c.page()]
}

func (d *Desk) forget(c *Call) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.pages, c.page())
}

// add shows a form for a call. Pages that were over long ago make room.
func (d *Desk) add(c *Call, form *TokenForm) (*tokenPage, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p := d.pages[c.page()]; p != nil {
		return p, nil // another call with the same arguments was quicker
	}
	for key, p := range d.pages {
		if c.Now().Sub(p.form.Until) > pageFor {
			delete(d.pages, key)
		}
	}
	open := 0
	for _, p := range d.pages {
		if !p.closed(c.Now()) {
			open++
		}
	}
	if open >= maxPages {
		return nil, badArgument("%d pages wait for the user already. Nothing was done.\nNext: ask the user to finish one of them, or wait five minutes.", open)
	}
	p := &tokenPage{form: form, done: make(chan struct{})}
	submit := form.Submit
	form.Submit = func(ctx context.Context, typed Typed) (MadeToken, error) {
		if !p.begin() {
			return MadeToken{}, ErrPageOver
		}
		made, err := submit(ctx, typed)
		p.finish(made, err)
		return made, err
	}
	url, err := d.show(form)
	if err != nil {
		return nil, fmt.Errorf("no page could be shown: %w", err)
	}
	p.url = url
	d.pages[c.page()] = p
	return p, nil
}

// pageNeeded is the error of a call that goes on once the user opened a page.
type pageNeeded struct {
	state   string // which page
	message string // what the user does there, and why
	url     string
	next    string // for a model whose client cannot open it
}

func (e *pageNeeded) Error() string { return "a page is to be opened: " + e.url }

// States of questions that ask to open a page.
const (
	statePage   = "page."
	stateToken  = statePage + "token"
	stateSignIn = statePage + "sign-in"
)

// openPage asks the client to open the page, or tells the model to hand it on.
func (r *Runner) openPage(c *Call, need *pageNeeded) Result {
	message := c.aboutProfile(c.Hide.Text(need.message))
	text := fmt.Sprintf("%s\n%s\nNext: %s", message, need.url, need.next)
	if c.Caller.ElicitURL && c.opened == "" {
		return Result{Text: text, Ask: &Question{Message: message, URL: need.url, State: need.state}}
	}
	return failed(text)
}

// NewPairing draws what a page and the conversation both show. It is easy to
// compare: six letters and digits that do not look alike.
func NewPairing() string {
	code := rand.Text()[:6] // base32: no 0, 1, 8 or 9
	return code[:3] + "-" + code[3:]
}

// tokenByPage opens the page on which the user makes the token.
func (c *Call) tokenByPage(w tokenWish) (NewTokenView, error) {
	if c.Desk == nil || c.Desk.show == nil {
		return NewTokenView{}, badArgument("Making a token needs the password of %s, and this server was given none. Nothing was done. Do not ask the user to type it here.\nNext: the user can %s. To let this tool do it, the operator starts the server with CLEVER_PASSWORD_FILE naming a file that holds the password.", w.user.Email, c.byHand(w.in))
	}
	if left, until := c.Tries.left(w.user.Email, c.Now()); left == 0 {
		return NewTokenView{}, &TriesError{until}
	}
	page, err := c.Desk.add(c, &TokenForm{
		Email: w.user.Email, Name: w.in.Name, Description: w.in.Description, Expires: w.expires, Pairing: NewPairing(),
		WantsCode: w.wantsCode(), Folder: c.TokenDir, HasKeyring: c.Keyring != nil, Until: c.Now().Add(pageFor), Now: c.Now,
		Submit: func(ctx context.Context, typed Typed) (MadeToken, error) {
			made, err := c.makeToken(ctx, w, typed)
			c.auditPage(made, err)
			return made, err
		},
	})
	if err != nil {
		return NewTokenView{}, err
	}
	return NewTokenView{}, c.needTokenPage(page)
}

// auditPage writes down what happened on the page: the call that opened it has
// ended by then, and nobody may repeat it.
func (c *Call) auditPage(made MadeToken, err error) {
	e := Entry{
		Time: c.Now(), Tool: c.tool.Name, Object: made.ID, Effect: c.tool.Effect.String(), Outcome: OutcomeDone,
		Request: c.Caller.RequestID, Caller: c.Caller.ID,
	}
	var wrong *WrongProofError
	if errors.As(err, &wrong) {
		e.Outcome, e.Trace = OutcomeRefused, wrong.Trace
	} else if err != nil {
		e.Outcome = outcomeOf(err)
	}
	c.Log.Info("page", "tool", e.Tool, "outcome", string(e.Outcome), "request", e.Request)
	if c.Audit != nil {
		c.Audit(e)
	}
}

func (c *Call) needTokenPage(p *tokenPage) error {
	return &pageNeeded{
		state:   stateToken,
		message: fmt.Sprintf("To make the token, type the password of %s on a page of this machine. It shows the code %s; it is good once, until %s UTC. Nothing was done yet.", p.form.Email, p.form.Pairing, p.form.Until.UTC().Format("15:04")),
		url:     p.url,
		next:    "give the user this link and the code to compare; never ask for the password here. When the user is done, repeat the same call to learn how it went.",
	}
}

// awaitToken tells how a page ended, once it has.
func (c *Call) awaitToken(ctx context.Context, p *tokenPage) (NewTokenView, error) {
	wait := waitForNews
	switch c.opened {
	case "accept":
		wait = waitAfterOpening
	case "cancel": // the client could not show it after all
		wait = 0
	case "decline":
		p.end(NewTokenView{}, badArgument("The user did not want to open the page: no token was made. Do not try another way."))
	}
	if !p.closed(c.Now()) {
		c.Progress(Step{Message: "waiting for the user to finish on the page", Progress: 1})
		ctx, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		select {
		case <-p.done:
		case <-ctx.Done():
		}
	}
	if p.closed(c.Now()) {
		p.end(NewTokenView{}, badArgument("The page was not used within five minutes: no token was made.\nNext: ask the user, then repeat the call for a new page."))
	}
	select {
	case <-p.done:
		c.Desk.forget(c)
		c.about(p.view.ID)
		return p.view, p.err
	default:
		return NewTokenView{}, c.needTokenPage(p)
	}
}
