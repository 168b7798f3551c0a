package emulator

import (
	"slices"
	"strconv"
)

func tcpRoutes() routes {
	return routes{
		"GET /v2/organisations/{id}/namespaces":                                     listNamespaces,
		"GET /v2/organisations/{id}/applications/{appId}/tcpRedirs":                 listTCPRedirections,
		"POST /v2/organisations/{id}/applications/{appId}/tcpRedirs":                openTCPRedirection,
		"DELETE /v2/organisations/{id}/applications/{appId}/tcpRedirs/{sourcePort}": closeTCPRedirection,
	}
}

// namespaces are where every owner may open ports.
var namespaces = [...]string{"cleverapps", "default"}

// tcpRedirection is a public port that leads to an application. A namespace has
// each port once, whoever holds it.
type tcpRedirection struct {
	Namespace string `json:"namespace"`
	Port      int    `json:"port"`
}

type namespaceView struct {
	Namespace string `json:"namespace"`
}

func listNamespaces(c *call) (any, error) {
	if _, err := c.owner(); err != nil {
		return nil, err
	}
	return each(namespaces[:], func(n string) namespaceView { return namespaceView{n} }), nil
}

func listTCPRedirections(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	return append([]tcpRedirection{}, a.tcp...), nil
}

func openTCPRedirection(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	var b namespaceView
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if !slices.Contains(namespaces[:], b.Namespace) {
		return nil, invalid("The namespace %q does not exist", b.Namespace)
	}
	r := tcpRedirection{b.Namespace, 4000 + number(2000, "tcp", a.id, b.Namespace)}
	for c.state().holds(r) {
		r.Port++
	}
	a.tcp = append(a.tcp, r)
	return r, nil
}

// holds tells whether an application has a port.
func (s *state) holds(r tcpRedirection) bool {
	for _, o := range s.owners {
		for _, a := range o.apps {
			if slices.Contains(a.tcp, r) {
				return true
			}
		}
	}
	return false
}

func closeTCPRedirection(c *call) (any, error) {
	a, err := c.app()
	if err != nil {
		return nil, err
	}
	port, _ := strconv.Atoi(c.params["sourcePort"])
	i := slices.Index(a.tcp, tcpRedirection{c.query("namespace"), port})
	if i < 0 {
		return nil, notFound("No TCP redirection from port %s in the namespace %q leads to %s", c.params["sourcePort"], c.query("namespace"), a.id)
	}
	a.tcp = slices.Delete(a.tcp, i, i+1)
	return success("The TCP redirection has successfully been removed"), nil
}
