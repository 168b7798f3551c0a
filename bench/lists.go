package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tiktoken-go/tokenizer"
)

// measureTokens counts in o200k tokens, as the budgets do.
func measureTokens(b *bench) ([]row, error) {
	codec, err := tokenizer.Get(tokenizer.O200kBase)
	if err != nil {
		return nil, err
	}
	count := func(text string) int {
		n, countErr := codec.Count(text)
		if countErr != nil {
			err = countErr
		}
		return n
	}
	var rows []row
	for _, set := range []struct {
		figure string
		args   []string
		most   int
	}{{"tokens of `tools/list`", nil, 4000}, {"with `--toolsets api`", []string{"--toolsets", "api"}, 900}} {
		r, err := b.ours.start(set.args...)
		if err != nil {
			return nil, err
		}
		defer r.kill()
		list, err := r.hello()
		if err != nil {
			return nil, err
		}
		total := 0
		for _, raw := range list.Result.Tools {
			var t struct {
				Name, Description string
				InputSchema       json.RawMessage
			}
			if err := json.Unmarshal(raw, &t); err != nil {
				return nil, err
			}
			total += count(t.Name + "\n" + t.Description + "\n" + string(t.InputSchema))
		}
		rows = append(rows, row{set.figure, fmt.Sprintf("≤ %d", set.most), fmt.Sprint(total), fmt.Sprintf("%d tools", len(list.Result.Tools)), total <= set.most})
		if set.args != nil {
			continue
		}
		for _, ask := range []struct {
			figure string
			args   map[string]any
			lines  int
			most   int
		}{
			{"tokens of 100 applications", map[string]any{"owner": b.api.owners[0], "limit": 100}, 100, 4000},
			{"tokens of a page of 5,000", map[string]any{}, 50, 6000},
		} {
			a, err := r.tool("list_apps", ask.args)
			if err != nil {
				return nil, err
			}
			text := a.Result.Content[0].Text
			n := max(count(text), count(string(a.Result.Structured))) // a model is given the one or the other
			lines, whole := linesOf(text)
			again, alike := linesOf(string(a.Result.Structured))
			whole = whole && alike && lines == again && lines == ask.lines && !a.Result.IsError
			rows = append(rows, row{ask.figure, fmt.Sprintf("≤ %d", ask.most), fmt.Sprint(n), fmt.Sprintf("%d lines, with total and cursor; text or structured, whichever is more", lines), whole && n <= ask.most})
		}
	}
	return rows, err
}

// linesOf counts the applications of a list, and tells whether it is a whole answer.
func linesOf(list string) (lines int, whole bool) {
	var doc struct {
		Owners []struct{ Apps []string }
		Total  int
		Cursor string
	}
	if json.Unmarshal([]byte(list), &doc) != nil {
		return 0, false
	}
	for _, o := range doc.Owners {
		lines += len(o.Apps)
	}
	return lines, lines > 0 && doc.Total >= lines && (doc.Cursor != "") == (doc.Total > lines)
}

// measureConnections counts what is opened to the API: at most one for each call in
// flight, and none for a call that comes within a minute.
func measureConnections(b *bench) ([]row, error) {
	defer b.api.delay.Store(0)
	b.api.delay.Store(int64(20 * time.Millisecond))
	others := b.api.settled() // of what was measured before
	r, err := b.ours.start()
	if err != nil {
		return nil, err
	}
	defer r.kill()
	if _, err := r.hello(); err != nil {
		return nil, err
	}
	tool, args := b.ours.call(small)
	var rows []row
	for _, atOnce := range []int{1, 16, 256} {
		b.api.forget()
		if _, err := rate(atOnce, 400*time.Millisecond, func() error { return r.quick(tool, args) }); err != nil {
			return nil, err
		}
		all := b.api.most.Load() - others
		rows = append(rows, row{fmt.Sprintf("connections to the API, %d at once", atOnce), fmt.Sprintf("≤ %d", atOnce), fmt.Sprint(all),
			fmt.Sprintf("%d requests", b.api.requests.Load()), all <= int64(atOnce)})
	}
	b.api.forget()
	<-time.After(idle)
	if _, err := rate(16, 200*time.Millisecond, func() error { return r.quick(tool, args) }); err != nil {
		return nil, err
	}
	return append(rows, row{"new ones after a minute without a call", "0", fmt.Sprint(b.api.opened.Load()), "16 calls at once", b.api.opened.Load() == 0}), nil
}

