package auth

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Hosts are the addresses of one Clever Cloud.
type Hosts struct {
	API     *url.URL // /v2, /v4 and the OAuth dance
	Bridge  *url.URL // /api-tokens, and /v2 and /v4 for API tokens
	Console *url.URL // pages for the browser; never gets a credential
}

// DefaultHosts are the addresses of the public platform.
func DefaultHosts() Hosts {
	return Hosts{
		API:     &url.URL{Scheme: "https", Host: "api.clever-cloud.com"},
		Bridge:  &url.URL{Scheme: "https", Host: "api-bridge.clever-cloud.com"},
		Console: &url.URL{Scheme: "https", Host: "console.clever-cloud.com"},
	}
}

// The names under which the clever command line reads hosts, in the environment
// and in the overrides of a profile alike.
const (
	apiHostName    = "API_HOST"
	bridgeHostName = "AUTH_BRIDGE_HOST"
	consoleName    = "CONSOLE_URL"
)

// resolveHosts takes each host from the environment, else from the overrides of
// a profile, else the default. The environment is the operator's word; a file may
// have been written by anybody, so its hosts must be known ones.
func resolveHosts(getenv func(string) string, overrides map[string]string, file string, allow []string) (Hosts, error) {
	hosts := DefaultHosts()
	for _, h := range []struct {
		name string
		into **url.URL
		path bool
	}{
		{apiHostName, &hosts.API, false},
		{bridgeHostName, &hosts.Bridge, false},
		{consoleName, &hosts.Console, true},
	} {
		text, source := strings.TrimSpace(getenv(h.name)), "the environment"
		fromFile := text == ""
		if fromFile {
			text, source = strings.TrimSpace(overrides[h.name]), file
		}
		if text == "" {
			continue
		}
		u, err := parseHost(text, h.path)
		if err != nil {
			return Hosts{}, &HostError{Name: h.name, Source: source, Problem: err.Error()}
		}
		if fromFile && !trustedHost(u, allow) {
			return Hosts{}, &HostError{Name: h.name, Source: source, Host: u.Host,
				Problem: fmt.Sprintf("names %s, which is neither under clever-cloud.com nor loopback", printable(u.Host))}
		}
		*h.into = u
	}
	return hosts, nil
}

// parseHost reads a base address. Its errors do not repeat the text, which may
// hold a password.
func parseHost(text string, withPath bool) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		return nil, fmt.Errorf("is not an address such as https://api.clever-cloud.com")
	case u.User != nil:
		return nil, fmt.Errorf("carries a user name or password")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fmt.Errorf("carries a query or a fragment")
	case !withPath && u.Path != "" && u.Path != "/":
		return nil, fmt.Errorf("carries a path: give scheme, host and port only")
	case !secureEnough(u):
		return nil, fmt.Errorf("is neither https nor http to loopback")
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u, nil
}

// secureEnough holds for https, and for http that does not leave the machine.
func secureEnough(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname())
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// trustedHost decides about hosts that a file names. allow holds host names, or
// host and port.
func trustedHost(u *url.URL, allow []string) bool {
	host := strings.ToLower(u.Hostname())
	if loopback(host) || host == "clever-cloud.com" || strings.HasSuffix(host, ".clever-cloud.com") {
		return true
	}
	return slices.ContainsFunc(allow, func(a string) bool {
		return strings.EqualFold(a, host) || strings.EqualFold(a, u.Host)
	})
}

// sameOrigin compares scheme, host and port, and nothing else. A nil address
// equals only another nil one.
func sameOrigin(a, b *url.URL) bool {
	if a == nil || b == nil {
		return a == b
	}
	return strings.EqualFold(a.Scheme, b.Scheme) && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	switch strings.ToLower(u.Scheme) {
	case "https":
		return "443"
	case "http":
		return "80"
	}
	return ""
}

// printable quotes text that holds anything but plain characters, so that what a
// file says cannot steer a terminal.
func printable(s string) string {
	if quoted := fmt.Sprintf("%+q", s); quoted != `"`+s+`"` {
		return quoted
	}
	return s
}

// at is the address of a path below u. Unlike JoinPath it keeps the slash that
// begins the path when u has none.
func at(u *url.URL, path string) *url.URL {
	below := *u
	below.Path, below.RawPath = strings.TrimRight(u.Path, "/")+path, ""
	return &below
}
