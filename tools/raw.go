package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
	"clever-mcp/schemas"

	"github.com/itchyny/gojq"
)

// RawRequestInput is any request.
type RawRequestInput struct {
	// From search_api: PUT /v2/self/keys/{key}. Or method and path.
	Operation string `json:"operation,omitempty"`
	// With path.
	Method string `json:"method,omitempty" jsonschema:"enum=GET,enum=HEAD,enum=POST,enum=PUT,enum=PATCH,enum=DELETE"`
	// Under /v2/ or /v4/, without query.
	Path string `json:"path,omitempty"`
	// Ids or names for the braces.
	Params map[string]string `json:"params,omitempty"`
	// A list repeats its key: {"only":["cpu","mem"]}.
	Query map[string]any `json:"query,omitempty"`
	// JSON, form fields or text.
	Body schemas.BodyJSON `json:"body,omitempty"`
	// Default json.
	BodyType string `json:"body_type,omitempty" jsonschema:"enum=json,enum=form,enum=text"`
	// jq on the answer: .[] | {id, name}
	Select string `json:"select,omitempty"`
	// From the plan, once the user agreed.
	Confirm string `json:"confirm,omitempty"`
}

// RawAnswer is what came back.
type RawAnswer struct {
	Status    int    `json:"status"`
	RequestID string `json:"request_id,omitempty"`
	// The operation, as the catalogue calls it.
	Operation string `json:"operation"`
	// Set with events of a stream: the body is text from outside, until the mark.
	Outside string `json:"outside,omitempty"`
	// The answer, or what select made of it. Values that are secret are hidden.
	Body schemas.AnyJSON `json:"body,omitempty"`
	// Set with outside: the mark, after which nothing is from outside.
	End string `json:"end,omitempty"`
	// Where the answer was saved when it is a file.
	File *SavedFile `json:"file,omitempty"`
	// Set when the answer was too long: what was cut and how to get it.
	Cut string `json:"cut,omitempty"`
	// How the user gets what an address in the answer leads to, which is hidden; or
	// what there is to select when select found nothing.
	Next string `json:"next,omitempty"`
}

var rawRequest = &Tool[RawRequestInput, RawAnswer]{
	Name: "raw_request", Title: "Any API request", Toolset: "api",
	Doc:    `Sends any request to Clever Cloud's API, for what no other tool does. May change anything, stop services and cost money: prefer a specific tool. What destroys first returns a plan to show to the user. Returns status, request id and answer, secrets hidden.`,
	Effect: catalogue.Destroys, AnyOperation: true,
	Run: runRawRequest,
}

func runRawRequest(ctx context.Context, c *Call, in RawRequestInput) (RawAnswer, error) {
	code, err := compileSelect(in.Select)
	if err != nil {
		return RawAnswer{}, err
	}
	raw, err := in.request(ctx, c)
	if err != nil {
		return RawAnswer{}, err
	}
	req, err := c.API.RawSending(ctx, raw)
	if err != nil {
		return RawAnswer{}, err
	}
	op := req.Operation
	if err := c.within(ctx, req); err != nil {
		return RawAnswer{}, err
	}
	if c.Settings.ReadOnly && !op.ReadsOnly() {
		if op.Effect == catalogue.Reads {
			return RawAnswer{}, badArgument("%s changes nothing but is no GET, and this server was started read-only (--read-only), which sends GET and HEAD alone. Nothing was done.\nNext: only the operator can lift this.", op.ID)
		}
		return RawAnswer{}, errReadOnly("raw_request " + op.ID)
	}
	if req.Known && raw.ContentType == "application/json" {
		if err := checkBody(c.API.Catalogue(), op, raw.Body); err != nil {
			return RawAnswer{}, err
		}
	}
	if op.Effect == catalogue.Destroys && raw.Method != http.MethodGet && raw.Method != http.MethodHead {
		plan, err := c.rawPlan(ctx, raw, req)
		if err != nil {
			return RawAnswer{}, err
		}
		if err := c.ConfirmPlan(plan); err != nil {
			return RawAnswer{}, err
		}
	}
	return c.perform(ctx, req, code)
}

// lastNamed is what a person types to agree: the last in the path that names
// something, and is no word of the operation.
func lastNamed(raw cleverapi.RawRequest, op catalogue.Operation) string {
	names := catalogue.ParamNames(op.Path())
	if len(raw.Params) > 0 && len(names) > 0 {
		return raw.Params[names[len(names)-1]]
	}
	words := 0 // behind it
	if at := strings.LastIndex(op.Path(), "}"); at >= 0 {
		words = strings.Count(op.Path()[at:], "/")
	}
	segments := strings.Split(raw.Path, "/")
	last := segments[max(len(segments)-1-words, 0)]
	if plain, err := url.PathUnescape(last); err == nil {
		return plain
	}
	return last
}

