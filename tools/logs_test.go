package tools

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"clever-mcp/cleverapi"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// logOf makes a log of one instance, a tenth of a second between lines.
func logOf(messages ...string) []cleverapi.LogLine {
	var out []cleverapi.LogLine
	for i, m := range messages {
		out = append(out, cleverapi.LogLine{ID: fmt.Sprint(i), Date: noon.Add(time.Duration(i) * 100 * time.Millisecond), Message: m, Priority: 6, Severity: "info",
			Deployment: "deployment_1", Instance: "instance-one", Service: "bas-deploy.service"})
	}
	return out
}

func TestBetween(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, since, until, from, to, err string }{
		{"left out", "", "", "11:00:00", "12:00:00", ""},
		{"durations", "2h", "30m", "10:00:00", "11:30:00", ""},
		{"days", "1d", "", "12:00:00", "12:00:00", ""},
		{"dates", "2026-06-01T08:00:00+02:00", "2026-06-01 09:30", "06:00:00", "09:30:00", ""},
		{"until only", "", "2026-06-01T10:00", "09:00:00", "10:00:00", ""},
		{"nonsense", "yesterday", "", "", "", "neither a duration"},
		{"negative", "-2h", "", "", "", "neither a duration"},
		{"turned round", "1h", "2h", "", "", "is not before until"},
		{"future", "2027-01-01", "", "", "", "in the future"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			from, to, err := between(tt.since, tt.until, time.Hour, noon)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("error is %v", err)
				}
				return
			}
			if err != nil || from.Format(time.TimeOnly) != tt.from || to.Format(time.TimeOnly) != tt.to || !from.Before(to) {
				t.Errorf("range is %s to %s, error %v", from, to, err)
			}
		})
	}
}

