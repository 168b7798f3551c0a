package tools

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"clever-mcp/cleverapi"
	"clever-mcp/cleverapi/catalogue"
)

// A list of 5,000 applications comes as its first part, within the budget, and
// what it says of the rest gets it.
func TestLongList(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("reads much")
	}
	w := newWorld(t, worldOptions{Seed: "large"})
	page := func(selection string) (n int, cut string) {
		t.Helper()
		res := w.runner.Call(t.Context(), "read_api", arguments(t, map[string]any{"operation": "GET /v2/summary", "select": selection}), Caller{})
		w.check(t, "read_api", res)
		if res.IsError {
			t.Fatal(res.Text)
		}
		var out RawAnswer
		if err := json.Unmarshal(res.Structured, &out); err != nil {
			t.Fatal(err)
		}
		var list []any
		if err := json.Unmarshal(out.Body, &list); err != nil {
			t.Fatal(err)
		}
		return len(list), out.Cut
	}
	const all = ".organisations | map(.applications[])"
	n, cut := page(all)
	want := fmt.Sprintf("%d of 5000 elements are shown. Get the rest with select, adding to what you selected, such as … | .[%d:%d] | map({id, name}), or", n, n, 2*n+1)
	if n == 0 || !strings.HasPrefix(cut, want) {
		t.Errorf("%d elements come, and %q, want %q", n, cut, want)
	}
	if got, cut := page(fmt.Sprintf("%s | .[%d:%d] | map({id, name})", all, n, 2*n+1)); got != n+1 || cut != "" {
		t.Errorf("the next part has %d elements of %d, and %q", got, n+1, cut)
	}
	if got, cut := page(all + " | .[4990:] | map(.name)"); got != 10 || cut != "" {
		t.Errorf("the last part has %d elements of 10, and %q", got, cut)
	}
}

// Of a list that is too long to hold, the elements that came are shown, with
// their secrets hidden, and the answer says that there are more.
func TestTruncatedList(t *testing.T) {
	t.Parallel()
	c := &Call{Deps: &Deps{Hide: NewHider()}}
	out, err := c.rawAnswer(t.Context(), &cleverapi.RawResponse{
		Operation: catalogue.Operation{ID: "GET /v2/x", Secret: true}, Truncated: true, ContentType: "application/json",
		Body: []byte(`[{"id":1,"env":{"A":"plain-value"}},{"id":2},{"id":3,"na`),
	}, nil)
	if err != nil || !strings.Contains(out.Cut, "first 2 elements") {
		t.Errorf("cut: %q, %v", out.Cut, err)
	}
	if body := string(out.Body); !strings.Contains(body, `"id":2`) || strings.Contains(body, "plain-value") {
		t.Errorf("the body is %s", body)
	}
}
