package auth

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TLS errors are errors: nothing is sent past a certificate that is not good for
// the host, or over a version that is too old.
func TestWireWantsAGoodCertificate(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*httptest.Server){
		"signed by nobody": func(*httptest.Server) {},
		"too old":          func(s *httptest.Server) { s.TLS = &tls.Config{MaxVersion: tls.VersionTLS11} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				t.Errorf("%s was sent with %s", r.URL, r.Header.Get("Authorization"))
			}))
			api.Config.ErrorLog = log.New(io.Discard, "", 0) // it reports handshakes
			change(api)
			api.StartTLS()
			defer api.Close()
			u := mustURL(t, api.URL)
			_, err := send(t, NewTransport(oauthCredential(u, u), Auto, NewWire(WireConfig{})), newRequest(t, http.MethodGet, api.URL+"/v2/self", ""))
			if err == nil {
				t.Fatal("it was sent")
			}
			if unsafe := new(tls.CertificateVerificationError); name == "signed by nobody" && !errors.As(err, &unsafe) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
