package emulator

import (
	"net/http"
	"slices"
	"strconv"
)

func redirectionRoutes() routes {
	return routes{
		"GET /v2/organisations/{id}/applications/{appId}/tcpRedirs":                 ofApp(listTCPRedirections),
		"POST /v2/organisations/{id}/applications/{appId}/tcpRedirs":                ofApp(addTCPRedirection),
		"DELETE /v2/organisations/{id}/applications/{appId}/tcpRedirs/{sourcePort}": ofApp(removeTCPRedirection),
		"GET /v2/organisations/{id}/applications/{appId}/udpRedirs":                 ofApp(listUDPRedirections),
		"POST /v2/organisations/{id}/applications/{appId}/udpRedirs":                ofApp(addUDPRedirection),
		"DELETE /v2/organisations/{id}/applications/{appId}/udpRedirs/{sourcePort}": ofApp(removeUDPRedirection),
		"GET /v2/organisations/{id}/namespaces":                                     ofOwner(listNamespaces),
	}
}

// redirection leads a port of the load balancers to an application.
type redirection struct {
	udp       bool
	namespace string
	port      int
}

type redirectionView struct {
	Namespace string `json:"namespace"`
	Port      int    `json:"port"`
}

type namespaceView struct {
	Namespace string `json:"namespace"`
}

// namespaces are the entries that an owner may use: the public one of its
// domains, and that of cleverapps.io.
func (o *owner) namespaces() []string { return []string{"cleverapps", "default"} }

func listNamespaces(_ *call, o *owner) (any, error) {
	return each(o.namespaces(), func(n string) namespaceView { return namespaceView{n} }), nil
}

func (a *application) redirectionViews(udp bool) []redirectionView {
	out := []redirectionView{}
	for _, r := range a.redirections {
		if r.udp == udp {
			out = append(out, redirectionView{r.namespace, r.port})
		}
	}
	return out
}

func listTCPRedirections(_ *call, a *application) (any, error) {
	return a.redirectionViews(false), nil
}

func listUDPRedirections(_ *call, a *application) (any, error) { return a.redirectionViews(true), nil }

// The ports that redirections get, when the caller does not narrow them.
const (
	lowestPort  = 4000
	highestPort = 9999
)

func addTCPRedirection(c *call, a *application) (any, error) { return c.addRedirection(a, false) }

func addUDPRedirection(c *call, a *application) (any, error) { return c.addRedirection(a, true) }

func (c *call) addRedirection(a *application, udp bool) (any, error) {
	b := struct {
		Namespace        string
		MinPort, MaxPort int
	}{MinPort: lowestPort, MaxPort: highestPort}
	if err := c.decode(&b); err != nil {
		return nil, err
	}
	if !slices.Contains(a.owner.namespaces(), b.Namespace) {
		return nil, notFound("The namespace %q does not exist for %s", b.Namespace, a.owner.id)
	}
	if b.MinPort > b.MaxPort || b.MinPort < 1024 || b.MaxPort > 65535 {
		return nil, invalid("minPort and maxPort should be a range within 1024 and 65535")
	}
	size := b.MaxPort - b.MinPort + 1
	first := number(size, "redirection", a.id, c.state().unique())
	for i := range size {
		r := redirection{udp, b.Namespace, b.MinPort + (first+i)%size}
		if !c.state().redirected(a.zone, r) {
			a.redirections = append(a.redirections, r)
			return redirectionView{r.namespace, r.port}, nil
		}
	}
	return nil, fail(http.StatusConflict, http.StatusConflict, "No port is free in the namespace %s", b.Namespace)
}

// redirected tells whether any application of the zone has this port.
func (s *state) redirected(z *zone, r redirection) bool {
	for _, o := range s.owners {
		for _, a := range o.apps {
			if a.zone == z && slices.Contains(a.redirections, r) {
				return true
			}
		}
	}
	return false
}

func removeTCPRedirection(c *call, a *application) (any, error) {
	return c.removeRedirection(a, false)
}

func removeUDPRedirection(c *call, a *application) (any, error) { return c.removeRedirection(a, true) }

func (c *call) removeRedirection(a *application, udp bool) (any, error) {
	namespace := c.query("namespace")
	for i, r := range a.redirections {
		if r.udp == udp && strconv.Itoa(r.port) == c.params["sourcePort"] && (namespace == "" || r.namespace == namespace) {
			a.redirections = slices.Delete(a.redirections, i, i+1)
			return success("The redirection has successfully been removed"), nil
		}
	}
	return nil, notFound("The port %s of the namespace %q does not lead to %s", c.params["sourcePort"], namespace, a.id)
}
