package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// UpdateDomainsInput says what changes. Nothing at all shows what there is.
type UpdateDomainsInput struct {
	AppRef
	// E.g. www.example.com/path or *.example.com.
	Add []string `json:"add,omitempty"`
	// Domains to take off.
	Remove []string `json:"remove,omitempty"`
	// Domain shown first, or none.
	Favourite string `json:"favourite,omitempty"`
}

// DomainsView is the domains of an application after the change.
type DomainsView struct {
	App  string `json:"app"`
	Name string `json:"name,omitempty"`
	// Host names with their path, sorted.
	Domains   []string `json:"domains"`
	Favourite string   `json:"favourite,omitempty"`
	// What was done, in order.
	Done []string `json:"done"`
	// What was not, and why. The rest was done.
	Failed []string `json:"failed,omitempty"`
	// DNS records to create where the zone of each new domain is kept.
	DNS      []DNSRecord `json:"dns"`
	Warnings []string    `json:"warnings,omitempty"`
	Undo     string      `json:"undo,omitempty"`
}

// DNSRecord is one record to create.
type DNSRecord struct {
	Name string `json:"name"`
	// CNAME, or A at the top of a zone.
	Type   string   `json:"type"`
	Values []string `json:"values"`
}

var updateDomains = &Tool[UpdateDomainsInput, DomainsView]{
	Name: "update_domains", Title: "Domains", Toolset: "observe",
	Doc:        `Adds, removes or favours domains of an application; returns them all and the DNS records to create.`,
	Effect:     catalogue.Writes,
	Idempotent: true,
	Uses: []string{
		"GET /v2/summary",
		"GET /v2/organisations/{id}/applications/{appId}/vhosts",
		"GET /v2/organisations/{id}/applications/{appId}/vhosts/favourite",
		"GET /v4/load-balancers/organisations/{ownerId}/applications/{appId}/load-balancers/default",
		"PUT /v2/organisations/{id}/applications/{appId}/vhosts/{domain}",
		"DELETE /v2/organisations/{id}/applications/{appId}/vhosts/{domain}",
		"PUT /v2/organisations/{id}/applications/{appId}/vhosts/favourite",
		"DELETE /v2/organisations/{id}/applications/{appId}/vhosts/favourite",
	},
	Run: runUpdateDomains,
}

// mostDomains are changed in one call, because each is a request.
const mostDomains = 100

// noFavourite is what favourite takes to unset it.
const noFavourite = "none"

func runUpdateDomains(ctx context.Context, c *Call, in UpdateDomainsInput) (DomainsView, error) {
	if n := len(in.Add) + len(in.Remove); n > mostDomains {
		return DomainsView{}, badArgument("There are %d domains to add and remove, and %d are the most in one call. Nothing was done.\nNext: give the others in further calls.", n, mostDomains)
	}
	add, err := parseDomains("add", in.Add)
	if err != nil {
		return DomainsView{}, err
	}
	remove, err := parseDomains("remove", in.Remove)
	if err != nil {
		return DomainsView{}, err
	}
	for _, d := range add {
		if slices.Contains(remove, d) {
			return DomainsView{}, badArgument("%s is to be added and to be removed. Say one of the two.", d)
		}
	}
	favourite := domain{}
	if in.Favourite != "" && in.Favourite != noFavourite {
		if favourite, err = parseDomain("favourite", in.Favourite); err != nil {
			return DomainsView{}, err
		}
		if slices.Contains(remove, favourite) {
			return DomainsView{}, badArgument("%s cannot be the favourite when it is removed. Choose another one, or none.", favourite)
		}
	}
	app, err := c.App(ctx, in.AppRef)
	if err != nil {
		return DomainsView{}, err
	}
	s, err := readDomains(ctx, c, app)
	if err != nil {
		return DomainsView{}, err
	}
	if favourite.host != "" && !slices.Contains(s.have, favourite) && !slices.Contains(add, favourite) {
		return DomainsView{}, badArgument("%s cannot be the favourite because it is not a domain of the application, which has %s. Add it in the same call.", favourite, s.list())
	}
	return s.change(ctx, add, remove, favourite, in.Favourite == noFavourite)
}

// siteState is what an application answers to, while it changes.
type siteState struct {
	c         *Call
	app       App
	have      []domain
	raw       map[domain]string // as the API spells it
	favourite string
	balancers []cleverapi.LoadBalancer
	out       DomainsView
	undo      map[string]any
	err       error // the first failure
}

func readDomains(ctx context.Context, c *Call, app App) (*siteState, error) {
	s := &siteState{c: c, app: app, raw: map[domain]string{}, undo: map[string]any{}}
	s.out = DomainsView{App: app.ID, Name: app.Name, Done: []string{}, DNS: []DNSRecord{}}
	var list []cleverapi.FQDN
	err := parallel(ctx, 3, func(ctx context.Context, i int) (err error) {
		switch i {
		case 0:
			list, err = c.API.Domains.List(ctx, app.Owner, app.ID)
		case 1:
			s.favourite, err = c.API.Domains.Favourite(ctx, app.Owner, app.ID)
		case 2:
			s.balancers, err = c.API.Domains.LoadBalancers(ctx, app.Owner, app.ID)
		}
		return err
	})
	for _, d := range list {
		parsed := splitDomain(d.FQDN)
		s.have = append(s.have, parsed)
		s.raw[parsed] = d.FQDN
	}
	c.publicDomains(list)
	return s, err
}

