package emulator

import (
	"slices"
	"time"
)

func otelRoutes() routes {
	const base = " /v4/otel/organisations/{ownerId}/namespaces"
	return routes{
		"GET /v4/otel/gateways":              listGateways,
		"GET" + base:                         ofOwner(listTelemetry),
		"POST" + base:                        ofOwner(createTelemetry),
		"DELETE" + base + "/{otelId}":        ofTelemetry(deleteTelemetry),
		"POST" + base + "/{otelId}/services": ofTelemetry(createTelemetryService),
	}
}

// telemetry is an OpenTelemetry namespace, which services write to.
type telemetry struct {
	id       string
	owner    *owner
	zone     *zone
	created  time.Time
	services []string // names
}

type gatewayView struct {
	ID        string `json:"id"`
	Endpoint  string `json:"endpoint"`
	Location  string `json:"location"`
	CreatedAt string `json:"createdAt"`
	UpdatedAt string `json:"updatedAt"`
}

func (z *zone) gateway() gatewayView {
	const since = "2026-01-01T00:00:00.000Z"
	return gatewayView{"otel_gateway_" + uuid("gateway", z.Name), "https://otel." + z.Name + ".services.clever-cloud.com", z.Name, since, since}
}

func listGateways(*call) (any, error) { return each(catalog().Zones, (*zone).gateway), nil }

type telemetryView struct {
	ID              string `json:"id"`
	OwnerID         string `json:"ownerId"`
	Location        string `json:"location"`
	GatewayID       string `json:"gatewayId"`
	GatewayEndpoint string `json:"gatewayEndpoint"`
	ReadToken       string `json:"readToken"`
	CreatedAt       string `json:"createdAt"`
	UpdatedAt       string `json:"updatedAt"`
}

func (t *telemetry) view() telemetryView {
	g := t.zone.gateway()
	return telemetryView{t.id, t.owner.id, t.zone.Name, g.ID, g.Endpoint, letters(64, "otel read", t.id), iso(t.created), iso(t.created)}
}

func listTelemetry(_ *call, o *owner) (any, error) { return each(o.telemetry, (*telemetry).view), nil }

func createTelemetry(c *call, o *owner) (any, error) {
	var b struct{ Location string }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	z := catalog().zone(b.Location)
	if z == nil {
		return nil, invalid("The location %q does not exist", b.Location)
	}
	t := &telemetry{id: "otel_" + uuid("otel", o.id, c.state().unique()), owner: o, zone: z, created: c.now}
	o.telemetry = append(o.telemetry, t)
	return t.view(), nil
}

func ofTelemetry(h func(c *call, t *telemetry) (any, error)) handler {
	return ofOwner(func(c *call, o *owner) (any, error) {
		t := find(o.telemetry, func(t *telemetry) bool { return t.id == c.params["otelId"] })
		if t == nil {
			return nil, missingResource(c.params["otelId"])
		}
		return h(c, t)
	})
}

func deleteTelemetry(_ *call, t *telemetry) (any, error) {
	t.owner.telemetry = without(t.owner.telemetry, t)
	return nil, nil
}

type telemetryServiceView struct {
	ID              string `json:"id"`
	Name            string `json:"name"`
	NamespaceID     string `json:"namespaceId"`
	GatewayEndpoint string `json:"gatewayEndpoint"`
	WriteToken      string `json:"writeToken"`
	CreatedAt       string `json:"createdAt"`
	UpdatedAt       string `json:"updatedAt"`
}

func createTelemetryService(c *call, t *telemetry) (any, error) {
	var b struct{ Name string }
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if b.Name == "" || slices.Contains(t.services, b.Name) {
		return nil, invalid("A service needs a name that no other of %s has", t.id)
	}
	t.services = append(t.services, b.Name)
	id := "otel_service_" + uuid("otel service", t.id, b.Name)
	return telemetryServiceView{id, b.Name, t.id, t.zone.gateway().Endpoint, letters(64, "otel write", id), iso(c.now), iso(c.now)}, nil
}
