package auth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/dghubble/oauth1"
)

// signature returns the Authorization header of one request.
//
// The library draws nonce and time and writes the header. It signs only the first
// of several values of one name, and takes some addresses for others; so it is
// given the request without parameters, and its [oauth1.Signer], made for this one
// request, signs the base string of the request as it really is.
func signature(req *http.Request, params []param, c Credential, m Method) (string, error) {
	bare := &http.Request{Method: wantedMethod(req), Header: http.Header{},
		URL: &url.URL{Scheme: req.URL.Scheme, Host: req.URL.Host, Path: "/"}}
	config := &oauth1.Config{
		ConsumerKey: c.ConsumerKey,
		Noncer:      oauth1.Base64Noncer{},
		Signer:      requestSigner{req, params, c.ConsumerSecret, m},
	}
	var out header
	ctx := context.WithValue(req.Context(), oauth1.HTTPClient, &http.Client{Transport: &out})
	client := config.Client(ctx, oauth1.NewToken(c.Token.Reveal(), c.TokenSecret.Reveal()))
	if _, err := client.Transport.RoundTrip(bare); !errors.Is(err, errSigned) {
		return "", err
	}
	return out.value, nil
}

// requestSigner signs one request. Nothing of it is shared with another one.
type requestSigner struct {
	req            *http.Request
	params         []param // of the query and the form body, complete
	consumerSecret Secret
	method         Method
}

func (s requestSigner) Name() string { return string(s.method) }

// Sign is given the base string of the bare request, takes the parameters of the
// protocol out of it, and signs the whole.
func (s requestSigner) Sign(tokenSecret, message string) (string, error) {
	third, err := url.PathUnescape(message[strings.LastIndexByte(message, '&')+1:])
	if err != nil {
		return "", err
	}
	all := s.params[:len(s.params):len(s.params)]
	for pair := range strings.SplitSeq(third, "&") {
		name, value, _ := strings.Cut(pair, "=")
		all = append(all, param{name, value})
	}
	base := baseString(wantedMethod(s.req), baseURI(s.req.URL), all)
	return s.method.sign(s.consumerSecret.Reveal(), tokenSecret, base)
}

var errSigned = errors.New("signed, not sent")

// header stands where the library would send: it keeps the header and ends there.
type header struct{ value string }

func (h *header) RoundTrip(r *http.Request) (*http.Response, error) {
	h.value = r.Header.Get("Authorization")
	return nil, errSigned
}
