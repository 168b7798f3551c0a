package emulator

func addonEnvRoutes() routes {
	return routes{"GET /v2/organisations/{id}/addons/{addonId}/env": getAddonEnv}
}

func getAddonEnv(c *call) (any, error) {
	a, err := c.addon()
	if err != nil {
		return nil, err
	}
	return a.env().view(), nil
}
