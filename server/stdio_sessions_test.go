package server

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestHangingClientIsNoRefusal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := openWire(t, newServer(t, confirmed(func() { t.Error("it was done") })))
		w.send(elicitingHello)
		w.next()
		start := time.Now()
		w.send(destroyLine)
		if got := w.next(); !strings.Contains(got, `"method":"elicitation/create"`) {
			t.Fatalf("got %s, want a question", got)
		}
		got := w.next()
		if took := time.Since(start); took != askFor {
			t.Errorf("answered after %v, want %v", took, askFor)
		}
		if !strings.Contains(got, `"isError":true`) || !strings.Contains(got, "without an answer") || strings.Contains(got, "was no") {
			t.Errorf("answer %s", got)
		}
	})
}

// A bubble does not end while a goroutine of it is left.
func TestAThousandCancelledCallsLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	const calls = 1000
	t.Run("stdio", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			w := openWire(t, newServer(t, sleeper()))
			for i := range calls {
				w.send(callLine(fmt.Sprint(i), "1h"), cancelLine(fmt.Sprint(i)))
			}
			if got := w.rest(); len(got) != 0 {
				t.Errorf("%d answers", len(got))
			}
			if err := <-w.ended; err != nil {
				t.Error(err)
			}
		})
	})
	t.Run("http", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			v := open(t, newServer(t, sleeper()), testHTTP)
			line, headers := modern("1", "1h")
			for range calls / 10 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				if resp, err := v.http.Do(v.request(ctx, "POST", "/mcp", line, headers...)); err == nil {
					resp.Body.Close()
					t.Error("the call was answered")
				}
				cancel()
			}
			synctest.Wait() // else the stop may look at a connection that is about to close
			start := time.Now()
			v.close()
			if took := time.Since(start); took != 0 {
				t.Errorf("calls were under way for %v after they were cancelled", took)
			}
		})
	})
}

func TestClientThatOnlyOpensLinksIsNotShownAForm(t *testing.T) {
	t.Parallel()
	for capability, want := range map[string]string{
		`{}`: "elicitation/create", `{"form":{}}`: "elicitation/create", `{"form":{},"url":{}}`: "elicitation/create", `{"url":{}}`: "confirm: ",
	} {
		w := openWire(t, newServer(t, confirmed(func() {})))
		w.send(strings.Replace(elicitingHello, `"elicitation":{}`, `"elicitation":`+capability, 1))
		w.next()
		w.send(destroyLine)
		if got := w.next(); !strings.Contains(got, want) {
			t.Errorf("%s: got %s, want %s", capability, got, want)
		}
	}
}

func TestCallLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	c := newCalls()
	ctx, one := c.begin(t.Context(), "k", true)
	if !c.end(one) || ctx.Err() == nil || len(c.running) != 0 || len(c.named) != 0 {
		t.Errorf("context %v, %d running, %d named", ctx.Err(), len(c.running), len(c.named))
	}
	// Of two requests with one id the later is cancelled, and ending the earlier
	// does not take that away.
	_, first := c.begin(t.Context(), "k", true)
	later, second := c.begin(t.Context(), "k", true)
	c.end(first)
	c.withdraw("k")
	if later.Err() == nil || c.end(second) {
		t.Error("the later request went on")
	}
	<-c.close()
	if _, late := c.begin(t.Context(), "k", true); late != nil {
		t.Error("closed calls took another")
	}
}

func TestQuestionEndsWithTheInput(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*wire){
		"end of input": func(w *wire) { w.in.Close() },
		"stop":         func(w *wire) { w.stop() },
		"error":        func(w *wire) { w.send(`{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}`) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := openWire(t, newServer(t, confirmed(func() { t.Error("it was done") })))
				w.send(elicitingHello)
				w.next()
				start := time.Now()
				w.send(destroyLine)
				w.next()
				end(w)
				if got := w.next(); !strings.Contains(got, "without an answer") || time.Since(start) != 0 {
					t.Errorf("after %v: %s", time.Since(start), got)
				}
			})
		})
	}
}

func TestModernRequestDoesNotChangeAnOlderSession(t *testing.T) {
	t.Parallel()
	w := openWire(t, newServer(t, confirmed(func() {})))
	w.send(elicitingHello)
	w.next()
	// A request of 2026-07-28 from a client that cannot ask, on the same wire.
	w.send(`{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}},"name":"raw_request","arguments":{"method":"DELETE","path":"/v2/self"}}}`)
	if got := w.next(); !strings.Contains(got, "confirm: ") || !strings.Contains(got, `"resultType":"complete"`) {
		t.Errorf("answer %s, want a handle", got)
	}
	w.send(destroyLine)
	if got := w.next(); !strings.Contains(got, `"method":"elicitation/create"`) {
		t.Errorf("answer %s, want a question", got)
	}
}

func TestPanicStaysPrivate(t *testing.T) {
	t.Parallel()
	var log syncBuffer
	s := newServerLogging(t, &log, echo())
	s.mcp.AddPrompt(panickingPrompt())
	const line = `{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"boom"}}`
	check := func(where, got string) {
		_, ref, _ := strings.Cut(got, "reference ")
		ref, _, _ = strings.Cut(ref, ";")
		if !strings.Contains(got, `"id":1,"error":{"code":-32603`) || strings.Contains(got, "secret") || ref == "" {
			t.Errorf("%s: answer %s", where, got)
		}
		if line := log.String(); !strings.Contains(line, "secret") || !strings.Contains(line, ref) {
			t.Errorf("%s: the log %q lacks the panic or reference %s", where, line, ref)
		}
	}
	w := openWire(t, s)
	w.send(line)
	check("stdio", w.next())
	v := open(t, s, testHTTP)
	defer v.close()
	_, body := v.post(line, sessionHeader, v.begin(elicitingHello))
	check("http", body)
}

// syncBuffer is a buffer that several goroutines write to.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
