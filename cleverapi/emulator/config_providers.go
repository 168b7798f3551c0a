package emulator

func configProviderRoutes() routes {
	const base = " /v4/addon-providers/config-provider/addons/{configurationProviderId}"
	of := func(h func(c *call, a *addon) (any, error)) handler {
		return ofRealAddon("configurationProviderId", []string{"config-provider"}, h)
	}
	return routes{
		"GET" + base:          of(getConfigProvider),
		"GET" + base + "/env": of(getConfigProviderEnv),
		"PUT" + base + "/env": of(setConfigProviderEnv),
	}
}

type configProviderView struct {
	ID           string     `json:"id"`
	OwnerID      string     `json:"owner_id"`
	CreationDate string     `json:"creation_date"`
	Env          []variable `json:"env"`
}

func getConfigProvider(_ *call, a *addon) (any, error) {
	return configProviderView{a.realID, a.owner.id, iso(a.created), a.config.view()}, nil
}

func getConfigProviderEnv(_ *call, a *addon) (any, error) { return a.config.view(), nil }

// setConfigProviderEnv replaces everything, and restarts what uses it.
func setConfigProviderEnv(c *call, a *addon) (any, error) {
	var list []variable
	if err := c.decode(&list); err != nil {
		return nil, err
	}
	var env environment
	for _, v := range list {
		if !variableName().MatchString(v.Name) {
			return nil, invalid("%q is not a valid name of a variable", v.Name)
		}
		env.set(v.Name, v.Value)
	}
	a.config = env
	for _, app := range a.owner.apps {
		app.settle(c.now)
		for _, linked := range app.addons {
			if d := app.serving(c.now); linked == a && d != nil && app.blocked == "" {
				app.deploy(c.now, d.commit, "Configuration provider", c.user, true)
			}
		}
	}
	return a.config.view(), nil
}
