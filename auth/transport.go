package auth

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/http"
	"sync/atomic"
)

// The largest form body that is signed: it is held in memory while it is.
const maxForm = 4 << 20

// The most of a refusal that is read to keep its connection.
const maxDrain = 64 << 10

// Transport sends requests with one credential. It refuses any request that is
// not for the credential's own origins before a signature exists.
//
// With [Auto], a request that is answered 401 is sent once more with PLAINTEXT.
// This holds for writes too, since 401 means that nothing was done, provided that
// the body can be had again by GetBody. When both are refused the credential is
// bad, and no later request is sent twice until one has been accepted. Once the
// bridge has accepted HMAC for API tokens, which it shows to nobody else, a refusal
// there means something else and nothing is sent twice: a password that comes with
// the request is tried once.
type Transport struct {
	credential Credential
	method     Method
	wire       http.RoundTripper
	headers    *headerMaker

	// What is known of each of the two hosts: the one may refuse what the other takes.
	api, bridge atomic.Int32
	// Held by the one request that finds out about PLAINTEXT; others wait, so that
	// a bad credential is not tried by all of them. A channel, to wait with a context.
	trying chan struct{}
}

// What is known about signatures in Auto mode.
const (
	useHMAC      int32 = iota // and try PLAINTEXT on a refusal
	usePlaintext              // HMAC was refused where PLAINTEXT was not
	bothRefused               // use HMAC, do not try
	hmacGood                  // it was accepted where nothing else is, do not try
)

// NewTransport returns a RoundTripper over wire, which gets requests that are
// complete; see [NewWire].
func NewTransport(c Credential, m Method, wire http.RoundTripper) *Transport {
	return &Transport{credential: c, method: m, wire: wire, headers: newHeaderMaker(c), trying: make(chan struct{}, 1)}
}

// Method returns the signature method in use now towards the API; empty when the
// credential cannot sign.
func (t *Transport) Method() Method {
	if !t.credential.HasOAuth() {
		return ""
	}
	return t.using(&t.api)
}

func (t *Transport) using(state *atomic.Int32) Method {
	switch {
	case t.method != Auto:
		return t.method
	case state.Load() == usePlaintext:
		return Plaintext
	}
	return HMACSHA512
}

// known is what is known of the host of a request.
func (t *Transport) known(req *http.Request) *atomic.Int32 {
	if sameOrigin(req.URL, t.credential.Hosts.API) {
		return &t.api
	}
	return &t.bridge
}

// RoundTrip authorises a copy of the request and sends it. It never follows a
// redirect: its answer is the answer.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	how, err := guard(t.credential, req)
	if err != nil {
		closeBody(req)
		return nil, unsent{err}
	}
	if how == bearer {
		return t.send(req, "Bearer "+t.credential.APIToken.Reveal())
	}
	req, params, err := parameters(req)
	if err != nil {
		closeBody(req)
		return nil, unsent{err}
	}
	state := t.known(req)
	used := t.using(state)
	resp, err := t.sign(req, params, used)
	if err != nil || t.method != Auto || used == Plaintext {
		return resp, err
	}
	if resp.StatusCode != http.StatusUnauthorized {
		switch {
		case state == &t.bridge && managesTokens(req.URL.Path) && resp.StatusCode/100 == 2:
			state.CompareAndSwap(useHMAC, hmacGood)
			state.CompareAndSwap(bothRefused, hmacGood)
		case accepted(resp):
			state.CompareAndSwap(bothRefused, useHMAC)
		}
		return resp, nil
	}
	return t.again(req, params, resp, state)
}

// again answers a refused HMAC signature. refusal is the answer to it, and what
// is returned when there is nothing to try.
func (t *Transport) again(req *http.Request, params []param, refusal *http.Response, state *atomic.Int32) (*http.Response, error) {
	next, ok := replay(req)
	if !ok || settled(state) {
		return refusal, nil
	}
	select {
	case t.trying <- struct{}{}:
		defer func() { <-t.trying }()
	case <-req.Context().Done():
		closeBody(next)
		drain(refusal)
		return nil, req.Context().Err()
	}
	if settled(state) { // another request found out meanwhile
		closeBody(next)
		return refusal, nil
	}
	drain(refusal)
	resp, err := t.sign(next, params, Plaintext)
	if err != nil {
		return nil, err
	}
	switch {
	case resp.StatusCode == http.StatusUnauthorized:
		state.CompareAndSwap(useHMAC, bothRefused)
	case accepted(resp):
		state.Store(usePlaintext)
	}
	return resp, nil
}

// settled holds when PLAINTEXT would change nothing.
func settled(state *atomic.Int32) bool {
	s := state.Load()
	return s == bothRefused || s == hmacGood
}

// accepted holds for answers that only a good signature gets. An overloaded or
// broken server may not have looked at it.
func accepted(resp *http.Response) bool {
	s := resp.StatusCode
	return s < 500 && s != http.StatusUnauthorized && s != http.StatusTooManyRequests
}

func (t *Transport) sign(req *http.Request, params []param, m Method) (*http.Response, error) {
	header, err := t.headers.header(req, params, m)
	if err != nil {
		closeBody(req)
		return nil, err
	}
	return t.send(req, header)
}

// send never changes the caller's request.
func (t *Transport) send(req *http.Request, authorization string) (*http.Response, error) {
	out := req.WithContext(req.Context())
	if out.Header = req.Header.Clone(); out.Header == nil {
		out.Header = http.Header{}
	}
	out.Header.Set("Authorization", authorization)
	return t.wire.RoundTrip(out)
}

// parameters returns what of the request is signed besides its address, and the
// request with a body that can still be sent.
func parameters(req *http.Request) (*http.Request, []param, error) {
	params, err := parseForm(req.URL.RawQuery, "query")
	if err != nil || !formBody(req) {
		return req, params, err
	}
	body, err := io.ReadAll(io.LimitReader(req.Body, maxForm+1))
	closeBody(req)
	if err != nil {
		return req, nil, err
	}
	if len(body) > maxForm {
		return req, nil, fmt.Errorf("the form body is above %d MiB, too large to be signed: send less of it at once", maxForm>>20)
	}
	fields, err := parseForm(string(body), "form body")
	if err != nil {
		return req, nil, err
	}
	read := req.WithContext(req.Context())
	read.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	read.Body, _ = read.GetBody()
	read.ContentLength = int64(len(body))
	return read, append(params, fields...), nil
}

// formBody holds for bodies whose fields are signed. RFC 5849 signs no others.
func formBody(req *http.Request) bool {
	if req.Body == nil || req.Body == http.NoBody {
		return false
	}
	media, _, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	return err == nil && media == "application/x-www-form-urlencoded"
}

// replay returns the request with a fresh body, if it can be had.
func replay(req *http.Request) (*http.Request, bool) {
	next := req.WithContext(req.Context())
	if req.Body == nil || req.Body == http.NoBody {
		return next, true
	}
	if req.GetBody == nil {
		return nil, false
	}
	body, err := req.GetBody()
	next.Body = body
	return next, err == nil
}

func closeBody(req *http.Request) {
	if req != nil && req.Body != nil {
		_ = req.Body.Close()
	}
}

// drain gives the connection of an answer that nobody reads back to the pool.
func drain(resp *http.Response) {
	_, _ = io.CopyN(io.Discard, resp.Body, maxDrain)
	_ = resp.Body.Close()
}
