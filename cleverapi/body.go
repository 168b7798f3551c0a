package cleverapi

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"clever-mcp/cleverapi/catalogue"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxBody is the most that is read of an answer that is held in memory.
	maxBody = 8 << 20
	// maxStreamed is the most that is read of a list that is not.
	maxStreamed = 512 << 20
	// A body may grow by this factor when it is unpacked, beyond its first MiB.
	maxRatio = 100
)

// unzip replaces the body of a gzipped answer by what is in it, bounded against
// what came over the wire. The header is asked for by hand so that the HTTP
// library does not unpack without a bound.
func unzip(resp *http.Response) error {
	if !strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		return nil
	}
	wire := &counting{r: resp.Body}
	z, err := gzip.NewReader(bufio.NewReaderSize(wire, 32<<10))
	if err != nil {
		return err
	}
	resp.Body = &unpacked{z: z, wire: wire, close: resp.Body.Close}
	resp.Header.Del("Content-Encoding")
	resp.ContentLength = -1
	return nil
}

type counting struct {
	r io.Reader
	n int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

type unpacked struct {
	z     *gzip.Reader
	wire  *counting
	n     int64
	close func() error
}

var errRatio = errors.New("the answer unpacks to more than 100 times its size")

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.z.Read(p)
	u.n += int64(n)
	if u.n > 1<<20 && u.n > maxRatio*u.wire.n {
		return 0, errRatio
	}
	return n, err
}

func (u *unpacked) Close() error { return u.close() }

// bounded fails instead of ending when more than max bytes come.
type bounded struct {
	r    io.Reader
	left int64
}

var errLimit = errors.New("the answer is too large")

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		var one [1]byte
		if n, err := b.r.Read(one[:]); n == 0 {
			return 0, err
		}
		return 0, errLimit
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.r.Read(p)
	b.left -= int64(n)
	return n, err
}

// badAnswer says why a body could not be used.
func badAnswer(r *request, resp *http.Response, err error) error {
	e := &Error{Operation: r.op.ID, Status: resp.StatusCode, RequestID: requestID(resp), Kind: ErrBadAnswer, cause: err}
	var syntax *json.SyntaxError
	var token *jsontext.SyntacticError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, errLimit), errors.Is(err, errRatio):
		e.Kind, e.Message = ErrTooLarge, err.Error()
	case errors.Is(err, context.Canceled):
		e.Kind, e.Message = ErrCanceled, "the call was cancelled while the answer came"
	case errors.Is(err, context.DeadlineExceeded):
		e.Kind, e.Message = ErrTimeout, "the answer did not end in time"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		e.Message = "the answer ends in the middle"
	case errors.As(err, &kind):
		article := "a"
		if strings.IndexAny(kind.Value, "ao") == 0 { // array, object
			article = "an"
		}
		e.Message = fmt.Sprintf("the answer has %s %s where another type was expected", article, kind.Value)
		if kind.Field != "" {
			e.Message += " (" + kind.Field + ")"
		}
	case errors.As(err, &syntax), errors.As(err, &token):
		e.Message = "the answer is not JSON"
	default:
		e.Kind, e.Message = ErrUnreachable, "the connection broke while the answer came"
	}
	if r.op.Effect != catalogue.Reads {
		// The status was good: the write happened, only its answer is unusable.
		e.Message += "; the request itself was accepted"
	}
	return e
}

// checkJSON refuses an answer that is a page for people.
func checkJSON(r *request, resp *http.Response) error {
	media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if media == "" || strings.HasSuffix(media, "json") || media == "text/plain" {
		return nil
	}
	return &Error{Operation: r.op.ID, Status: resp.StatusCode, RequestID: requestID(resp), Kind: ErrBadAnswer, Message: "the answer is " + media + " where JSON was expected"}
}