const idle = 60 * time.Second

// measureOwners holds list_apps over 50 organisations, each of which has to be
// asked, against the slowest requests that depend on each other: the summary, and
// one of an organisation.
func measureOwners(b *bench) ([]row, error) {
	defer b.api.delay.Store(0)
	b.api.delay.Store(int64(slow))
	summary, _ := b.api.answers.Load("/v2/summary")
	defer b.api.answers.Store("/v2/summary", summary)
	one, err := oneApplicationEach(summary.([]byte))
	if err != nil {
		return nil, err
	}
	b.api.answers.Store("/v2/summary", one)
	for _, o := range b.api.owners {
		for _, of := range []string{"applications", "instances", "deployments"} {
			path := "/v2/organisations/" + o + "/" + of
			all, _ := b.api.answers.Load(path)
			defer b.api.answers.Store(path, all)
			few := []byte("{}")
			if of == "applications" {
				few = slices.Concat([]byte("["), firstElement(all.([]byte)), []byte("]"))
			}
			b.api.answers.Store(path, few)
		}
	}
	var took []time.Duration
	for range max(b.rounds/2, 3) {
		r, err := b.ours.start()
		if err != nil {
			return nil, err
		}
		if _, err := r.hello(); err != nil {
			return nil, err
		}
		b.api.forget()
		begin := time.Now()
		a, err := r.tool("list_apps", map[string]any{})
		took = append(took, time.Since(begin))
		r.kill()
		if err != nil {
			return nil, err
		}
		if a.Result.IsError || strings.Contains(a.Result.Content[0].Text, `"incomplete"`) {
			return nil, fmt.Errorf("list_apps: %.300s", a.Result.Content[0].Text)
		}
	}
	first := took[0]
	for _, d := range took {
		first = min(first, d)
	}
	r := ratio(first, 2*slow)
	return []row{{"first `list_apps` over 50 organisations, API at 50 ms", "≤ 2 × the slowest two requests", times(r),
		fmt.Sprintf("%s for %d requests, %d of them at once; one after the other %s", ms(first), b.api.requests.Load(), b.api.mostUnder.Load(), ms(time.Duration(b.api.requests.Load())*slow)), r <= 2}}, nil
}

// oneApplicationEach leaves one application to each organisation of a summary, so
// that one page needs all of them.
func oneApplicationEach(summary []byte) ([]byte, error) {
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(summary, &doc); err != nil {
		return nil, err
	}
	var owners []map[string]json.RawMessage
	if err := json.Unmarshal(doc["organisations"], &owners); err != nil {
		return nil, err
	}
	for _, o := range owners {
		var apps []json.RawMessage
		if err := json.Unmarshal(o["applications"], &apps); err != nil {
			return nil, err
		}
		one, err := json.Marshal(apps[:min(1, len(apps))])
		if err != nil {
			return nil, err
		}
		o["applications"] = one
	}
	var err error
	if doc["organisations"], err = json.Marshal(owners); err != nil {
		return nil, err
	}
	return json.Marshal(doc)
}