func TestPlace(t *testing.T) {
	t.Parallel()
	p := logPlace{noon, 3}
	if got, err := parsePlace(p.String()); err != nil || got != p {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range []string{"x", "p1.abc", "l1.", "l1.!!", "l1." + "MS4x" + "LTE"} {
		if _, err := parsePlace(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestLevelOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		severity string
		priority int
		text     string
		want     level
	}{
		{"info", 6, "Listening on 8080", levelInfo},
		{"err", 3, "hello", levelError},
		{"", 4, "hello", levelWarning},
		{"", 0, "neither was sent", levelInfo},
		{"crit", 2, "hello", levelFatal},
		{"info", 6, "2026-06-01 [ERROR] no such user", levelError},
		{"info", 6, `{"level":"warn","msg":"slow"}`, levelWarning},
		{"info", 6, "TypeError: x is not a function", levelError},
		{"info", 6, "java.lang.IllegalStateException: no", levelError},
		{"info", 6, "panic: runtime error", levelFatal},
		{"info", 6, "compiled with 0 errors", levelInfo},
		{"info", 6, "INFO retry after error", levelInfo},
		{"info", 6, "DEBUG sql", levelDebug},
	} {
		if got := levelOf(cleverapi.LogLine{Severity: tt.severity, Priority: tt.priority, Message: tt.text}); got != tt.want {
			t.Errorf("%q is %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestStackTracesStayWhole(t *testing.T) {
	t.Parallel()
	traces := map[string][]string{
		"node":   {"TypeError: x is not a function", "    at run (/app/a.js:1:2)", "    at main (/app/b.js:3:4)"},
		"java":   {"java.lang.IllegalStateException: no", "\tat a.B.c(B.java:1)", "Caused by: java.io.IOException: gone", "\tat a.B.d(B.java:2)", "\t... 12 more"},
		"python": {"Traceback (most recent call last):", `  File "a.py", line 1, in <module>`, "    run()", "ValueError: no"},
		"go":     {"panic: no", "", "goroutine 1 [running]:", "main.main()", "\t/app/main.go:4 +0x1d", "exit status 2"},
	}
	for name, trace := range traces {
		t.Run(name, func(t *testing.T) {
			g := newGrouper()
			lines := logOf(append(append([]string{"before"}, trace...), "after")...)
			for i, l := range lines {
				g.add(l)
				// Another instance talks at the same time.
				other := l
				other.Instance, other.Message = "instance-two", fmt.Sprintf("other %d", i)
				g.add(other)
			}
			var whole []string
			for _, e := range g.entries {
				if e.instance == "instance-one" {
					whole = append(whole, strings.Join(e.lines, "\n"))
				}
			}
			want := []string{"before", strings.Join(trace, "\n"), "after"}
			if strings.Join(whole, "\x00") != strings.Join(want, "\x00") {
				t.Errorf("entries are %q, want %q", whole, want)
			}
		})
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	g := newGrouper()
	for _, l := range logOf("GET /a 1", "tick 7", "GET /a 2", "tick 8", "boot", "GET /a 3") {
		g.add(l)
	}
	var got []string
	for _, e := range fold(g.entries) {
		got = append(got, fmt.Sprintf("%d %s", e.count, e.lines[0]))
	}
	if want := "3 GET /a 1|2 tick 7|1 boot"; strings.Join(got, "|") != want {
		t.Errorf("folded to %s, want %s", strings.Join(got, "|"), want)
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	lines := logOf("one 1", "Error: two", "one 3")
	lines[1].Instance = "instance-two"
	g := newGrouper()
	for _, l := range lines {
		g.add(l)
	}
	text, cut := render(fold(g.entries), false)
	want := "-- 2026-06-01 UTC\n12:00:00..12:00:00 ×2 [instance…] one 1\n12:00:00 ERROR [instance…] Error: two"
	if cut != 0 || text != want {
		t.Errorf("text is %q, cut %d", text, cut)
	}
	// Long logs lose their oldest entries, and say how many.
	var long []string
	for i := range 400 {
		long = append(long, strings.Repeat(string(rune('a'+i%26)), 100+i))
	}
	g = newGrouper()
	for _, l := range logOf(long...) {
		g.add(l)
	}
	text, cut = render(g.entries, false)
	if len(text) > maxLogText+100 || cut == 0 || !strings.HasSuffix(text, long[399]) {
		t.Errorf("%d bytes, %d cut", len(text), cut)
	}
}

// A log is shown page by page without a line lost or shown twice, also when many
// lines have the same date.
func TestPages(t *testing.T) {
	t.Parallel()
	var all []cleverapi.LogLine
	for i := range 57 {
		all = append(all, cleverapi.LogLine{Date: noon.Add(time.Duration(i/7) * time.Second), Message: "line " + string(rune('A'+i%26)) + strings.Repeat("x", i/26), Instance: "i"})
	}
	var got []string
	cursor := ""
	for range 20 {
		at, err := parsePlace(cursor)
		if err != nil {
			t.Fatal(err)
		}
		w := &logWish{kind: kindRuntime, at: at, least: levelDebug, limit: 5}
		entries := fold(w.matching(w.before(append([]cleverapi.LogLine(nil), all...))))
		shown, left := w.choose(entries)
		page := []string{}
		for _, e := range shown {
			page = append(page, e.lines[0])
		}
		got = append(page, got...)
		if left == 0 {
			break
		}
		cursor = w.placeBefore(shown).String()
	}
	if len(got) != len(all) {
		t.Fatalf("%d lines, want %d: %q", len(got), len(all), got)
	}
	for i, l := range all {
		if got[i] != l.Message {
			t.Errorf("line %d is %q, want %q", i, got[i], l.Message)
		}
	}
}

func TestRouteOf(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/":                "/",
		"/users/42/orders": "/users/*/orders",
		"/a?token=secret":  "/a",
		"/o/0d9a3c64-0f52-4d0c-8a55-61f6a0c1a111": "/o/*",
		"/reset/someone@example.com":              "/reset/*",
		"/assets/app.css":                         "/assets/app.css",
	} {
		if got := routeOf(path); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}

func TestTraffic(t *testing.T) {
	t.Parallel()
	tr := &traffic{from: noon, to: noon.Add(time.Hour), classes: map[string]int{}, minutes: make([]float64, trafficParts), routes: map[string]*route{}}
	add := func(path string, status int, ms float64) {
		var l cleverapi.AccessLine
		l.Date = noon.Add(time.Duration(tr.count) * time.Minute / 2)
		l.HTTP = &struct {
			Request struct {
				Host   string `json:"host"`
				Method string `json:"method"`
				Path   string `json:"path"`
			} `json:"request"`
			Response struct {
				StatusCode int     `json:"statusCode"`
				Time       float64 `json:"time"`
			} `json:"response"`
		}{}
		l.HTTP.Request.Method, l.HTTP.Request.Path, l.HTTP.Response.StatusCode, l.HTTP.Response.Time = "GET", path, status, ms
		tr.add(l)
	}
	for i := range 95 {
		add(fmt.Sprintf("/items/%d", i), 200, 10)
	}
	for range 5 {
		add("/pay?card=4242", 502, 900)
	}
	tr.add(cleverapi.AccessLine{Date: noon})
	s := tr.summary()
	if s.Requests != 100 || s.P50 != 10 || s.P95 != 10 || s.Statuses["5xx"] != 5 || s.PerMinute != 1.7 || s.TCP != 1 {
		t.Errorf("summary is %+v", s)
	}
	text := tr.table(10)
	if !strings.HasPrefix(text, "failing (5xx):\n  GET /pay  ×5  p95 900 ms  502×5\n") || strings.Contains(text, "4242") || !strings.Contains(text, "GET /items/*  ×95") {
		t.Errorf("table is %s", text)
	}
}

func TestWishForLogs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in  GetLogsInput
		err string
	}{
		{GetLogsInput{Kind: "boot"}, "kind is none of access, build, errors, runtime"},
		{GetLogsInput{Level: "loud"}, "level is none of debug, error, fatal, info, warning"},
		{GetLogsInput{Limit: 501}, "limit has to be from 1 to 500"},
		{GetLogsInput{Search: "/(/"}, "not a regular expression"},
		{GetLogsInput{Kind: "access", Level: "error"}, "Access logs have no level"},
		{GetLogsInput{Kind: "build", Of: "6e1f"}, "names a deployment"},
		{GetLogsInput{Cursor: "zzz"}, "cursor"},
	} {
		if _, err := wishForLogs(tt.in, noon); err == nil || !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%+v: error is %v, want %q", tt.in, err, tt.err)
		}
	}
	w, err := wishForLogs(GetLogsInput{Of: "deployment_9", Search: "/o+ps/", Kind: "ERRORS"}, noon)
	if err != nil || w.deployment != "deployment_9" || w.instance != "" || w.kind != kindErrors || !w.matcher.matches("OOPS") || w.matcher.matches("ps") {
		t.Errorf("wish is %+v, %v", w, err)
	}
}

func TestUntilVerdict(t *testing.T) {
	t.Parallel()
	for verdict, want := range map[string]int{"Successfully deployed in 12 seconds": 2, "Deploy failed in 3 seconds": 2, "It was successfully deployed in May": 3} {
		if got := untilVerdict(logOf("npm install", verdict, "GET /")); len(got) != want {
			t.Errorf("%q: %d lines, want %d", verdict, len(got), want)
		}
	}
}

// Whatever a log holds: no entry is lost, nothing panics, the size is bounded.
func FuzzEntries(f *testing.F) {
	f.Add("panic: x\n\ngoroutine 1 [running]:\nmain.main()")
	f.Add("Traceback (most recent call last):\n  File\nValueError\nValueError")
	f.Add("a 1\na 2\nb\n\tc")
	f.Fuzz(func(t *testing.T, text string) {
		lines := logOf(strings.Split(text, "\n")...)
		g := newGrouper()
		for _, l := range lines {
			g.add(l)
		}
		dates := 0
		folded := fold(g.entries)
		for _, e := range folded {
			dates += len(e.dates)
		}
		if dates != len(lines) {
			t.Fatalf("%d of %d lines", dates, len(lines))
		}
		if out, _ := render(folded, false); len(out) > maxLogText+maxEntryLines*maxLine {
			t.Fatalf("%d bytes", len(out))
		}
		signsIn(lines)
	})
}

// What an application was given is hidden in its log, though nobody asked for its
// environment before.
func TestLogsHideTheEnvironment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	set := w.runner.Call(t.Context(), "set_env", json.RawMessage(`{"app":"storefront","set":{"GREETING":"requests served"}}`), Caller{})
	if set.IsError {
		t.Fatal(set.Text)
	}
	fresh := newWorld(t, worldOptions{})
	fresh.deps.API = w.deps.API // another process on the same account
	res := fresh.runner.Call(t.Context(), "get_logs", json.RawMessage(`{"app":"storefront"}`), Caller{})
	if res.IsError || strings.Contains(res.Text, "requests served") || !strings.Contains(res.Text, "[hidden 8-15 ") {
		t.Errorf("log is %s", res.Text)
	}
}

// Whichever way a log is read.
func TestRawLogsHideTheEnvironment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	set := w.runner.Call(t.Context(), "set_env", json.RawMessage(`{"app":"storefront","set":{"GREETING":"requests served"}}`), Caller{})
	if set.IsError {
		t.Fatal(set.Text)
	}
	k := idsOf(t, w)
	path := "/v4/logs/organisations/" + k["ownerId"] + "/applications/" + k["applicationId"] + "/logs"
	fresh := newWorld(t, worldOptions{})
	fresh.deps.API = w.deps.API
	res := fresh.runner.Call(t.Context(), "read_api", json.RawMessage(`{"path":"`+path+`","query":{"limit":5}}`), Caller{})
	if res.IsError || strings.Contains(res.Text, "requests served") || !strings.Contains(res.Text, "[hidden 8-15 ") {
		t.Errorf("log is %s", res.Text)
	}
	before := len(w.Requests())
	for _, tool := range []string{"read_api", "raw_request"} {
		for _, filter := range []string{`{"filter":"requests s"}`, `{"Filter":["requests s"]}`} {
			res := fresh.runner.Call(t.Context(), tool, json.RawMessage(`{"operation":"GET /v4/logs/organisations/{ownerId}/applications/{applicationId}/logs","params":{"ownerId":"`+k["ownerId"]+`","applicationId":"`+k["applicationId"]+`"},"query":`+filter+`}`), Caller{})
			if !res.IsError || !strings.Contains(res.Text, "takes no filter") {
				t.Errorf("%s with %s: %s", tool, filter, res.Text)
			}
		}
	}
	if sent := len(w.Requests()); sent != before {
		t.Errorf("%d requests were sent", sent-before)
	}
}

// Where there is too much to read the API searches, in what is not hidden there.
func TestSearchSaysNothingOfWhatIsHidden(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("reads large logs")
	}
	w := newWorld(t, worldOptions{Seed: "hostile"})
	i := slices.IndexFunc(targets(t, w, 40), func(x example) bool {
		res := w.runner.Call(t.Context(), "get_logs", arguments(t, map[string]any{"app": x.app, "search": "flags and fam"}), Caller{})
		return strings.Contains(res.Text, "are ordinary text")
	})
	shop := targets(t, w, 40)[i].app
	if set := w.runner.Call(t.Context(), "set_env", arguments(t, map[string]any{"app": shop, "set": map[string]string{"GREETING": "ordinary text"}}), Caller{}); set.IsError {
		t.Fatal(set.Text)
	}
	ask := func(search string) (out LogView) {
		res := w.runner.Call(t.Context(), "get_logs", arguments(t, map[string]any{"app": shop, "since": "20d", "search": search}), Caller{})
		if json.Unmarshal(res.Structured, &out) != nil || !strings.Contains(out.Note, "The range is large") {
			t.Fatal(res.Text)
		}
		return out
	}
	if right, wrong := ask("ordinary t"), ask("ordinary x"); right.Lines != wrong.Lines || right.Note != wrong.Note {
		t.Errorf("a guess that is right answers %+v, one that is wrong %+v", right, wrong)
	}
	if found := ask("flags and fam"); found.Matches == 0 || found.Lines < found.Matches {
		t.Errorf("what is not hidden answers %+v", found)
	}
}
