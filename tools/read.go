package tools

import (
	"context"
	"errors"
	"net/http"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"

	"github.com/itchyny/gojq"
)

// ReadAPIInput is any request that only reads.
type ReadAPIInput struct {
	// From search_api: GET /v2/organisations/{id}/members. Or give path.
	Operation string `json:"operation,omitempty"`
	// Under /v2/ or /v4/, without query.
	Path string `json:"path,omitempty"`
	// Values for the braces.
	Params map[string]string `json:"params,omitempty"`
	// A list repeats its key.
	Query map[string]any `json:"query,omitempty"`
	// jq on the answer: .[] | {id, name}
	Select string `json:"select,omitempty"`
}

var readAPI = Tool[ReadAPIInput, RawAnswer]{
	Name: "read_api", Title: "Read from the API", Toolset: "api",
	Doc:    `Reads anything from Clever Cloud's API that no other tool shows: GET only, changes nothing. Find the operation with search_api. Returns status, request id and answer, secrets hidden; long answers are cut, so use select.`,
	Effect: catalogue.Reads, AnyOperation: true,
	Run: runReadAPI,
}

func runReadAPI(ctx context.Context, c *Call, in ReadAPIInput) (RawAnswer, error) {
	code, err := compileSelect(in.Select)
	if err != nil {
		return RawAnswer{}, err
	}
	raw, err := RawRequestInput{Method: http.MethodGet, Operation: in.Operation, Path: in.Path, Params: in.Params, Query: in.Query}.request()
	if err != nil {
		return RawAnswer{}, err
	}
	if raw.Method != http.MethodGet {
		return RawAnswer{}, badArgument("read_api only reads, and %s is a %s. Use raw_request for it.", clip(in.Operation, 100), raw.Method)
	}
	op, known, err := c.API.RawOperation(ctx, raw)
	if err != nil {
		return RawAnswer{}, err
	}
	if !known {
		return RawAnswer{}, badArgument("The catalogue does not know GET %s, so nobody can say that it only reads. Find the operation with search_api, or use raw_request.", op.Path())
	}
	if op.Effect != catalogue.Reads {
		return RawAnswer{}, badArgument("%s changes something although it is a GET. Use raw_request for it.", op.ID)
	}
	return c.perform(ctx, raw, code)
}

// perform sends a request that was judged already.
func (c *Call) perform(ctx context.Context, raw cleverapi.RawRequest, code *gojq.Code) (RawAnswer, error) {
	resp, err := c.API.Raw(ctx, raw)
	if err != nil {
		return RawAnswer{}, err
	}
	answer, err := c.rawAnswer(ctx, resp, code)
	var bad *ArgumentError
	if errors.As(err, &bad) && resp.Operation.Effect != catalogue.Reads {
		// The write is done: an error would say that it is not.
		answer, err = RawAnswer{Status: resp.Status, RequestID: resp.RequestID, Operation: resp.Operation.ID, Cut: "The request was done, but its answer cannot be shown: " + bad.Text}, nil
	}
	return answer, err
}