// measureLists reads 5,000 applications whole: ours to answer a page of those in a
// state, which only all of them tell; mcp-go and raw to pass the same bytes through.
func measureLists(b *bench) ([]row, error) {
	var paths []string
	for _, o := range b.api.owners {
		paths = append(paths, "/v2/organisations/"+o+"/applications")
	}
	took := map[string][]time.Duration{}
	for range b.rounds {
		for _, p := range []program{b.ours, b.mcpgo, b.raw} {
			r, err := p.start()
			if err != nil {
				return nil, err
			}
			if _, err := r.hello(); err != nil {
				return nil, err
			}
			begin := time.Now()
			if p.name == b.ours.name {
				a, err := r.tool("list_apps", map[string]any{"state": "running"})
				if err != nil {
					return nil, err
				}
				if a.Result.IsError {
					return nil, fmt.Errorf("list_apps: %s", a.Result.Content[0].Text)
				}
			} else if err := passThrough(r, p, paths); err != nil {
				return nil, err
			}
			took[p.name] = append(took[p.name], time.Since(begin))
			r.kill()
		}
	}
	ours, mcpgo, raw := median(took["clever-mcp"]), median(took["mcpgo"]), median(took["raw"])
	r := ratio(ours, mcpgo)
	return []row{{"5,000 applications of 50 organisations, time", "≤ 0.8 × mcp-go passing the bytes through", times(r),
		fmt.Sprintf("%s; mcp-go %s, raw %s", ms(ours), ms(mcpgo), ms(raw)), r <= 0.8}}, nil
}

// passThrough asks for all paths, eight at once, as ours does.
func passThrough(r *process, p program, paths []string) error {
	next := make(chan string)
	failed := make(chan error, 8)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for path := range next {
				tool, args := p.call(path)
				if _, err := r.tool(tool, args); err != nil {
					failed <- err
					for range next { // the others have no use any more
					}
					return
				}
			}
		})
	}
	for _, path := range paths {
		next <- path
	}
	close(next)
	all.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// measureHuge asks for answers of 100 MB and looks at the peak of memory.
func measureHuge(b *bench) ([]row, error) {
	n, err := b.api.addHuge()
	if err != nil {
		return nil, err
	}
	peak := func(p program, tool string, args any) (float64, string, error) {
		r, err := p.start()
		if err != nil {
			return 0, "", err
		}
		defer r.kill()
		if _, err := r.hello(); err != nil {
			return 0, "", err
		}
		a, err := r.tool(tool, args)
		if err != nil {
			return 0, "", err
		}
		m, err := r.mib("VmHWM")
		if len(a.Result.Content) == 0 {
			return m, "", err
		}
		return m, a.Result.Content[0].Text, err
	}
	page, text, err := peak(b.ours, "list_apps", map[string]any{"owner": hugeOwner})
	if err != nil {
		return nil, err
	}
	whole := strings.Contains(text, fmt.Sprintf(`"total":%d`, n)) && strings.Contains(text, `"cursor":`)
	mcpgo, _, err := peak(b.mcpgo, "get", map[string]any{"path": hugeList})
	if err != nil {
		return nil, err
	}
	rows := []row{{"list of 100 MB, peak memory", "≤ 40 MiB, with page and total", mib(page), fmt.Sprintf("%d applications; mcp-go %s", n, mib(mcpgo)), whole && page <= 40}}
	raw, text, err := peak(b.ours, "read_api", map[string]any{"path": hugeList})
	if err != nil {
		return nil, err
	}
	rows = append(rows, row{"the same list by `read_api`", "≤ 64 MiB", mib(raw), clip(text), raw <= 64})
	object, text, err := peak(b.ours, "read_api", map[string]any{"path": hugeObject})
	if err != nil {
		return nil, err
	}
	clear := strings.Contains(text, "too large")
	return append(rows, row{"object of 100 MB, peak memory", "≤ 64 MiB, with a clear error", mib(object), clip(text), clear && object <= 64}), nil
}

// clip takes the end of an answer, where it says what was cut, for a cell of a table.
func clip(text string) string {
	text = strings.NewReplacer("\n", " ", "|", "/").Replace(text)
	return "“…" + text[max(0, len(text)-160):] + "”"
}
