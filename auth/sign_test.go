package auth

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// independent computes the signature of what was sent, straight after RFC 5849,
// with nothing of this package or its library.
func independent(t *testing.T, sent *http.Request, body string, c Credential) (got, want string) {
	t.Helper()
	var pairs [][2]string
	header := map[string]string{}
	for part := range strings.SplitSeq(strings.TrimPrefix(sent.Header.Get("Authorization"), "OAuth "), ", ") {
		name, quoted, _ := strings.Cut(part, "=")
		value, err := url.PathUnescape(strings.Trim(quoted, `"`))
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := header[name]; twice {
			t.Errorf("%s is there twice", name)
		}
		header[name] = value
		if name != "oauth_signature" {
			pairs = append(pairs, [2]string{name, value})
		}
	}
	sources := []string{sent.URL.RawQuery}
	if strings.HasPrefix(sent.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		sources = append(sources, body)
	}
	for _, text := range sources {
		values, err := url.ParseQuery(strings.ReplaceAll(text, ";", "%3B"))
		if err != nil {
			t.Fatalf("%q was signed although it cannot be read: %v", text, err)
		}
		for name, list := range values {
			for _, value := range list {
				pairs = append(pairs, [2]string{name, value})
			}
		}
	}
	lines := make([]string, len(pairs))
	for i, p := range pairs {
		lines[i] = rfcEscape(p[0]) + "\x00" + rfcEscape(p[1]) // NUL sorts before all that is left
	}
	slices.Sort(lines)
	parameters := strings.ReplaceAll(strings.Join(lines, "&"), "\x00", "=")
	path, _, _ := strings.Cut(sent.URL.RequestURI(), "?")
	base := sent.Method + "&" + rfcEscape("http://127.0.0.1:9700"+path) + "&" + rfcEscape(parameters)
	key := rfcEscape(c.ConsumerSecret.Reveal()) + "&" + rfcEscape(c.TokenSecret.Reveal())
	digests := map[string]func() hash.Hash{"HMAC-SHA1": sha1.New, "HMAC-SHA512": sha512.New}
	digest := digests[header["oauth_signature_method"]]
	if digest == nil {
		return header["oauth_signature"], key
	}
	mac := hmac.New(digest, []byte(key))
	mac.Write([]byte(base))
	return header["oauth_signature"], base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func rfcEscape(s string) string {
	const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	var out strings.Builder
	for _, b := range []byte(s) {
		if strings.IndexByte(unreserved, b) >= 0 {
			out.WriteByte(b)
		} else {
			fmt.Fprintf(&out, "%%%02X", b)
		}
	}
	return out.String()
}

// FuzzSign sends anything and compares its signature with the independent one.
func FuzzSign(f *testing.F) {
	f.Add(uint8(0), "self", "limit=1&limit=2&limit=1", "a=1&a=2", "cs", "ts")
	f.Add(uint8(1), "a%2Fb", "flag&empty=&=&a+b=c+d&é=%E2%98%83", "{}", "c&s%", "")
	f.Add(uint8(2), "a/b c", "a=%", "", "", "é")
	f.Add(uint8(4), "", "a;b=c;d", "oauth_token=1", "x", "y")
	f.Add(uint8(5), "%ff", "a=1&&&b=%00&A=~", "%zz", "x", "y")
	f.Fuzz(func(t *testing.T, how uint8, path, query, body, consumerSecret, tokenSecret string) {
		u, err := url.Parse("http://127.0.0.1:9700/v2/" + strings.ReplaceAll(path, "?", "%3F"))
		if err != nil || u.Fragment != "" {
			t.Skip()
		}
		u.RawQuery = query
		c := oauthCredential(u, u)
		c.ConsumerSecret, c.TokenSecret = NewSecret(consumerSecret), NewSecret("t"+tokenSecret)
		req := newRequest(t, http.MethodPost, "http://127.0.0.1:9700", body)
		req.URL = u
		if how >= 3 {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		sent := false
		wire := roundTrip(func(r *http.Request) (*http.Response, error) {
			sent = true
			if got, want := independent(t, r, body, c); got != want {
				t.Errorf("%s %s: signature %s, want %s", r.Method, r.URL, got, want)
			}
			return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
		})
		m := []Method{HMACSHA512, HMACSHA1, Plaintext}[how%3]
		_, err = send(t, NewTransport(c, m, wire), req)
		if sent != (err == nil) {
			t.Errorf("sent %v, error %v", sent, err)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "the query holds ") && !strings.HasPrefix(err.Error(), "the form body holds ") {
			t.Errorf("refused with %v", err)
		}
	})
}

func TestEmptyPathAndMethodAreSignedAsTheyAreSent(t *testing.T) {
	t.Parallel()
	c := oauthCredential(mustURL(t, "http://127.0.0.1:9700"), nil)
	wire := roundTrip(func(r *http.Request) (*http.Response, error) {
		asSent := r.Clone(t.Context())
		asSent.Method = http.MethodGet
		if got, want := independent(t, asSent, "", c); got != want {
			t.Errorf("signature %s, want %s", got, want)
		}
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
	})
	req := &http.Request{URL: mustURL(t, "http://127.0.0.1:9700?b=1&a=2")}
	if _, err := send(t, NewTransport(c, HMACSHA512, wire), req); err != nil {
		t.Fatal(err)
	}
}

func TestNoncesDiffer(t *testing.T) {
	t.Parallel()
	api := serve(t, nil)
	tr := NewTransport(oauthCredential(api.url(t), api.url(t)), Auto, NewWire(WireConfig{}))
	for range 20 {
		if _, err := send(t, tr, newRequest(t, http.MethodGet, api.URL+"/v2/self", "")); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for _, r := range api.requests() {
		seen[r.auth] = true
	}
	if len(seen) != 20 {
		t.Errorf("20 requests had %d headers", len(seen))
	}
}

func BenchmarkSign(b *testing.B) {
	u := &url.URL{Scheme: "https", Host: "api.clever-cloud.com", Path: "/v2/self", RawQuery: "a=1&a=2"}
	c := oauthCredential(u, u)
	wire := roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
	})
	tr := NewTransport(c, Auto, wire)
	req := &http.Request{Method: http.MethodGet, URL: u}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tr.RoundTrip(req); err != nil {
			b.Fatal(err)
		}
	}
}
