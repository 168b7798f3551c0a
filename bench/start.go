package main

import (
	"fmt"
	"os"
	"time"
)

func measureSize(b *bench) ([]row, error) {
	info, err := os.Stat(b.ours.binary)
	if err != nil {
		return nil, err
	}
	mb := float64(info.Size()) / 1e6
	return []row{{"stripped binary", "≤ 20 MB", fmt.Sprintf("%.2f MB", mb), "", mb <= 20}}, nil
}

// measureStart tells what a client waits for. The credential is there and the
// whole API behind it; nothing is asked of the network.
func measureStart(b *bench) ([]row, error) {
	programs := []program{b.ours, b.mcpgo, b.raw}
	took := make([][]time.Duration, len(programs))
	for range 6 * b.rounds {
		for i, p := range programs {
			begin := time.Now()
			r, err := p.start()
			if err != nil {
				return nil, err
			}
			if _, err := r.hello(); err != nil {
				return nil, fmt.Errorf("%s: %w", p.name, err)
			}
			took[i] = append(took[i], time.Since(begin))
			r.kill()
		}
	}
	ours, mcpgo, raw := median(took[0]), median(took[1]), median(took[2])
	r := ratio(ours, mcpgo)
	return []row{{
		"start to first `tools/list`", "≤ 1.25 × mcp-go", times(r),
		fmt.Sprintf("%s; mcp-go %s, raw %s", ms(ours), ms(mcpgo), ms(raw)), r <= 1.25,
	}}, nil
}

func measureExit(b *bench) ([]row, error) {
	var took []time.Duration
	for range 4 * b.rounds {
		r, err := b.ours.start()
		if err != nil {
			return nil, err
		}
		if _, err := r.hello(); err != nil {
			return nil, err
		}
		if err := r.quick(b.ours.call(small)); err != nil {
			return nil, err
		}
		d, err := r.end()
		if err != nil {
			return nil, err
		}
		took = append(took, d)
	}
	worst := percentile(took, 100)
	return []row{{"end of input to exit", "≤ 50 ms", ms(median(took)), "at worst " + ms(worst), worst <= 50*time.Millisecond}}, nil
}

func measureMemory(b *bench) ([]row, error) {
	const calls = 10_000
	type sizes struct{ start, after float64 }
	measured := map[string]sizes{}
	for _, p := range []program{b.ours, b.mcpgo, b.raw} {
		r, err := p.start()
		if err != nil {
			return nil, err
		}
		if _, err := r.hello(); err != nil {
			return nil, err
		}
		var s sizes
		if s.start, err = r.mib("VmRSS"); err != nil {
			return nil, err
		}
		tool, args := p.call(small)
		for range calls {
			if err := r.quick(tool, args); err != nil {
				return nil, err
			}
		}
		if s.after, err = r.mib("VmRSS"); err != nil {
			return nil, err
		}
		measured[p.name] = s
		r.kill()
	}
	ours, mcpgo, raw := measured["clever-mcp"], measured["mcpgo"], measured["raw"]
	grown := ours.after / ours.start
	return []row{
		{"memory at start", "≤ 18 MiB", mib(ours.start), fmt.Sprintf("mcp-go %s, raw %s", mib(mcpgo.start), mib(raw.start)), ours.start <= 18},
		{"memory after 10,000 calls", "≤ 1.7 × start", times(grown), fmt.Sprintf("%s; mcp-go %s, raw %s", mib(ours.after), mib(mcpgo.after), mib(raw.after)), grown <= 1.7},
	}, nil
}
