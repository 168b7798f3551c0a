package emulator

import (
	"fmt"
	"html"
	"net/http"
	"strings"
)

// markup fills a format of HTML, every value escaped. html/template would do more
// than these five pages need, and add five megabytes to the program.
func markup(format string, values ...string) string {
	escaped := make([]any, len(values))
	for i, v := range values {
		escaped[i] = html.EscapeString(v)
	}
	return fmt.Sprintf(format, escaped...)
}

// hidden is a field of a form that people do not see, or nothing without a value.
func hidden(name, value string) string {
	if value == "" {
		return ""
	}
	return markup(`<input type="hidden" name="%s" value="%s">`+"\n", name, value)
}

// alert says what went wrong, if anything.
func alert(problem string) string {
	if problem == "" {
		return ""
	}
	return markup(`<p role="alert">%s</p>`+"\n", problem)
}

type loginPage struct {
	FromAuthorize          bool
	CLIToken, For, Problem string
}

func (p loginPage) html() string {
	var b strings.Builder
	if p.For != "" {
		b.WriteString(markup("<p>%s asks for access.</p>\n", p.For))
	}
	b.WriteString(alert(p.Problem))
	b.WriteString(`<form method="post" action="/v2/sessions/login">` + "\n")
	if p.FromAuthorize {
		b.WriteString(hidden("from_authorize", "true"))
	}
	b.WriteString(hidden("cli_token", p.CLIToken))
	b.WriteString(`<label>E-mail address <input name="email" type="email" autocomplete="username" required></label>
<label>Password <input name="pass" type="password" autocomplete="current-password" required></label>
<button>Sign in</button>
</form>
`)
	return b.String()
}

type secondFactorPage struct{ AuthID, Email, Problem string }

func (p secondFactorPage) html() string {
	return alert(p.Problem) + `<form method="post" action="/v2/sessions/mfa_login">` + "\n" +
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

func (p rightsPage) html() string {
	var b strings.Builder
	b.WriteString(markup("<p>%s asks %s for these rights:</p>\n", p.For, p.User))
	b.WriteString(`<form method="post" action="/v2/oauth/authorize">` + "\n")
	for _, right := range p.Rights {
		b.WriteString(markup(`<label><input type="checkbox" name="%[1]s" value="on" checked> %[1]s</label>`+"\n", right))
	}
	b.WriteString("<button>Give access</button>\n</form>\n")
	return b.String()
}

type cliPage struct{ CLIToken, User, Version string }

func (p cliPage) html() string {
	return markup("<p>Let the command line %s act for %s?</p>\n", p.Version, p.User) +
		`<form method="post" action="/cli-oauth">` + "\n" + hidden("cli_token", p.CLIToken) + "<button>Confirm</button>\n</form>\n"
}

const pageHead = `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>%[1]s – emulated Clever Cloud</title>
<style>body{font:1rem/1.5 system-ui;max-width:28rem;margin:3rem auto;padding:0 1rem}label{display:block;margin:.5rem 0}input:not([type=checkbox]){width:100%%;font:inherit}</style>
<h1>%[1]s</h1>
<p>This is an emulator: use the accounts of its seed, never a real password.</p>
`

// htmlPage is a page that no cache keeps and no other site frames.
func htmlPage(status int, title, body string) raw {
	return raw{status: status, contentType: "text/html; charset=utf-8", body: []byte(markup(pageHead, title) + body), header: http.Header{
		"Cache-Control":           {"no-store"},
		"Content-Security-Policy": {"default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"},
	}}
}

func redirect(to string) raw {
	return raw{status: http.StatusSeeOther, contentType: "text/plain; charset=utf-8", header: http.Header{"Location": {to}, "Cache-Control": {"no-store"}}}
}

// cookie is good for one browser session. Lax: a form of another site cannot
// confirm in the name of who is signed in.
func cookie(name, value string) string {
	return (&http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}).String()
}
