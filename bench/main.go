// Command bench measures clever-mcp and prints docs/performance.md's tables: every
// figure beside its bound, with the command that gives it again.
//
//	go run ./bench                 everything, some minutes
//	go run ./bench -only start     one section
//	go run ./bench -list           the sections
//
// What depends on the machine is measured against two other programs in rounds
// that take turns, and told as a ratio: raw, which no server that does its work
// can beat, and mcpgo, the simplest server on the library that this one uses. They
// ask an API that is in this process and answers from memory.
//
// It reads /proc, so it runs on Linux only.
package main

import (
	"debug/buildinfo"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// row is one figure: what it must be, what it is, and the figures beside it.
type row struct {
	figure, must, ours, beside string
	held                       bool
}

// section measures some figures.
type section struct {
	name, about string
	measure     func(*bench) ([]row, error)
}

// sections are in the order of running. The huge answers come last: they replace
// the account.
var sections = []section{
	{"size", "what is shipped", measureSize},
	{"start", "from nothing to the first tools/list", measureStart},
	{"exit", "from the end of input to the end of the process", measureExit},
	{"tokens", "what a model pays", measureTokens},
	{"memory", "at rest and after many calls", measureMemory},
	{"call", "one small call at a time", measureCall},
	{"flight", "many calls at once", measureFlight},
	{"connections", "to the API", measureConnections},
	{"owners", "list_apps over 50 organisations", measureOwners},
	{"lists", "5,000 applications", measureLists},
	{"parts", "each part alone", measureParts},
	{"huge", "answers of 100 MB", measureHuge},
}

type bench struct {
	api              *api
	dir              string // of the binaries and the settings of a user
	toolchain        string // of all three programs
	ours, mcpgo, raw program
	rounds           int // a hundredth of what is told is measured at 1
}

func main() {
	only := flag.String("only", "", "the sections to measure, separated by commas")
	list := flag.Bool("list", false, "name the sections")
	rounds := flag.Int("rounds", 5, "how often what depends on the machine is measured")
	flag.Parse()
	if *list {
		for _, s := range sections {
			fmt.Printf("%-12s %s\n", s.name, s.about)
		}
		return
	}
	if err := run(os.Stdout, strings.FieldsFunc(*only, func(r rune) bool { return r == ',' }), *rounds); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(out io.Writer, only []string, rounds int) error {
	for _, name := range only {
		if !slices.ContainsFunc(sections, func(s section) bool { return s.name == name }) {
			return fmt.Errorf("there is no section %q; go run ./bench -list names them", name)
		}
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{dir: dir, rounds: rounds}
	if b.api, err = newAPI(); err != nil {
		return err
	}
	if err := b.build(); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s, %s/%s, %d processors\n\n| | must | measured | beside it | again with |\n|---|---|---|---|---|\n",
		b.toolchain, runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	for _, s := range sections {
		if len(only) > 0 && !slices.Contains(only, s.name) {
			continue
		}
		begin := time.Now()
		rows, err := s.measure(b)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		for _, r := range rows {
			must := r.must
			if !r.held {
				must += " **missed**"
			}
			fmt.Fprintf(out, "| %s | %s | %s | %s | `go run ./bench -only %s` |\n", r.figure, must, r.ours, r.beside, s.name)
		}
		fmt.Fprintf(os.Stderr, "%s took %s\n", s.name, time.Since(begin).Round(time.Second))
	}
	return nil
}

// build makes the programs as they are shipped.
func (b *bench) build() error {
	out := func(name string) string { return filepath.Join(b.dir, name) }
	for name, from := range map[string]string{"clever-mcp": "clever-mcp", "mcpgo": "clever-mcp/bench/mcpgo", "raw": "clever-mcp/bench/raw"} {
		cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", out(name), from)
		if name == "clever-mcp" {
			cmd = exec.Command(".ci/release.sh", out(name))
		}
		cmd.Env = append(os.Environ(), "GOTOOLCHAIN=auto") // as .ci/release.sh does: one toolchain for all
		if said, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", name, err, said)
		}
		info, err := buildinfo.ReadFile(out(name))
		if err != nil {
			return err
		}
		if b.toolchain == "" {
			b.toolchain = info.GoVersion
		}
		if info.GoVersion != b.toolchain {
			return fmt.Errorf("%s was built by %s, and another program by %s: that is no comparison", name, info.GoVersion, b.toolchain)
		}
	}
	log, err := os.Create(out("log"))
	if err != nil {
		return err
	}
	base := []string{"HOME=" + b.dir, "PATH=" + os.Getenv("PATH"), "API=" + b.api.url}
	plain := func(path string) (string, any) { return "get", map[string]any{"path": path} }
	b.ours = program{
		name: "clever-mcp", log: log, binary: out("clever-mcp"), args: []string{"serve"},
		env: append(base[:2:2], "API_HOST="+b.api.url, "AUTH_BRIDGE_HOST="+b.api.url, "CLEVER_TOKEN=bench", "CLEVER_SECRET=bench-secret"),
		call: func(path string) (string, any) {
			return "read_api", map[string]any{"path": path}
		},
	}
	b.mcpgo = program{name: "mcpgo", log: log, binary: out("mcpgo"), env: base, call: plain}
	b.raw = program{name: "raw", log: log, binary: out("raw"), env: base, call: plain}
	return nil
}
