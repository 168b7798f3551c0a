package emulator

import (
	"context"
	"net"
	"slices"
	"strings"
)

// Resolve answers DNS for the domains of the account, as if everybody had made
// the records that the console asks for: they lead to the load balancers of the
// application's zone. Nothing is found under "invalid", which no name server
// knows (RFC 2606), nor of hosts that no application has.
func (e *Emulator) Resolve(_ context.Context, host string) ([]string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, o := range e.state.owners {
		for _, a := range o.apps {
			answers := func(fqdn string) bool {
				name, _, _ := strings.Cut(fqdn, "/")
				suffix, wildcard := strings.CutPrefix(name, "*")
				return name == host || wildcard && strings.HasSuffix(host, suffix)
			}
			if !strings.HasSuffix(host, ".invalid") && slices.ContainsFunc(a.vhosts, answers) {
				return a.zone.balancers(), nil
			}
		}
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}
