package emulator

func loadBalancerRoutes() routes {
	return routes{
		"GET /v4/load-balancers/organisations/{ownerId}/applications/{appId}/load-balancers/default":                    ofApp(listAppLoadBalancers),
		"GET /v4/load-balancers/organisations/{ownerId}/applications/{applicationId}/load-balancers/{loadBalancerKind}": ofApp(listAppLoadBalancers),
		"GET /v4/load-balancers/organisations/{ownerId}/addons/{addonId}/load-balancers/{loadBalancerKind}":             ofAddon(listAddonLoadBalancers),
	}
}

type loadBalancerView struct {
	ID     string              `json:"id"`
	Name   string              `json:"name"`
	ZoneID string              `json:"zoneId"`
	DNS    loadBalancerDNSView `json:"dns"`
}

type loadBalancerDNSView struct {
	CNAME string   `json:"cname"`
	A     []string `json:"a"`
}

// loadBalancers are those of a zone that everybody shares. Nobody has a
// dedicated one.
func (c *call) loadBalancers(z *zone) (any, error) {
	switch kind := c.params["loadBalancerKind"]; kind {
	case "", "default":
	case "dedicated":
		return []loadBalancerView{}, nil
	default:
		return nil, notFound("There are default and dedicated load balancers, not %q", kind)
	}
	return []loadBalancerView{{
		ID: "lb_" + uuid("load balancer", z.Name), Name: z.Name, ZoneID: z.id(),
		DNS: loadBalancerDNSView{"domain." + z.Name + ".clever-cloud.com.", z.balancers()},
	}}, nil
}

// balancers are the addresses of a zone's load balancers: ones that
// documentation may use.
func (z *zone) balancers() []string {
	return []string{"203.0.113." + digits(2, z.id()), "203.0.113." + digits(3, z.id())}
}

func listAppLoadBalancers(c *call, a *application) (any, error) { return c.loadBalancers(a.zone) }

func listAddonLoadBalancers(c *call, a *addon) (any, error) { return c.loadBalancers(a.zone) }
