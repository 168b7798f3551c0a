package emulator

import (
	"fmt"
	"html"
	"net/http"
	"strings"
)

// page is one of the few pages that the emulator shows. They are written without
// a template library, which would make the linker keep every method there is and
// the program a third larger.
type page interface {
	// write returns the title and what stands below it, escaped.
	write() (title, body string)
}

type loginPage struct {
	FromAuthorize          bool
	CLIToken, For, Problem string
}

func (p loginPage) write() (title, body string) {
	var b strings.Builder
	if p.For != "" {
		fmt.Fprintf(&b, "<p>%s asks for access.</p>\n", html.EscapeString(p.For))
	}
	b.WriteString(problem(p.Problem) + `<form method="post" action="/v2/sessions/login">` + "\n")
	if p.FromAuthorize {
		b.WriteString(hidden("from_authorize", "true"))
	}
	if p.CLIToken != "" {
		b.WriteString(hidden("cli_token", p.CLIToken))
	}
	b.WriteString(`<label>E-mail address <input name="email" type="email" autocomplete="username" required></label>
<label>Password <input name="pass" type="password" autocomplete="current-password" required></label>
<button>Sign in</button>
</form>
`)
	return "Sign in", b.String()
}

type secondFactorPage struct{ AuthID, Email, Problem string }

func (p secondFactorPage) write() (title, body string) {
	return "Second factor", problem(p.Problem) + `<form method="post" action="/v2/sessions/mfa_login">` + "\n" +
		hidden("auth_id", p.AuthID) + hidden("email", p.Email) + hidden("mfa_kind", "TOTP") +
		`<label>Code <input name="mfa_attempt" inputmode="numeric" autocomplete="one-time-code" required></label>
<button>Sign in</button>
</form>
`
}

type rightsPage struct {
	For, User string
	Rights    []string
}

func (p rightsPage) write() (title, body string) {
	var b strings.Builder
	fmt.Fprintf(&b, "<p>%s asks %s for these rights:</p>\n<form method=\"post\" action=\"/v2/oauth/authorize\">\n", html.EscapeString(p.For), html.EscapeString(p.User))
	for _, right := range p.Rights {
		fmt.Fprintf(&b, "<label><input type=\"checkbox\" name=\"%[1]s\" value=\"on\" checked> %[1]s</label>\n", html.EscapeString(right))
	}
	b.WriteString("<button>Give access</button>\n</form>\n")
	return "Give access", b.String()
}

type cliPage struct{ CLIToken, User, Version string }

func (p cliPage) write() (title, body string) {
	return "Command line", fmt.Sprintf("<p>Let the command line %s act for %s?</p>\n<form method=\"post\" action=\"/cli-oauth\">\n%s<button>Confirm</button>\n</form>\n",
		html.EscapeString(p.Version), html.EscapeString(p.User), hidden("cli_token", p.CLIToken))
}

type donePage struct{}

func (donePage) write() (title, body string) {
	return "Signed in", "<p>Go back to the terminal: it is signed in.</p>\n"
}

func hidden(name, value string) string {
	return fmt.Sprintf("<input type=\"hidden\" name=\"%s\" value=\"%s\">\n", name, html.EscapeString(value))
}

func problem(text string) string {
	if text == "" {
		return ""
	}
	return `<p role="alert">` + html.EscapeString(text) + "</p>\n"
}

// htmlPage is a page that no cache keeps and no other site frames.
func htmlPage(status int, p page) (raw, error) {
	title, body := p.write()
	text := fmt.Sprintf(`<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>%[1]s – emulated Clever Cloud</title>
<style>body{font:1rem/1.5 system-ui;max-width:28rem;margin:3rem auto;padding:0 1rem}label{display:block;margin:.5rem 0}input:not([type=checkbox]){width:100%%;font:inherit}</style>
<h1>%[1]s</h1>
<p>This is an emulator: use the accounts of its seed, never a real password.</p>
%[2]s`, title, body)
	return raw{status: status, contentType: "text/html; charset=utf-8", body: []byte(text), header: http.Header{
		"Cache-Control":           {"no-store"},
		"Content-Security-Policy": {"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"},
	}}, nil
}

func redirect(to string) raw {
	return raw{status: http.StatusSeeOther, contentType: "text/plain; charset=utf-8", header: http.Header{"Location": {to}, "Cache-Control": {"no-store"}}}
}

// cookie is good for one browser session. Lax: a form of another site cannot
// confirm in the name of who is signed in.
func cookie(name, value string) string {
	return (&http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}).String()
}