func (s *siteState) list() string {
	names := make([]string, 0, len(s.have))
	for _, d := range s.have {
		names = append(names, d.String())
	}
	return list(names)
}

// change does what is left to do, one thing after the other: new domains first,
// so that the application is never without the one it is reached by.
func (s *siteState) change(ctx context.Context, add, remove []domain, favourite domain, unset bool) (DomainsView, error) {
	api, owner, app := s.c.API.Domains, s.app.Owner, s.app.ID
	var added []domain
	for _, d := range add {
		if slices.Contains(s.have, d) {
			s.out.Done = append(s.out.Done, d.String()+" was there already")
			added = append(added, d)
			continue
		}
		if s.try(ctx, "add "+d.String(), d, true, func() error { return refusedDomain(api.Add(ctx, owner, app, d.String())) }) {
			s.have, added = append(s.have, d), append(added, d)
			s.remember("remove", d)
		}
	}
	old := splitDomain(s.favourite)
	switch {
	case favourite.host != "" && !slices.Contains(s.have, favourite):
		s.out.Failed = append(s.out.Failed, "make "+favourite.String()+" the favourite: it was not added")
	case favourite.host != "" && favourite == old:
		s.out.Done = append(s.out.Done, favourite.String()+" was the favourite already")
	case favourite.host != "":
		if s.try(ctx, "make "+favourite.String()+" the favourite", domain{}, false, func() error { return api.SetFavourite(ctx, owner, app, favourite.String()) }) {
			s.favourite = favourite.String()
			s.undo["favourite"] = orNone(old)
		}
	case unset && s.favourite != "":
		if s.try(ctx, "unset the favourite", domain{}, false, func() error { return api.UnsetFavourite(ctx, owner, app) }) {
			s.favourite = ""
			s.undo["favourite"] = old.String()
		}
	}
	for _, d := range remove {
		spelt, ok := s.raw[d]
		if !ok {
			s.out.Done = append(s.out.Done, d.String()+" was not there")
			continue
		}
		if s.try(ctx, "remove "+d.String(), d, false, func() error { return api.Remove(ctx, owner, app, strings.TrimSuffix(spelt, "/")) }) {
			s.have = slices.DeleteFunc(s.have, func(e domain) bool { return e == d })
			s.remember("add", d)
			s.out.Warnings = append(s.out.Warnings, fmt.Sprintf("The application does not answer at %s any more. Anybody may take it while its DNS still points here: remove its DNS record.", d))
			if splitDomain(s.favourite) == d {
				s.favourite = ""
			}
		}
	}
	if s.err != nil && len(s.out.Done) == 0 {
		return DomainsView{}, s.err
	}
	return s.view(added), nil
}

// refusedDomain says what to do about the usual reason for a refusal.
func refusedDomain(err error) error {
	if errors.Is(err, cleverapi.ErrInvalid) {
		return &advised{err, "change what the message names; a domain that another application has is taken off there first (get_app shows the domains of one, update_domains with remove frees it)."}
	}
	return err
}

func orNone(d domain) string {
	if d.host == "" {
		return noFavourite
	}
	return d.String()
}

// try does one step and notes how it went. When the answer to a step on a domain
// was lost, the list says whether it happened.
func (s *siteState) try(ctx context.Context, what string, d domain, wantThere bool, do func() error) bool {
	err := do()
	if err != nil && d.host != "" {
		err = s.lookAgain(ctx, d, wantThere, err)
	}
	if err != nil {
		s.out.Failed = append(s.out.Failed, what+": "+s.c.explain(err))
		if s.err == nil {
			s.err = err
		}
		return false
	}
	s.out.Done = append(s.out.Done, what)
	return true
}

func (s *siteState) remember(argument string, d domain) {
	names, _ := s.undo[argument].([]string)
	s.undo[argument] = append(names, d.String())
}

// view puts the answer together; added are the domains that need DNS.
func (s *siteState) view(added []domain) DomainsView {
	out := s.out
	out.Domains = []string{}
	for _, d := range s.have {
		out.Domains = append(out.Domains, d.String())
	}
	slices.Sort(out.Domains)
	out.Domains = atMost(out.Domains, 200)
	if s.favourite != "" {
		out.Favourite = splitDomain(s.favourite).String()
	}
	records, warnings := dnsFor(added, s.balancers)
	out.DNS, out.Warnings = append(out.DNS, records...), append(out.Warnings, warnings...)
	if len(s.undo) > 0 {
		s.undo["app"], s.undo["owner"] = s.app.ID, s.app.Owner
		out.Undo = s.c.undo("update_domains", s.undo)
	}
	if s.app.Default {
		out.Warnings = append(out.Warnings, "No app was named: this is the application of the working directory.")
	}
	return out
}
