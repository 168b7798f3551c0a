package emulator

import (
	"net/http"
	"net/url"
	"time"
)

// addConsole adds the pages on which a person signs in, and the one of the console
// that confirms the login of the command line.
func (e *Emulator) addConsole(m *http.ServeMux) {
	m.HandleFunc("GET /v2/sessions/login", e.page(func(f *formCall) (raw, error) { return f.loginPage(http.StatusOK, ""), nil }))
	m.HandleFunc("POST /v2/sessions/login", e.page((*formCall).login))
	m.HandleFunc("POST /v2/sessions/mfa_login", e.page((*formCall).secondFactor))
	m.HandleFunc("GET /cli-oauth", e.page((*formCall).askCLI))
	m.HandleFunc("POST /cli-oauth", e.page((*formCall).confirmCLI))
}

// pendingLogin is a login whose password was right and whose second factor is
// still to come.
type pendingLogin struct {
	user *user
	next string
}

// formCall is one request of a page, with the lock held.
type formCall struct {
	*call
	form url.Values // query and body
}

func (e *Emulator) page(h func(*formCall) (raw, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
		if err := r.ParseForm(); err != nil {
			e.refuse(w, r, w.Header().Get("Sozu-Id"), invalid("The form is not well escaped, or too large"))
			return
		}
		e.mu.Lock()
		answer, err := h(&formCall{&call{e: e, r: r, now: e.clock.Now(), base: e.baseOf(r)}, r.Form})
		e.touch()
		e.mu.Unlock()
		if err != nil {
			e.refuse(w, r, w.Header().Get("Sozu-Id"), err)
			return
		}
		for name, values := range answer.header {
			w.Header()[name] = values
		}
		write(w, answer.status, answer.contentType, answer.body)
	}
}

// next is where the browser goes once it is signed in. It is never taken whole
// from the form, which could name any site.
func (f *formCall) next() string {
	switch {
	case f.form.Get("from_authorize") == "true":
		return "/v2/oauth/authorize"
	case f.form.Get("cli_token") != "":
		return "/cli-oauth?" + url.Values{"cli_token": {f.form.Get("cli_token")}}.Encode()
	}
	return "/v2/sessions/login"
}

func (f *formCall) loginPage(status int, problem string) raw {
	return htmlPage(status, "Sign in", loginPage{
		FromAuthorize: f.form.Get("from_authorize") == "true", CLIToken: f.form.Get("cli_token"), Problem: problem,
	}.html())
}

func (f *formCall) login() (raw, error) {
	u := f.state().userByEmail(f.form.Get("email"))
	if u == nil || u.password == "" || !equal(f.form.Get("pass"), u.password) {
		return f.loginPage(http.StatusUnauthorized, "The e-mail address or the password is wrong."), nil
	}
	if u.totp == "" {
		return f.signIn(u, f.next()), nil
	}
	id := letters(30, "login", u.id, f.state().unique())
	f.state().logins[id] = &pendingLogin{u, f.next()}
	return htmlPage(http.StatusOK, "Second factor", secondFactorPage{AuthID: id, Email: u.email}.html()), nil
}

func (f *formCall) secondFactor() (raw, error) {
	id := f.form.Get("auth_id")
	p := f.state().logins[id]
	// Codes are made from real time, as signatures are.
	if p == nil || f.form.Get("mfa_kind") != "TOTP" || !validTOTP(p.user.totp, f.form.Get("mfa_attempt"), time.Now()) {
		return htmlPage(http.StatusUnauthorized, "Second factor", secondFactorPage{AuthID: id, Email: f.form.Get("email"), Problem: "The code is wrong."}.html()), nil
	}
	delete(f.state().logins, id)
	return f.signIn(p.user, p.next), nil
}

func (f *formCall) signIn(u *user, next string) raw {
	id := letters(40, "session", u.id, f.state().unique())
	f.state().sessions[id] = u
	answer := redirect(next)
	answer.header.Add("Set-Cookie", cookie(sessionCookie, id))
	return answer
}

// askCLI is the page that `clever login` opens.
func (f *formCall) askCLI() (raw, error) {
	token := f.form.Get("cli_token")
	if token == "" {
		return raw{}, invalid("The page needs the cli_token of a login")
	}
	u := f.state().sessions[f.cookie(sessionCookie)]
	if u == nil {
		return f.loginPage(http.StatusOK, ""), nil
	}
	return htmlPage(http.StatusOK, "Command line", cliPage{CLIToken: token, User: u.name, Version: f.form.Get("cli_version")}.html()), nil
}

func (f *formCall) confirmCLI() (raw, error) {
	u := f.state().sessions[f.cookie(sessionCookie)]
	token := f.r.PostForm.Get("cli_token")
	switch {
	case token == "":
		return raw{}, invalid("The page needs the cli_token of a login")
	case u == nil:
		return f.loginPage(http.StatusUnauthorized, "Sign in first."), nil
	}
	cli := find(f.state().consumers, func(k *consumer) bool { return k.cli })
	f.state().cliLogins[token] = f.newOAuthToken(u, cli, nil, cliLife)
	return htmlPage(http.StatusOK, "Signed in", "<p>Go back to the terminal: it is signed in.</p>\n"), nil
}
