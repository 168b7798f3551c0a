package cli

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"clever-mcp/tools"
)

// lingering is how long a page that is over still says so.
const lingering = 5 * time.Minute

// submitFor bounds what a submission waits for Clever Cloud.
const submitFor = 45 * time.Second

// tokenPage asks for the password of an account and makes one token with it.
type tokenPage struct {
	form *tools.TokenForm

	mu        sync.Mutex
	ticket    string // of the one form that may be sent; "" when none may
	wantsCode bool
	ended     bool
}

// showTokenForm serves the form to the browser on this machine.
func showTokenForm(form *tools.TokenForm) (address string, err error) {
	p := &tokenPage{form: form, wantsCode: form.WantsCode}
	local, err := openLoopback(&url.URL{Scheme: "http", Host: "127.0.0.1"}, p.serve)
	if err != nil {
		return "", err
	}
	time.AfterFunc(form.Until.Sub(form.Now())+lingering, local.close)
	return local.URL.String(), nil
}

func (p *tokenPage) serve(w http.ResponseWriter, r *http.Request, rest string) {
	l := languageOf(r)
	switch {
	case rest != "":
		http.NotFound(w, r)
	case !p.form.Now().Before(p.form.Until) || p.isOver():
		p.over(l).send(w, l)
	case r.Method == http.MethodGet:
		p.ask(l, http.StatusOK, "").send(w, l)
	case r.Method == http.MethodPost:
		p.take(r, l).send(w, l)
	default:
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "Method not allowed", http.StatusMethodNotAllowed)
	}
}

// renew makes a ticket for a form. The forms before it are good no more.
func (p *tokenPage) renew() (ticket string, wantsCode bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ticket = rand.Text()
	return p.ticket, p.wantsCode
}

// spend takes the ticket of a form that was sent.
func (p *tokenPage) spend(ticket string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ticket == "" || subtle.ConstantTimeCompare([]byte(ticket), []byte(p.ticket)) != 1 {
		return false
	}
	p.ticket = ""
	return true
}

func (p *tokenPage) isOver() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended
}

func (p *tokenPage) take(r *http.Request, l language) view {
	if err := r.ParseForm(); err != nil {
		return p.ask(l, http.StatusBadRequest, l.say("The form could not be read. Try again.", "Le formulaire n’a pas pu être lu. Réessayez."))
	}
	typed := tools.Typed{Password: r.PostForm.Get("password"), Code: strings.ReplaceAll(r.PostForm.Get("code"), " ", ""), Place: tools.PlaceFile}
	switch place := tools.Place(r.PostForm.Get("place")); {
	case place == tools.PlaceShown, place == tools.PlaceKeyring && p.form.HasKeyring:
		typed.Place = place
	}
	if !p.spend(r.PostForm.Get("ticket")) {
		return p.ask(l, http.StatusConflict, l.say("That form was used already, or a newer one was opened. This is a fresh one.", "Ce formulaire a déjà servi, ou un plus récent a été ouvert. En voici un nouveau."))
	}
	if typed.Password == "" {
		return p.ask(l, http.StatusUnprocessableEntity, l.say("Type the password.", "Saisissez le mot de passe."))
	}
	// Whoever closes the browser now must not leave a token that nobody has.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), submitFor)
	defer cancel()
	made, err := p.form.Submit(ctx, typed)
	var wrong *tools.WrongProofError
	if !errors.As(err, &wrong) {
		p.mu.Lock()
		p.ended = true
		p.mu.Unlock()
	}
	var tries *tools.TriesError
	switch {
	case err == nil:
		return p.done(l, made)
	case errors.As(err, &wrong):
		return p.again(l, wrong)
	case errors.Is(err, tools.ErrPageOver):
		return p.over(l)
	case errors.As(err, &tries):
		return view{http.StatusTooManyRequests, l.say("Too many wrong tries", "Trop d’essais erronés"), markup("<p class=\"bad\" role=\"alert\">%s</p>\n<p>%s</p>\n",
			l.say("The password or the code was wrong three times. No token was made.", "Le mot de passe ou le code était erroné trois fois. Aucun jeton n’a été créé."),
			l.say("Wait a quarter of an hour, then ask your assistant for a new page.", "Attendez un quart d’heure, puis demandez une nouvelle page à votre assistant.")), true}
	}
	return view{http.StatusBadGateway, l.say("It did not work", "Cela n’a pas fonctionné"), markup("<p class=\"bad\" role=\"alert\">%s</p>\n<p>%s</p>\n",
		visible(err.Error()), l.say("Go back to your assistant, which knows more.", "Retournez à votre assistant, qui en sait plus.")), true}
}

func (p *tokenPage) again(l language, wrong *tools.WrongProofError) view {
	left := strconv.Itoa(wrong.Left)
	text := l.say("The password is wrong. Tries left: "+left+".", "Le mot de passe est erroné. Essais restants : "+left+".")
	if wrong.Code {
		p.mu.Lock()
		p.wantsCode = true // the account has a second factor that its profile does not tell
		p.mu.Unlock()
		text = l.say("The code is wrong or too old. Type a fresh one. Tries left: "+left+".", "Le code est erroné ou trop ancien. Saisissez-en un nouveau. Essais restants : "+left+".")
	}
	return p.ask(l, http.StatusUnprocessableEntity, text)
}

