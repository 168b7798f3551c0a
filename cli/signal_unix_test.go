//go:build unix

package cli

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"clever-mcp/cleverapi/emulator"
)

// gated is a Clever Cloud that answers when it is let.
type gated struct {
	env     []string
	began   chan struct{}
	let     chan struct{}
	aborted atomic.Int64
}

func newGated(t *testing.T) *gated {
	t.Helper()
	e, err := emulator.New(emulator.Options{Seed: emulator.Demo(), Clock: emulator.NewClock(time.Time{}, 1)})
	if err != nil {
		t.Fatal(err)
	}
	g := &gated{began: make(chan struct{}, 100), let: make(chan struct{})}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Reading the body to its end is what makes a lost connection seen.
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		g.began <- struct{}{}
		select {
		case <-g.let:
			e.ServeHTTP(w, r)
		case <-r.Context().Done():
			g.aborted.Add(1)
		}
	}))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	g.env = append(e.Env(s.URL), "TEST_AS_PROGRAM=1", "HOME="+t.TempDir(), "PATH="+os.Getenv("PATH"))
	return g
}

const (
	readCall  = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_zones","arguments":{}}}` + "\n"
	writeCall = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"raw_request","arguments":{"method":"PUT","path":"/v2/self","body":{"name":"Camille"}}}}` + "\n"
)

// A stop lets what is under way finish, reads and writes, and ends with 0. A
// second one ends at once.
func TestSignalsStopTheProcess(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, call string
		signals    int
		answered   bool
	}{
		{"idle", "", 1, false},
		{"read under way", readCall, 1, true},
		{"write under way", writeCall, 1, true},
		{"second signal", readCall, 2, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			g := newGated(t)
			cmd := exec.CommandContext(t.Context(), os.Args[0], "serve")
			cmd.Env = g.env
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
			lines := bufio.NewScanner(out)
			io.WriteString(in, `{"jsonrpc":"2.0","id":0,"method":"ping"}`+"\n"+c.call)
			lines.Scan() // it serves
			if c.call != "" {
				<-g.began
			}
			for range c.signals {
				if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
					t.Fatal(err)
				}
				// Two at once are one, to the process, and a cut would take a moment.
				<-time.After(100 * time.Millisecond)
			}
			if c.signals == 1 {
				if n := g.aborted.Load(); n != 0 {
					t.Errorf("%d requests were cut", n)
				}
				close(g.let)
			}
			answer := ""
			for lines.Scan() {
				answer += lines.Text()
			}
			err = cmd.Wait()
			if got := strings.Contains(answer, `"id":1,"result"`) && strings.Contains(answer, `"structuredContent"`); got != c.answered {
				t.Errorf("the answer is %q", answer)
			}
			var exit *exec.ExitError
			if c.signals == 1 && err != nil {
				t.Errorf("it ends with %v", err)
			}
			if c.signals == 2 && (!errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM) {
				t.Errorf("it ends with %v, want at once by the signal", err)
			}
		})
	}
}
