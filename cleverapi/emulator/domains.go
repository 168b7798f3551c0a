package emulator

import (
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
)

func domainRoutes() routes {
	return routes{
		"GET /v2/organisations/{id}/applications/{appId}/vhosts":              listDomains,
		"PUT /v2/organisations/{id}/applications/{appId}/vhosts/{domain}":     addDomain,
		"DELETE /v2/organisations/{id}/applications/{appId}/vhosts/{domain}":  removeDomain,
		"GET /v2/organisations/{id}/applications/{appId}/vhosts/favourite":    getFavourite,
		"PUT /v2/organisations/{id}/applications/{appId}/vhosts/favourite":    setFavourite,
		"DELETE /v2/organisations/{id}/applications/{appId}/vhosts/favourite": unsetFavourite,
	}
}

var hostName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}$`)
})

// parseDomain gives a domain the form in which it is kept: small letters, and
// a slash after the host.
func parseDomain(s string) (string, error) {
	refuse := func(text string) error { return fail(http.StatusForbidden, idGeneric, "%s", text) }
	if s == "" {
		return "", refuse("Could not parse domain: fqdn is empty")
	}
	host, path, _ := strings.Cut(s, "/")
	host = strings.ToLower(host)
	if _, err := netip.ParseAddr(host); err == nil {
		return "", refuse("Domain cannot be an IP address or reverse DNS")
	}
	if !hostName().MatchString(host) {
		return "", refuse("Invalid domain")
	}
	return host + "/" + path, nil
}

func listDomains(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	return each(a.vhosts, func(v string) vhostView { return vhostView{v} }), nil
}

func addDomain(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	fqdn, err := parseDomain(c.params["domain"])
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(strings.TrimSuffix(fqdn, "/"), ".services.clever-cloud.com") {
		return nil, fail(http.StatusForbidden, idGeneric, "You are not allowed to use the domain %s", fqdn)
	}
	for _, o := range c.state().owners {
		for _, other := range o.apps {
			if slices.Contains(other.vhosts, fqdn) {
				return nil, fail(http.StatusForbidden, idGeneric, "The domain %s is already taken", strings.TrimSuffix(fqdn, "/"))
			}
		}
	}
	a.vhosts = append(a.vhosts, fqdn)
	return success("The domain has successfully been added"), nil
}

// domain returns the form in which a domain of a is kept.
func (a *application) domain(asked string) (string, error) {
	fqdn, err := parseDomain(asked)
	if err == nil && slices.Contains(a.vhosts, fqdn) {
		return fqdn, nil
	}
	return "", notFound("The domain %s does not belong to %s", asked, a.id)
}

func removeDomain(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	fqdn, err := a.domain(c.params["domain"])
	if err != nil {
		return nil, err
	}
	a.vhosts = without(a.vhosts, fqdn)
	if a.favourite == fqdn {
		a.favourite = ""
	}
	return success("The domain has successfully been removed"), nil
}

func getFavourite(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	if a.favourite == "" {
		return nil, fail(http.StatusNotFound, idNoFavourite, "The application %s has no favourite domain", a.id)
	}
	return vhostView{a.favourite}, nil
}

func setFavourite(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	var b struct{ FQDN string }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	fqdn, err := a.domain(b.FQDN)
	if err != nil {
		return nil, appInvalid("fqdn", "The domain %s is not among the domains of the application", b.FQDN)
	}
	a.favourite = fqdn
	return vhostView{fqdn}, nil
}

func unsetFavourite(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	a.favourite = ""
	return nil, nil
}
