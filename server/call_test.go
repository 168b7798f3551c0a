package server

import (
	"encoding/json"
	"strings"
	"testing"

	"clever-mcp/tools"
)

func TestRenderFiles(t *testing.T) {
	t.Parallel()
	res := render(tools.Result{Text: "{}", Structured: json.RawMessage("{}"), Files: []tools.FileLink{
		{Path: "/srv/files/a b.pdf", Name: "a b.pdf", Type: "application/pdf", Size: 7},
	}})
	raw, err := json.Marshal(res)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"type":"resource_link"`, `"uri":"file:///srv/files/a%20b.pdf"`, `"name":"a b.pdf"`, `"mimeType":"application/pdf"`, `"size":7`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("%s is not in %s", want, raw)
		}
	}
}

func TestRenderImages(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(render(tools.Result{Text: "{}", Structured: json.RawMessage("{}"), Images: []tools.Image{{Data: []byte("picture"), Type: "image/png"}}}))
	if err != nil || !strings.Contains(string(raw), `{"type":"image","data":"cGljdHVyZQ==","mimeType":"image/png"}`) {
		t.Errorf("%s, %v", raw, err)
	}
}
