package auth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The clever command line asks every two seconds, sixty times.
const (
	pollInterval = 2 * time.Second
	pollTries    = 60
)

// ErrNoLogin says that nobody finished the login in the browser in time.
var ErrNoLogin = errors.New("nobody finished the login in the browser in time. Start again, and open the address that is shown")

// BrowserLogin is the login of the clever command line: a person signs in on a
// page of the console, and the token pair is picked up with a random token that
// only this process and that page know.
type BrowserLogin struct {
	Hosts Hosts
	Wire  http.RoundTripper
	// How long to wait between two looks, and how many to take; zero means 2 s and 60.
	Interval time.Duration
	Tries    int

	token Secret // whoever has it can pick the token pair up
}

// NewBrowserLogin draws the token of one login.
func NewBrowserLogin(hosts Hosts, wire http.RoundTripper) *BrowserLogin {
	random := make([]byte, 20)
	_, _ = rand.Read(random) // never fails: the process would end
	// The alphabet of the command line: not that of URLs, whose - and _ are the other way round.
	text := strings.NewReplacer("/", "-", "+", "_", "=", "").Replace(base64.StdEncoding.EncodeToString(random))
	return &BrowserLogin{Hosts: hosts, Wire: wire, token: NewSecret(text)}
}

// URL is the page to open. version is the one of this program; the page shows it.
func (l *BrowserLogin) URL(version string) *url.URL {
	u := at(l.Hosts.Console, "/cli-oauth")
	u.RawQuery = url.Values{"cli_version": {version}, "cli_token": {l.token.Reveal()}}.Encode()
	return u
}

// Wait asks until the person has signed in. A server that is overloaded or
// unreachable for a moment does not end it.
func (l *BrowserLogin) Wait(ctx context.Context) (Credential, error) {
	interval, tries := l.Interval, l.Tries
	if interval <= 0 {
		interval = pollInterval
	}
	if tries <= 0 {
		tries = pollTries
	}
	next := time.NewTicker(interval)
	defer next.Stop()
	last := ErrNoLogin
	for range tries {
		c, done, err := l.look(ctx)
		if done {
			return c, err
		}
		last = err
		select {
		case <-ctx.Done():
			return Credential{}, ctx.Err()
		case <-next.C:
		}
	}
	return Credential{}, last
}

// look asks once. Not done, its error says what to report if this was the last try.
func (l *BrowserLogin) look(ctx context.Context) (c Credential, done bool, err error) {
	u := at(l.Hosts.API, "/v2/self/cli_tokens")
	u.RawQuery = url.Values{"cli_token": {l.token.Reveal()}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Credential{}, true, err
	}
	status, body, err := exchange(l.Hosts, l.Wire, req)
	step := "GET " + u.Path
	switch {
	case ctx.Err() != nil:
		return Credential{}, true, ctx.Err()
	case err != nil:
		var wrong *OriginError
		return Credential{}, errors.As(err, &wrong), err
	case status == http.StatusNotFound:
		return Credential{}, false, ErrNoLogin
	case status >= 500 || status == http.StatusTooManyRequests:
		return Credential{}, false, &SignInError{Step: step, Status: status}
	case status != http.StatusOK:
		return Credential{}, true, &SignInError{Step: step, Status: status}
	}
	var answer struct {
		Token      string          `json:"token"`
		Secret     string          `json:"secret"`
		Expiration json.RawMessage `json:"expirationDate"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Token == "" || answer.Secret == "" {
		return Credential{}, true, &SignInError{Step: step, Problem: "without a token pair"}
	}
	return Credential{
		Kind: KindOAuth, Source: "a login in the browser",
		ConsumerKey: cliConsumerKey, ConsumerSecret: NewSecret(cliConsumerSecret),
		Token: NewSecret(answer.Token), TokenSecret: NewSecret(answer.Secret),
		Expires: parseExpiry(answer.Expiration), Hosts: l.Hosts,
	}, true, nil
}
