package emulator

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"clever-mcp/cleverapi/catalogue"
)

// CredentialKind is how a request proved who sent it.
type CredentialKind string

const (
	CredentialNone       CredentialKind = ""
	CredentialBearer     CredentialKind = "bearer"
	CredentialPlaintext  CredentialKind = "plaintext"
	CredentialHMACSHA1   CredentialKind = "hmac-sha1"
	CredentialHMACSHA512 CredentialKind = "hmac-sha512"
	CredentialUnknown    CredentialKind = "unknown" // a header of another scheme or method
)

// credential is who asks, and by which token. oauth or api is set when accepted.
type credential struct {
	kind  CredentialKind
	oauth *oauthToken
	api   *apiToken
}

// How far the clock of a signer may be from ours. The API's own window is not
// published.
const timestampWindow = 5 * time.Minute

func notConnected() *apiError {
	return fail(http.StatusUnauthorized, idNotConnected, "Not connected")
}

// authenticate checks the credential of a call. The lock is held.
func (e *Emulator) authenticate(c *call) (credential, *user, error) {
	header := c.r.Header.Get("Authorization")
	if q := c.query("authorization"); header == "" && q != "" {
		b, err := base64.StdEncoding.DecodeString(q)
		if err != nil {
			if b, err = base64.RawURLEncoding.DecodeString(strings.TrimRight(q, "=")); err != nil {
				return credential{kind: CredentialUnknown}, nil, notConnected()
			}
		}
		header = string(b)
	}
	scheme, rest, _ := strings.Cut(header, " ")
	isOAuth := strings.EqualFold(scheme, "OAuth")
	if c.op.Host == catalogue.Bridge && !isOAuth {
		cred := credential{kind: CredentialNone}
		if strings.EqualFold(scheme, "Bearer") {
			cred.kind = CredentialBearer
		}
		return cred, nil, invalid("headers/authorization must match pattern \"^OAuth \": the authorization header must start with OAuth ")
	}
	switch {
	case header == "":
		if public(c.op) {
			return credential{}, nil, nil
		}
		return credential{}, nil, notConnected()
	case isOAuth:
		return e.authenticateOAuth(c, header)
	case strings.EqualFold(scheme, "Bearer"):
		cred := credential{kind: CredentialBearer}
		for _, t := range e.state.apiTokens {
			if equal(strings.TrimSpace(rest), t.token) && t.expires.After(c.now) {
				cred.api = t
				return cred, t.user, nil
			}
		}
		return cred, nil, notConnected()
	}
	return credential{kind: CredentialUnknown}, nil, notConnected()
}

func (e *Emulator) authenticateOAuth(c *call, header string) (credential, *user, error) {
	h, err := parseOAuth(header)
	if err != nil {
		return credential{kind: CredentialUnknown}, nil, notConnected()
	}
	cred := credential{kind: kindOf(h["oauth_signature_method"])}
	if v, sent := h["oauth_version"]; sent && v != "1.0" {
		return cred, nil, notConnected()
	}
	consumer := e.state.consumer(h["oauth_consumer_key"])
	token := e.state.oauthToken(h["oauth_token"])
	if consumer == nil || token == nil || !token.expires.After(c.now) {
		return cred, nil, notConnected()
	}
	s, err := signedRequest(c.r, c.body, bases(c, e.publicURL)...)
	if err != nil || !s.verify(h, consumer.secret, token.secret) {
		return cred, nil, notConnected()
	}
	if cred.kind == CredentialHMACSHA1 || cred.kind == CredentialHMACSHA512 {
		// Real time: the clients do not know the emulated one.
		if !e.hmac || !e.nonces.use(h, time.Now()) {
			return cred, nil, notConnected()
		}
	}
	token.used = c.now
	cred.oauth = token
	return cred, token.user, nil
}

// bases are the names that a client may have dialled.
func bases(c *call, publicURL string) []string {
	if publicURL == "" {
		return []string{dialled(c.r)}
	}
	return []string{strings.TrimRight(publicURL, "/"), dialled(c.r)}
}

func kindOf(method string) CredentialKind {
	switch method {
	case "", "PLAINTEXT":
		return CredentialPlaintext
	case "HMAC-SHA1":
		return CredentialHMACSHA1
	case "HMAC-SHA512":
		return CredentialHMACSHA512
	}
	return CredentialUnknown
}

// public tells what can be asked without a credential. One that is sent must
// be good all the same.
func public(op catalogue.Operation) bool {
	switch op.ID {
	case "GET /v2/self/cli_tokens", "GET /v2/events/event-socket", "GET /v2/openapi.json", "GET /v4/ovd/openapi.json", "GET /v4/billing/price-system":
		return true
	}
	for _, prefix := range []string{"/v2/products/", "/v4/products/", "/v2/oauth/"} {
		if strings.HasPrefix(op.Path(), prefix) {
			return true
		}
	}
	return false
}

// nonces remembers what was signed within the window, so that a request that
// was overheard cannot be sent again.
type nonces struct {
	mu   sync.Mutex
	seen map[string]time.Time
}

// use tells whether the timestamp is within the window and the nonce is new.
func (n *nonces) use(h oauthHeader, now time.Time) bool {
	seconds, err := strconv.ParseInt(h["oauth_timestamp"], 10, 64)
	if err != nil || h["oauth_nonce"] == "" {
		return false
	}
	at := time.Unix(seconds, 0)
	if at.Before(now.Add(-timestampWindow)) || at.After(now.Add(timestampWindow)) {
		return false
	}
	key := strings.Join([]string{h["oauth_consumer_key"], h["oauth_token"], h["oauth_timestamp"], h["oauth_nonce"]}, "\x00")
	n.mu.Lock()
	defer n.mu.Unlock()
	if _, used := n.seen[key]; used {
		return false
	}
	if n.seen == nil {
		n.seen = map[string]time.Time{}
	}
	if len(n.seen) >= 10_000 {
		for k, t := range n.seen {
			if t.Before(now.Add(-timestampWindow)) {
				delete(n.seen, k)
			}
		}
	}
	n.seen[key] = at
	return true
}
