package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"clever-mcp/tools"

	"golang.org/x/sync/semaphore"
)

// wire is a client that sees every line.
type wire struct {
	t     testing.TB
	in    *io.PipeWriter
	lines chan string // roomy, so that a line too many fails a test and does not hang it
	stop  context.CancelFunc
	ended chan error
}

func openWire(t testing.TB, s *Server) *wire {
	fromClient, toServer := io.Pipe()
	fromServer, toClient := io.Pipe()
	ctx, stop := context.WithCancel(context.Background())
	w := &wire{t: t, in: toServer, lines: make(chan string, 4096), stop: stop, ended: make(chan error, 1)}
	go func() {
		defer close(w.lines)
		out := bufio.NewScanner(fromServer)
		out.Buffer(nil, 8<<20)
		for out.Scan() {
			w.lines <- out.Text()
		}
	}()
	go func() {
		err := s.ServeStdio(ctx, fromClient, toClient)
		toClient.Close()
		fromClient.Close()
		w.ended <- err
	}()
	t.Cleanup(func() {
		stop()
		toServer.Close()
		fromServer.Close()
	})
	return w
}

func (w *wire) send(lines ...string) {
	w.t.Helper()
	for _, l := range lines {
		if _, err := io.WriteString(w.in, l+"\n"); err != nil {
			w.t.Fatal(err)
		}
	}
}

// next returns the next line, or "" at the end.
func (w *wire) next() string { return <-w.lines }

// rest ends the input and returns what still comes, by id.
func (w *wire) rest() map[string]string {
	w.t.Helper()
	w.in.Close()
	got := map[string]string{}
	for line := w.next(); line != ""; line = w.next() {
		var m struct{ ID json.RawMessage }
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			w.t.Fatalf("line %q: %v", line, err)
		}
		got[string(m.ID)] = line
	}
	return got
}

func callLine(id string, tags ...string) string {
	if tags == nil {
		tags = []string{}
	}
	raw, _ := json.Marshal(tags) // strings
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":"tools/call","params":{"name":"list_zones","arguments":{"tags":%s}}}`, id, raw)
}

func cancelLine(id string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%s}}`, id)
}

const elicitingHello = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}},"clientInfo":{"name":"t","version":"1"}}}`

