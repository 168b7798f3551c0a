package emulator

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

func networkPeerRoutes() routes {
	const base = " /v4/networkgroups/organisations/{ownerId}/networkgroups/{networkGroupId}"
	return routes{
		"POST" + base + "/external-peers":                                      ofNetworkGroup(addExternalPeer),
		"DELETE" + base + "/external-peers/{peerId}":                           ofNetworkGroup(removeNetworkPeer),
		"GET" + base + "/peers":                                                ofNetworkGroup(listNetworkPeers),
		"POST" + base + "/peers":                                               ofNetworkGroup(addNetworkPeer),
		"GET" + base + "/peers/{peerId}":                                       ofNetworkGroup(getNetworkPeer),
		"DELETE" + base + "/peers/{peerId}":                                    ofNetworkGroup(removeNetworkPeer),
		"GET" + base + "/peers/{peerId}/wireguard/configuration":               ofNetworkGroup(getWireGuard),
		"GET" + base + "/peers/{peerId}/wireguard/configuration/stream":        ofNetworkGroup(streamWireGuard),
		"GET" + base + "/peers/{peerId}/wireguard/configuration/presigned-url": ofNetworkGroup(getWireGuardURL),
	}
}

// networkPeer is a machine outside Clever Cloud.
type networkPeer struct {
	span
	id, label, hostname, key, parent string
	server                           string // address and port, when others dial it
}

type networkTermView struct {
	Host string `json:"host"`
	Port int    `json:"port"`
}

type endpointView struct {
	Type       string           `json:"type"`
	NGIP       string           `json:"ngIp,omitempty"`
	NGTerm     *networkTermView `json:"ngTerm,omitempty"`
	PublicTerm *networkTermView `json:"publicTerm,omitempty"`
}

type networkPeerView struct {
	Type         string       `json:"type"`
	ID           string       `json:"id"`
	Label        string       `json:"label"`
	PublicKey    string       `json:"publicKey"`
	Hostname     string       `json:"hostname"`
	ParentMember string       `json:"parentMember"`
	ParentEvent  *string      `json:"parentEvent"`
	HV           string       `json:"hv,omitempty"`
	Endpoint     endpointView `json:"endpoint"`
}

func (p networkPeerView) address() string {
	if p.Endpoint.NGTerm != nil {
		return p.Endpoint.NGTerm.Host
	}
	return p.Endpoint.NGIP
}

const wireGuardPort = 51820

// peerViews are the machines of the members: those that run an application now,
// one for an add-on, and those that were added.
func (g *networkGroup) peerViews(now time.Time) []networkPeerView {
	out := []networkPeerView{}
	for _, m := range g.members {
		if !m.at(now) {
			continue
		}
		r, ok := g.owner.resource(m.id)
		switch {
		case ok && r.app != nil:
			r.app.settle(now)
			for _, i := range r.app.instances(now) {
				if !i.build && i.state != "STOPPING" {
					out = append(out, g.cleverPeer(m, i.id, i.name))
				}
			}
		case m.kind == "ADDON":
			out = append(out, g.cleverPeer(m, uuid("peer", g.id, m.id), m.label))
		}
	}
	for i, p := range g.peers {
		if !p.at(now) {
			continue
		}
		v := networkPeerView{Type: "ExternalPeer", ID: p.id, Label: p.label, PublicKey: p.key, Hostname: p.hostname, ParentMember: p.parent}
		ip := fmt.Sprintf("%s1.%d", g.subnet(), 2+i%250)
		v.Endpoint = endpointView{Type: "ClientEndpoint", NGIP: ip}
		if host, _, ok := strings.Cut(p.server, ":"); ok {
			v.Endpoint = endpointView{Type: "ServerEndpoint", NGTerm: &networkTermView{ip, wireGuardPort}, PublicTerm: &networkTermView{host, wireGuardPort}}
		}
		out = append(out, v)
	}
	return out
}

func (g *networkGroup) cleverPeer(m *networkMember, id, label string) networkPeerView {
	return networkPeerView{
		Type: "CleverPeer", ID: id, Label: label, PublicKey: publicKey(g.id, id), Hostname: id, ParentMember: m.id, HV: "hv-" + digits(8, id),
		Endpoint: endpointView{
			Type:       "ServerEndpoint",
			NGTerm:     &networkTermView{g.subnet() + "2." + digits(9, id), wireGuardPort},
			PublicTerm: &networkTermView{"203.0.113." + digits(10, id), wireGuardPort},
		},
	}
}

type peerBody struct {
	ID, Label, PublicKey, ParentMember, PeerRole, Hostname, IP string
	Port                                                       int
}

type peerIDView struct {
	PeerID string `json:"peerId"`
}

func addExternalPeer(c *call, g *networkGroup) (any, error) {
	var b peerBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	b.ID = "external_" + uuid("external peer", g.id, c.state().unique())
	return g.addPeer(b, c.now)
}

func addNetworkPeer(c *call, g *networkGroup) (any, error) {
	var b peerBody
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if b.ID == "" || slices.ContainsFunc(g.peers, func(p *networkPeer) bool { return p.id == b.ID }) {
		return nil, invalid("A peer needs an id that no other has")
	}
	return g.addPeer(b, c.now)
}

