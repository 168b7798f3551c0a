package cli

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

func TestEmulatorOverTLS(t *testing.T) {
	t.Parallel()
	// The seven lines of any account come first, then those for the certificate.
	env, stop := startEmulatorLines(t, 10, "--tls", "--control", "--seed", "empty")
	defer stop()
	if !strings.HasPrefix(env["API_HOST"], "https://127.0.0.1:") {
		t.Errorf("the API is at %s", env["API_HOST"])
	}
	certificate, err := os.ReadFile(env["NODE_EXTRA_CA_CERTS"])
	if err != nil {
		t.Fatal(err)
	}
	if env["GIT_SSL_CAINFO"] != env["NODE_EXTRA_CA_CERTS"] || env["SSL_CERT_FILE"] != env["NODE_EXTRA_CA_CERTS"] {
		t.Errorf("the certificate is at %v", env)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certificate)
	for _, host := range []string{"127.0.0.1", "localhost"} {
		client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}}}
		resp, err := client.Get(strings.Replace(env["API_HOST"], "127.0.0.1", host, 1) + "/emulator/v1/seeds")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 200 {
			t.Errorf("%s: the control API is answered %d", host, resp.StatusCode)
		}
	}
	stop()
	if _, err := os.Stat(env["NODE_EXTRA_CA_CERTS"]); !os.IsNotExist(err) {
		t.Errorf("stopped, the certificate is still there: %v", err)
	}
}

// A connection that asks for nothing does not hold the end up.
func TestEmulatorEndsAtOnce(t *testing.T) {
	t.Parallel()
	env, stop := startEmulator(t)
	silent, err := net.Dial("tcp", strings.TrimPrefix(env["API_HOST"], "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	begin := time.Now()
	stop()
	if took := time.Since(begin); took > 900*time.Millisecond {
		t.Errorf("the emulator takes %v to end", took)
	}
	if _, err := net.DialTimeout("tcp", strings.TrimPrefix(env["API_HOST"], "http://"), time.Second); err == nil {
		t.Error("ended, it still listens")
	}
}

func TestEmulatorRefusesSettings(t *testing.T) {
	t.Parallel()
	for want, args := range map[string][]string{
		"--seed: there is no seed": {"--seed", "nothing"},
		"--speed":                  {"--speed", "-1"},
		"--listen":                 {"--listen", "256.0.0.1:1"},
		"--listen-redis":           {"--listen-redis", "256.0.0.1:1"},
	} {
		_, errs, code := run(t, nil, "", append([]string{"emulator"}, args...)...)
		if code != exitStart || !strings.Contains(errs, want) {
			t.Errorf("%v: exit %d, %s", args, code, errs)
		}
	}
}
