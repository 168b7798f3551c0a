package server

import (
	"encoding/json"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
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
