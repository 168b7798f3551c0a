package auth

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/dghubble/oauth1"
)

// headerMaker signs requests with one credential.
type headerMaker struct {
	consumerKey param
	token       Secret // encoded
	signer      *signer
}

func newHeaderMaker(c Credential) *headerMaker {
	return &headerMaker{
		consumerKey: encoded("oauth_consumer_key", c.ConsumerKey),
		token:       NewSecret(percentEncode(c.Token.Reveal())),
		signer:      newSigner(c.ConsumerSecret, c.TokenSecret),
	}
}

// header returns the Authorization header of one request.
//
// Nonces and HMAC-SHA1 are the library's. Its client signs only the first of several
// values of one name and takes some addresses for others, so what is signed is put
// together here; this also takes a quarter of the time, on each request.
func (h *headerMaker) header(req *http.Request, params []param, m Method) (string, error) {
	protocol := [...]param{ // by name, as servers are used to
		h.consumerKey,
		encoded("oauth_nonce", oauth1.Base64Noncer{}.Nonce()),
		{"oauth_signature", ""},
		{"oauth_signature_method", string(m)},
		{"oauth_timestamp", strconv.FormatInt(time.Now().Unix(), 10)},
		{"oauth_token", h.token.Reveal()},
		{"oauth_version", "1.0"},
	}
	const signed = 2
	var base []byte
	if m != Plaintext {
		all := make([]param, 0, len(protocol)+len(params))
		all = append(append(append(all, protocol[:signed]...), protocol[signed+1:]...), params...)
		base = baseString(wantedMethod(req), baseURI(req.URL), all)
	}
	sum, err := h.signer.sign(m, base)
	if err != nil {
		return "", err
	}
	protocol[signed].value = percentEncode(sum)
	var header strings.Builder
	header.Grow(512)
	between := "OAuth "
	for _, p := range protocol {
		header.WriteString(between)
		header.WriteString(p.name)
		header.WriteString(`="`)
		header.WriteString(p.value)
		header.WriteByte('"')
		between = ", "
	}
	return header.String(), nil
}
