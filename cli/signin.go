package cli

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"clever-mcp/auth"
	"clever-mcp/cleverapi"
)

// signInFor is how long a person may take on the pages: request tokens of OAuth
// last as long.
const signInFor = 10 * time.Minute

// signIn is one sign-in with a browser: it ends in a credential that the store
// keeps.
type signIn struct {
	store *auth.Store
	wire  http.RoundTripper
	hosts auth.Hosts
	alias string
}

// keep looks whose credential it is, and saves it as a profile. What does not
// work is not saved.
func (s *signIn) keep(ctx context.Context, c auth.Credential) (auth.Credential, error) {
	user, err := clientOf(c, s.wire).Self.Get(ctx)
	if errors.Is(err, cleverapi.ErrForbidden) {
		// A consumer that was not granted personal information is signed in all the same.
		user, err = cleverapi.User{}, nil
	}
	if err != nil {
		return auth.Credential{}, fmt.Errorf("the sign-in went through, but what it gave does not work, so it was not saved: %w", err)
	}
	c.UserID, c.Email = user.ID, user.Email
	if err := s.store.Save(s.alias, c); err != nil {
		return auth.Credential{}, err
	}
	return c, nil
}

// viaConsole is the login of the clever CLI: show gets an address of this machine
// that leads to the page of the console. The address of that page itself holds
// what picks the login up, and must not be seen in a list of processes.
func (s *signIn) viaConsole(ctx context.Context, show func(link, page string)) (auth.Credential, error) {
	login := auth.NewBrowserLogin(s.hosts, s.wire)
	page := login.URL(version()).String()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	first := make(chan struct{}, 1)
	first <- struct{}{}
	local, err := openLoopback(&url.URL{Scheme: "http", Host: "127.0.0.1"}, func(w http.ResponseWriter, r *http.Request, rest string) {
		select {
		case <-first:
			http.Redirect(w, r, page, http.StatusSeeOther)
		default:
			// Somebody else may have read the address in the list of processes, and
			// with it what picks the login up.
			http.Error(w, "This address was used already.", http.StatusGone)
			cancel(errors.New("the link to the sign-in page was opened twice, so the sign-in was ended. Start again"))
		}
	})
	if err != nil {
		return auth.Credential{}, err
	}
	defer local.close()
	show(local.URL.String(), page)
	c, err := login.Wait(ctx)
	if err != nil {
		return auth.Credential{}, endedBy(ctx, err)
	}
	return s.keep(context.WithoutCancel(ctx), c)
}

// endedBy prefers the reason why a wait was ended to the fact that it was.
func endedBy(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && ctx.Err() != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// viaDance is the OAuth 1 dance with a consumer of one's own. The browser comes
// back to callback, whose path gets a secret that stands for the state: what does
// not come from the sign-in that began here is not taken.
func (s *signIn) viaDance(ctx context.Context, dance auth.Dance, callback *url.URL, show func(page string)) (auth.Credential, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, signInFor, auth.ErrNoLogin)
	defer cancel()
	verifiers := make(chan string, 1)
	var token auth.RequestToken
	ready := make(chan struct{})
	local, err := openLoopback(callback, func(w http.ResponseWriter, r *http.Request, rest string) {
		<-ready
		takeVerifier(w, r, token.Token, verifiers)
	})
	if err != nil {
		return auth.Credential{}, err
	}
	defer local.close()
	token, err = dance.RequestToken(ctx, local.URL.String())
	close(ready)
	if err != nil {
		return auth.Credential{}, err
	}
	show(dance.AuthorizeURL(token).String())
	select {
	case <-ctx.Done():
		return auth.Credential{}, endedBy(ctx, ctx.Err())
	case verifier := <-verifiers:
		if verifier == "" {
			return auth.Credential{}, errors.New("access was not given on the page of Clever Cloud, so nobody is signed in")
		}
		c, err := dance.AccessToken(ctx, token, verifier)
		if err != nil {
			return auth.Credential{}, err
		}
		return s.keep(ctx, c)
	}
}

// takeVerifier serves the callback. It takes one verifier, for the request token
// of this sign-in only; "" when the person refused.
func takeVerifier(w http.ResponseWriter, r *http.Request, token string, verifiers chan<- string) {
	l, query := languageOf(r), r.URL.Query()
	if subtle.ConstantTimeCompare([]byte(query.Get("oauth_token")), []byte(token)) != 1 {
		view{http.StatusBadRequest, l.say("Not this sign-in", "Ce n’est pas cette connexion"), markup("<p>%s</p>\n",
			l.say("This answer belongs to another sign-in. Go back to the terminal.", "Cette réponse appartient à une autre connexion. Retournez au terminal.")), true}.send(w, l)
		return
	}
	select {
	case verifiers <- query.Get("oauth_verifier"):
		view{http.StatusOK, l.say("Almost done", "C’est presque fini"), markup("<p>%s</p>\n",
			l.say("Close this page and go back to the terminal.", "Fermez cette page et retournez au terminal.")), true}.send(w, l)
	default:
		view{http.StatusGone, l.say("Already done", "Déjà fait"), markup("<p>%s</p>\n",
			l.say("This sign-in was answered already.", "Cette connexion a déjà reçu une réponse.")), true}.send(w, l)
	}
}
