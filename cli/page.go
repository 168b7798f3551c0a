package cli

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"log"
	"net/http"
	"strconv"
	"strings"
)

//go:embed page.css
var style string

// styleHash lets the one style sheet through the policy of the pages.
func styleHash() string {
	sum := sha256.Sum256([]byte(style))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func silent() *log.Logger { return log.New(io.Discard, "", 0) }

// markup fills a format of HTML, every value escaped.
func markup(format string, values ...string) string {
	escaped := make([]any, len(values))
	for i, v := range values {
		escaped[i] = html.EscapeString(v)
	}
	return fmt.Sprintf(format, escaped...)
}

// language is one that the pages speak.
type language string

const (
	english language = "en"
	french  language = "fr"
)

// say chooses between two wordings of the same.
func (l language) say(en, fr string) string {
	if l == french {
		return fr
	}
	return en
}

// languageOf is the one that the reader asked for on the page, else the one that
// the browser likes better; English when it likes neither.
func languageOf(r *http.Request) language {
	switch asked := language(r.URL.Query().Get("lang")); asked {
	case english, french:
		return asked
	}
	best, weight := english, 0.0
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, q, weighted := strings.Cut(strings.TrimSpace(part), ";q=")
		w := 1.0
		if weighted {
			w, _ = strconv.ParseFloat(q, 64) // what is no number weighs nothing
		}
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if l := language(primary); (l == english || l == french) && w > weight {
			best, weight = l, w
		}
	}
	return best
}

// view is one page. Body is HTML whose values are escaped.
type view struct {
	status      int
	title, body string
	alone       bool // the last page: a link to the other language would find nothing
}

func (v view) send(w http.ResponseWriter, l language) {
	other := markup(`<a href="?lang=%s" lang="%[1]s">%s</a>`, l.say("fr", "en"), l.say("Français", "English"))
	if v.alone {
		other = ""
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(v.status)
	fmt.Fprintf(w, `<!DOCTYPE html>
<html lang="%s">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%s – clever-mcp</title>
<style>%s</style>
</head>
<body>
<main>
<header><span>clever-mcp</span>%s</header>
<h1>%[2]s</h1>
%[5]s</main>
</body>
</html>
`, l, html.EscapeString(v.title), style, other, v.body)
}
