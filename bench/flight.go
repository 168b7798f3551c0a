package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// flights are how many calls are under way at once, with the least share of what
// is possible when the API takes 50 ms.
var flights = []struct {
	calls int
	must  float64
}{{1, 0}, {16, 0.95}, {64, 0.92}, {256, 0.80}}

const slow = 50 * time.Millisecond

// rate makes calls for a while, so many at once, and returns how many were done in
// a second.
func rate(atOnce int, during time.Duration, call func() error) (float64, error) {
	var done atomic.Int64
	var failed atomic.Pointer[error]
	var all sync.WaitGroup
	begin := time.Now()
	for range atOnce {
		all.Go(func() {
			for time.Since(begin) < during && failed.Load() == nil {
				if err := call(); err != nil {
					failed.CompareAndSwap(nil, &err)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(done.Load()) / time.Since(begin).Seconds(), nil
}

// measureFlight tells the rate of calls: with an API that takes 50 ms as a share of
// what so many calls could do at best, with one that takes no time against raw.
func measureFlight(b *bench) ([]row, error) {
	defer b.api.delay.Store(0)
	ways, end, err := b.ways()
	if err != nil {
		return nil, err
	}
	defer end()
	var rows []row
	for _, delay := range []time.Duration{slow, 0} {
		b.api.delay.Store(int64(delay))
		for _, f := range flights {
			rates := map[string][]float64{}
			for range max(b.rounds/2, 1) {
				for _, w := range ways {
					if _, err := rate(f.calls, 60*time.Millisecond, w.call); err != nil { // connections open
						return nil, fmt.Errorf("%s: %w", w.name, err)
					}
					r, err := rate(f.calls, 500*time.Millisecond, w.call)
					if err != nil {
						return nil, fmt.Errorf("%s: %w", w.name, err)
					}
					rates[w.name] = append(rates[w.name], r)
				}
			}
			rows = append(rows, flightRows(f.calls, f.must, delay, rates)...)
		}
	}
	return rows, nil
}

func flightRows(calls int, must float64, delay time.Duration, rates map[string][]float64) []row {
	at := func(name string) float64 { return median(rates[name]) }
	if delay == 0 {
		return []row{
			{fmt.Sprintf("%d at once, API at 0 ms, stdio", calls), "", times(ratio(at("clever-mcp stdio"), at("raw stdio"))) + " raw",
				fmt.Sprintf("%.0f/s; mcp-go %.0f/s, raw %.0f/s; bare requests %.0f/s", at("clever-mcp stdio"), at("mcpgo stdio"), at("raw stdio"), at("request")), true},
			{fmt.Sprintf("%d at once, API at 0 ms, HTTP", calls), "", times(ratio(at("clever-mcp http"), at("raw http"))) + " raw",
				fmt.Sprintf("%.0f/s; mcp-go %.0f/s, raw %.0f/s", at("clever-mcp http"), at("mcpgo http"), at("raw http")), true},
		}
	}
	ideal := float64(calls) / delay.Seconds()
	stdio := row{fmt.Sprintf("%d at once, API at 50 ms, stdio: share of the ideal", calls), "", percent(at("clever-mcp stdio") / ideal),
		fmt.Sprintf("mcp-go %s, raw %s", percent(at("mcpgo stdio")/ideal), percent(at("raw stdio")/ideal)), at("clever-mcp stdio")/ideal >= must}
	if must > 0 {
		stdio.must = "≥ " + percent(must)
	}
	http := row{fmt.Sprintf("%d at once, API at 50 ms, HTTP", calls), "", times(ratio(at("clever-mcp http"), at("raw http"))) + " raw",
		fmt.Sprintf("%s of the ideal; mcp-go %s, raw %s", percent(at("clever-mcp http")/ideal), percent(at("mcpgo http")/ideal), percent(at("raw http")/ideal)), true}
	if calls == 256 {
		http.must, http.held = "≥ 0.75 × raw", ratio(at("clever-mcp http"), at("raw http")) >= 0.75
	}
	return []row{stdio, http}
}

// ways are the programs on both transports, and the request with nothing around it.
func (b *bench) ways() (ways []*taking, end func(), err error) {
	var running []*process
	end = func() {
		for _, r := range running {
			r.kill()
		}
	}
	defer func() {
		if err != nil {
			end()
		}
	}()
	plain := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 512}}
	ways = []*taking{{name: "request", call: func() error { return b.api.fetch(context.Background(), plain, small) }}}
	for _, p := range []program{b.ours, b.mcpgo, b.raw} {
		tool, args := p.call(small)
		r, err := p.start()
		if err != nil {
			return nil, end, err
		}
		running = append(running, r)
		if _, err := r.hello(); err != nil {
			return nil, end, err
		}
		s, err := b.serveHTTP(p)
		if err != nil {
			return nil, end, err
		}
		running = append(running, s.process)
		ways = append(ways,
			&taking{name: p.name + " stdio", call: func() error { return r.quick(tool, args) }},
			&taking{name: p.name + " http", call: func() error { return s.call(tool, args) }})
	}
	return ways, end, nil
}
