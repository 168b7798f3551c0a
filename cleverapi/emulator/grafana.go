package emulator

func grafanaRoutes() routes {
	return routes{
		"GET /v4/saas/grafana/{id}":        ofOwner(getGrafana),
		"POST /v4/saas/grafana/{id}":       ofOwner(enableGrafana),
		"DELETE /v4/saas/grafana/{id}":     ofOwner(disableGrafana),
		"POST /v4/saas/grafana/{id}/reset": ofOwner(resetGrafana),
	}
}

type grafanaView struct {
	ID int `json:"id"`
}

func (o *owner) grafanaView() (any, error) {
	if !o.grafana {
		return nil, notFound("Grafana is not enabled for %s", o.id)
	}
	return grafanaView{1 + number(9000, "grafana", o.id)}, nil
}

func getGrafana(_ *call, o *owner) (any, error) { return o.grafanaView() }

// enableGrafana of who has it already is a success.
func enableGrafana(_ *call, o *owner) (any, error) {
	o.grafana = true
	return o.grafanaView()
}

func disableGrafana(_ *call, o *owner) (any, error) {
	if _, err := o.grafanaView(); err != nil {
		return nil, err
	}
	o.grafana = false
	return nil, nil
}

// resetGrafana gives the dashboards back as they were, which nobody sees here.
func resetGrafana(_ *call, o *owner) (any, error) { return o.grafanaView() }
