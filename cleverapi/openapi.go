package cleverapi

import (
	"context"
	"io"

	"clever-mcp/cleverapi/catalogue"
)

// published are the OpenAPI documents of the API and of the bridge. The one of
// the bridge is about it and not a part of the API, so no catalogue has it.
var published = [...]struct {
	operation catalogue.Operation
	prefix    string // of its paths
}{
	{catalogue.Operation{ID: "GET /v2/openapi.json", Effect: catalogue.Reads}, "/v2"},
	{catalogue.Operation{ID: "GET /v4/ovd/openapi.json", Effect: catalogue.Reads}, "/v4"},
	{catalogue.Operation{ID: "GET /documentation/json", Host: catalogue.Bridge, Effect: catalogue.Reads}, ""},
}

// Documents reads the OpenAPI documents that the API and the bridge publish, for
// [catalogue.Catalogue.Merge]. All of them are public. They come all or not at
// all, because what a missing one knows would look as if it were gone.
func (c *Client) Documents(ctx context.Context) ([]catalogue.Document, error) {
	var out []catalogue.Document
	for _, d := range published {
		body, err := c.document(ctx, d.operation)
		if err != nil {
			return nil, err
		}
		out = append(out, catalogue.Document{Host: d.operation.Host, Prefix: d.prefix, JSON: body})
	}
	return out, nil
}

func (c *Client) document(ctx context.Context, op catalogue.Operation) ([]byte, error) {
	r := &request{op: op, path: op.Path(), accept: "application/json"}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	resp, err := c.do(ctx, r)
	if err != nil {
		return nil, err
	}
	defer drain(resp)
	if err := checkJSON(r, resp); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(&bounded{resp.Body, maxDocument})
	if err != nil {
		return nil, badAnswer(r, resp, err)
	}
	return body, nil
}

// maxDocument is far more than the documents have today, about 1 MB each.
const maxDocument = 32 << 20
