package emulator

import (
	"net/http"
	"net/url"
	"slices"
)

// The cookies of the pages: who is signed in, and which request token is being
// consented to.
const (
	sessionCookie = "ccid"
	requestCookie = "cctk"
)

func (c *call) cookie(name string) string {
	k, err := c.r.Cookie(name)
	if err != nil {
		return ""
	}
	return k.Value
}

// consent finds the request token and the person, from the query or the cookies.
// The user is nil when nobody is signed in.
func (c *call) consent() (*requestToken, *user, error) {
	token := either(c.query("oauth_token"), c.cookie(requestCookie))
	t := find(c.state().requestTokens, func(t *requestToken) bool { return t.token == token })
	if t == nil || !t.expires.After(c.now) {
		return nil, nil, notFound("The request token does not exist, or is more than ten minutes old. Start the sign-in again")
	}
	return t, c.state().sessions[either(c.query(sessionCookie), c.cookie(sessionCookie))], nil
}

// askConsent shows the login page, then the page of rights; it sends who has
// consented before straight back.
func askConsent(c *call) (any, error) {
	t, u, err := c.consent()
	if err != nil {
		return nil, err
	}
	var answer raw
	switch {
	case u == nil:
		answer = htmlPage(http.StatusOK, "Sign in", loginPage{FromAuthorize: true, For: t.consumer.name}.html())
	case c.consentedBefore(u, t.consumer) != nil:
		return t.confirm(u, c.consentedBefore(u, t.consumer).rights, c), nil
	default:
		answer = htmlPage(http.StatusOK, "Give access", rightsPage{For: t.consumer.name, User: u.name, Rights: t.consumer.asked()}.html())
	}
	answer.header.Add("Set-Cookie", cookie(requestCookie, t.token))
	return answer, nil
}

func takeConsent(c *call) (any, error) {
	t, u, err := c.consent()
	if err != nil {
		return nil, err
	}
	if u == nil {
		return nil, notConnected()
	}
	checked, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, invalid("The form is not well escaped")
	}
	return t.confirm(u, t.consumer.grantedRights(checked), c), nil
}

// consentedBefore returns a live token that a consent to k gave, or nil.
func (c *call) consentedBefore(u *user, k *consumer) *oauthToken {
	return find(c.state().oauthTokens, func(t *oauthToken) bool {
		return t.consented && t.user == u && t.consumer == k && t.expires.After(c.now)
	})
}

// confirm draws the verifier and sends the browser to the callback.
func (t *requestToken) confirm(u *user, rights map[string]bool, c *call) raw {
	t.user, t.rights = u, rights
	t.verifier = letters(30, "verifier", t.token, c.state().unique())
	back, err := url.Parse(t.callback)
	if err != nil {
		panic(err) // it was parsed when the request token was made
	}
	q := back.Query()
	q.Set("oauth_token", t.token)
	q.Set("oauth_verifier", t.verifier)
	q.Set("user", u.id)
	back.RawQuery = q.Encode()
	return redirect(back.String())
}

// asked are the rights that a consumer asks for, sorted.
func (k *consumer) asked() []string {
	var out []string
	for name, wanted := range k.rights {
		if wanted && name != "almighty" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
