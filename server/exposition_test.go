package server

import (
	"fmt"
	"math"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"
)

var (
	helpLine   = regexp.MustCompile(`^# HELP ([a-z][a-z0-9_]*) \S.*$`)
	seriesLine = regexp.MustCompile(`^([a-z][a-z0-9_]*)(?:\{((?:[a-z]+="(?:[^"\\]|\\[\\"n])*",?)*)\})? (\S+)$`)
	oneLabel   = regexp.MustCompile(`^([a-z]+)="((?:[^"\\]|\\[\\"n])*)"(,|$)`)
)

// readExposition reads the text by the format's description, and strictly: each
// family once, in order, described, all its series below it. Series are named as
// Go would print them: name and labels.
func readExposition(t *testing.T, text string) map[string]float64 {
	t.Helper()
	if !strings.HasSuffix(text, "\n") {
		t.Fatal("the last line has no end")
	}
	got := map[string]float64{}
	var family, kind string
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		if help := helpLine.FindStringSubmatch(lines[i]); help != nil {
			if help[1] <= family {
				t.Errorf("family %s stands behind %s", help[1], family)
			}
			family = help[1]
			i++
			var ok bool
			if kind, ok = strings.CutPrefix(lines[i], "# TYPE "+family+" "); !ok || !slices.Contains([]string{"counter", "gauge", "histogram"}, kind) {
				t.Errorf("no type of %s in %q", family, lines[i])
			}
			if i++; i == len(lines) || strings.HasPrefix(lines[i], "#") {
				t.Errorf("%s has no series", family)
			}
		}
		m := seriesLine.FindStringSubmatch(lines[i])
		if m == nil {
			t.Fatalf("no series: %q", lines[i])
		}
		suffix, ok := strings.CutPrefix(m[1], family)
		if !ok || (kind == "histogram") != slices.Contains([]string{"_bucket", "_sum", "_count"}, suffix) || kind != "histogram" && suffix != "" {
			t.Errorf("%s below %s, a %s", m[1], family, kind)
		}
		var labels []string
		for rest := m[2]; rest != ""; {
			l := oneLabel.FindStringSubmatch(rest)
			if l == nil {
				t.Fatalf("no labels: %q", lines[i])
			}
			labels = append(labels, fmt.Sprintf("%s=%q", l[1], strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\n`, "\n").Replace(l[2])))
			rest = rest[len(l[0]):]
		}
		name := m[1]
		if len(labels) > 0 {
			name += "{" + strings.Join(labels, ",") + "}"
		}
		value, err := strconv.ParseFloat(m[3], 64)
		if _, twice := got[name]; twice || err != nil || math.IsNaN(value) || value < 0 {
			t.Errorf("%q: twice %v, error %v", lines[i], twice, err)
		}
		got[name] = value
	}
	return got
}

func TestExpositionIsWhatPrometheusReads(t *testing.T) {
	t.Parallel()
	u, m := NewUpstream(), newCallMetrics()
	for _, tool := range []string{"list_apps", "get_app"} {
		m.add(tool)
	}
	m.start("list_apps")
	m.start("list_apps").ended(refused)
	m.start("nobody knows").ended(done)
	u.count("GET /v2/self", Reply{Status: 200, Tries: 3}, time.Now())
	u.count("GET /v2/self", Reply{Status: 503, Tries: 1}, time.Now())
	u.count("GET /v2/lost", Reply{}, time.Now())
	write := func() string {
		var e exposition
		u.write(&e)
		m.write(&e)
		return string(e.text)
	}
	text := write()
	if again := write(); again != text {
		t.Errorf("another text the second time:\n%s\n%s", text, again)
	}
	var e exposition
	writeProcess(&e, m.since)
	got := readExposition(t, text+string(e.text))
	for name, want := range map[string]float64{
		`clever_mcp_calls_running`:                                                           1,
		`clever_mcp_calls_total{tool="list_apps",outcome="refused"}`:                         1,
		`clever_mcp_calls_total{tool="list_apps",outcome="done"}`:                            0,
		`clever_mcp_calls_total{tool="get_app",outcome="asked"}`:                             0,
		`clever_mcp_call_duration_seconds_count{tool="list_apps"}`:                           1,
		`clever_mcp_call_duration_seconds_bucket{tool="get_app",le="2.5"}`:                   0,
		`clever_mcp_api_requests_total{operation="GET /v2/self",status="2xx"}`:               1,
		`clever_mcp_api_requests_total{operation="GET /v2/self",status="5xx"}`:               1,
		`clever_mcp_api_requests_total{operation="GET /v2/lost",status="none"}`:              1,
		`clever_mcp_api_retries_total{operation="GET /v2/self"}`:                             2,
		`clever_mcp_api_request_duration_seconds_count{operation="GET /v2/self"}`:            2,
		fmt.Sprintf("go_info{version=%q}", runtime.Version()):                                1,
		`clever_mcp_api_request_duration_seconds_bucket{operation="GET /v2/lost",le="+Inf"}`: 1,
	} {
		if v, ok := got[name]; !ok || v != want {
			t.Errorf("%s is %v (%v), want %v", name, v, ok, want)
		}
	}
	if _, ok := got[`clever_mcp_api_retries_total{operation="GET /v2/lost"}`]; ok {
		t.Error("retries that never were")
	}
}

// What dashboards ask of every Go program.
func TestExpositionDescribesTheProcess(t *testing.T) {
	t.Parallel()
	var e exposition
	writeProcess(&e, time.Now())
	got := readExposition(t, string(e.text))
	names := []string{"go_goroutines", "go_memstats_alloc_bytes", "go_memstats_heap_inuse_bytes", "go_memstats_sys_bytes"}
	if runtime.GOOS == "linux" {
		names = append(names, "process_open_fds", "process_resident_memory_bytes")
	}
	for _, name := range names {
		if got[name] < 1 {
			t.Errorf("%s is %v", name, got[name])
		}
	}
	for _, name := range []string{"go_gc_cycles_total_gc_cycles_total", "process_cpu_seconds_total"} {
		if _, ok := got[name]; !ok {
			t.Errorf("no %s", name)
		}
	}
	if age := float64(time.Now().Unix()) - got["process_start_time_seconds"]; math.Abs(age) > 60 {
		t.Errorf("started %v s ago", age)
	}
	if got["go_memstats_heap_inuse_bytes"] < got["go_memstats_alloc_bytes"] || got["go_memstats_sys_bytes"] < got["go_memstats_heap_inuse_bytes"] {
		t.Errorf("memory in no order: %v", got)
	}
}

func TestBucketsAreCumulative(t *testing.T) {
	t.Parallel()
	var h histogram
	for _, d := range []time.Duration{0, 5 * time.Millisecond, 5*time.Millisecond + 1, 3 * time.Second, 10 * time.Second, time.Hour} {
		h.observe(d)
	}
	var e exposition
	e.family("x", "histogram", "X.")
	e.histogram(&h)
	got := readExposition(t, string(e.text))
	for le, want := range map[string]float64{
		"0.005": 2, "0.01": 3, "0.025": 3, "0.05": 3, "0.1": 3, "0.25": 3, "0.5": 3, "1": 3, "2.5": 3, "5": 4, "10": 5, "+Inf": 6,
	} {
		name := fmt.Sprintf("x_bucket{le=%q}", le)
		if v, ok := got[name]; !ok || v != want {
			t.Errorf("%s is %v (%v), want %v", name, v, ok, want)
		}
		delete(got, name)
	}
	if len(got) != 2 || got["x_count"] != 6 || math.Abs(got["x_sum"]-3613.010000001) > 1e-9 {
		t.Errorf("besides the buckets: %v", got)
	}
}

func FuzzLabelReadsBack(f *testing.F) {
	for _, seed := range []string{"", "list_apps", "GET /v2/organisations/{id}/applications", `\`, `"`, "\n", `\n`, "a\\\"\n\\n", "\t\r\x00é", "\xff", `",le="1`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		var e exposition
		e.family("x", "gauge", "X.")
		e.series(1.5, "a", value, "b", "after")
		if !utf8.Valid(e.text) {
			t.Errorf("not UTF-8: %q", e.text)
		}
		got := readExposition(t, string(e.text))
		if name := fmt.Sprintf("x{a=%q,b=%q}", strings.ToValidUTF8(value, "\uFFFD"), "after"); len(got) != 1 || got[name] != 1.5 {
			t.Errorf("%v, want %s", got, name)
		}
	})
}

func TestCountingLosesNothing(t *testing.T) {
	t.Parallel()
	u, m := NewUpstream(), newCallMetrics()
	m.add("list_apps")
	const goroutines, each = 16, 500
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			for i := range each {
				m.start("list_apps").ended([]outcome{done, refused}[i%2])
				u.count(fmt.Sprint("GET /", i%50), Reply{Status: 200, Tries: 2}, time.Now())
				if i%100 == 0 {
					var e exposition // what is read meanwhile is in order too
					u.write(&e)
					m.write(&e)
					readExposition(t, string(e.text))
				}
			}
		})
	}
	all.Wait()
	var e exposition
	u.write(&e)
	m.write(&e)
	got := readExposition(t, string(e.text))
	var requests, retries, took float64
	for i := range 50 {
		requests += got[fmt.Sprintf(`clever_mcp_api_requests_total{operation="GET /%d",status="2xx"}`, i)]
		retries += got[fmt.Sprintf(`clever_mcp_api_retries_total{operation="GET /%d"}`, i)]
		took += got[fmt.Sprintf(`clever_mcp_api_request_duration_seconds_count{operation="GET /%d"}`, i)]
	}
	if requests != goroutines*each || retries != goroutines*each || took != goroutines*each {
		t.Errorf("%v requests, %v retries, %v durations, want %d", requests, retries, took, goroutines*each)
	}
	for name, want := range map[string]float64{
		`clever_mcp_calls_total{tool="list_apps",outcome="done"}`:    goroutines * each / 2,
		`clever_mcp_calls_total{tool="list_apps",outcome="refused"}`: goroutines * each / 2,
		`clever_mcp_call_duration_seconds_count{tool="list_apps"}`:   goroutines * each,
		`clever_mcp_calls_running`:                                   0,
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
}

// It is not parallel: others would allocate meanwhile.
func TestCountingAllocatesNothing(t *testing.T) {
	u, m := NewUpstream(), newCallMetrics()
	m.add("list_apps")
	operation := strings.Join([]string{"GET", "/v2/self"}, " ")
	if n := testing.AllocsPerRun(100, func() {
		call := m.start("list_apps")
		u.count(operation, Reply{Status: 200, Tries: 2}, call.began)
		call.ended(done)
	}); n != 0 {
		t.Errorf("%v allocations to count a call and its request", n)
	}
}
