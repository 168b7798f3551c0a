package cli

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"clever-mcp/auth"
	"clever-mcp/tools"
)

// signInPages lets the user sign in while a server runs. One page is open at most:
// calls that want one share it.
type signInPages struct {
	in  signIn
	log *slog.Logger

	mu   sync.Mutex
	open *signInPage
}

// signInPage leads to the sign-in of the console. The address of that holds what
// picks the login up, so it is in no conversation: only the browser gets it, from
// here, when the user presses the button.
type signInPage struct {
	url, pairing, ticket string
	login                *auth.BrowserLogin
	until                time.Time
	done                 chan struct{}
	begin                sync.Once
}

// page returns the page that is open, or opens one.
func (s *signInPages) page() (tools.SignInPage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.open; p != nil && time.Now().Before(p.until) {
		select {
		case <-p.done:
		default:
			return tools.SignInPage{URL: p.url, Pairing: p.pairing, Done: p.done}, nil
		}
	}
	login := auth.NewBrowserLogin(s.in.hosts, s.in.wire)
	p := &signInPage{pairing: tools.NewPairing(), ticket: rand.Text(), login: login, until: time.Now().Add(signInFor), done: make(chan struct{})}
	login.Tries = int(signInFor / (2 * time.Second))
	local, err := openLoopback(&url.URL{Scheme: "http", Host: "127.0.0.1"}, func(w http.ResponseWriter, r *http.Request, rest string) { s.serve(p, w, r, rest) })
	if err != nil {
		return tools.SignInPage{}, err
	}
	p.url = local.URL.String()
	ended := time.AfterFunc(signInFor+lingering, local.close)
	go func() {
		<-p.done
		ended.Reset(lingering)
	}()
	s.open = p
	return tools.SignInPage{URL: p.url, Pairing: p.pairing, Done: p.done}, nil
}

func (s *signInPages) serve(p *signInPage, w http.ResponseWriter, r *http.Request, rest string) {
	l := languageOf(r)
	over := !time.Now().Before(p.until)
	select {
	case <-p.done:
		over = true
	default:
	}
	switch {
	case rest != "":
		http.NotFound(w, r)
	case over:
		view{http.StatusGone, l.say("This page is over", "Cette page n’est plus valable"), markup("<p>%s</p>\n", l.say(
			"It was used already, or is too old. Go back to your assistant.", "Elle a déjà servi, ou est trop ancienne. Retournez à votre assistant.")), true}.send(w, l)
	case r.Method == http.MethodPost && r.ParseForm() == nil && subtle.ConstantTimeCompare([]byte(r.PostForm.Get("ticket")), []byte(p.ticket)) == 1:
		p.begin.Do(func() { go s.wait(p) })
		http.Redirect(w, r, p.login.URL(version()).String(), http.StatusSeeOther)
	default:
		// The form is redirected to the console, which the policy must allow.
		strict(w.Header(), s.in.hosts.Console)
		view{status: http.StatusOK, title: l.say("Sign in to Clever Cloud", "Se connecter à Clever Cloud"), body: markup(
			"<p>%s</p>\n<p class=\"code\">%s</p>\n<form method=\"post\"><input type=\"hidden\" name=\"ticket\" value=\"%s\"><button>%s</button></form>\n<p class=\"soft\">%s</p>\n",
			l.say("Your assistant asks to work in your account. Go on only if it shows the same code:", "Votre assistant demande à travailler dans votre compte. Ne continuez que s’il affiche le même code :"),
			p.pairing, p.ticket, l.say("Go on to Clever Cloud", "Continuer vers Clever Cloud"),
			l.say("You sign in on the console of Clever Cloud. The assistant never sees your password.", "Vous vous connectez sur la console de Clever Cloud. L’assistant ne voit jamais votre mot de passe."))}.send(w, l)
	}
}

// wait picks the login up and saves it. The next call finds it there.
func (s *signInPages) wait(p *signInPage) {
	defer close(p.done)
	ctx, cancel := context.WithDeadline(context.Background(), p.until)
	defer cancel()
	c, err := p.login.Wait(ctx)
	if err == nil {
		_, err = s.in.keep(ctx, c)
	}
	if err != nil {
		s.log.Warn("nobody was signed in", "error", err)
		return
	}
	s.log.Info("signed in", "profile", s.in.alias)
}
