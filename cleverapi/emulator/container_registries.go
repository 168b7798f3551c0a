package emulator

import (
	"time"
)

func registryRoutes() routes {
	const base = " /v4/tenants/{tenantId}/container-registry"
	const one = base + "/{registryId}"
	return routes{
		"GET" + base:                             ofOwner(listRegistries),
		"POST" + base:                            ofOwner(createRegistry),
		"GET" + one:                              ofRegistry(getRegistry),
		"DELETE" + one:                           ofRegistry(deleteRegistry),
		"GET" + one + "/tokens":                  ofRegistry(listRegistryTokens),
		"POST" + one + "/tokens":                 ofRegistry(createRegistryToken),
		"DELETE" + one + "/tokens/{tokenId}":     ofRegistryToken(deleteRegistryToken),
		"POST" + one + "/tokens/{tokenId}/renew": ofRegistryToken(renewRegistryToken),
	}
}

// How long a registry waits to be provisioned.
const registryTime = 5 * time.Second

// registry holds container images.
type registry struct {
	id      string
	owner   *owner
	author  *user
	created time.Time
	tokens  []*registryToken
}

type registryToken struct {
	id, rights       string
	scope            []string
	created, expires time.Time // expires is zero for one that never does
	renewed          int
}

type registryStatusView struct {
	State        string `json:"state"`
	Date         string `json:"date"`
	InstigatorID string `json:"instigatorId"`
}

type registryView struct {
	ID           string               `json:"id"`
	TenantID     string               `json:"tenantId"`
	CreationDate string               `json:"creationDate"`
	Statuses     []registryStatusView `json:"statuses"`
}

func (r *registry) view(now time.Time) registryView {
	v := registryView{r.id, r.owner.id, iso(r.created), []registryStatusView{{"QUEUED", iso(r.created), r.author.id}}}
	if ready := r.created.Add(registryTime); !now.Before(ready) {
		v.Statuses = append(v.Statuses, registryStatusView{"PROVISIONED", iso(ready), r.author.id})
	}
	return v
}

type registryTokenView struct {
	ID           string   `json:"id"`
	Rights       string   `json:"rights"`
	Scope        []string `json:"scope"`
	CreationDate string   `json:"creationDate"`
	ExpiresAt    *string  `json:"expiresAt"`
	IsActive     bool     `json:"isActive"`
}

func (t *registryToken) view(now time.Time) registryTokenView {
	return registryTokenView{t.id, t.rights, each(t.scope, func(s string) string { return s }), iso(t.created), isoOrNull(t.expires), t.expires.IsZero() || now.Before(t.expires)}
}

type issuedTokenView struct {
	BiscuitToken string            `json:"biscuitToken"`
	Index        int               `json:"index"`
	Token        registryTokenView `json:"token"`
}

func (t *registryToken) issued(index int, now time.Time) issuedTokenView {
	return issuedTokenView{letters(120, "registry token", t.id, t.created.String(), t.expires.String(), string(rune('a'+t.renewed%26))), index, t.view(now)}
}

type registryTokenBody struct {
	ExpiresInDays *int
	Rights        string
	Scope         []string
}

func (r *registry) addToken(c *call, b registryTokenBody) (*registryToken, error) {
	if b.Rights != "READ" && b.Rights != "READ_WRITE" {
		return nil, invalid("rights is READ or READ_WRITE, not %q", b.Rights)
	}
	t := &registryToken{id: "registry_token_" + uuid("registry token", r.id, c.state().unique()), rights: b.Rights, scope: b.Scope, created: c.now}
	if err := t.last(b.ExpiresInDays, c.now); err != nil {
		return nil, err
	}
	r.tokens = append(r.tokens, t)
	return t, nil
}

// last makes the token end some days from now; nil is never.
func (t *registryToken) last(days *int, now time.Time) error {
	if days == nil {
		return nil
	}
	if *days < 1 || *days > 3650 {
		return invalid("expiresInDays should be 1 to 3650")
	}
	t.expires = now.Add(time.Duration(*days) * day)
	return nil
}

func ofRegistry(h func(c *call, r *registry) (any, error)) handler {
	return ofOwner(func(c *call, o *owner) (any, error) {
		r := find(o.registries, func(r *registry) bool { return r.id == c.params["registryId"] })
		if r == nil {
			return nil, missingResource(c.params["registryId"])
		}
		return h(c, r)
	})
}

func ofRegistryToken(h func(c *call, r *registry, t *registryToken) (any, error)) handler {
	return ofRegistry(func(c *call, r *registry) (any, error) {
		t := find(r.tokens, func(t *registryToken) bool { return t.id == c.params["tokenId"] })
		if t == nil {
			return nil, missingResource(c.params["tokenId"])
		}
		return h(c, r, t)
	})
}

func listRegistries(c *call, o *owner) (any, error) {
	return each(o.registries, func(r *registry) registryView { return r.view(c.now) }), nil
}

type tokenErrorView struct {
	Index int    `json:"index"`
	Error string `json:"error"`
}

type createdRegistryView struct {
	Registry registryView      `json:"registry"`
	Tokens   []issuedTokenView `json:"tokens"`
	Errors   []tokenErrorView  `json:"errors"`
}

// createRegistry makes its first tokens too; what is wrong with one is told and
// does not stop the others.
func createRegistry(c *call, o *owner) (any, error) {
	var b struct {
		Tokens []struct {
			Index int
			Token registryTokenBody
		}
	}
	if len(c.body) > 0 {
		if err := c.decode(&b); err != nil {
			return nil, err
		}
	}
	r := &registry{id: "container_registry_" + uuid("registry", o.id, c.state().unique()), owner: o, author: c.user, created: c.now}
	v := createdRegistryView{Registry: r.view(c.now), Tokens: []issuedTokenView{}, Errors: []tokenErrorView{}}
	for _, wanted := range b.Tokens {
		t, err := r.addToken(c, wanted.Token)
		if err != nil {
			v.Errors = append(v.Errors, tokenErrorView{wanted.Index, "rights is READ or READ_WRITE, expiresInDays 1 to 3650"})
			continue
		}
		v.Tokens = append(v.Tokens, t.issued(wanted.Index, c.now))
	}
	o.registries = append(o.registries, r)
	return v, nil
}

func getRegistry(c *call, r *registry) (any, error) { return r.view(c.now), nil }

func deleteRegistry(c *call, r *registry) (any, error) {
	r.owner.registries = without(r.owner.registries, r)
	v := r.view(c.now)
	v.Statuses = append(v.Statuses, registryStatusView{"DELETED", iso(c.now), c.user.id})
	return v, nil
}

func listRegistryTokens(c *call, r *registry) (any, error) {
	return each(r.tokens, func(t *registryToken) registryTokenView { return t.view(c.now) }), nil
}

func createRegistryToken(c *call, r *registry) (any, error) {
	var b registryTokenBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	t, err := r.addToken(c, b)
	if err != nil {
		return nil, err
	}
	return t.issued(0, c.now), nil
}

func deleteRegistryToken(_ *call, r *registry, t *registryToken) (any, error) {
	r.tokens = without(r.tokens, t)
	return nil, nil
}

func renewRegistryToken(c *call, _ *registry, t *registryToken) (any, error) {
	var b struct{ ExpiresInDays *int }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if b.ExpiresInDays == nil {
		return nil, invalid("The field expiresInDays is missing")
	}
	if err := t.last(b.ExpiresInDays, c.now); err != nil {
		return nil, err
	}
	t.renewed++
	return t.issued(0, c.now), nil
}
