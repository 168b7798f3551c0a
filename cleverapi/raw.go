package cleverapi

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"clever-mcp/cleverapi/catalogue"

	"github.com/tmaxmax/go-sse"
)

// RawRequest is any request to the API. Path and Template exclude each other.
type RawRequest struct {
	Method string
	Path   string // "/v2/self", or a full URL of exactly the API or the bridge
	// Params fill the template of Path when it has braces, each value escaped.
	Params      map[string]string
	Query       url.Values
	Body        []byte // nil: none
	ContentType string
}

// RawResponse is the answer with its body, read whole up to 8 MiB; or with the
// size of the file that was saved, up to 1 GiB.
type RawResponse struct {
	Operation   catalogue.Operation
	Known       bool // the catalogue knows the operation
	Path        string
	Status      int
	RequestID   string
	ContentType string
	Body        []byte
	File        bool  // the answer is a file: by its operation, by its type, or because it is a text with secrets
	Size        int64 // of what was saved of a file
	Truncated   bool  // Body is the beginning of a JSON list that is too long
}

// RawSending finds out what a raw request is and all that would leave, without
// sending it. An operation that the catalogue does not know counts as destroying
// and secret, whatever its method. It refuses methods and paths that are not of the
// API, and what has its own way: making API tokens, signing in, passwords and second
// factors.
func (c *Client) RawSending(ctx context.Context, raw RawRequest) (Sending, error) {
	r, known, err := c.raw(ctx, raw)
	if err != nil {
		return Sending{}, err
	}
	return Sending{Operation: r.op, Known: known, Path: r.path, Query: r.query, Body: r.body, ContentType: r.content, request: r}, nil
}

// Raw performs any request that RawSending allows. It reads no file.
func (c *Client) Raw(ctx context.Context, raw RawRequest) (*RawResponse, error) {
	s, err := c.RawSending(ctx, raw)
	if err != nil {
		return nil, err
	}
	return c.Send(ctx, s, nil)
}