// ask is the form. problem says why it is shown again.
func (p *tokenPage) ask(l language, status int, problem string) view {
	ticket, wantsCode := p.renew()
	f := p.form
	var b strings.Builder
	b.WriteString(markup("<p>%s</p>\n<p class=\"code\">%s</p>\n", l.say(
		"Your assistant asks for an API token. Go on only if it shows the same code:",
		"Votre assistant demande un jeton d’API. Ne continuez que s’il affiche le même code :"), f.Pairing))
	b.WriteString(markup("<dl><dt>%s</dt><dd>%s</dd><dt>%s</dt><dd>%s</dd>", l.say("Account", "Compte"), visible(f.Email), l.say("Token", "Jeton"), visible(f.Name)))
	if f.Description != "" {
		b.WriteString(markup("<dt>%s</dt><dd>%s</dd>", l.say("For", "Pour"), visible(f.Description)))
	}
	b.WriteString(markup("<dt>%s</dt><dd>%s</dd></dl>\n", l.say("Good until", "Valable jusqu’au"), day(l, f.Expires)))
	b.WriteString(markup(`<form method="post" action="?lang=%s" autocomplete="on">`+"\n", string(l)))
	b.WriteString(markup(`<input type="hidden" name="ticket" value="%s">`+"\n"+`<input type="hidden" name="username" autocomplete="username" value="%s">`+"\n", ticket, f.Email))
	if problem != "" {
		b.WriteString(markup("<p class=\"bad\" role=\"alert\">%s</p>\n", problem))
	}
	b.WriteString(markup(`<label>%s <input name="password" type="password" autocomplete="current-password" required autofocus></label>`+"\n",
		l.say("Password of the account", "Mot de passe du compte")))
	if wantsCode {
		b.WriteString(markup(`<label>%s <input name="code" inputmode="numeric" pattern="[0-9 ]{6,8}" autocomplete="one-time-code" required></label>`+"\n",
			l.say("Code of the second factor", "Code du second facteur")))
	}
	b.WriteString(p.places(l))
	b.WriteString(markup("<button>%s</button>\n</form>\n<p class=\"soft\">%s</p>\n", l.say("Make the token", "Créer le jeton"), l.say(
		"The password goes from this page to Clever Cloud. The assistant sees neither it nor the token.",
		"Le mot de passe va de cette page à Clever Cloud. L’assistant ne voit ni lui ni le jeton.")))
	return view{status: status, title: l.say("Make an API token", "Créer un jeton d’API"), body: b.String()}
}

func (p *tokenPage) places(l language) string {
	option := func(place tools.Place, text string, checked string) string {
		return markup(`<label><input type="radio" name="place" value="%s"`, string(place)) + checked + markup("> <span>%s</span></label>\n", text)
	}
	out := markup("<fieldset><legend>%s</legend>\n", l.say("Where the token goes", "Où va le jeton")) +
		option(tools.PlaceFile, l.say("To a new file that only you can read, in ", "Dans un nouveau fichier que vous seul pouvez lire, dans ")+p.form.Folder, " checked")
	if p.form.HasKeyring {
		out += option(tools.PlaceKeyring, l.say("To the keyring of this system", "Dans le trousseau de ce système"), "")
	}
	return out + option(tools.PlaceShown, l.say("Nowhere: show it to me once", "Nulle part : me le montrer une fois"), "") + "</fieldset>\n"
}

func (p *tokenPage) done(l language, made tools.MadeToken) view {
	v := view{status: http.StatusOK, title: l.say("The token is made", "Le jeton est créé"), alone: true}
	back := l.say("Go back to your assistant; you can close this page.", "Retournez à votre assistant ; vous pouvez fermer cette page.")
	switch {
	case made.Value != "":
		v.body = markup("<p>%s</p>\n<p><code class=\"secret\">%s</code></p>\n", l.say(
			"This is the only time that it is shown. Copy it to where it is needed.",
			"C’est la seule fois qu’il est affiché. Copiez-le là où il est nécessaire."), made.Value)
	case made.File != "":
		v.body = markup("<p>%s</p>\n<p><code>%s</code></p>\n", l.say("It is in this file, which only you can read:", "Il est dans ce fichier, que vous seul pouvez lire :"), made.File)
	default:
		v.body = markup("<p>%s</p>\n<p><code>clever-mcp token show %s</code></p>\n", l.say("It is in the keyring. This prints it:", "Il est dans le trousseau. Cette commande l’affiche :"), made.ID)
	}
	v.body = markup("<p class=\"good\">%s</p>\n", made.Name) + v.body + markup("<p>%s</p>\n", back)
	return v
}

func (p *tokenPage) over(l language) view {
	return view{http.StatusGone, l.say("This page is over", "Cette page n’est plus valable"), markup("<p>%s</p>\n", l.say(
		"It was used already, or is older than five minutes. Ask your assistant for a new one.",
		"Elle a déjà servi, ou date de plus de cinq minutes. Demandez-en une nouvelle à votre assistant.")), true}
}

// day writes a date as people read it.
func day(l language, at time.Time) string {
	if l == english {
		return at.Format("2 January 2006")
	}
	months := [...]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}
	number := strconv.Itoa(at.Day())
	if at.Day() == 1 {
		number = "1er"
	}
	return number + " " + months[at.Month()-1] + " " + strconv.Itoa(at.Year())
}
