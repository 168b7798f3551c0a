package emulator

import "net/http"

func loadBalancerRoutes() routes {
	return routes{
		"GET /v4/load-balancers/organisations/{ownerId}/applications/{appId}/load-balancers/default": listLoadBalancers,
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

// listLoadBalancers gives the one of the application's zone.
func listLoadBalancers(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, &apiError{status: http.StatusNotFound, code: codeOf(http.StatusNotFound), message: "The application does not exist"}
	}
	z := a.zone
	return []loadBalancerView{{ID: "lb_" + uuid("load balancer", z.Name), Name: z.Name, ZoneID: z.id(), DNS: loadBalancerDNSView{
		CNAME: "domain." + z.Name + ".clever-cloud.com.",
		// Addresses that documentation may use.
		A: []string{"203.0.113." + digits(2, z.id()), "203.0.113." + digits(3, z.id())},
	}}}, nil
}
