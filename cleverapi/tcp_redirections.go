package cleverapi

import (
	"context"
	"net/url"
	"strconv"
)

// TCPRedirections open a public port that leads to an application.
type TCPRedirections struct{ c *Client }

// TCPRedirection is one public port.
type TCPRedirection struct {
	Namespace string `json:"namespace"` // default, cleverapps, or one of the owner's own
	Port      int    `json:"port"`
}

// List reads the redirections of an application.
func (s *TCPRedirections) List(ctx context.Context, owner, app string) ([]TCPRedirection, error) {
	return collect[TCPRedirection](ctx, s.c, "GET /v2/organisations/{id}/applications/{appId}/tcpRedirs", params{"id": owner, "appId": app}, nil)
}

// Open opens a port, which the API chooses. Twice opens two.
func (s *TCPRedirections) Open(ctx context.Context, owner, app, namespace string) (TCPRedirection, error) {
	return exchange[TCPRedirection](ctx, s.c, "POST /v2/organisations/{id}/applications/{appId}/tcpRedirs",
		params{"id": owner, "appId": app}, nil, map[string]string{"namespace": namespace})
}

// Close gives a port up for ever. Twice is an error.
func (s *TCPRedirections) Close(ctx context.Context, owner, app string, r TCPRedirection) error {
	return perform(ctx, s.c, "DELETE /v2/organisations/{id}/applications/{appId}/tcpRedirs/{sourcePort}",
		params{"id": owner, "appId": app, "sourcePort": strconv.Itoa(r.Port)}, url.Values{"namespace": {r.Namespace}}, nil)
}

// Namespaces reads where an owner may open ports.
func (s *TCPRedirections) Namespaces(ctx context.Context, owner string) ([]string, error) {
	all, err := collect[TCPRedirection](ctx, s.c, "GET /v2/organisations/{id}/namespaces", params{"id": owner}, nil)
	names := make([]string, 0, len(all))
	for _, n := range all {
		names = append(names, n.Namespace)
	}
	return names, err
}
