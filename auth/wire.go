package auth

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// WireConfig bounds the requests of a wire. Zero means the default.
type WireConfig struct {
	// How long to wait for the header of an answer once the request is sent; 15 s.
	HeaderTimeout time.Duration
}

// NewWire returns the pool of connections under every [Transport]. A process
// makes one: with a pool for each credential, connections would be opened again
// and again.
//
// It follows no redirect, being no client. Bodies that come gzipped are decoded,
// as net/http does unless told otherwise; it sets no bound on them, so who reads
// them must.
func NewWire(config WireConfig) *http.Transport {
	if config.HeaderTimeout <= 0 {
		config.HeaderTimeout = 15 * time.Second
	}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment, // https is tunnelled, so a proxy sees no credential
		DialContext:            newDialer().DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    5 * time.Second,
		ResponseHeaderTimeout:  config.HeaderTimeout,
		ExpectContinueTimeout:  time.Second,
		ForceAttemptHTTP2:      true, // not automatic once the dialer is one's own
		MaxIdleConns:           0,    // the bound is the one of each host
		MaxIdleConnsPerHost:    maxConns,
		MaxConnsPerHost:        maxConns, // a request that gets another's connection while it dials leaves one more
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// maxConns is as many as requests may be under way at once.
const maxConns = 256

// newDialer bounds the time for a connection, all addresses of a host together.
func newDialer() *net.Dialer {
	return &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
}
