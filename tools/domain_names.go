package tools

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"clever-mcp/cleverapi"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// domain is a host name with a path prefix, "" for none.
type domain struct{ host, path string }

func (d domain) String() string { return d.host + d.path }

// splitDomain reads what the API wrote: "www.example.com/".
func splitDomain(fqdn string) domain {
	host, path, _ := strings.Cut(fqdn, "/")
	if path != "" {
		path = "/" + strings.TrimSuffix(path, "/")
	}
	return domain{strings.ToLower(host), path}
}

func parseDomains(argument string, names []string) ([]domain, error) {
	var out []domain
	for _, n := range names {
		d, err := parseDomain(argument, n)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out, nil
}

// hostName has at least two labels of at most 63 characters.
var hostName = lazily(`^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$`)

// parseDomain reads what a caller wrote, and refuses what the API would refuse
// with less to go on.
func parseDomain(argument, name string) (domain, error) {
	bad := func(why string) (domain, error) {
		return domain{}, badArgument("%s: %q %s. Write a host name with an optional path, such as www.example.com, example.com/shop or *.example.com.", argument, clip(name, 120), why)
	}
	text := strings.TrimSpace(name)
	if _, _, found := strings.Cut(text, "://"); found {
		return bad("is a URL: leave out what is before the host name")
	}
	d := splitDomain(text)
	bare, wildcard := strings.CutPrefix(strings.TrimSuffix(d.host, "."), "*.")
	switch {
	case strings.ContainsAny(text, " \t\r\n\\?#@%"):
		return bad("has a character that cannot be in a domain")
	case strings.Contains(bare, ":"):
		return bad("has a port: domains are reached on 80 and 443")
	case strings.Contains(bare, "*"):
		return bad("has a star elsewhere than in front")
	case !strings.Contains(bare, "."):
		return bad("is not a full host name")
	case strings.Contains(d.path, "//"):
		return bad("has // in its path")
	}
	if _, err := netip.ParseAddr(bare); err == nil {
		return bad("is an IP address")
	}
	ascii, err := idna.Lookup.ToASCII(bare)
	if err != nil || !hostName.MatchString(ascii) {
		return bad("is not a host name")
	}
	if suffix, _ := publicsuffix.PublicSuffix(ascii); suffix == ascii {
		return bad("is a suffix under which anybody registers names")
	}
	d.host = ascii
	if wildcard {
		d.host = "*." + ascii
	}
	return d, nil
}

// ours are the suffixes whose DNS Clever Cloud keeps.
const ours = ".cleverapps.io"

// dnsFor returns the records that make domains lead to the load balancers.
func dnsFor(domains []domain, balancers []cleverapi.LoadBalancer) (records []DNSRecord, warnings []string) {
	var cnames, addresses []string
	for _, b := range balancers {
		if b.DNS.CNAME != "" {
			cnames = append(cnames, b.DNS.CNAME)
		}
		addresses = append(addresses, b.DNS.A...)
	}
	var seen []string
	for _, d := range domains {
		if strings.HasSuffix(d.host, ours) || slices.Contains(seen, d.host) {
			continue // Clever Cloud keeps that zone; one record serves every path
		}
		seen = append(seen, d.host)
		bare, wildcard := strings.CutPrefix(d.host, "*.")
		apex, err := publicsuffix.EffectiveTLDPlusOne(bare)
		switch {
		case len(cnames) == 0:
			records = append(records, DNSRecord{Name: d.host, Type: "A", Values: nonNil(addresses)})
		case !wildcard && err == nil && apex == bare:
			records = append(records, DNSRecord{Name: d.host, Type: "A", Values: nonNil(addresses)})
			warnings = append(warnings, fmt.Sprintf("%s is the top of its zone, where DNS allows no CNAME: these addresses can change, so use an ALIAS or ANAME record to %s if your DNS has them, or redirect to www.", d.host, strings.Join(cnames, " or ")))
		default:
			// A name has one CNAME: the first load balancer's.
			records = append(records, DNSRecord{Name: d.host, Type: "CNAME", Values: cnames[:1]})
		}
		if wildcard {
			warnings = append(warnings, fmt.Sprintf("%s does not cover %s itself nor deeper names, and a certificate for a wildcard is not made automatically: bring your own for HTTPS.", d.host, bare))
		}
	}
	if len(balancers) == 0 && len(seen) > 0 {
		warnings = append(warnings, "The API names no load balancer for this application: the DNS records are not known yet.")
		records = nil
	}
	return records, warnings
}

func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// lookAgain finds out, after a lost answer, whether a domain is where it was
// wanted; any other error stays as it is.
func (s *siteState) lookAgain(ctx context.Context, d domain, wantThere bool, err error) error {
	if !errors.Is(err, cleverapi.ErrUnknownOutcome) {
		return err
	}
	now, readErr := s.c.API.Domains.List(ctx, s.app.Owner, s.app.ID)
	if readErr != nil {
		return err
	}
	there := slices.ContainsFunc(now, func(f cleverapi.FQDN) bool { return splitDomain(f.FQDN) == d })
	if there == wantThere {
		return nil
	}
	return badArgument("The answer was lost, and the list of domains says that it did not happen. Repeat the call.")
}
