package emulator

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func networkGroupRoutes() routes {
	const base = " /v4/networkgroups/organisations/{ownerId}/networkgroups"
	return routes{
		"GET" + base:                                             ofOwner(listNetworkGroups),
		"POST" + base:                                            ofOwner(createNetworkGroup),
		"GET" + base + "/search":                                 ofOwner(searchNetworkGroups),
		"GET" + base + "/{networkGroupId}":                       ofNetworkGroup(getNetworkGroup),
		"DELETE" + base + "/{networkGroupId}":                    ofNetworkGroup(deleteNetworkGroup),
		"GET" + base + "/{networkGroupId}/stream":                ofNetworkGroup(streamNetworkGroup),
		"GET" + base + "/{networkGroupId}/members":               ofNetworkGroup(listNetworkMembers),
		"POST" + base + "/{networkGroupId}/members":              ofNetworkGroup(addNetworkMember),
		"GET" + base + "/{networkGroupId}/members/{memberId}":    ofNetworkGroup(getNetworkMember),
		"DELETE" + base + "/{networkGroupId}/members/{memberId}": ofNetworkGroup(removeNetworkMember),
	}
}

// networkDelay passes between an answer and the moment at which a change can be
// seen: network groups are changed behind the scenes.
const networkDelay = 2 * time.Second

const networkDomain = "cc-ng.cloud"

// span is when something exists.
type span struct {
	from, until time.Time // until is zero while it has no end
}

func (s span) at(now time.Time) bool {
	return !now.Before(s.from) && (s.until.IsZero() || now.Before(s.until))
}

// networkGroup is a private network.
type networkGroup struct {
	span
	id, label, description string
	tags                   []string
	owner                  *owner
	members                []*networkMember
	peers                  []*networkPeer // those that callers added
	changes                int
}

type networkMember struct {
	span
	id, label, domain, kind string
}

type networkMemberView struct {
	ID         string `json:"id"`
	Label      string `json:"label"`
	DomainName string `json:"domainName"`
	Kind       string `json:"kind"`
}

func (m *networkMember) view() networkMemberView {
	return networkMemberView{m.id, m.label, m.domain, m.kind}
}

type networkGroupView struct {
	ID              string              `json:"id"`
	OwnerID         string              `json:"ownerId"`
	Label           string              `json:"label"`
	Description     *string             `json:"description"`
	Tags            []string            `json:"tags"`
	NetworkIP       string              `json:"networkIp"`
	LastAllocatedIP string              `json:"lastAllocatedIp"`
	Version         int                 `json:"version"`
	Members         []networkMemberView `json:"members"`
	Peers           []networkPeerView   `json:"peers"`
}

// subnet is the beginning of the addresses of a group.
func (g *networkGroup) subnet() string {
	return "10." + strconv.Itoa(101+number(20, "subnet", g.id)) + "."
}

func (g *networkGroup) view(now time.Time) networkGroupView {
	v := networkGroupView{
		ID: g.id, OwnerID: g.owner.id, Label: g.label, Description: orNull(g.description), Tags: each(g.tags, func(t string) string { return t }),
		NetworkIP: g.subnet() + "0.0/16", LastAllocatedIP: g.subnet() + "0.1", Version: 1 + g.changes, Members: []networkMemberView{},
		Peers: g.peerViews(now),
	}
	for _, m := range g.members {
		if m.at(now) {
			v.Members = append(v.Members, m.view())
		}
	}
	if len(v.Peers) > 0 {
		v.LastAllocatedIP = v.Peers[len(v.Peers)-1].address()
	}
	return v
}

//go:noinline
func ofNetworkGroup(h func(c *call, g *networkGroup) (any, error)) handler {
	return ofOwner(func(c *call, o *owner) (any, error) {
		id := c.params["networkGroupId"]
		g := find(o.networks, func(g *networkGroup) bool { return g.id == id && g.at(c.now) })
		if g == nil {
			return nil, missingResource(id)
		}
		return h(c, g)
	})
}

func listNetworkGroups(c *call, o *owner) (any, error) {
	out := []networkGroupView{}
	for _, g := range o.networks {
		if g.at(c.now) {
			out = append(out, g.view(c.now))
		}
	}
	return out, nil
}

type networkMemberBody struct{ ID, Label, DomainName, Kind string }

