// Mutation shows that the guards of this program are tested: it takes one guard
// away at a time, by guards.txt, and expects the tests that are named there to
// fail. A guard whose removal nobody notices is a survivor, and an error.
//
//	go run .ci/mutation/*.go            every guard
//	go run .ci/mutation/*.go Host SSE   those whose name contains one of the words
//
// Nothing in the tree is touched. Every function with a guard gets a twin without
// it, in an overlay of the build, and a variable of the environment says which
// twin runs; so each package of tests is built once for all its mutants.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mutation:", err)
		os.Exit(1)
	}
}

func run(words []string) error {
	guards, err := readGuards(".ci/mutation/guards.txt")
	if err != nil {
		return err
	}
	if len(words) > 0 {
		guards = slices.DeleteFunc(guards, func(g guard) bool {
			return !slices.ContainsFunc(words, func(w string) bool { return strings.Contains(g.name, w) })
		})
	}
	if len(guards) == 0 {
		return errors.New("no guard has such a name")
	}
	dir, err := os.MkdirTemp("", "mutation-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	overlay, err := writeOverlay(dir, guards)
	if err != nil {
		return err
	}
	binaries, err := build(dir, overlay, guards)
	if err != nil {
		return err
	}
	if err := baseline(binaries, guards); err != nil {
		return err
	}
	return judge(binaries, guards)
}

// writeOverlay writes the files with twins, and returns the file that tells the
// build to read them in place of the ones in the tree.
func writeOverlay(dir string, guards []guard) (string, error) {
	replace := map[string]string{}
	put := func(path string, text []byte) error {
		whole, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		replace[whole] = filepath.Join(dir, strconv.Itoa(len(replace))+".go")
		return os.WriteFile(replace[whole], text, 0o600)
	}
	byFile := map[string][]guard{}
	for _, g := range guards {
		byFile[g.file] = append(byFile[g.file], g)
	}
	packages := map[string]bool{}
	var errs []error
	for _, path := range slices.Sorted(maps.Keys(byFile)) {
		text, pkg, err := twins(path, byFile[path])
		if err != nil {
			errs = append(errs, err)
			continue
		}
		errs = append(errs, put(path, text))
		if folder := filepath.Dir(path); !packages[folder] {
			packages[folder] = true
			selector := fmt.Sprintf("package %s\n\nimport \"os\"\n\nvar mutant__ = os.Getenv(%q)\n", pkg, chosen)
			errs = append(errs, put(filepath.Join(folder, "mutant__.go"), []byte(selector)))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return "", err
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o600)
}

// chosen is the variable of the environment with the number of the mutant that runs.
const chosen = "MUTANT"

// build makes one test binary for each package that a guard names.
func build(dir, overlay string, guards []guard) (map[string]string, error) {
	binaries := map[string]string{}
	for _, g := range guards {
		if binaries[g.pkg] != "" {
			continue
		}
		binaries[g.pkg] = filepath.Join(dir, strconv.Itoa(len(binaries))+".test")
		out, err := exec.Command("go", "test", "-c", "-overlay", overlay, "-o", binaries[g.pkg], g.pkg).CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("%s does not build with its mutants: %w\n%s", g.pkg, err, out)
		}
	}
	return binaries, nil
}

// baseline holds that every named test exists, and passes while no guard is away.
func baseline(binaries map[string]string, guards []guard) error {
	tests := map[string][]string{}
	for _, g := range guards {
		tests[g.pkg] = append(tests[g.pkg], g.tests...)
	}
	var errs []error
	for _, pkg := range slices.Sorted(maps.Keys(tests)) {
		listed, err := exec.Command(binaries[pkg], "-test.list", ".").Output()
		if err != nil {
			return err
		}
		there := strings.Fields(string(listed))
		for _, name := range tests[pkg] {
			if !slices.Contains(there, name) {
				errs = append(errs, fmt.Errorf("guards.txt names the test %s, which %s does not have", name, pkg))
			}
		}
		if out, passed := test(binaries[pkg], pkg, tests[pkg], "", 3*time.Minute); !passed {
			errs = append(errs, fmt.Errorf("the tests of %s fail with every guard in its place:\n%s", pkg, out))
		}
	}
	return errors.Join(errs...)
}

// judge runs the tests of each guard without the guard, two at a time.
func judge(binaries map[string]string, guards []guard) error {
	var (
		mu        sync.Mutex
		wait      sync.WaitGroup
		survivors []string
		room      = make(chan struct{}, max(2, runtime.NumCPU()/2))
	)
	for _, g := range guards {
		wait.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			start := time.Now()
			_, survived := test(binaries[g.pkg], g.pkg, g.tests, strconv.Itoa(g.number), patience)
			mu.Lock()
			defer mu.Unlock()
			verdict := "caught  "
			if survived {
				verdict = "SURVIVED"
				survivors = append(survivors, fmt.Sprintf("%s: %s (%s)", g.file, g.name, strings.Join(g.tests, ", ")))
			}
			fmt.Printf("%s  %5.1f s  %s: %s\n", verdict, time.Since(start).Seconds(), g.file, g.name)
		})
	}
	wait.Wait()
	fmt.Printf("%d guards, %d survivors\n", len(guards), len(survivors))
	if len(survivors) > 0 {
		slices.Sort(survivors)
		return fmt.Errorf("no test notices that these guards are gone:\n  %s", strings.Join(survivors, "\n  "))
	}
	return nil
}

// patience is what the tests of one guard may take. Without a guard a test may
// well wait for ever, which is one way to notice. With it the longest takes 3 s.
const patience = 12 * time.Second

// test runs tests of one binary in the folder of its package, as go test does.
func test(binary, pkg string, names []string, mutant string, within time.Duration) (output []byte, passed bool) {
	ctx, cancel := context.WithTimeout(context.Background(), within+5*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, "-test.failfast", "-test.timeout", within.String(), "-test.run", "^("+strings.Join(names, "|")+")$")
	cmd.Dir = pkg
	cmd.Env = append(os.Environ(), chosen+"="+mutant)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.Bytes(), err == nil
}