func decode(r *request, resp *http.Response, into any) error {
	if resp.StatusCode == http.StatusNoContent {
		return nil
	}
	if err := checkJSON(r, resp); err != nil {
		return err
	}
	used, err := r.shapes.of(reflect.TypeOf(into)).prune(newDecoder(resp.Body, maxBody), make([]byte, 0, max(512, min(resp.ContentLength, maxBody))))
	if err == nil {
		err = json.Unmarshal(used, into)
	}
	if err != nil {
		return badAnswer(r, resp, err)
	}
	return nil
}

// decodeList reads a JSON list element by element, so that a long list costs
// the memory of what next retains. next decodes the part of an element that of takes.
func decodeList(r *request, resp *http.Response, of reflect.Type, next func(element []byte) error) error {
	if err := checkJSON(r, resp); err != nil {
		return err
	}
	d := newDecoder(resp.Body, maxStreamed)
	t, err := d.ReadToken()
	if err != nil {
		return badAnswer(r, resp, err)
	}
	if t.Kind() != '[' {
		return badAnswer(r, resp, &json.UnmarshalTypeError{Value: kindInWords(t.Kind())})
	}
	var element []byte
	used := r.shapes.of(of)
	for d.PeekKind() != ']' {
		if element, err = used.prune(d, element[:0]); err == nil {
			err = next(element)
		}
		if err != nil {
			return badAnswer(r, resp, err)
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return badAnswer(r, resp, err)
	}
	return nil
}

func kindInWords(k jsontext.Kind) string {
	switch k {
	case '{':
		return "object"
	case '"':
		return "string"
	case '0':
		return "number"
	case 't', 'f':
		return "bool"
	}
	return "null"
}

type params = map[string]string

func newRequest(c *Client, id string, p params, q url.Values) (*request, error) {
	r := &request{accept: "application/json", query: q, shapes: &c.shapes}
	r.op = c.known.MustLookup(id)
	path, err := fill(r.op, p)
	r.path = path
	return r, err
}

// get performs a reading operation that answers one object.
func get[T any](ctx context.Context, c *Client, id string, p params, q url.Values) (T, error) {
	return exchange[T](ctx, c, id, p, q, nil)
}

// exchange performs an operation with an optional JSON body and decodes its
// answer. Like list it is thin: what is generic is compiled for every type.
func exchange[T any](ctx context.Context, c *Client, id string, p params, q url.Values, body any) (T, error) {
	var v T
	err := ask(ctx, c, id, p, q, body, func(r *request, resp *http.Response) error { return decode(r, resp, &v) })
	return v, err
}

// ask performs an operation and hands what came back to use.
func ask(ctx context.Context, c *Client, id string, p params, q url.Values, body any, use func(*request, *http.Response) error) error {
	r, err := newRequest(c, id, p, q)
	if err != nil {
		return err
	}
	if body != nil {
		if r.body, err = json.Marshal(body); err != nil {
			return err
		}
		r.content = "application/json"
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	resp, err := c.do(ctx, r)
	if err != nil {
		return err
	}
	defer drain(resp)
	return use(r, resp)
}

// perform is exchange for operations whose answer says nothing: an object, a
// message or no body at all.
func perform(ctx context.Context, c *Client, id string, p params, q url.Values, body any) error {
	return ask(ctx, c, id, p, q, body, func(*request, *http.Response) error { return nil })
}

// list performs a reading operation that answers a list, and hands each element
// to keep as it comes.
func list[T any](ctx context.Context, c *Client, id string, p params, q url.Values, keep func(T)) error {
	next := func(element []byte) error {
		var v T
		if err := json.Unmarshal(element, &v); err != nil {
			return err
		}
		keep(v)
		return nil
	}
	return ask(ctx, c, id, p, q, nil, func(r *request, resp *http.Response) error { return decodeList(r, resp, reflect.TypeFor[T](), next) })
}

// collect is list for lists that are short.
func collect[T any](ctx context.Context, c *Client, id string, p params, q url.Values) ([]T, error) {
	out := []T{}
	err := list(ctx, c, id, p, q, func(v T) { out = append(out, v) })
	return out, err
}

// drain reads what little is left so that the connection is used again.
func drain(resp *http.Response) {
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 4<<10))
	resp.Body.Close()
}
