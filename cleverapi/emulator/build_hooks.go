package emulator

import "cmp"

func (b *builder) hook(o *owner, sh SeedHook) {
	h := &hook{kind: emailHook, name: sh.Name, events: sh.Events, created: sh.Since.or(day).before(b.now)}
	switch {
	case sh.URL != "":
		h.kind, h.urls = webhook, []hookURLView{{cmp.Or(sh.Format, "raw"), sh.URL}}
	case sh.Email != "":
		h.notified = []notifiedView{{"email", sh.Email}}
	default:
		h.notified = []notifiedView{{"organisation", ""}}
	}
	h.id = h.kind + "_" + uuid(h.kind, o.id, sh.Name)
	for _, name := range sh.Scope {
		found := false
		for _, r := range o.resources() {
			if r.name() == name {
				h.scope, found = append(h.scope, r.id()), true
			}
		}
		if !found {
			b.wrong("the hook %s is about the unknown %s", sh.Name, name)
		}
	}
	o.hooks = append(o.hooks, h)
}
