package cli

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// certificateLife is long for a process that emulates, and short for a
// certificate that somebody forgets in a list of trusted ones.
const certificateLife = 30 * 24 * time.Hour

// ownCertificate makes a certificate for the addresses that the emulator listens
// on. Its key never leaves the process. The certificate goes to a file of its own
// for clients to trust, which remove takes away again.
func ownCertificate(addrs ...net.Addr) (config *tls.Config, file string, remove func(), err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, "", nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, "", nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "emulated Clever Cloud"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(certificateLife),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true, IsCA: true,
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	for _, addr := range addrs {
		if tcp, ok := addr.(*net.TCPAddr); ok && !tcp.IP.IsUnspecified() {
			template.IPAddresses = append(template.IPAddresses, tcp.IP)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, "", nil, err
	}
	dir, err := os.MkdirTemp("", "clever-mcp-emulator-")
	if err != nil {
		return nil, "", nil, fmt.Errorf("the folder for the certificate cannot be made: %w", err)
	}
	remove = func() { _ = os.RemoveAll(dir) } // what stays is a public certificate
	file = filepath.Join(dir, "certificate.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		remove()
		return nil, "", nil, fmt.Errorf("the certificate cannot be written: %w", err)
	}
	// HTTP/1.1 only: faults that reset a connection need one of their own.
	config = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	return config, file, remove, nil
}

// trust are the variables by which clients trust a certificate: Node and with it
// the clever CLI, git, and Go and curl.
func trust(file string) []string {
	return []string{"NODE_EXTRA_CA_CERTS=" + file, "GIT_SSL_CAINFO=" + file, "SSL_CERT_FILE=" + file}
}
