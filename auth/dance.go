package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/dghubble/oauth1"
)

// The largest answer that is read while signing in.
const maxAnswer = 64 << 10

// Dance is the sign-in of OAuth 1 with a consumer of one's own: a request token,
// the consent of a person in the browser, an access token.
type Dance struct {
	Hosts          Hosts
	ConsumerKey    string
	ConsumerSecret Secret
	// Auto tries HMAC-SHA512, and PLAINTEXT when that is answered 401.
	Method Method
	Wire   http.RoundTripper
}

// RequestToken is good for one consent, for about ten minutes.
type RequestToken struct {
	Token  string // goes through the browser
	Secret Secret
}

// RequestToken asks for a request token. The host of callback must be the one of
// the consumer's base URL; the browser is sent there with oauth_token and
// oauth_verifier.
func (d Dance) RequestToken(ctx context.Context, callback string) (RequestToken, error) {
	answer, err := d.post(ctx, "/v2/oauth/request_token", "", map[string]string{"oauth_callback": callback})
	if err != nil {
		return RequestToken{}, err
	}
	t := RequestToken{Token: answer.Get("oauth_token"), Secret: NewSecret(answer.Get("oauth_token_secret"))}
	switch {
	case t.Token == "" || t.Secret.IsZero():
		return RequestToken{}, &SignInError{Step: "the request for a request token", Problem: "without a token pair"}
	case answer.Get("oauth_callback_confirmed") != "true":
		// An answer without it comes from a server of OAuth 1.0, whose dance lets
		// somebody else finish what one began (RFC 5849, section 2.1).
		return RequestToken{}, &SignInError{Step: "the request for a request token", Problem: "without confirming the callback"}
	}
	return t, nil
}

// AuthorizeURL is the page on which a person consents.
func (d Dance) AuthorizeURL(t RequestToken) *url.URL {
	u := at(d.Hosts.API, "/v2/oauth/authorize")
	u.RawQuery = url.Values{"oauth_token": {t.Token}}.Encode()
	return u
}

// AccessToken exchanges the verifier for a credential. It works once for each
// request token. The caller has compared the oauth_token of the callback with t.
func (d Dance) AccessToken(ctx context.Context, t RequestToken, verifier string) (Credential, error) {
	answer, err := d.post(ctx, "/v2/oauth/access_token", t.Secret.Reveal(),
		map[string]string{"oauth_token": t.Token, "oauth_verifier": verifier})
	if err != nil {
		return Credential{}, err
	}
	c := Credential{
		Kind: KindOAuth, Source: "a sign-in with consumer " + printable(d.ConsumerKey),
		ConsumerKey: d.ConsumerKey, ConsumerSecret: d.ConsumerSecret,
		Token: NewSecret(answer.Get("oauth_token")), TokenSecret: NewSecret(answer.Get("oauth_token_secret")),
		Expires: parseDate(answer.Get("expiration_date")), Hosts: d.Hosts,
	}
	if !c.HasOAuth() {
		return Credential{}, &SignInError{Step: "the exchange of the verifier", Problem: "without a token pair"}
	}
	return c, nil
}

// post sends the parameters as a form, the way that the API documents, and reads
// the form that it answers.
func (d Dance) post(ctx context.Context, path, tokenSecret string, fields map[string]string) (url.Values, error) {
	methods := []Method{d.Method}
	if d.Method == Auto {
		methods = []Method{HMACSHA512, Plaintext}
	}
	for {
		form, err := d.form(path, tokenSecret, methods[0], fields)
		if err != nil {
			return nil, err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, at(d.Hosts.API, path).String(), strings.NewReader(form.Encode()))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		status, body, err := exchange(d.Hosts, d.Wire, req)
		switch methods = methods[1:]; {
		case err != nil:
			return nil, err
		case status == http.StatusUnauthorized && len(methods) > 0:
			continue
		case status != http.StatusOK:
			return nil, &SignInError{Step: "POST " + path, Status: status}
		}
		answer, err := url.ParseQuery(strings.TrimSpace(string(body)))
		if err != nil {
			return nil, &SignInError{Step: "POST " + path, Problem: "in a form that cannot be read"}
		}
		return answer, nil
	}
}

// form adds what OAuth wants to the fields, and the signature over all of them.
func (d Dance) form(path, tokenSecret string, m Method, fields map[string]string) (url.Values, error) {
	form := url.Values{
		"oauth_consumer_key":     {d.ConsumerKey},
		"oauth_signature_method": {string(m)},
		"oauth_timestamp":        {strconv.FormatInt(time.Now().Unix(), 10)},
		"oauth_nonce":            {oauth1.Base64Noncer{}.Nonce()},
		"oauth_version":          {"1.0"},
	}
	for name, value := range fields {
		form.Set(name, value)
	}
	var params []param
	for name, values := range form {
		params = append(params, encoded(name, values[0]))
	}
	base := baseString(http.MethodPost, baseURI(at(d.Hosts.API, path)), params)
	signature, err := newSigner(d.ConsumerSecret, NewSecret(tokenSecret)).sign(m, base)
	form.Set("oauth_signature", signature)
	return form, err
}

// exchange sends a request of the sign-in, which carries secrets in its body or
// gets them in the answer, and reads that whole.
func exchange(hosts Hosts, wire http.RoundTripper, req *http.Request) (status int, body []byte, err error) {
	if !sameOrigin(req.URL, hosts.API) || !secureEnough(req.URL) {
		return 0, nil, &OriginError{Origin: origin(req.URL), Problem: "signing in goes to the API only, by https or to loopback"}
	}
	resp, err := wire.RoundTrip(req)
	if err != nil {
		return 0, nil, &SignInError{Step: req.Method + " " + req.URL.Path, Err: err}
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return 0, nil, &SignInError{Step: req.Method + " " + req.URL.Path, Err: err}
	}
	return resp.StatusCode, body, nil
}

// SignInError says which step of a sign-in went wrong. It never holds what was
// sent or answered, which may be secret.
type SignInError struct {
	Step    string // "POST /v2/oauth/access_token"
	Status  int    // of the answer; 0 when there was none, or when it was not the reason
	Problem string // completes "Clever Cloud answered … "
	Err     error  // of the network
}

func (e *SignInError) Error() string {
	switch {
	case errors.Is(e.Err, context.Canceled) || errors.Is(e.Err, context.DeadlineExceeded):
		return fmt.Sprintf("The sign-in ended during %s, before Clever Cloud answered. Start again.", e.Step)
	case e.Err != nil:
		return fmt.Sprintf("Clever Cloud could not be reached for %s: %v. Look at the network and at API_HOST, then start again.", e.Step, e.Err)
	case e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden:
		return fmt.Sprintf("Clever Cloud answered %d to %s: the consumer, the token or the verifier is not good. "+
			"Look at the consumer's key and secret, then start again.", e.Status, e.Step)
	case e.Status != 0:
		return fmt.Sprintf("Clever Cloud answered %d to %s. Start again in a while.", e.Status, e.Step)
	}
	return fmt.Sprintf("Clever Cloud answered %s %s. Start again, or look at API_HOST.", e.Step, e.Problem)
}

func (e *SignInError) Unwrap() error { return e.Err }
