package emulator

import (
	"encoding/base64"
	"slices"
	"sort"
	"time"
)

// moments are when members and peers came and went.
func (g *networkGroup) moments() []time.Time {
	out := []time.Time{g.from}
	add := func(s span) {
		out = append(out, s.from)
		if !s.until.IsZero() {
			out = append(out, s.until)
		}
	}
	for _, m := range g.members {
		add(m.span)
	}
	for _, p := range g.peers {
		add(p.span)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Before(out[j]) })
	return slices.CompactFunc(out, time.Time.Equal)
}

// follow tells how something is now, and again at each change of the group.
func (c *call) follow(g *networkGroup, name string, data func(at time.Time) any) (any, error) {
	t, err := c.newTail(name, func(from, to time.Time) []entry {
		var out []entry
		for _, at := range g.moments() {
			if !at.Before(from) && at.Before(to) {
				v := data(at) // now: it is asked for without the lock
				out = append(out, entry{at: at, data: func(string) any { return v }})
			}
		}
		return out
	})
	if err != nil {
		return nil, err
	}
	if c.query("since") == "" && c.r.Header.Get("Last-Event-ID") == "" {
		for _, at := range g.moments() {
			if !at.After(c.now) {
				t.from = at.Truncate(time.Millisecond)
			}
		}
	}
	return c.e.stream(t), nil
}

func streamNetworkGroup(c *call, g *networkGroup) (any, error) {
	return c.follow(g, "NETWORK_GROUP", func(at time.Time) any { return g.view(at) })
}

func streamWireGuard(c *call, g *networkGroup) (any, error) {
	p, err := c.networkPeer(g)
	if err != nil {
		return nil, err
	}
	return c.follow(g, "CONFIGURATION", func(at time.Time) any {
		text := g.wireGuard(p, at)
		encoded := base64.StdEncoding.EncodeToString([]byte(text))
		return wireGuardView{g.id, p.ID, 1 + g.changes, text, encoded, encoded}
	})
}
