package emulator

// Secrets returns every value of the account that must not be shown to anybody:
// variables, credentials of add-ons, tokens, passwords. Tests look for them.
func (e *Emulator) Secrets() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var all []string
	for _, u := range e.state.users {
		all = append(all, u.password, u.totp)
	}
	for _, t := range e.state.oauthTokens {
		all = append(all, t.token, t.secret)
	}
	for _, t := range e.state.requestTokens {
		all = append(all, t.secret)
	}
	for _, t := range e.state.apiTokens {
		all = append(all, t.token)
	}
	for _, c := range e.state.consumers {
		if !c.cli {
			all = append(all, c.secret)
		}
	}
	for _, o := range e.state.owners {
		for _, a := range o.apps {
			for _, v := range a.env {
				all = append(all, v.Value)
			}
		}
		for _, a := range o.addons {
			for _, v := range a.env() {
				all = append(all, v.Value)
			}
			if a.provider.ID == "otoroshi" {
				all = append(all, a.secret(otoroshiSecretLength, otoroshiSecret))
			}
		}
		for _, r := range o.resources() {
			for _, d := range *r.drains() {
				all = append(all, d.recipient.secrets()...)
			}
		}
	}
	return all
}