// request turns the arguments into a request, without sending it. What params name
// is ids from here on.
func (in RawRequestInput) request(ctx context.Context, c *Call) (cleverapi.RawRequest, error) {
	known := c.API.Catalogue()
	raw := cleverapi.RawRequest{Method: in.Method, Path: in.Path, Params: in.Params, Query: url.Values{}}
	switch {
	case in.Operation != "" && in.Path != "":
		return raw, badArgument("Give operation with params, or a path, not both.")
	case in.Operation != "":
		op, ok := known.Lookup(strings.TrimSpace(in.Operation))
		if !ok {
			return raw, unknownOperation(known, in.Operation, "Find it with search_api, or give method and path.")
		}
		if op.Host == catalogue.KVProxy {
			return raw, badArgument("%s lives on another host than the API and is not reached from here. Nothing was sent.\nNext: the user can use clever kv, or the add-on's own address.", op.ID)
		}
		if err := in.checkParams(known, op); err != nil {
			return raw, err
		}
		raw.Method, raw.Path = op.Method(), op.Path()
		var err error
		if raw.Params, err = c.byIDs(ctx, op, in.Params); err != nil {
			return raw, err
		}
	case in.Path == "":
		return raw, badArgument("Give operation with params, or a path such as /v2/self.")
	case in.Method == "":
		return raw, badArgument("raw_request needs the argument method with a path: GET, POST, PUT, PATCH or DELETE.")
	}
	if err := addValues(raw.Query, in.Query, "query"); err != nil {
		return raw, err
	}
	if len(in.Body) == 0 {
		if in.BodyType != "" {
			return raw, badArgument("raw_request: body_type is given without a body. Leave it out, or add the body.")
		}
		return raw, nil
	}
	switch in.BodyType {
	case "", "json":
		raw.Body, raw.ContentType = in.jsonBody(), "application/json"
	case "form":
		var fields map[string]any
		if json.Unmarshal(in.Body, &fields) != nil {
			return raw, badArgument("raw_request: a form needs a body that is an object, such as {\"name\":\"value\"}.")
		}
		form := url.Values{}
		if err := addValues(form, fields, "body"); err != nil {
			return raw, err
		}
		raw.Body, raw.ContentType = []byte(form.Encode()), "application/x-www-form-urlencoded"
	case "text":
		var text string
		if json.Unmarshal(in.Body, &text) != nil {
			return raw, badArgument("raw_request: body_type text needs a body that is a string.")
		}
		raw.Body, raw.ContentType = []byte(text), "text/plain; charset=utf-8"
	}
	return raw, nil
}

// jsonBody is the body as it is sent. Models like to send JSON as a string; a
// string that is an object or a list is taken for one, any other string is sent
// as a JSON string, which is what linking an add-on wants.
func (in RawRequestInput) jsonBody() []byte {
	var text string
	if json.Unmarshal(in.Body, &text) == nil {
		t := strings.TrimSpace(text)
		if (strings.HasPrefix(t, "{") || strings.HasPrefix(t, "[") || strings.HasPrefix(t, `"`)) && json.Valid([]byte(t)) {
			return []byte(t)
		}
	}
	return in.Body
}

// addValues adds query or form members. A list repeats its key.
func addValues(to url.Values, from map[string]any, argument string) error {
	for k, v := range from {
		items, ok := v.([]any)
		if !ok {
			items = []any{v}
		}
		for _, item := range items {
			switch item := item.(type) {
			case string:
				to.Add(k, item)
			case bool, float64:
				text, _ := json.Marshal(item)
				to.Add(k, string(text))
			case nil:
				to.Add(k, "")
			default:
				return badArgument("%s.%s must be a string, number, boolean or a list of these.", argument, clip(k, 64))
			}
		}
	}
	return nil
}

