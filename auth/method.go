package auth

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"sync"

	"github.com/dghubble/oauth1"
)

// Method is how OAuth requests are signed.
type Method string

const (
	// Auto signs with HMAC-SHA512, and goes over to PLAINTEXT once the API refused
	// a signature whose credentials are good.
	Auto       Method = ""
	HMACSHA512 Method = "HMAC-SHA512"
	HMACSHA1   Method = "HMAC-SHA1"
	// Plaintext sends the secrets themselves, as the clever command line does: this
	// is as safe as the TLS under it.
	Plaintext Method = "PLAINTEXT"
)

// ParseMethod reads a setting; "auto" and the empty string mean [Auto].
func ParseMethod(s string) (Method, error) {
	switch m := Method(s); m {
	case Auto, HMACSHA512, HMACSHA1, Plaintext:
		return m, nil
	case "auto":
		return Auto, nil
	}
	return Auto, fmt.Errorf("there is no signature method %q: choose HMAC-SHA1, HMAC-SHA512, PLAINTEXT or auto", s)
}

// signer makes the signatures of one pair of secrets. What each of them needs is
// prepared once.
type signer struct {
	consumerSecret, tokenSecret Secret
	key                         Secret // of HMAC-SHA512, and the signature of PLAINTEXT
	macs                        sync.Pool
}

func newSigner(consumerSecret, tokenSecret Secret) *signer {
	s := &signer{consumerSecret: consumerSecret, tokenSecret: tokenSecret}
	s.key = NewSecret(percentEncode(consumerSecret.Reveal()) + "&" + percentEncode(tokenSecret.Reveal()))
	s.macs.New = func() any { return hmac.New(sha512.New, []byte(s.key.Reveal())) }
	return s
}

// sign computes the oauth_signature over a base string.
func (s *signer) sign(m Method, base []byte) (string, error) {
	switch m {
	case Plaintext:
		return s.key.Reveal(), nil
	case HMACSHA512:
		mac := s.macs.Get().(hash.Hash)
		defer s.macs.Put(mac)
		mac.Reset()
		mac.Write(base)
		return base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
	case HMACSHA1:
		return (&oauth1.HMACSigner{ConsumerSecret: s.consumerSecret.Reveal()}).Sign(s.tokenSecret.Reveal(), string(base))
	}
	return "", fmt.Errorf("there is no signature method %q: choose HMAC-SHA1, HMAC-SHA512, PLAINTEXT or auto", string(m))
}
