package server

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestACallerSendsOnlySoManyRequestsASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := testHTTP
		cfg.Callers = append([]Caller{NewCaller("other", "other-token")}, cfg.Callers...)
		cfg.Limits = Limits{Rate: 5}
		v := open(t, newServer(t, echo()), cfg)
		defer v.close()
		line, headers := modern("1")
		for i := range 10 {
			if resp, body := v.post(line, headers...); resp.StatusCode != 200 {
				t.Errorf("request %d: %d %s", i, resp.StatusCode, body)
			}
		}
		resp, body := v.post(line, headers...)
		if resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "1" || !strings.Contains(body, "more than 5 requests a second") {
			t.Errorf("%d, Retry-After %s: %s", resp.StatusCode, resp.Header.Get("Retry-After"), body)
		}
		if resp, body := v.post(line, append(headers, "Authorization", "Bearer other-token")...); resp.StatusCode != 200 {
			t.Errorf("another caller: %d %s", resp.StatusCode, body)
		}
		if resp, body := v.post(line, append(headers, "Authorization", "Bearer wrong")...); resp.StatusCode != 401 {
			t.Errorf("nobody: %d %s", resp.StatusCode, body)
		}
		time.Sleep(time.Second)
		for i := range 5 {
			if resp, body := v.post(line, headers...); resp.StatusCode != 200 {
				t.Errorf("request %d after a second: %d %s", i, resp.StatusCode, body)
			}
		}
	})
}

func TestACallerHasOnlySoManyRequestsUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := testHTTP
		cfg.Callers = append([]Caller{NewCaller("other", "other-token")}, cfg.Callers...)
		cfg.Limits = Limits{InFlight: 3}
		v := open(t, newServer(t, sleeper()), cfg)
		defer v.close()
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		resp, err := v.http.Do(v.request(ctx, "GET", "/sse", "")) // a stream counts
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		bufio.NewScanner(resp.Body).Scan()
		var wait sync.WaitGroup
		for range 2 {
			wait.Go(func() {
				line, headers := modern("1", "1m")
				if resp, body := v.post(line, headers...); resp.StatusCode != 200 {
					t.Errorf("%d %s", resp.StatusCode, body)
				}
			})
		}
		synctest.Wait()
		line, headers := modern("1", "1s")
		resp, body := v.post(line, headers...)
		if resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "1" || !strings.Contains(body, "3 requests, or fewer with long bodies") {
			t.Errorf("%d, Retry-After %s: %s", resp.StatusCode, resp.Header.Get("Retry-After"), body)
		}
		if resp, body := v.post(line, append(headers, "Authorization", "Bearer other-token")...); resp.StatusCode != 200 {
			t.Errorf("another caller: %d %s", resp.StatusCode, body)
		}
		if resp, _ := v.do(v.request(t.Context(), "GET", "/healthz", "")); resp.StatusCode != 200 {
			t.Errorf("/healthz: %d", resp.StatusCode)
		}
		leave() // the stream gives its room back
		synctest.Wait()
		if resp, body := v.post(line, headers...); resp.StatusCode != 200 {
			t.Errorf("with room again: %d %s", resp.StatusCode, body)
		}
		wait.Wait()
	})
}

// A call of HTTP+SSE goes on when its POST has been answered.
func TestCallsOfAStreamAreUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := testHTTP
		cfg.Limits = Limits{InFlight: 3}
		v := open(t, newServer(t, sleeper()), cfg)
		defer v.close()
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		address, events := v.stream(ctx)
		go func() {
			for events.Scan() {
			}
		}()
		for i, want := range []int{202, 202, 429} {
			resp, body := v.do(v.request(ctx, "POST", address, callLine(fmt.Sprint(i), "1m")))
			if resp.StatusCode != want {
				t.Errorf("call %d: %d %s, want %d", i, resp.StatusCode, body, want)
			}
			synctest.Wait()
		}
		time.Sleep(2 * time.Minute)
		if resp, body := v.do(v.request(ctx, "POST", address, callLine("9", "1s"))); resp.StatusCode != 202 {
			t.Errorf("with room again: %d %s", resp.StatusCode, body)
		}
	})
}

// Each message of a batch is a request.
func TestABatchIsAsManyRequestsAsItHasMessages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		limits   Limits
		messages int
		want     int
	}{
		{Limits{InFlight: 3}, 3, 200}, {Limits{InFlight: 3}, 4, 429},
		{Limits{Rate: 5}, 9, 200}, {Limits{Rate: 5}, 10, 429}, {Limits{Rate: 5}, 100, 429}, // its session began with one
	} {
		synctest.Test(t, func(t *testing.T) {
			cfg := testHTTP
			cfg.Limits = c.limits
			v := open(t, newServer(t, echo()), cfg)
			defer v.close()
			session := v.begin(batchHello)
			var lines []string
			for i := range c.messages {
				lines = append(lines, callLine(fmt.Sprint(i+1)))
			}
			resp, body := v.post(array(lines...), sessionHeader, session)
			if resp.StatusCode != c.want || c.want == 429 && resp.Header.Get("Retry-After") == "" {
				t.Errorf("%d messages with %+v: %d %s", c.messages, c.limits, resp.StatusCode, body)
			}
			if resp, body := v.post(callLine("x"), sessionHeader, session); resp.StatusCode == 429 && c.limits.Rate == 0 {
				t.Errorf("afterwards: %d %s", resp.StatusCode, body)
			}
		})
	}
}

// Bodies are weighed before they are read: a caller cannot fill the memory with
// many long ones.
func TestLongBodiesTakeMoreRoom(t *testing.T) {
	t.Parallel()
	a := newAllowance(Limits{InFlight: 100})
	for _, c := range []struct {
		length, want int64
	}{{0, requestRoom}, {requestRoom + 1, requestRoom + 1}, {maxMessage, maxMessage}, {-1, maxMessage}, {1 << 40, 100 * requestRoom}} {
		if got := a.weigh(&http.Request{ContentLength: c.length}); got != c.want {
			t.Errorf("a body of %d bytes weighs %d, want %d", c.length, got, c.want)
		}
	}
	// However low the bound, one request of any size may be made.
	if a := newAllowance(Limits{InFlight: 1}); a.weigh(&http.Request{ContentLength: -1}) != a.size {
		t.Errorf("a room of %d does not take one long request", a.size)
	}
}