// rawAnswer hides, selects and bounds, in this order.
func (c *Call) rawAnswer(ctx context.Context, resp *cleverapi.RawResponse, code *gojq.Code) (RawAnswer, error) {
	out := RawAnswer{Status: resp.Status, RequestID: resp.RequestID, Operation: resp.Operation.ID}
	if len(bytes.TrimSpace(resp.Body)) == 0 {
		return out, nil
	}
	readable := isJSON(resp.ContentType)
	if readable && code == nil && !resp.Truncated && !resp.Operation.Secret && len(resp.Body) <= bodyBytes {
		// Nearly every answer: short, and with nothing to hide.
		if json.Valid(resp.Body) && c.Hide.nothingIn(resp.Body) {
			out.Body = resp.Body
			return out, nil
		}
	}
	var doc any
	cut := ""
	switch {
	case resp.Truncated:
		list := listStart(resp.Body, code != nil)
		doc, cut = list, fmt.Sprintf("The answer is longer than 8 MiB: only the first %d elements of its list were read, and select sees no others. Narrow it with query, or use a tool that pages. ", len(list))
	case readable:
		if err := json.NewDecoder(bytes.NewReader(resp.Body)).Decode(&doc); err != nil {
			return RawAnswer{}, &cleverapi.Error{Operation: out.Operation, Status: resp.Status, Kind: cleverapi.ErrBadAnswer, Message: "the answer is not JSON although it says so", RequestID: resp.RequestID}
		}
	case !utf8.Valid(resp.Body):
		return RawAnswer{}, badArgument("The answer says that it is text and is none (%d bytes), so it is not shown.\nNext: the user can download it with clever curl or in the console.", len(resp.Body))
	default:
		doc = string(resp.Body)
	}
	if resp.Operation.Secret {
		if doc = c.Hide.Body(doc); nothingShown(doc) {
			var err error
			if out.File, err = c.saveSecret(resp); err != nil {
				return RawAnswer{}, badArgument("%s", sentence(err.Error()))
			}
			if out.File == nil {
				cut = "This is secret, so it is hidden; where the operator starts the server with --files DIR it is saved there. "
			}
		}
	}
	// What select sees it can cut and encode, so nothing that is known is in it.
	doc, _ = c.Hide.walk(doc)
	if code != nil {
		var err error
		whole := doc
		if doc, err = runSelect(ctx, code, doc); err != nil {
			return RawAnswer{}, err
		}
		out.Next = nothingSelected(whole, doc)
	}
	var err error
	out.Body, out.Cut, err = fit(doc, code != nil)
	out.Cut = strings.TrimSpace(cut + out.Cut)
	return out, err
}

// listStart decodes the elements of a list that ends in the middle. Unless whole, it
// only counts those that are too far back to be shown: decoded they take many times
// their bytes.
func listStart(body []byte, whole bool) []any {
	list := []any{}
	d := json.NewDecoder(bytes.NewReader(body))
	if _, err := d.Token(); err != nil {
		return list
	}
	for d.More() {
		var v any
		var skipped json.RawMessage
		into := any(&v)
		if !whole && d.InputOffset() > 4*bodyBytes {
			into = &skipped
		}
		if d.Decode(into) != nil {
			break
		}
		list = append(list, v)
	}
	return list
}

func isJSON(contentType string) bool {
	if contentType == "application/json" {
		return true
	}
	media, _, _ := mime.ParseMediaType(contentType)
	return strings.HasSuffix(media, "json")
}

// bodyBytes is what the body of an answer may have, the rest of MaxTokens being for
// what surrounds it. Lists of numbers, dates and ids go down to 2.5 bytes a token.
const bodyBytes = (MaxTokens - 300) * 5 / 2

// fit returns v when it is short enough; otherwise as many elements of a list as
// fit, or the outline of an object, and how to get the rest.
func fit(v any, selected bool) (schemas.AnyJSON, string, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, "", err
	}
	if len(raw) <= bodyBytes {
		return raw, "", nil
	}
	after, pipe := "", ""
	if selected {
		after, pipe = ", adding to what you selected", "… | "
	}
	switch v := v.(type) {
	case []any:
		size, n := 2, 0
		for ; n < len(v); n++ {
			e, _ := json.Marshal(v[n])
			if size += len(e) + 1; size > bodyBytes {
				break
			}
		}
		raw, err := json.Marshal(v[:n])
		return raw, fmt.Sprintf("%d of %d elements are shown. Get the rest with select%s, such as %s.[%d:%d] | map({id, name}), or a filter in query.", n, len(v), after, pipe, n, min(2*n+1, len(v))), err
	case map[string]any:
		outline := map[string]string{}
		for k, e := range v {
			part, _ := json.Marshal(e)
			outline[k] = fmt.Sprintf("%s, %d bytes", kindOf(e), len(part))
		}
		raw, err := json.Marshal(outline)
		if len(raw) > bodyBytes {
			return schemas.AnyJSON(`{}`), fmt.Sprintf("The answer is an object of %d members, too many even to name. Use select, such as keys[:50].", len(v)), err
		}
		return raw, "The answer is too long, so only its members and their sizes are shown. Get a part with select, such as .name.", err
	case string:
		raw, err := json.Marshal(clip(v, bodyBytes*4/5))
		return raw, fmt.Sprintf("The first %d of %d bytes are shown. Get others with select, such as .[10000:20000].", bodyBytes*4/5, len(v)), err
	}
	return raw, "", nil
}

func kindOf(v any) string {
	switch v := v.(type) {
	case []any:
		return fmt.Sprintf("list of %d", len(v))
	case map[string]any:
		return "object"
	case string:
		return "string"
	}
	return "value"
}
