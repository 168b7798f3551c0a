package tools

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf16"
)

// Programs that write to the logs of an application encode as their language does,
// and languages differ in what they leave as it is. Nearly all secrets are letters
// and digits, of which every form is the same.

// Characters of addresses that are left alone by encodeURIComponent of JavaScript,
// by encodeURI, and by quote of Python.
var (
	leftByComponent = strings.NewReplacer("%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*")
	leftByURI       = strings.NewReplacer("%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*", "%23", "#", "%24", "$", "%26", "&", "%2B", "+", "%2C", ",",
		"%2F", "/", "%3A", ":", "%3B", ";", "%3D", "=", "%3F", "?", "%40", "@")
	leftByQuote = strings.NewReplacer("%2F", "/")
)

func urlForms(v string) []string {
	query := url.QueryEscape(v)
	if query == v {
		return nil
	}
	strict := strings.ReplaceAll(query, "+", "%20") // a plus itself is %2B by now
	out := []string{query, url.PathEscape(v), strict, leftByComponent.Replace(strict), leftByURI.Replace(strict), leftByQuote.Replace(strict)}
	for _, form := range out {
		out = append(out, lowerEscapes(form))
	}
	return out
}

var escape = lazily(`%[0-9A-F]{2}`)

// lowerEscapes writes the digits of escapes in lower case, as RFC 3986 allows.
func lowerEscapes(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	return escape.ReplaceAllStringFunc(s, strings.ToLower)
}

// jsonForms are the ways to write what stands between the quotes of a JSON string,
// and of one in a JSON document that is a string itself.
func jsonForms(v string) []string {
	if !strings.ContainsFunc(v, func(r rune) bool { return r < 0x20 || r > 0x7e || strings.ContainsRune(`"\\/<>&`, r) }) {
		return nil
	}
	var out []string
	for _, html := range []bool{true, false} {
		for _, once := range spellings(jsonBody(v, html)) {
			out = append(out, once, jsonBody(once, true), jsonBody(once, false))
		}
	}
	return out
}

// jsonBody is v as it stands between the quotes of a JSON string, with or
// without the escaping of <, > and &.
func jsonBody(v string, html bool) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(html)
	if e.Encode(v) != nil {
		return v
	}
	text := bytes.TrimSpace(b.Bytes())
	return string(text[1 : len(text)-1])
}

// spellings are a body with slashes escaped too, as PHP does, and in ASCII alone, as
// it and Python do.
func spellings(body string) []string {
	out := []string{body}
	if strings.Contains(body, "/") {
		out = append(out, strings.ReplaceAll(body, "/", `\/`))
	}
	for _, form := range out {
		if small := asciiBody(form, `\u%04x`); small != form {
			out = append(out, small, asciiBody(form, `\u%04X`))
		}
	}
	return out
}

func asciiBody(body, format string) string {
	var b strings.Builder
	for _, r := range body {
		switch high, low := utf16.EncodeRune(r); {
		case r < 0x80:
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, format+format, high, low)
		default:
			fmt.Fprintf(&b, format, r)
		}
	}
	return b.String()
}
