package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"
)

const (
	// maxMessage is the longest message that is read, in bytes, on any transport.
	maxMessage = 4 << 20
	maxID      = 128     // characters of a string id
	maxInteger = 1 << 53 // the library holds ids as float64, exact up to here
)

// The members of a message that this package or the library reads. Another
// spelling of one of them, or a second one, is refused: two readers of the
// same message, a gateway and this server say, could take it differently.
var (
	messageMembers = [...]string{"jsonrpc", "id", "method", "params", "result", "error"}
	paramsMembers  = [...]string{"name", "arguments", "_meta", "uri", "requestId", "inputResponses", "requestState", "task", "cursor"}
)

// envelope is a message read as far as transports need it. The slices point
// into the message.
type envelope struct {
	id       json.RawMessage // nil: a notification
	method   string          // "": a response
	response bool            // has a result or an error
	result   json.RawMessage
	name     string // of a tool or prompt
	uri      string // of a resource
	modern   bool   // of 2026-07-28; only told for resources
	target   string // key of the request that notifications/cancelled names
	// Of a call of a tool: what it is called with, and whether nothing else is said.
	arguments, meta json.RawMessage
	plain           bool
}

func (e *envelope) request() bool { return e.method != "" && e.id != nil }

// rpcError is a protocol error, for the author of a client to act on.
type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func invalid(format string, args ...any) *rpcError {
	return &rpcError{mcp.INVALID_REQUEST, fmt.Sprintf(format, args...)}
}

// readEnvelope reads the outer members of a message. What it passes on may
// still be malformed deeper down; the library reads everything and says so.
func readEnvelope(msg []byte) (envelope, *rpcError) {
	var e envelope
	msg = bytes.TrimSpace(msg)
	if len(msg) > 0 && msg[0] == '[' {
		return e, invalid("A message of a batch must be an object, and this is an array. Send a batch of messages.")
	}
	var outer [len(messageMembers)]json.RawMessage
	if err := members(msg, messageMembers[:], outer[:]); err != nil {
		return e, err
	}
	method, params := outer[2], outer[3]
	e.id, e.result = outer[1], outer[4]
	e.response = outer[4] != nil || outer[5] != nil
	if e.id != nil {
		if _, err := idKey(e.id); err != nil {
			return e, err
		}
	}
	if method != nil && json.Unmarshal(method, &e.method) != nil {
		return e, invalid("The method must be a string.")
	}
	if e.method == "" && !e.response {
		return e, invalid("A message needs a method, a result or an error.")
	}
	if len(params) == 0 || params[0] != '{' {
		return e, nil
	}
	var inner [len(paramsMembers)]json.RawMessage
	if err := members(params, paramsMembers[:], inner[:]); err != nil {
		return e, err
	}
	switch e.method {
	case string(mcp.MethodToolsCall), string(mcp.MethodPromptsGet):
		_ = json.Unmarshal(inner[0], &e.name) // what is no string names nothing
		e.arguments, e.meta = inner[1], inner[2]
		e.plain = string(outer[0]) == `"2.0"` && !e.response && inner[5] == nil && inner[6] == nil && inner[7] == nil
	case string(mcp.MethodResourcesRead):
		_ = json.Unmarshal(inner[3], &e.uri)
		var meta mcp.Meta
		e.modern = json.Unmarshal(inner[2], &meta) == nil && mcp.IsModernProtocol(meta.ProtocolVersion())
	case string(mcp.MethodNotificationCancelled):
		e.target, _ = idKey(inner[4]) // an unusable id names no request
	}
	return e, nil
}

// idKey checks an id and returns a key under which 1 and "1" differ.
func idKey(id json.RawMessage) (string, *rpcError) {
	if len(id) > 0 && id[0] == '"' {
		var s string
		if json.Unmarshal(id, &s) == nil && utf8.RuneCountInString(s) <= maxID {
			return "s" + s, nil
		}
		return "", invalid("The id is too long or no valid string: at most %d characters are allowed.", maxID)
	}
	n, err := strconv.ParseInt(string(id), 10, 64)
	if err != nil || n > maxInteger || n < -maxInteger || len(id) > 1 && (id[0] == '0' || id[0] == '+') {
		return "", invalid("The id must be a string or an integer up to 2^53.")
	}
	return "n" + strconv.FormatInt(n, 10), nil
}

var errNoJSON = &rpcError{mcp.PARSE_ERROR, "The message is not a JSON object. Send one JSON-RPC message, UTF-8 encoded, on one line."}

// members finds the values of the wanted members of a JSON object, and refuses
// one that stands there twice or in another spelling.
func members(obj []byte, wanted []string, values []json.RawMessage) *rpcError {
	i := space(obj, 0)
	if i >= len(obj) || obj[i] != '{' {
		return errNoJSON
	}
	i = space(obj, i+1)
	if i < len(obj) && obj[i] == '}' {
		return nil
	}
	for i < len(obj) {
		end := stringEnd(obj, i)
		if end < 0 {
			return errNoJSON
		}
		quoted := obj[i:end]
		i = space(obj, end)
		if i >= len(obj) || obj[i] != ':' {
			return errNoJSON
		}
		start := space(obj, i+1)
		if i = valueEnd(obj, start); i <= start {
			return errNoJSON
		}
		if err := keep(quoted, obj[start:i], wanted, values); err != nil {
			return err
		}
		i = space(obj, i)
		if i < len(obj) && obj[i] == '}' {
			return nil
		}
		if i >= len(obj) || obj[i] != ',' {
			return errNoJSON
		}
		i = space(obj, i+1)
	}
	return errNoJSON
}

func keep(quoted, value []byte, wanted []string, values []json.RawMessage) *rpcError {
	name := string(quoted[1 : len(quoted)-1])
	if strings.IndexByte(name, '\\') >= 0 && json.Unmarshal(quoted, &name) != nil {
		return errNoJSON
	}
	for k, want := range wanted {
		if !strings.EqualFold(name, want) {
			continue
		}
		if name != want {
			return invalid("The member %q is not spelled %q. Send each member once, in its exact spelling.", name, want)
		}
		if values[k] != nil {
			return invalid("The member %q stands there twice. Send each member once.", name)
		}
		values[k] = value
	}
	return nil
}

func space(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// stringEnd returns the index after the string that begins at i, or -1.
func stringEnd(b []byte, i int) int {
	if i >= len(b) || b[i] != '"' {
		return -1
	}
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// valueEnd returns the index after the value that begins at i, or -1. Of an
// object or array it only matches brackets.
func valueEnd(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			if i = stringEnd(b, i); i < 0 {
				return -1
			}
			if depth == 0 {
				return i
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return -1
}

// errorMessage renders an error answer. A nil id becomes null.
func errorMessage(id json.RawMessage, e *rpcError) []byte {
	if id == nil {
		id = json.RawMessage("null")
	}
	msg, err := json.Marshal(struct {
		JSONRPC string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Error   *rpcError       `json:"error"`
	}{"2.0", id, e})
	if err != nil { // an id that passed idKey and two plain fields
		panic(err)
	}
	return msg
}
