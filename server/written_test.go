package server

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"reflect"
	"testing"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"
	mcpserver "github.com/mark3labs/mcp-go/server"
)

// A result is written as the library would write it.
func TestWritten(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]mcp.CallToolResult{
		"nothing":    {},
		"text":       {Content: []mcp.Content{mcp.NewTextContent(`a "b" <c>`)}},
		"structured": {Content: []mcp.Content{mcp.NewTextContent("{}")}, RawStructuredContent: json.RawMessage(`{"a":1}`)},
		"any":        {StructuredContent: map[string]any{"a": 1}},
		"error":      {IsError: true, Content: []mcp.Content{mcp.NewTextContent("no")}},
		"link":       {Content: []mcp.Content{mcp.NewResourceLink("file:///a", "a", "", "text/plain")}},
		"meta":       {Result: mcp.Result{Meta: mcp.NewMetaFromMap(map[string]any{"a": "b"}), ResultType: mcp.ResultTypeComplete}},
		"asking":     {MultiRoundTripResult: mcp.MultiRoundTripResult{RequestState: "s"}, Result: mcp.Result{ResultType: mcp.ResultTypeInputRequired}},
	} {
		for _, form := range []any{r, &r} {
			sameAnswer(t, name, form)
		}
		want, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range []any{r, &r} {
			got, err := json.Marshal(written(form))
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(want) {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
	}
}

// sameAnswer compares the short way of writing an answer with the long one.
func sameAnswer(t *testing.T, name string, result any) {
	t.Helper()
	var short bytes.Buffer
	if !bare().writeResult(&short, json.RawMessage(`"7"`), result) {
		if short.Len() > 0 {
			t.Errorf("%s: %s is left of an answer that was declined", name, &short)
		}
		return
	}
	long, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": "7", "result": written(result)})
	if err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := json.Unmarshal(short.Bytes(), &got); err != nil {
		t.Fatalf("%s: %s: %v", name, &short, err)
	}
	if err := json.Unmarshal(long, &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) || bytes.IndexByte(short.Bytes(), '\n') != short.Len()-1 {
		t.Errorf("%s: %s, want %s", name, &short, long)
	}
}

func TestCommonAnswersTakeTheShortWay(t *testing.T) {
	t.Parallel()
	common := mcp.CallToolResult{Content: []mcp.Content{mcp.NewTextContent(`{"a":"\"b\""}`)}, RawStructuredContent: json.RawMessage(`{"a":"\"b\""}`)}
	var out bytes.Buffer
	if !bare().writeResult(&out, json.RawMessage("1"), common) || !bare().writeResult(&out, json.RawMessage("2"), &common) {
		t.Error("the common answer takes the long way")
	}
	two := common
	two.RawStructuredContent = json.RawMessage("{\n}")
	if bare().writeResult(&out, json.RawMessage("3"), two) {
		t.Error("an answer of two lines takes the short way")
	}
}

func FuzzWriteResult(f *testing.F) {
	f.Add("plain", false, "complete")
	f.Add("\x00\u2028\"\\\n\t\x7f é😀", true, "")
	f.Add("\xff", true, "a\"b")
	f.Fuzz(func(t *testing.T, text string, failed bool, kind string) {
		if !utf8.ValidString(kind) {
			return
		}
		raw, err := json.Marshal(map[string]string{"a": text})
		if err != nil {
			t.Fatal(err)
		}
		sameAnswer(t, "fuzz", mcp.CallToolResult{
			Result:  mcp.Result{ResultType: mcp.ResultType(kind), Meta: mcp.NewMetaFromMap(map[string]any{"x": "y"})},
			Content: []mcp.Content{mcp.NewTextContent(text)}, IsError: failed, RawStructuredContent: raw,
		})
	})
}

// What was held goes where the library left room for it, whatever the id says.
func TestHeldContentFindsItsPlace(t *testing.T) {
	t.Parallel()
	text := mcp.NewTextContent(`"content":[]`)
	x := &exchange{holds: true}
	result := mcp.CallToolResult{Content: []mcp.Content{text}, RawStructuredContent: json.RawMessage(`{"content":[]}`)}
	x.hold(&result)
	if len(result.Content) > 0 || len(result.RawStructuredContent) > 0 {
		t.Fatal("the result still says what was held")
	}
	id, err := json.Marshal(`"content":[]`)
	if err != nil {
		t.Fatal(err)
	}
	empty, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		ID     string
		Result mcp.CallToolResult
	}
	answer := x.withContent([]byte(`{"jsonrpc":"2.0","id":` + string(id) + `,"result":` + string(empty) + `}`))
	if err := json.Unmarshal(answer, &got); err != nil {
		t.Fatalf("%s: %v", answer, err)
	}
	if got.ID != `"content":[]` || len(got.Result.Content) != 1 || got.Result.Content[0] != text || string(got.Result.RawStructuredContent) != `{"content":[]}` {
		t.Errorf("%s", answer)
	}
	if two := (&exchange{holds: true}); string(two.withContent(empty)) != string(empty) {
		t.Error("something came into an answer for which nothing was held")
	}
}

// bare is a server that nobody asks for tools.
func bare() *Server {
	return around(mcpserver.NewMCPServer("bare", "1", mcpserver.WithToolCapabilities(false)), slog.New(slog.DiscardHandler))
}