// Send performs what RawSending allowed. A file goes where save says; nil, and a nil
// writer, do not read it.
func (c *Client) Send(ctx context.Context, s Sending, save func(RawResponse) io.Writer) (*RawResponse, error) {
	r := s.request
	if r.op.Stream {
		return nil, &Error{Operation: r.op.ID, Kind: ErrPolicy, Message: "this operation answers a stream without an end, which does not fit an answer"}
	}
	within := c.timeout
	if r.op.File {
		within = fileTime
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	resp, err := c.do(ctx, r)
	if err != nil {
		return nil, err
	}
	defer drain(resp)
	out := &RawResponse{
		Operation: r.op, Known: s.Known, Path: r.path, Status: resp.StatusCode, RequestID: requestID(resp),
		ContentType: resp.Header.Get("Content-Type"),
	}
	body := bufio.NewReaderSize(resp.Body, 16) // for one byte: the rest is read past it
	if _, err := body.Peek(1); errors.Is(err, io.EOF) {
		return out, nil // nothing came, of whatever type
	}
	if out.File = isFile(r.op, out.ContentType); !out.File {
		out.Body, err = readAll(&bounded{body, maxBody}, resp.ContentLength)
		if errors.Is(err, errLimit) && out.Body[0] == '[' && checkJSON(r, resp) == nil {
			out.Truncated, err = true, nil
		}
	} else if save != nil {
		if to := save(*out); to != nil {
			out.Size, err = io.Copy(to, &bounded{body, maxFile})
		}
	}
	if err != nil {
		return nil, badAnswer(r, resp, err)
	}
	return out, nil
}

// readAll is io.ReadAll in one piece, for an answer that says that it is short.
func readAll(r io.Reader, size int64) ([]byte, error) {
	if size <= 0 || size > 64<<10 {
		return io.ReadAll(r)
	}
	var b bytes.Buffer
	b.Grow(int(size) + bytes.MinRead)
	_, err := b.ReadFrom(r)
	return b.Bytes(), err
}

const (
	// maxFile is the most that is read of a file, which goes to disk as it comes.
	maxFile = 1 << 30
	// fileTime is what a file may take from the first try to its last byte.
	fileTime = 10 * time.Minute
)

// isFile tells what goes to disk from what can be read in a conversation.
func isFile(op catalogue.Operation, contentType string) bool {
	media, _, _ := mime.ParseMediaType(contentType)
	json := strings.HasSuffix(media, "json")
	text := json || media == "" || strings.HasPrefix(media, "text/") || strings.HasSuffix(media, "xml") || strings.HasSuffix(media, "yaml")
	return op.File || !text || op.Secret && !json
}

// RawEvent is one event of a stream.
type RawEvent struct {
	ID   string
	Type string
	Data string // JSON, with the streams that are known
}

// Events hands the events of a stream to keep, without heartbeats, until the
// stream ends, keep returns false or a limit is met.
func (c *Client) Events(ctx context.Context, s Sending, limits StreamLimits, keep func(RawEvent) bool) (StreamEnd, error) {
	return c.events(ctx, s.request, limits, func(e sse.Event) (bool, error) {
		return keep(RawEvent{e.LastEventID, e.Type, e.Data}), nil
	})
}

var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

func (c *Client) raw(ctx context.Context, raw RawRequest) (*request, bool, error) {
	if !slices.Contains(methods, raw.Method) {
		return nil, false, &PathError{Path: raw.Path, Why: fmt.Sprintf("cannot be asked with the method %q: use one of %s", raw.Method, strings.Join(methods, ", "))}
	}
	r := &request{query: raw.Query, body: raw.Body, content: raw.ContentType, accept: "application/json, */*;q=0.5"}
	if raw.Method == http.MethodGet || raw.Method == http.MethodHead {
		if raw.Body != nil {
			return nil, false, &PathError{Path: raw.Path, Why: "cannot be read with a body: pass values in query"}
		}
	}
	path, err := c.rawPath(ctx, raw)
	if err != nil {
		return nil, false, err
	}
	r.path = path
	known := false
	// HEAD is GET without the body, and the catalogue lists GET.
	lookAs := raw.Method
	if lookAs == http.MethodHead {
		lookAs = http.MethodGet
	}
	r.op, _, known = c.known.Match(lookAs, path)
	if r.unknown = !known; !known {
		r.op = catalogue.Operation{ID: raw.Method + " " + path, Effect: catalogue.Destroys, Secret: true}
		if strings.HasPrefix(path, "/api-tokens") {
			r.op.Host = catalogue.Bridge
		}
	}
	if raw.Method == http.MethodHead {
		r.op.ID = "HEAD " + r.op.Path()
	}
	if why := ownWay(r.op); why != "" {
		return nil, false, &Error{Operation: r.op.ID, Kind: ErrPolicy, Message: why}
	}
	// The server draws the password itself: one from the conversation has no place.
	if r.op.ID == RotatesPassword && (raw.Body != nil || len(raw.Query) > 0) {
		return nil, false, &Error{Operation: r.op.ID, Kind: ErrPolicy, Message: "the new password is drawn by Clever Cloud, so this takes neither body nor query"}
	}
	if r.op.Forbidden {
		return nil, false, &Error{Operation: r.op.ID, Kind: ErrPolicy, Message: "this operation is never performed by a raw request: " + c.whyForbidden(r.op)}
	}
	return r, known, nil
}

func (c *Client) rawPath(ctx context.Context, raw RawRequest) (string, error) {
	if len(raw.Params) > 0 || strings.ContainsRune(raw.Path, '{') {
		op, ok := c.known.Lookup(raw.Method + " " + raw.Path)
		if !ok {
			return "", &PathError{Path: raw.Path, Why: "is not the template of an operation that the catalogue knows: put the values in its place, or take the template from the catalogue"}
		}
		return fill(op, raw.Params)
	}
	api, bridge, err := c.Origins(ctx)
	if err != nil {
		return "", err
	}
	return checkPath(raw.Path, api, bridge)
}

func (c *Client) whyForbidden(op catalogue.Operation) string {
	d, _ := c.known.Describe(op.ID)
	return d.Why
}

// NeverRaw says why a raw request never performs an operation; "" when one may.
func NeverRaw(op catalogue.Operation) string { return ownWay(op) }

// RotatesPassword gives a database user a password that Clever Cloud draws. It takes
// none, and what it answers is hidden as any secret is.
const RotatesPassword = "POST /v4/postgresql/organisations/{ownerId}/postgresql/{postgreSQLId}/users/{pgUserId}/rotate-password"

// ownWay says why an operation is never performed by a raw request: it would
// carry a password, a code or a new credential through the conversation.
func ownWay(op catalogue.Operation) string {
	path := strings.ToLower(op.Path()) // some servers do not mind
	under := func(prefixes ...string) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return path == p || strings.HasPrefix(path, p+"/") })
	}
	switch {
	case op.Method() == http.MethodPost && under("/api-tokens"):
		return "an API token is made by create_token, so that neither the password nor the token passes through the conversation"
	case under("/v2/oauth", "/v2/sessions", "/v2/authenticate", "/v2/self/cli_tokens"), path == "/v2/self/tokens" && op.Method() != http.MethodGet:
		return "signing in and out is not done by raw requests: use the clever CLI's login"
	case under("/v2/self/mfa", "/v2/self/change_password", "/v2/password_forgotten", "/v2/self/validate_email"), strings.Contains(path, "password") && op.Method() != http.MethodGet && op.ID != RotatesPassword:
		return "passwords and second factors never pass through the conversation: change them in the console"
	}
	return ""
}
