package emulator

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The base string that RFC 5849 prints in section 3.4.1.1, errata included.
func TestBaseStringOfTheRFC(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest("POST", "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b", nil)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	h, err := parseOAuth(`OAuth realm="Example", oauth_consumer_key="9djdj82h48djs9d2", oauth_token="kkk9d7dh3k39sjv7", ` +
		`oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131201", oauth_nonce="7d8f3e4a", oauth_signature="bYT5CMsGcbgUdFHObYMEfcx6bsw%3D"`)
	if err != nil {
		t.Fatal(err)
	}
	s, err := signedRequest(r, []byte("c2&a3=2+q"), "http://EXAMPLE.COM:80")
	if err != nil {
		t.Fatal(err)
	}
	const want = `POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26` +
		`oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7`
	if got := s.baseString(s.urls[0], h, s.params); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	// The RFC prints a wrong signature; this is the one of its errata.
	h["oauth_signature"] = "r6/TJjbCOr97/+UU0NsvSne7s5g="
	if !s.verify(h, "j49sk3j29djd", "dh893hdasih9") {
		t.Error("the signature of the errata is refused")
	}
	if s.verify(h, "j49sk3j29djd", "dh893hdasih8") {
		t.Error("a signature is accepted with another secret")
	}
}

// hmacHeader signs independently of the code under test: the caller gives the
// base string's parameters, already sorted and encoded.
func hmacHeader(newHash func() hash.Hash, name, method, rawURL, params, consumerSecret, tokenSecret string, oauth map[string]string) string {
	base := method + "&" + url.QueryEscape(rawURL) + "&" + url.QueryEscape(params)
	mac := hmac.New(newHash, []byte(consumerSecret+"&"+tokenSecret))
	mac.Write([]byte(base))
	header := `OAuth oauth_signature_method="` + name + `", oauth_signature="` + url.QueryEscape(base64.StdEncoding.EncodeToString(mac.Sum(nil))) + `"`
	for k, v := range oauth {
		header += fmt.Sprintf(`, %s="%s"`, k, v)
	}
	return header
}

func TestHMAC(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	env := envMap(c.e, c.base)
	const key, secret = "FuRiWZChVFuYaVh04yCHYOnFRtzfHO", "J9k249yV0UqIzsGJWAVD4p1HLj8NyE"
	sign := func(name, nonce string, when time.Time, before, after, tokenSecret string) string {
		newHash := sha512.New
		if name == "HMAC-SHA1" {
			newHash = sha1.New
		}
		stamp := strconv.FormatInt(when.Unix(), 10)
		oauth := map[string]string{"oauth_consumer_key": key, "oauth_nonce": nonce, "oauth_timestamp": stamp, "oauth_token": env["CLEVER_TOKEN"], "oauth_version": "1.0"}
		params := before + "oauth_consumer_key=" + key + "&oauth_nonce=" + nonce + "&oauth_signature_method=" + name + "&oauth_timestamp=" + stamp +
			"&oauth_token=" + env["CLEVER_TOKEN"] + "&oauth_version=1.0" + after
		return hmacHeader(newHash, name, "GET", c.base+"/v4/products/zones", params, secret, tokenSecret, oauth)
	}
	good, now := env["CLEVER_SECRET"], time.Now()
	const query = "?tag=region%3Aeu&tag=infra%3Aovh&a=1"
	for _, tt := range []struct {
		name, header string
		status       int
	}{
		{"SHA-512, with the query", sign("HMAC-SHA512", "n1", now, "a=1&", "&tag=infra%3Aovh&tag=region%3Aeu", good), 200},
		{"SHA-512, without the query", sign("HMAC-SHA512", "n2", now, "", "", good), 200},
		{"SHA-1, with the query", sign("HMAC-SHA1", "n3", now, "a=1&", "&tag=infra%3Aovh&tag=region%3Aeu", good), 200},
		{"one repeated key missing", sign("HMAC-SHA512", "n4", now, "a=1&", "&tag=infra%3Aovh", good), 401},
		{"wrong token secret", sign("HMAC-SHA512", "n5", now, "", "", "wrong"), 401},
		{"nonce used before", sign("HMAC-SHA512", "n1", now, "a=1&", "&tag=infra%3Aovh&tag=region%3Aeu", good), 401},
		{"six minutes old", sign("HMAC-SHA512", "n6", now.Add(-6*time.Minute), "", "", good), 401},
		{"six minutes early", sign("HMAC-SHA512", "n7", now.Add(6*time.Minute), "", "", good), 401},
		{"unknown method", sign("HMAC-MD5", "n8", now, "", "", good), 401},
	} {
		resp, text := c.with(tt.header).send("GET", "/v4/products/zones"+query, nil)
		if resp.StatusCode != tt.status {
			t.Errorf("%s: status %d, want %d: %s", tt.name, resp.StatusCode, tt.status, text)
		}
	}
}

