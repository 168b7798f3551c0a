package emulator

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"sync"
)

//go:embed pages.html
var pagesHTML string

// pageTemplates are parsed when the first page is shown: most emulators show none.
var pageTemplates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("pages").Parse(pagesHTML))
})

type loginPage struct {
	FromAuthorize          bool
	CLIToken, For, Problem string
}

type secondFactorPage struct{ AuthID, Email, Problem string }

type rightsPage struct {
	For, User string
	Rights    []string
}

type cliPage struct{ CLIToken, User, Version string }

// htmlPage is a page that no cache keeps and no other site frames.
func htmlPage(status int, name string, data any) (raw, error) {
	var b bytes.Buffer
	if err := pageTemplates().ExecuteTemplate(&b, name, data); err != nil {
		return raw{}, err
	}
	return raw{status: status, contentType: "text/html; charset=utf-8", body: b.Bytes(), header: http.Header{
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
