package cli

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// What one call asked of the API reaches a collector, below the trace that the
// client sent with it.
func TestTracesReachACollector(t *testing.T) {
	t.Parallel()
	type span struct {
		TraceID, SpanID, ParentSpanID, Name string
		Kind                                int
	}
	var mu sync.Mutex
	var spans []span
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var body struct {
			ResourceSpans []struct {
				ScopeSpans []struct{ Spans []span }
			}
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, resource := range body.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				spans = append(spans, scope.Spans...)
			}
		}
	}))
	defer collector.Close()
	const trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	in := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"raw_request","arguments":{"method":"GET","path":"/v2/planted-path"},"_meta":{"traceparent":"00-` + trace + "-" + parent + `-01"}}}
{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"list_zones","arguments":{},"_meta":{"traceparent":"00-` + trace + "-" + parent + `-01"}}}
`
	if out, errs, code := run(t, map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": collector.URL}, in, "--demo"); code != 0 {
		t.Fatalf("exit %d: %s%s", code, out, errs)
	}
	mu.Lock()
	defer mu.Unlock()
	call := map[string]string{}
	for _, s := range spans {
		if s.TraceID != trace || strings.Contains(s.Name, "planted") {
			t.Errorf("span %+v", s)
		}
		if s.ParentSpanID == parent {
			call[s.SpanID] = s.Name
		}
	}
	below := map[string]string{}
	for _, s := range spans {
		if s.Kind == 3 {
			below[s.Name] = call[s.ParentSpanID]
		}
	}
	if below["GET /v4/products/zones"] != "tools/call list_zones" {
		t.Errorf("the requests and their calls are %v", below)
	}
}
