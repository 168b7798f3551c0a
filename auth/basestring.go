package auth

import (
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strings"
)

// param is a name and a value, each percent-encoded as RFC 5849, section 3.6,
// wants it. Names may repeat.
type param struct{ name, value string }

func encoded(name, value string) param {
	return param{percentEncode(name), percentEncode(value)}
}

// percentEncode is oauth1.PercentEncode, in a tenth of its time: each request encodes
// the whole of what it signs.
func percentEncode(text string) string {
	for i := range len(text) {
		if !unreserved(text[i]) {
			return string(appendEncoded(make([]byte, 0, len(text)+16), text))
		}
	}
	return text
}

func appendEncoded(to []byte, text string) []byte {
	const digits = "0123456789ABCDEF"
	for i := range len(text) {
		if b := text[i]; unreserved(b) {
			to = append(to, b)
		} else {
			to = append(to, '%', digits[b>>4], digits[b&15])
		}
	}
	return to
}

// unreserved are the bytes that stand for themselves (section 3.6).
func unreserved(b byte) bool { return unreservedBytes[b] }

var unreservedBytes = func() (table [256]bool) {
	for b := range table {
		table[b] = strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~", byte(b)) >= 0
	}
	return table
}()

// parseForm reads a query or a form body, every pair in it. What a server could
// read in more than one way is refused instead of signed in one of them.
func parseForm(text, where string) ([]param, error) {
	var params []param
	for pair := range strings.SplitSeq(text, "&") {
		if pair == "" {
			continue
		}
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, err1 := url.QueryUnescape(rawName)
		value, err2 := url.QueryUnescape(rawValue)
		if err1 != nil || err2 != nil {
			return nil, fmt.Errorf("the %s holds a %% that two hexadecimal digits do not follow: encode it as %%25", where)
		}
		if protocolName(name) {
			return nil, fmt.Errorf("the %s holds %s, which belongs to the signature: leave it out", where, name)
		}
		params = append(params, encoded(name, value))
	}
	return params, nil
}

// protocolName holds for the parameters that the signature itself brings. Twice
// in one request they would mean nothing.
func protocolName(name string) bool {
	switch name {
	case "oauth_consumer_key", "oauth_token", "oauth_signature", "oauth_signature_method",
		"oauth_timestamp", "oauth_nonce", "oauth_version":
		return true
	}
	return false
}

// baseString is the text that is signed (RFC 5849, section 3.4.1). It sorts the
// parameters in place.
func baseString(method, uri string, params []param) []byte {
	sort.Slice(params, func(i, j int) bool {
		a, b := params[i], params[j]
		if a.name != b.name {
			return a.name < b.name
		}
		return a.value < b.value
	})
	base := append(make([]byte, 0, 1024), strings.ToUpper(method)...)
	base = appendEncoded(append(base, '&'), uri)
	between := "&"
	for _, p := range params {
		base = appendEncoded(append(base, between...), p.name)
		base = appendEncoded(append(base, "%3D"...), p.value)
		between = "%26"
	}
	if len(params) == 0 {
		base = append(base, between...)
	}
	return base
}

// baseURI is the address as the server sees it, without query (section 3.4.1.2).
func baseURI(u *url.URL) string {
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	if p := u.Port(); p == "" || scheme == "https" && p == "443" || scheme == "http" && p == "80" {
		host = strings.TrimSuffix(host, ":"+p)
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/" // what net/http sends
	}
	return scheme + "://" + host + path
}

// wantedMethod is the method as it goes over the wire: empty means GET.
func wantedMethod(r *http.Request) string {
	if r.Method == "" {
		return http.MethodGet
	}
	return r.Method
}
