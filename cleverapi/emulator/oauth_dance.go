package emulator

import (
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// How long the steps of a sign-in are good for, and what comes out of it.
const (
	requestTokenLife = 10 * time.Minute
	consumerLife     = 90 * day // of the tokens of consumers
	cliLife          = 365 * day
)

func danceRoutes() routes {
	return routes{
		"POST /v2/oauth/request_token":       giveRequestToken,
		"POST /v2/oauth/request_token_query": giveRequestToken,
		"GET /v2/oauth/authorize":            askConsent,
		"POST /v2/oauth/authorize":           takeConsent,
		"POST /v2/oauth/access_token":        giveAccessToken,
		"POST /v2/oauth/access_token_query":  giveAccessToken,
		"GET /v2/oauth/rights":               listRights,
		"GET /v2/oauth/login_data":           getLoginData,
		"GET /v2/self/cli_tokens":            pickUpCLIToken,
	}
}

// requestToken is a sign-in that has begun.
type requestToken struct {
	token, secret, callback string
	consumer                *consumer
	expires                 time.Time

	// Set by the consent.
	verifier string
	user     *user
	rights   map[string]bool
}

// danceStep is a request of the dance whose signature is still to be checked.
type danceStep struct {
	oauth    oauthHeader
	signed   signed
	consumer *consumer
}

// danceStep reads the OAuth parameters, which are in the form or in the query.
func (c *call) danceStep() (danceStep, error) {
	s, err := signedRequest(c.r, c.body, bases(c, c.e.publicURL)...)
	if err != nil {
		return danceStep{}, invalid("The parameters are not well escaped")
	}
	step := danceStep{oauth: oauthHeader{}}
	for _, p := range s.params {
		if !strings.HasPrefix(p[0], "oauth_") {
			continue
		}
		if _, twice := step.oauth[p[0]]; twice {
			return danceStep{}, invalid("The parameter %s comes twice", p[0])
		}
		step.oauth[p[0]] = p[1]
	}
	s.params = slices.DeleteFunc(s.params, func(p [2]string) bool { return strings.HasPrefix(p[0], "oauth_") })
	step.signed = s
	if step.consumer = c.state().consumer(step.oauth["oauth_consumer_key"]); step.consumer == nil {
		return danceStep{}, notConnected()
	}
	return step, nil
}

// check verifies the signature. tokenSecret is "" in the first step.
func (s danceStep) check(c *call, tokenSecret string) error {
	if v, sent := s.oauth["oauth_version"]; sent && v != "1.0" {
		return notConnected()
	}
	if !s.signed.verify(s.oauth, s.consumer.secret, tokenSecret) {
		return notConnected()
	}
	c.cred.kind = kindOf(s.oauth["oauth_signature_method"])
	if c.cred.kind != CredentialPlaintext && (!c.e.hmac || !c.e.nonces.use(s.oauth, time.Now())) {
		return notConnected()
	}
	return nil
}

// form is the way in which the dance answers.
func form(values url.Values) raw {
	return raw{contentType: "application/x-www-form-urlencoded", header: http.Header{"Cache-Control": {"no-store"}}, body: []byte(values.Encode())}
}

func giveRequestToken(c *call) (any, error) {
	step, err := c.danceStep()
	if err != nil {
		return nil, err
	}
	if err := step.check(c, ""); err != nil {
		return nil, err
	}
	callback := step.oauth["oauth_callback"]
	if !step.consumer.mayCall(callback) {
		return nil, invalid("The oauth_callback should be a URL on the host of the consumer's baseUrl")
	}
	s := c.state()
	s.requestTokens = slices.DeleteFunc(s.requestTokens, func(t *requestToken) bool { return !t.expires.After(c.now) })
	made := s.unique()
	t := &requestToken{
		token: letters(30, "request token", made), secret: letters(30, "request secret", made),
		callback: callback, consumer: step.consumer, expires: c.now.Add(requestTokenLife),
	}
	s.requestTokens = append(s.requestTokens, t)
	return form(url.Values{"oauth_token": {t.token}, "oauth_token_secret": {t.secret}, "oauth_callback_confirmed": {"true"}}), nil
}

// mayCall tells whether the browser may be sent there. The published consumers
// have no base URL: they are for programs of one's own machine.
func (k *consumer) mayCall(callback string) bool {
	u, err := url.Parse(callback)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return false
	}
	base, err := url.Parse(k.baseURL)
	if err == nil && base.Host != "" {
		return strings.EqualFold(base.Host, u.Host)
	}
	address, err := netip.ParseAddr(u.Hostname())
	return err == nil && address.IsLoopback() || u.Hostname() == "localhost"
}

func giveAccessToken(c *call) (any, error) {
	step, err := c.danceStep()
	if err != nil {
		return nil, err
	}
	s := c.state()
	t := find(s.requestTokens, func(t *requestToken) bool { return t.token == step.oauth["oauth_token"] })
	if t == nil || t.consumer != step.consumer || !t.expires.After(c.now) {
		return nil, notConnected()
	}
	if err := step.check(c, t.secret); err != nil {
		return nil, err
	}
	if t.verifier == "" || !equal(step.oauth["oauth_verifier"], t.verifier) {
		return nil, notConnected()
	}
	s.requestTokens = without(s.requestTokens, t)
	access := c.newOAuthToken(t.user, t.consumer, t.rights, consumerLife)
	access.consented = true
	return form(url.Values{"oauth_token": {access.token}, "oauth_token_secret": {access.secret}, "expiration_date": {iso(access.expires)}}), nil
}

func (c *call) newOAuthToken(u *user, k *consumer, rights map[string]bool, life time.Duration) *oauthToken {
	s := c.state()
	made := s.unique()
	t := &oauthToken{
		token: letters(30, "oauth token", u.id, made), secret: letters(30, "oauth secret", u.id, made),
		user: u, consumer: k, rights: rights, created: c.now, expires: c.now.Add(life), used: c.now,
	}
	s.oauthTokens = append(s.oauthTokens, t)
	return t
}

func listRights(*call) (any, error) {
	rights := allRights(true)
	rights["almighty"] = false
	return rights, nil
}

func getLoginData(c *call) (any, error) {
	k := c.state().consumer(c.query("oauth_key"))
	if k == nil {
		return nil, notFound("The consumer %s does not exist", c.query("oauth_key"))
	}
	return k.view(), nil
}

// pickUpCLIToken gives the token pair of a login once.
func pickUpCLIToken(c *call) (any, error) {
	asked := c.query("cli_token")
	t := c.state().cliLogins[asked]
	if t == nil {
		return nil, notFound("Nobody has confirmed this login yet")
	}
	delete(c.state().cliLogins, asked)
	return map[string]string{"token": t.token, "secret": t.secret, "expirationDate": iso(t.expires)}, nil
}

// grantedRights are what the person left checked, within what the consumer asks.
func (k *consumer) grantedRights(checked url.Values) map[string]bool {
	rights := maps.Clone(allRights(false))
	for name := range rights {
		rights[name] = k.rights[name] && checked.Get(name) == "on"
	}
	return rights
}
