package server

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"
)

// written is a result in the form that is written. The library makes a map of what a
// tool answers and JSON of the map, which is then read and written once more.
func written(result any) any {
	var r mcp.CallToolResult
	switch result := result.(type) {
	case mcp.CallToolResult:
		r = result
	case *mcp.CallToolResult:
		r = *result
	default:
		return result
	}
	structured := any(r.RawStructuredContent)
	if len(r.RawStructuredContent) == 0 {
		structured = r.StructuredContent
	}
	if r.Content == nil {
		r.Content = []mcp.Content{}
	}
	return struct {
		Meta          *mcp.Meta         `json:"_meta,omitempty"`
		Content       []mcp.Content     `json:"content"`
		InputRequests mcp.InputRequests `json:"inputRequests,omitempty"`
		IsError       bool              `json:"isError,omitempty"`
		RequestState  string            `json:"requestState,omitempty"`
		ResultType    mcp.ResultType    `json:"resultType,omitempty"`
		Structured    any               `json:"structuredContent,omitempty"`
	}{r.Meta, r.Content, r.InputRequests, r.IsError, r.RequestState, r.ResultType, structured}
}

// writeResult writes the answer to a call of a tool of ours in the common form, one
// text and what it says as JSON. It declines all others, which then take the long way.
func (s *Server) writeResult(out *bytes.Buffer, id json.RawMessage, result any) bool {
	r, ok := result.(mcp.CallToolResult)
	if p, is := result.(*mcp.CallToolResult); is {
		r, ok = *p, true
	}
	if !ok || !common(&r) {
		return false
	}
	var meta []byte
	switch {
	case r.Meta == nil:
	case r.Meta == s.modernMeta().meta:
		meta = s.modernMeta().raw
	default:
		var err error
		if meta, err = json.Marshal(r.Meta); err != nil {
			return false
		}
	}
	out.Grow(contentSize(&r) + len(meta) + 200)
	b := append(append(append(out.AvailableBuffer(), `{"jsonrpc":"2.0","id":`...), id...), `,"result":{`...)
	if meta != nil {
		b = append(append(append(b, `"_meta":`...), meta...), ',')
	}
	b = appendContent(b, &r)
	if r.IsError {
		b = append(b, `,"isError":true`...)
	}
	if r.ResultType != "" {
		b = appendQuoted(append(b, `,"resultType":`...), string(r.ResultType))
	}
	out.Write(append(b, "}}\n"...))
	return true
}

// common tells a result of one text, and what it says as JSON on one line.
func common(r *mcp.CallToolResult) bool {
	if len(r.Content) != 1 || len(r.InputRequests) > 0 || r.RequestState != "" || r.StructuredContent != nil || bytes.IndexByte(r.RawStructuredContent, '\n') >= 0 {
		return false
	}
	text, ok := r.Content[0].(mcp.TextContent)
	return ok && text.Type == mcp.ContentTypeText && text.Annotations == nil && text.Meta == nil && utf8.ValidString(text.Text)
}

// contentSize is about what appendContent appends.
func contentSize(r *mcp.CallToolResult) int {
	text := r.Content[0].(mcp.TextContent).Text
	return len(text) + len(text)/8 + len(r.RawStructuredContent) + 80
}

// appendContent appends what a common result says.
func appendContent(to []byte, r *mcp.CallToolResult) []byte {
	to = append(to, `"content":[{"type":"text","text":`...)
	to = append(appendQuoted(to, r.Content[0].(mcp.TextContent).Text), "}]"...)
	if len(r.RawStructuredContent) > 0 {
		to = append(append(to, `,"structuredContent":`...), r.RawStructuredContent...)
	}
	return to
}

// Over HTTP the library writes the answer, in a way that goes over all that a result
// says several times. So it gets one that says nothing, and that is put in where it
// stands.

var noContent = []byte(`"content":[]`)

// hold takes what a common result says out of it.
func (x *exchange) hold(r *mcp.CallToolResult) {
	if x.holds && common(r) {
		held := appendContent(make([]byte, 0, contentSize(r)), r)
		x.held.Store(&held)
		r.Content, r.RawStructuredContent = nil, nil
	}
}

// withContent puts what was held into what the library writes. As in withTools,
// nothing before it comes from a client but the id.
func (x *exchange) withContent(answer []byte) []byte {
	held := x.held.Load()
	if held == nil {
		return answer
	}
	before, after, found := bytes.Cut(answer, noContent)
	if !found {
		return answer
	}
	return append(append(append(make([]byte, 0, len(answer)+len(*held)), before...), *held...), after...)
}

// appendQuoted appends a text, which is UTF-8, as a string of JSON.
func appendQuoted(to []byte, text string) []byte {
	const digits = "0123456789abcdef"
	to = append(to, '"')
	from := 0
	for i := range len(text) {
		b := text[i]
		if b >= 0x20 && b != '"' && b != '\\' {
			continue
		}
		to = append(to, text[from:i]...)
		from = i + 1
		switch b {
		case '"', '\\':
			to = append(to, '\\', b)
		case '\n':
			to = append(to, `\n`...)
		default:
			to = append(to, '\\', 'u', '0', '0', digits[b>>4], digits[b&15])
		}
	}
	return append(append(to, text[from:]...), '"')
}