const destroyLine = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"raw_request","arguments":{"method":"DELETE","path":"/v2/self"}}}`

// sleeper waits for the duration in its first tag.
func sleeper() tools.Any {
	return reads(func(ctx context.Context, _ *tools.Call, tags []string) (string, error) {
		d, err := time.ParseDuration(append(tags, "0s")[0])
		if err != nil {
			return "", err
		}
		select {
		case <-time.After(d):
			return "slept", nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	})
}

func TestStdioAnswersEverythingReadBeforeTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := openWire(t, newServer(t, sleeper()))
		const calls = 2000
		go func() {
			for i := range calls {
				w.send(callLine(fmt.Sprint(i), "3s"))
			}
			io.WriteString(w.in, callLine(`"last, without newline"`))
			w.in.Close()
		}()
		got := map[string]bool{}
		for line := w.next(); line != ""; line = w.next() {
			var m struct {
				ID     any
				Result struct{ IsError bool }
			}
			if err := json.Unmarshal([]byte(line), &m); err != nil || m.Result.IsError {
				t.Fatalf("line %q: %v", line, err)
			}
			got[fmt.Sprint(m.ID)] = true
		}
		if len(got) != calls+1 || !got["last, without newline"] {
			t.Errorf("%d answers, want %d", len(got), calls+1)
		}
		if err := <-w.ended; err != nil {
			t.Error(err)
		}
	})
}

func TestStdioRunsAThousandCallsAtOnceAndAQuickOneBetween(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := openWire(t, newServer(t, sleeper()))
		start := time.Now()
		go func() {
			for i := range 1000 {
				w.send(callLine(fmt.Sprint(i), "100ms"))
			}
			w.send(callLine(`"quick"`))
		}()
		if first := w.next(); !strings.Contains(first, `"id":"quick"`) || time.Since(start) != 0 {
			t.Errorf("first answer after %v: %s", time.Since(start), first)
		}
		if n := len(w.rest()); n != 1000 {
			t.Errorf("%d answers, want 1000", n)
		}
		if took := time.Since(start); took != 100*time.Millisecond {
			t.Errorf("took %v, want 100ms: calls waited for each other", took)
		}
	})
}

func TestStdioEndsAtOnceWhenIdle(t *testing.T) {
	t.Parallel()
	w := openWire(t, newServer(t, echo()))
	w.send(callLine("1"))
	w.next()
	start := time.Now()
	w.in.Close()
	if err := <-w.ended; err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took > 50*time.Millisecond {
		t.Errorf("took %v", took)
	}
}

func TestStdioStopLetsReadsAndWritesFinish(t *testing.T) {
	t.Parallel()
	wait := func(ctx context.Context, d string) error {
		limit, err := time.ParseDuration(d)
		if err != nil {
			return err
		}
		select {
		case <-time.After(limit):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	read := reads(func(ctx context.Context, _ *tools.Call, tags []string) (string, error) { return "", wait(ctx, tags[0]) })
	write := destroys(func(ctx context.Context, _ *tools.Call, path string) error { return wait(ctx, path) })
	for _, c := range []struct {
		name, line string
		ends       time.Duration
		cut        bool
	}{
		{"idle", "", 0, false},
		{"read in time", callLine("1", "19s"), 19 * time.Second, false},
		{"long read", callLine("1", "1m"), readGrace, true},
		{"write in time", strings.Replace(destroyLine, "/v2/self", "24s", 1), 24 * time.Second, false},
		{"long write", strings.Replace(destroyLine, "/v2/self", "1m", 1), writeGrace, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := openWire(t, newServer(t, read, write))
				if c.line != "" {
					w.send(c.line)
				}
				synctest.Wait()
				start := time.Now()
				w.stop()
				if c.line != "" {
					if got := w.next(); strings.Contains(got, `"isError":true`) != c.cut || !strings.Contains(got, `"id":1`) {
						t.Errorf("answer %s; cut should be %v", got, c.cut)
					}
				}
				if err := <-w.ended; err != nil {
					t.Error(err)
				}
				if took := time.Since(start); took != c.ends {
					t.Errorf("ended after %v, want %v", took, c.ends)
				}
			})
		})
	}
}

func TestStdioStopDoesNotWaitForACallThatIgnoresIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		w := openWire(t, newServer(t, reads(func(context.Context, *tools.Call, []string) (string, error) {
			<-release
			return "", nil
		})))
		w.send(callLine("1"))
		synctest.Wait()
		start := time.Now()
		w.stop()
		if err := <-w.ended; err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took != writeGrace+lastGrace {
			t.Errorf("ended after %v", took)
		}
	})
}

func TestStdioCancelsExactlyTheNamedCall(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, cancel, stays string }{
		{"number", "1", `"1"`},
		{"string", `"1"`, "1"},
		{"string spelled otherwise", `"\u0031"`, "1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := openWire(t, newServer(t, sleeper()))
				w.send(callLine("1", "1s"), callLine(`"1"`, "1s"), cancelLine(c.cancel), cancelLine("77"), cancelLine("null"))
				got := w.rest()
				if len(got) != 1 || !strings.Contains(got[c.stays], "slept") {
					t.Errorf("answers %v, want one, to %s", got, c.stays)
				}
			})
		})
	}
}

func TestStdioRefusesUnusableMessages(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", maxID)
	for _, c := range []struct{ name, line, want string }{
		{"fraction", callLine("1.5"), `"id":null,"error":{"code":-32600`},
		{"exponent", callLine("1e3"), `"id":null,"error":{"code":-32600`},
		{"beyond 2^53", callLine("9007199254740993"), `"id":null,"error":{"code":-32600`},
		{"2^53", callLine("9007199254740992"), `"id":9007199254740992,"result"`},
		{"minus 2^53", callLine("-9007199254740992"), `"id":-9007199254740992,"result"`},
		{"null", callLine("null"), `"id":null,"error":{"code":-32600`},
		{"true", callLine("true"), `"id":null,"error":{"code":-32600`},
		{"object", callLine(`{"a":1}`), `"id":null,"error":{"code":-32600`},
		{"long string", callLine(`"` + long + `"`), `"id":"` + long + `","result"`},
		{"too long string", callLine(`"` + long + `é"`), `"id":null,"error":{"code":-32600`},
		{"escaped string", callLine(`"a\u0000\"b"`), `"id":"a\u0000\"b","result"`},
		{"two methods", `{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}`, `-32600,"message":"The member \"method\" stands there twice`},
		{"two spellings", `{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/list"}`, `-32600,"message":"The member \"Method\" is not spelled`},
		{"escaped spelling", `{"jsonrpc":"2.0","id":1,"method":"ping","\u006dethod":"tools/list"}`, `-32600,"message":"The member \"method\" stands there twice`},
		{"folded letter", `{"jsonrpc":"2.0","id":1,"method":"ping","param\u017f":{}}`, `-32600`},
		{"two names", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_zones","NAME":"x"}}`, `-32600`},
		{"batch", `[{"jsonrpc":"2.0","id":1,"method":"ping"}]`, `-32600,"message":"Batches`},
		{"no JSON", `hello`, `"id":null,"error":{"code":-32700`},
		{"cut off", `{"jsonrpc":"2.0","id":1,"method":"pi`, `"id":null,"error":{"code":-32700`},
		{"broken inside", `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":[}}`, `-32700`},
		{"other version", `{"jsonrpc":"1.0","id":1,"method":"ping"}`, `"id":1,"error":{"code":-32600`},
		{"no method", `{"jsonrpc":"2.0","id":1}`, `-32600`},
		{"method is a number", `{"jsonrpc":"2.0","id":1,"method":7}`, `-32600`},
		{"unknown method", `{"jsonrpc":"2.0","id":1,"method":"no/such"}`, `"id":1,"error":{"code":-32601`},
		{"resources are not offered", `{"jsonrpc":"2.0","id":1,"method":"resources/list"}`, `"id":1,"error":{"code":-32601`},
		{"CRLF and spaces", "  " + callLine("5") + " \r", `"id":5,"result"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := openWire(t, newServer(t, echo()))
			w.send("", c.line)
			if got := w.next(); !strings.Contains(got, c.want) {
				t.Errorf("answer %s, want %s", got, c.want)
			}
			w.send(callLine("42"))
			if got := w.next(); !strings.Contains(got, `"id":42,"result"`) {
				t.Errorf("then %s, want a result", got)
			}
		})
	}
}

// A line of 100 MB is answered with an error and costs little memory. The test
// runs alone, because it measures the allocations of the process.
func TestStdioAHugeLineCostsLittle(t *testing.T) {
	s := newServer(t, echo())
	huge := io.LimitReader(zeros{}, 100<<20)
	in := io.MultiReader(strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"`), huge, strings.NewReader("\n"+callLine("2")))
	var out bytes.Buffer
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := s.ServeStdio(context.Background(), in, &out); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 32<<20 {
		t.Errorf("%d bytes were allocated", got)
	}
	first, second, _ := strings.Cut(out.String(), "\n")
	if !strings.Contains(first, `"id":null,"error":{"code":-32600`) || !strings.Contains(first, "longer than 4194304 bytes") || !strings.Contains(second, `"id":2,"result"`) {
		t.Errorf("answers %q and %q", first, second)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func TestStdioTakesALineUpToTheLimit(t *testing.T) {
	t.Parallel()
	s := newServer(t, echo())
	frame := len(callLine("1", "par", ""))
	for extra, want := range []string{`"id":1,"result"`, `-32600`} {
		line := callLine("1", "par", strings.Repeat("x", maxMessage-frame+extra))
		var out bytes.Buffer
		if err := s.ServeStdio(context.Background(), strings.NewReader(line+"\r\n"), &out); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String()[:min(out.Len(), 200)], want) && !strings.Contains(out.String(), want) {
			t.Errorf("%d bytes: answer %.200q, want %s", len(line), out.String(), want)
		}
	}
}

func TestFloodIsRefusedClearlyAndStillListenedTo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out syncBuffer
		c := newConn(newServer(t, sleeper()), "c", "c", func(msg []byte) error {
			_, err := out.Write(append(msg, '\n'))
			return err
		})
		defer c.asks.hangUp()
		c.room = semaphore.NewWeighted(10 * requestWeight) // for 9 of these calls
		for i := range 12 {
			c.receive(t.Context(), []byte(callLine(fmt.Sprint(i), "1h")))
		}
		c.receive(t.Context(), []byte(cancelLine("0")))
		synctest.Wait()
		c.receive(t.Context(), []byte(callLine("99")))
		synctest.Wait()
		if n := strings.Count(out.String(), "Too many requests are under way"); n != 3 || !strings.Contains(out.String(), `"id":99,"result"`) {
			t.Errorf("%d refused, want 3, and an answer to 99: %s", n, out.String())
		}
		c.calls.cancel(true)
	})
}

func TestStdioEndsWhenItsOutputBreaks(t *testing.T) {
	t.Parallel()
	cancelled := make(chan struct{})
	s := newServer(t, reads(func(ctx context.Context, _ *tools.Call, tags []string) (string, error) {
		if len(tags) == 0 {
			<-ctx.Done()
			close(cancelled)
		}
		return "", nil
	}))
	fromClient, toServer := io.Pipe()
	defer toServer.Close()
	go io.WriteString(toServer, callLine("1")+"\n"+callLine("2", "x")+"\n")
	err := s.ServeStdio(context.Background(), fromClient, brokenWriter{})
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error %v, want io.ErrClosedPipe", err)
	}
	<-cancelled
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestStdioReportsInputThatCannotBeRead(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	in := io.MultiReader(strings.NewReader(callLine("1")+"\n"), iotest.ErrReader(io.ErrUnexpectedEOF))
	err := newServer(t, echo()).ServeStdio(context.Background(), in, &out)
	if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(out.String(), `"id":1,"result"`) {
		t.Errorf("error %v, output %q", err, out.String())
	}
}

func TestStdioWritesEachMessageInOneCall(t *testing.T) {
	t.Parallel()
	var out lineWriter
	var in strings.Builder
	for i := range 200 {
		in.WriteString(callLine(fmt.Sprint(i)) + "\n")
	}
	if err := newServer(t, echo()).ServeStdio(context.Background(), strings.NewReader(in.String()), &out); err != nil {
		t.Fatal(err)
	}
	if out.lines != 200 || out.torn != 0 {
		t.Errorf("%d whole lines and %d torn writes", out.lines, out.torn)
	}
}

type lineWriter struct {
	mu          sync.Mutex
	lines, torn int
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if bytes.Count(p, []byte("\n")) == 1 && p[len(p)-1] == '\n' {
		w.lines++
	} else {
		w.torn++
	}
	return len(p), nil
}
