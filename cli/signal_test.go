package cli

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestProgram is the program itself, for tests that send it signals.
func TestProgram(t *testing.T) {
	words := os.Getenv("CLEVER_MCP_TEST_PROGRAM")
	if words == "" {
		t.Skip("a process of another test")
	}
	os.Args = append(os.Args[:1], strings.Fields(words)...)
	os.Exit(Main())
}

// After SIGTERM a write that is under way is answered and the program ends well;
// a second signal ends it at once.
func TestSignals(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		signals int
		ended   bool // with the answer, and exit code 0
	}{"one": {1, true}, "two": {2, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestProgram$")
			cmd.Env = append(os.Environ(), "CLEVER_MCP_TEST_PROGRAM=serve --demo", "CLEVER_MCP_TOOLSETS=apps,api")
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			stop := time.AfterFunc(30*time.Second, func() { cmd.Process.Kill() })
			defer stop.Stop()
			lines := bufio.NewScanner(out)
			say := func(line string) {
				if _, err := in.Write([]byte(line + "\n")); err != nil {
					t.Fatal(err)
				}
			}
			say(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`)
			say(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
			say(`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"deploy_app","arguments":{"app":"storefront"},"_meta":{"progressToken":"p"}}}`)
			for lines.Scan() && !strings.Contains(lines.Text(), "notifications/progress") {
			}
			start := time.Now()
			for range tt.signals {
				if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
					t.Fatal(err)
				}
				<-time.After(100 * time.Millisecond) // two at once are one
			}
			answered := false
			for lines.Scan() {
				answered = answered || strings.Contains(lines.Text(), `"id":2`)
			}
			err = cmd.Wait()
			took := time.Since(start)
			var ended *exec.ExitError
			byASignal := errors.As(err, &ended) && ended.ExitCode() == -1
			if tt.ended && (err != nil || !answered) || !tt.ended && !byASignal {
				t.Errorf("after %s it ended with %v, answered %t", took, err, answered)
			}
		})
	}
}