// createNetworkGroup takes the id that the caller chose; the group shows up
// later.
func createNetworkGroup(c *call, o *owner) (any, error) {
	var b struct {
		ID, Label, Description string
		Tags                   []string
		Members                []networkMemberBody
	}
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	switch {
	case !strings.HasPrefix(b.ID, "ng_"):
		return nil, invalid("The id of a network group begins with ng_")
	case strings.TrimSpace(b.Label) == "":
		return nil, invalid("A network group needs a label")
	case slices.ContainsFunc(c.state().owners, func(o *owner) bool {
		return slices.ContainsFunc(o.networks, func(g *networkGroup) bool { return g.id == b.ID })
	}):
		return nil, fail(http.StatusConflict, http.StatusConflict, "The network group %s exists already", b.ID)
	}
	g := &networkGroup{span: span{from: c.now.Add(networkDelay)}, id: b.ID, label: b.Label, description: b.Description, tags: b.Tags, owner: o}
	for _, m := range b.Members {
		if err := g.join(m, g.from); err != nil {
			return nil, err
		}
	}
	o.networks = append(o.networks, g)
	return accepted{http.StatusAccepted, g.view(g.from)}, nil
}

// join makes somebody a member from a moment on.
func (g *networkGroup) join(b networkMemberBody, from time.Time) error {
	kind := b.Kind
	label := b.Label
	switch {
	case strings.HasPrefix(b.ID, "external_"):
		kind = either(kind, "EXTERNAL")
	default:
		r, ok := g.owner.resource(b.ID)
		if !ok {
			if a := find(g.owner.addons, func(a *addon) bool { return a.id == b.ID }); a != nil {
				r, ok = resource{owner: g.owner, addon: a}, true
			}
		}
		if !ok {
			return missingResource(b.ID)
		}
		want := "APPLICATION"
		if r.addon != nil {
			want = "ADDON"
		}
		kind, label = either(kind, want), either(label, r.name())
		if kind != want {
			return invalid("The kind of %s is %s, not %q", b.ID, want, b.Kind)
		}
	}
	if slices.ContainsFunc(g.members, func(m *networkMember) bool { return m.id == b.ID && m.until.IsZero() }) {
		return fail(http.StatusConflict, http.StatusConflict, "%s is a member of %s already", b.ID, g.id)
	}
	domain := either(b.DomainName, b.ID+".m."+g.id+"."+networkDomain)
	g.members = append(g.members, &networkMember{span: span{from: from}, id: b.ID, label: label, domain: domain, kind: kind})
	g.changes++
	return nil
}

func getNetworkGroup(c *call, g *networkGroup) (any, error) { return g.view(c.now), nil }

func deleteNetworkGroup(c *call, g *networkGroup) (any, error) {
	g.until = c.now.Add(networkDelay)
	return accepted{http.StatusAccepted, g.view(c.now)}, nil
}

func listNetworkMembers(c *call, g *networkGroup) (any, error) { return g.view(c.now).Members, nil }

func addNetworkMember(c *call, g *networkGroup) (any, error) {
	var b networkMemberBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if err := g.join(b, c.now.Add(networkDelay)); err != nil {
		return nil, err
	}
	return raw{status: http.StatusAccepted, contentType: "text/plain; charset=UTF-8", body: []byte("Accepted")}, nil
}

func (c *call) networkMember(g *networkGroup) (*networkMember, error) {
	id := c.params["memberId"]
	m := find(g.members, func(m *networkMember) bool { return m.id == id && m.at(c.now) })
	if m == nil {
		return nil, missingResource(id)
	}
	return m, nil
}

func getNetworkMember(c *call, g *networkGroup) (any, error) {
	m, err := c.networkMember(g)
	if err != nil {
		return nil, err
	}
	return m.view(), nil
}

// removeNetworkMember takes its peers away too.
func removeNetworkMember(c *call, g *networkGroup) (any, error) {
	m, err := c.networkMember(g)
	if err != nil {
		return nil, err
	}
	m.until = c.now.Add(networkDelay)
	for _, p := range g.peers {
		if p.parent == m.id && p.until.IsZero() {
			p.until = m.until
		}
	}
	g.changes++
	return nil, nil
}

type foundNetworkGroup struct {
	Type string `json:"type"`
	networkGroupView
}

type foundMember struct {
	Type string `json:"type"`
	networkMemberView
}

// searchNetworkGroups tells groups, members and peers in one list.
func searchNetworkGroups(c *call, o *owner) (any, error) {
	query := strings.ToLower(c.query("query"))
	matches := func(texts ...string) bool {
		return slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(strings.ToLower(s), query) })
	}
	out := []any{}
	for _, g := range o.networks {
		if !g.at(c.now) {
			continue
		}
		v := g.view(c.now)
		if matches(v.ID, v.Label, g.description) {
			out = append(out, foundNetworkGroup{"NetworkGroup", v})
		}
		for _, m := range v.Members {
			if matches(m.ID, m.Label, m.DomainName) {
				out = append(out, foundMember{"Member", m})
			}
		}
		for _, p := range v.Peers {
			if matches(p.ID, p.Label, p.Hostname) {
				out = append(out, p)
			}
		}
	}
	return out, nil
}

// publicKey looks like one of WireGuard.
func publicKey(parts ...string) string {
	b := digest(append([]string{"wireguard"}, parts...)...)
	return base64.StdEncoding.EncodeToString(b[:])
}