func (g *networkGroup) addPeer(b peerBody, now time.Time) (any, error) {
	switch {
	case !slices.ContainsFunc(g.members, func(m *networkMember) bool { return m.id == b.ParentMember && m.at(now) }):
		return nil, invalid("parentMember should be a member of %s, not %q", g.id, b.ParentMember)
	case b.PeerRole != "CLIENT" && b.PeerRole != "SERVER":
		return nil, invalid("peerRole is CLIENT or SERVER, not %q", b.PeerRole)
	case b.PublicKey == "":
		return nil, invalid("publicKey is missing")
	}
	p := &networkPeer{span: span{from: now.Add(networkDelay)}, id: b.ID, label: b.Label, hostname: either(b.Hostname, b.Label), key: b.PublicKey, parent: b.ParentMember}
	if b.PeerRole == "SERVER" {
		if b.IP == "" {
			return nil, invalid("A peer that others dial needs its ip")
		}
		p.server = fmt.Sprintf("%s:%d", b.IP, b.Port)
	}
	g.peers = append(g.peers, p)
	g.changes++
	return accepted{http.StatusAccepted, peerIDView{p.id}}, nil
}

func listNetworkPeers(c *call, g *networkGroup) (any, error) { return g.peerViews(c.now), nil }

func (c *call) networkPeer(g *networkGroup) (networkPeerView, error) {
	for _, p := range g.peerViews(c.now) {
		if p.ID == c.params["peerId"] {
			return p, nil
		}
	}
	return networkPeerView{}, missingResource(c.params["peerId"])
}

func getNetworkPeer(c *call, g *networkGroup) (any, error) {
	p, err := c.networkPeer(g)
	if err != nil {
		return nil, err
	}
	return p, nil
}

func removeNetworkPeer(c *call, g *networkGroup) (any, error) {
	p := find(g.peers, func(p *networkPeer) bool { return p.id == c.params["peerId"] && p.at(c.now) })
	if p == nil {
		return nil, missingResource(c.params["peerId"])
	}
	p.until = c.now.Add(networkDelay)
	g.changes++
	return nil, nil
}

// wireGuardView gives the file under the names that different sources of the
// API's shape have for it.
type wireGuardView struct {
	NGID          string `json:"ngId"`
	PeerID        string `json:"peerId"`
	Version       int    `json:"version"`
	Conf          string `json:"conf"`
	Base64        string `json:"base64"`
	Configuration string `json:"configuration"`
}

// getWireGuard answers the file itself to clients that accept text only.
func getWireGuard(c *call, g *networkGroup) (any, error) {
	p, err := c.networkPeer(g)
	if err != nil {
		return nil, err
	}
	text := g.wireGuard(p, c.now)
	if c.r.Header.Get("Accept") == "text/plain" {
		return raw{contentType: "text/plain; charset=utf-8", body: []byte(text)}, nil
	}
	encoded := base64.StdEncoding.EncodeToString([]byte(text))
	return wireGuardView{g.id, p.ID, 1 + g.changes, text, encoded, encoded}, nil
}

// wireGuard is a file for wg-quick. The private key is that of the reader, who
// never gave it away.
func (g *networkGroup) wireGuard(of networkPeerView, now time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[Interface]\nPrivateKey = <%%PrivateKey%%>\nAddress = %s/16\n", of.address())
	for _, p := range g.peerViews(now) {
		if p.ID == of.ID {
			continue
		}
		fmt.Fprintf(&b, "\n[Peer]\n# %s\nPublicKey = %s\nAllowedIPs = %s/32\nPersistentKeepalive = 20\n", p.ID, p.PublicKey, p.address())
		if t := p.Endpoint.PublicTerm; t != nil {
			fmt.Fprintf(&b, "Endpoint = %s:%d\n", t.Host, t.Port)
		}
	}
	return b.String()
}

const wireGuardPath = "/files/wireguard/"

// wireGuardSignature makes the address of a configuration a secret.
func wireGuardSignature(group, peer string) string { return letters(43, "wireguard", group, peer) }

func getWireGuardURL(c *call, g *networkGroup) (any, error) {
	p, err := c.networkPeer(g)
	if err != nil {
		return nil, err
	}
	return urlView{c.base + wireGuardPath + g.id + "/" + p.ID + "?signature=" + wireGuardSignature(g.id, p.ID)}, nil
}

// serveWireGuard is a page beside the API: who has its address has the file.
func (e *Emulator) serveWireGuard(w http.ResponseWriter, r *http.Request) {
	group, peer := r.PathValue("group"), r.PathValue("peer")
	text, ok := "", false
	if equal(r.URL.Query().Get("signature"), wireGuardSignature(group, peer)) {
		text, ok = e.wireGuardFile(group, peer)
	}
	if !ok {
		e.refuse(w, r, w.Header().Get("Sozu-Id"), notFound("There is no such configuration, or its signature is wrong"))
		return
	}
	w.Header().Set("Content-Disposition", `attachment; filename="wg0.conf"`)
	write(w, http.StatusOK, "text/plain; charset=utf-8", []byte(text))
}

func (e *Emulator) wireGuardFile(group, peer string) (string, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.clock.Now()
	for _, o := range e.state.owners {
		for _, g := range o.networks {
			if g.id != group || !g.at(now) {
				continue
			}
			for _, p := range g.peerViews(now) {
				if p.ID == peer {
					return g.wireGuard(p, now), true
				}
			}
		}
	}
	return "", false
}
