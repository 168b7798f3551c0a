package tools

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strings"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"

	"github.com/itchyny/gojq"
)

// ReadAPIInput is any request that only reads.
type ReadAPIInput struct {
	// From search_api: GET /v2/organisations/{id}/members. Or path.
	Operation string `json:"operation,omitempty"`
	// Under /v2/ or /v4/, without query.
	Path string `json:"path,omitempty"`
	// Ids or names for the braces.
	Params map[string]string `json:"params,omitempty"`
	// A list repeats its key.
	Query map[string]any `json:"query,omitempty"`
	// jq on the answer: .[] | {id, name}
	Select string `json:"select,omitempty"`
}

var readAPI = &Tool[ReadAPIInput, RawAnswer]{
	Name: "read_api", Title: "Read from the API", Toolset: "api",
	Doc:    `Reads anything from Clever Cloud's API that no other tool shows: GET only, changes nothing. search_api finds the operation. Returns status, request id and answer, secrets hidden; select what you need.`,
	Effect: catalogue.Reads, AnyOperation: true,
	Run: runReadAPI,
}

func runReadAPI(ctx context.Context, c *Call, in ReadAPIInput) (RawAnswer, error) {
	code, err := compileSelect(in.Select)
	if err != nil {
		return RawAnswer{}, err
	}
	raw, err := RawRequestInput{Method: http.MethodGet, Operation: in.Operation, Path: in.Path, Params: in.Params, Query: in.Query}.request(ctx, c)
	if err != nil {
		return RawAnswer{}, err
	}
	if raw.Method != http.MethodGet {
		return RawAnswer{}, badArgument("read_api only reads, and %s is a %s. Use raw_request for it.", clip(in.Operation, 100), raw.Method)
	}
	req, err := c.API.RawSending(ctx, raw)
	if err != nil {
		return RawAnswer{}, err
	}
	op := req.Operation
	if !req.Known {
		return RawAnswer{}, badArgument("The catalogue does not know GET %s, so nobody can say that it only reads. Find the operation with search_api, or use raw_request.", op.Path())
	}
	if op.Effect != catalogue.Reads {
		return RawAnswer{}, badArgument("%s changes something although it is a GET. Use raw_request for it.", op.ID)
	}
	if err := c.within(ctx, req); err != nil {
		return RawAnswer{}, err
	}
	return c.perform(ctx, req, code)
}

// perform sends a request that was judged already.
func (c *Call) perform(ctx context.Context, req cleverapi.Sending, code *gojq.Code) (RawAnswer, error) {
	op := req.Operation
	if readsLog(op) {
		if err := c.readyForLog(ctx, req); err != nil {
			return RawAnswer{}, err
		}
	}
	if op.Stream {
		return c.readStream(ctx, req, code)
	}
	if op.File && op.Method() != http.MethodHead {
		switch {
		case c.Settings.FilesDir == "":
			return RawAnswer{}, badArgument("%s answers a file, and this server was given no folder for files. Nothing was sent.\nNext: the operator starts the server with --files DIR; without it the user can download the file with clever curl or in the console.", op.ID)
		case code != nil:
			return RawAnswer{}, badArgument("%s answers a file, which select cannot read. Leave select out: the file is saved, and its path comes back. Nothing was sent.", op.ID)
		}
	}
	var d download
	defer d.discard()
	resp, err := c.API.Send(ctx, req, d.to(c.Settings.FilesDir))
	if err == nil && resp.File {
		return c.saved(resp, &d)
	}
	if err := d.failure(); err != nil {
		return RawAnswer{}, err
	}
	if err != nil {
		return RawAnswer{}, wrongIDs(c.API.Catalogue(), req, err)
	}
	answer, err := c.rawAnswer(ctx, resp, code)
	answer.Next = cmp.Or(hiddenAddress(resp), answer.Next)
	return unlessDone(resp, answer, err)
}

// hiddenAddress says how to get at a file whose address is in the answer. Such an
// address is as good as a credential, since whoever holds it needs none; and it is
// often on another host, to which this server makes no request.
func hiddenAddress(resp *cleverapi.RawResponse) string {
	id := resp.Operation.ID
	switch {
	case resp.Status >= 300:
		return ""
	case id == "GET /v2/backups/{ownerId}/{ref}":
		return "The download addresses are hidden: whoever holds one has the data without signing in, and this server fetches nothing from other hosts. The user downloads a backup with clever database backups download ADDON BACKUP_ID, or in the console."
	case strings.HasSuffix(id, "/presigned-url"), strings.HasSuffix(id, "/download-url"), strings.HasSuffix(id, "/upload-url"):
		return "The address is hidden: whoever holds it needs no sign-in. The user gets one with clever curl or in the console."
	}
	return ""
}

// unlessDone keeps an answer that cannot be shown from looking as if a write had
// not happened.
func unlessDone(resp *cleverapi.RawResponse, answer RawAnswer, err error) (RawAnswer, error) {
	var bad *ArgumentError
	if errors.As(err, &bad) && resp.Operation.Effect != catalogue.Reads {
		return RawAnswer{Status: resp.Status, RequestID: resp.RequestID, Operation: resp.Operation.ID, Cut: "The request was done, but its answer cannot be shown: " + bad.Text}, nil
	}
	return answer, err
}