func TestRefuseHMAC(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{RefuseHMAC: true})
	c.get("/v2/self") // PLAINTEXT is still good
	env := envMap(c.e, c.base)
	const key, secret = "T5nFjKeHH4AIlEveuGhB5S3xg8T19e", "MgVMqTr6fWlf2M0tkC2MXOnhfqBWDT"
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	params := "oauth_consumer_key=" + key + "&oauth_nonce=n&oauth_signature_method=HMAC-SHA512&oauth_timestamp=" + stamp + "&oauth_token=" + env["CLEVER_TOKEN"]
	header := hmacHeader(sha512.New, "HMAC-SHA512", "GET", c.base+"/v2/self", params, secret, env["CLEVER_SECRET"],
		map[string]string{"oauth_consumer_key": key, "oauth_nonce": "n", "oauth_timestamp": stamp, "oauth_token": env["CLEVER_TOKEN"]})
	c.with(header).want(401, "GET", "/v2/self", nil)
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	env := envMap(c.e, c.base)
	full := `OAuth realm="", oauth_consumer_key="T5nFjKeHH4AIlEveuGhB5S3xg8T19e", oauth_nonce="1", oauth_signature_method="PLAINTEXT", oauth_timestamp="1", oauth_version="1.0", oauth_token="` +
		env["CLEVER_TOKEN"] + `", oauth_signature="MgVMqTr6fWlf2M0tkC2MXOnhfqBWDT%26` + env["CLEVER_SECRET"] + `"`
	for _, tt := range []struct {
		name, auth, path string
		status           int
	}{
		{"none", "", "/v2/self", 401},
		{"none, for what is public", "", "/v4/products/zones", 200},
		{"wrong, for what is public", "Bearer nonsense", "/v4/products/zones", 401},
		{"minimal PLAINTEXT", c.auth, "/v2/self", 200},
		{"full PLAINTEXT", full, "/v2/self", 200},
		{"wrong secret", strings.Replace(c.auth, env["CLEVER_SECRET"], "x", 1), "/v2/self", 401},
		{"unknown token", strings.Replace(c.auth, env["CLEVER_TOKEN"], "x", 1), "/v2/self", 401},
		{"unknown consumer", strings.Replace(c.auth, "T5nFj", "xxxxx", 1), "/v2/self", 401},
		{"two tokens", c.auth + `, oauth_token="x"`, "/v2/self", 401},
		{"Basic", "Basic YTpi", "/v2/self", 401},
		{"Bearer", "Bearer " + env["CLEVER_API_TOKEN"], "/v2/self", 200},
		{"Bearer in small letters", "bearer " + env["CLEVER_API_TOKEN"], "/v4/billing/organisations/orga_x/invoices", 404},
		{"wrong Bearer", "Bearer x", "/v2/self", 401},
		{"Bearer for API tokens", "Bearer " + env["CLEVER_API_TOKEN"], "/api-tokens", 400},
		{"none for API tokens", "", "/api-tokens", 400},
		{"OAuth for API tokens", c.auth, "/api-tokens", 200},
		{"signed URL", "", "/v2/self?authorization=" + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(c.auth))), 200},
		{"broken signed URL", "", "/v2/self?authorization=%25", 401},
	} {
		resp, text := c.with(tt.auth).send("GET", tt.path, nil)
		if resp.StatusCode != tt.status {
			t.Errorf("%s: status %d, want %d: %s", tt.name, resp.StatusCode, tt.status, text)
		}
	}
	if got := at(t, c.with("").want(401, "GET", "/v2/self", nil), "id"); got != 2001.0 {
		t.Errorf("the id of a refused credential is %v, want 2001", got)
	}
}

func TestCredentialsExpire(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	bearer := c.with("Bearer " + envMap(c.e, c.base)["CLEVER_API_TOKEN"])
	bearer.get("/v2/self")
	c.e.Clock().Advance(400 * day)
	bearer.want(401, "GET", "/v2/self", nil)
	c.want(401, "GET", "/v2/self", nil)
}

func TestPublicURLIsSigned(t *testing.T) {
	t.Parallel()
	e, err := New(Options{PublicURL: "https://api.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	env := envMap(e, "")
	const key, secret = "T5nFjKeHH4AIlEveuGhB5S3xg8T19e", "MgVMqTr6fWlf2M0tkC2MXOnhfqBWDT"
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	params := "oauth_consumer_key=" + key + "&oauth_nonce=n&oauth_signature_method=HMAC-SHA512&oauth_timestamp=" + stamp + "&oauth_token=" + env["CLEVER_TOKEN"]
	r := httptest.NewRequest("GET", "http://10.0.0.1/v2/self", nil)
	r.Header.Set("Authorization", hmacHeader(sha512.New, "HMAC-SHA512", "GET", "https://api.example.com/v2/self", params, secret, env["CLEVER_SECRET"],
		map[string]string{"oauth_consumer_key": key, "oauth_nonce": "n", "oauth_timestamp": stamp, "oauth_token": env["CLEVER_TOKEN"]}))
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Errorf("status %d, want 200: %s", w.Code, w.Body)
	}
}

func FuzzParseOAuth(f *testing.F) {
	for _, s := range []string{
		`OAuth oauth_consumer_key="a", oauth_token="b", oauth_signature="c%26d"`, `OAuth a="1",b="2"`, `OAuth `, `OAuth a="`, `oauth a="%zz"`, `OAuth a="1", a="2"`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := parseOAuth(s)
		if err != nil {
			return
		}
		// What was read can be written and read again.
		text := "OAuth "
		for k, v := range h {
			text += percent(k) + `="` + percent(v) + `",`
		}
		again, err := parseOAuth(strings.TrimSuffix(text, ","))
		if err != nil || len(again) != len(h) {
			t.Fatalf("%q was read as %v, written as %q, and not read again: %v", s, h, text, err)
		}
		for k, v := range h {
			if again[k] != v {
				t.Fatalf("%s is %q, then %q", k, v, again[k])
			}
		}
	})
}
