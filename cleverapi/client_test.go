package cleverapi

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"clever-mcp/cleverapi/catalogue"
)

// serve returns a client of a server that answers with h, unsigned.
func serve(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return client(mustURL(s.URL), network)
}

func client(base *url.URL, wire http.RoundTripper) *Client {
	return New(Config{Session: func(context.Context) (Session, error) {
		return Session{API: base, Bridge: base, Transport: wire}, nil
	}, UserAgent: "test"})
}

// wire answers in the process, so that a bubble of testing/synctest controls time.
type wire func(*http.Request) (*http.Response, error)

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) { return w(r) }

func answer(status int, contentType, body string, header ...string) *http.Response {
	resp := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Body: io.NopCloser(strings.NewReader(body))}
	for i := 0; i+1 < len(header); i += 2 {
		resp.Header.Set(header[i], header[i+1])
	}
	return resp
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, contentType, body string
		status                  int
		kind                    error
		message, code           string
	}{
		{"v2", "application/json", `{"id":2001,"message":"Not connected","type":"error"}`, 401, ErrUnauthorized, "Not connected", "2001"},
		{"v2 fields", "application/json", `{"id":557,"message":"bad env","type":"error","fields":{"A":"no"}}`, 400, ErrInvalid, "bad env", "557"},
		{"v2 rate limit", "application/json", `{"id":403,"message":"RATE_LIMIT_HIT","type":"error"}`, 403, ErrRateLimited, "RATE_LIMIT_HIT", "403"},
		{"v2 domain", "application/json", `{"id":999,"message":"x is already taken","type":"error"}`, 403, ErrInvalid, "x is already taken", "999"},
		{"v2 forbidden", "application/json", `{"id":6453,"message":"no","type":"error"}`, 403, ErrForbidden, "no", "6453"},
		{"v4", "application/json", `{"code":"clever.core.not-found","error":"no such thing","context":{},"apiRequestId":"req1"}`, 404, ErrNotFound, "no such thing", "clever.core.not-found"},
		{"v4 rate limit", "application/json", `{"code":"clever.core.too-many-requests","error":"slow down"}`, 429, ErrRateLimited, "slow down", "clever.core.too-many-requests"},
		{"bridge", "application/json", `{"code":"invalid-credential","error":"Invalid credential"}`, 401, ErrUnauthorized, "Invalid credential", "invalid-credential"},
		{"provider", "application/json", `{"id":-500,"message":"Error from provider: [no]","type":"error"}`, 503, ErrProvider, "Error from provider: [no]", "-500"},
		{"HTML", "text/html", `<html>Bad gateway</html>`, 502, ErrGateway, "bad gateway", ""},
		{"empty", "", ``, 500, ErrServer, "internal server error", ""},
		{"text", "text/plain", `{"error":"webhook not found"}`, 404, ErrNotFound, "webhook not found", ""},
		{"redirect", "text/html", ``, 302, ErrRedirect, "never followed", ""},
		{"conflict", "application/json", `{"code":"clever.cellar.bucket-already-exists","error":"there"}`, 409, ErrConflict, "there", "clever.cellar.bucket-already-exists"},
		{"wrong types", "application/json", `{"id":{},"message":[]}`, 400, ErrInvalid, "bad request", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := client(testAPI, wire(func(*http.Request) (*http.Response, error) {
					return answer(tt.status, tt.contentType, tt.body, "Sozu-Id", "trace"), nil
				}))
				_, err := c.Self.Get(t.Context())
				var e *Error
				if !errors.As(err, &e) || !errors.Is(err, tt.kind) {
					t.Fatalf("error is %v, want a %v", err, tt.kind)
				}
				if !strings.Contains(e.Message, tt.message) || e.Code != tt.code || e.Status != tt.status || e.RequestID != "trace" {
					t.Errorf("error is %+v", e)
				}
			})
		})
	}
}

// A read is tried four times on what says nothing about the request, and a write
// once, whatever comes back.
func TestRetry(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		first func(*http.Request) (*http.Response, error)
		reads int
	}{
		{"503", func(*http.Request) (*http.Response, error) { return answer(503, "text/html", ""), nil }, 4},
		{"429", func(*http.Request) (*http.Response, error) {
			return answer(429, "application/json", "{}", "Retry-After", "2"), nil
		}, 4},
		{"v2 rate limit", func(*http.Request) (*http.Response, error) {
			return answer(403, "application/json", `{"id":403,"message":"m"}`), nil
		}, 4},
		{"reset", func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }, 4},
		{"long Retry-After", func(*http.Request) (*http.Response, error) {
			return answer(429, "application/json", "{}", "Retry-After", "3600"), nil
		}, 1},
		{"500", func(*http.Request) (*http.Response, error) { return answer(500, "", ""), nil }, 1},
		{"401", func(*http.Request) (*http.Response, error) { return answer(401, "", ""), nil }, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var tries int
				c := client(testAPI, wire(func(r *http.Request) (*http.Response, error) {
					tries++
					return tt.first(r)
				}))
				if _, err := c.Self.Get(t.Context()); err == nil {
					t.Error("the read succeeds")
				}
				if tries != tt.reads {
					t.Errorf("a read was tried %d times, want %d", tries, tt.reads)
				}
				tries = 0
				if _, err := c.APITokens.Create(t.Context(), NewAPIToken{}); err == nil {
					t.Error("the write succeeds")
				}
				if tries != 1 {
					t.Errorf("a write was tried %d times, want 1", tries)
				}
				tries = 0
				if _, err := c.Raw(t.Context(), RawRequest{Method: "GET", Path: "/v2/self/confirmation_email"}); err == nil || tries != 1 {
					t.Errorf("a GET that sends a mail was tried %d times, want 1: %v", tries, err)
				}
			})
		})
	}
}

// begun is a key of contexts.
type begun struct{}

// However much time there is, nobody waits for long because a header says so.
func TestLongRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries, start := 0, time.Now()
		c := New(Config{Timeout: 3 * time.Hour, Session: func(context.Context) (Session, error) {
			return Session{API: testAPI, Bridge: testBridge, Transport: wire(func(*http.Request) (*http.Response, error) {
				tries++
				return answer(429, "application/json", "{}", "Retry-After", "11"), nil
			})}, nil
		}})
		_, err := c.Self.Get(t.Context())
		var e *Error
		if !errors.As(err, &e) || e.RetryAfter != 11*time.Second || tries != 1 || time.Since(start) != 0 {
			t.Errorf("%d tries in %s come to %v", tries, time.Since(start), err)
		}
	})
}

func TestRetrySucceeds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var tries int
		var seen Observation
		c := New(Config{
			Session: func(context.Context) (Session, error) {
				return Session{API: testAPI, Bridge: testBridge, Transport: wire(func(r *http.Request) (*http.Response, error) {
					if r.Context().Value(begun{}) == nil {
						t.Error("the request does not have the context of its observer")
					}
					if tries++; tries < 3 {
						return answer(502, "text/html", "<html>"), nil
					}
					return answer(200, "application/json", `{"id":"user_1"}`, "Sozu-Id", "s"), nil
				})}, nil
			},
			Observe: func(ctx context.Context, operation string) (context.Context, func(Observation)) {
				if operation != "GET /v2/self" {
					t.Errorf("%q begins", operation)
				}
				return context.WithValue(ctx, begun{}, true), func(o Observation) { seen = o }
			},
		})
		u, err := c.Self.Get(t.Context())
		if err != nil || u.ID != "user_1" {
			t.Errorf("Get = %+v, %v", u, err)
		}
		if seen.Operation != "GET /v2/self" || seen.Tries != 3 || seen.Status != 200 || seen.RequestID != "s" {
			t.Errorf("observed %+v", seen)
		}
	})
}

// A write whose answer is lost may have happened, and the error says so; a write
// that never left did not.
func TestLostWrite(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		wire wire
		want error
	}{
		{"connection broke", func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }, ErrUnknownOutcome},
		{"no answer", func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() }, ErrUnknownOutcome},
		{"not sent", func(*http.Request) (*http.Response, error) { return nil, refusedBefore{} }, refusedBefore{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, err := client(testAPI, tt.wire).APITokens.Create(t.Context(), NewAPIToken{Name: "n"})
				if !errors.Is(err, tt.want) {
					t.Errorf("error is %v, want %v", err, tt.want)
				}
			})
		})
	}
	c := client(mustURL("http://127.0.0.1:1"), network)
	if _, err := c.APITokens.Create(t.Context(), NewAPIToken{}); !errors.Is(err, ErrUnreachable) {
		t.Errorf("nothing listens, and the error is %v", err)
	}
}

type refusedBefore struct{}

func (refusedBefore) Error() string { return "other origin" }
func (refusedBefore) NotSent() bool { return true }

func TestTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := client(testAPI, wire(func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() }))
		start := time.Now()
		_, err := c.Self.Get(t.Context())
		if !errors.Is(err, ErrTimeout) || time.Since(start) > 31*time.Second {
			t.Errorf("error is %v after %s, want a timeout after 30 s", err, time.Since(start))
		}
	})
}

func TestBadAnswers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, contentType, body string
		kind                    error
	}{
		{"truncated", "application/json", `{"id":"us`, ErrBadAnswer},
		{"not JSON", "application/json", `<html>`, ErrBadAnswer},
		{"wrong type", "application/json", `{"id":[1]}`, ErrBadAnswer},
		{"page", "text/html", `<html>`, ErrBadAnswer},
		{"empty", "application/json", ``, ErrBadAnswer},
		{"huge", "application/json", `{"id":"` + strings.Repeat("a", maxBody) + `"}`, ErrTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", tt.contentType)
				io.WriteString(w, tt.body)
			})
			if _, err := c.Self.Get(t.Context()); !errors.Is(err, tt.kind) {
				t.Errorf("error is %v, want %v", err, tt.kind)
			}
		})
	}
}

// A small answer that unpacks to a large one is not unpacked.
func TestGzip(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	io.Copy(z, io.LimitReader(zeros{}, 4<<20))
	z.Close()
	var body atomic.Pointer[[]byte]
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "gzip" {
			t.Errorf("Accept-Encoding is %q", r.Header.Get("Accept-Encoding"))
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(*body.Load())
	})
	raw := bomb.Bytes()
	body.Store(&raw)
	if _, err := c.Self.Get(t.Context()); !errors.Is(err, ErrTooLarge) {
		t.Errorf("4 MiB of zeros come to %v", err)
	}
	var good bytes.Buffer
	z = gzip.NewWriter(&good)
	io.WriteString(z, `{"id":"user_1"}`)
	z.Close()
	raw2 := good.Bytes()
	body.Store(&raw2)
	if u, err := c.Self.Get(t.Context()); err != nil || u.ID != "user_1" {
		t.Errorf("a gzipped answer comes to %+v, %v", u, err)
	}
	raw3 := []byte("no gzip")
	body.Store(&raw3)
	if _, err := c.Self.Get(t.Context()); !errors.Is(err, ErrBadAnswer) {
		t.Errorf("a false gzip comes to %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// A redirect is an error, and nothing is sent to where it points.
func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	var second atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { second.Add(1) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, status) })
		if _, err := c.Self.Get(t.Context()); !errors.Is(err, ErrRedirect) {
			t.Errorf("%d comes to %v", status, err)
		}
	}
	if second.Load() != 0 {
		t.Errorf("the other host was asked %d times", second.Load())
	}
}

func TestPolicyStopsBeforeTheWire(t *testing.T) {
	t.Parallel()
	refused := fmt.Errorf("read-only: %w", ErrPolicy)
	c := New(Config{
		Session: func(context.Context) (Session, error) {
			return Session{API: testAPI, Bridge: testBridge, Transport: wire(func(r *http.Request) (*http.Response, error) {
				t.Errorf("%s %s was sent", r.Method, r.URL)
				return nil, io.EOF
			})}, nil
		},
		Policy: func(op catalogue.Operation) error {
			if op.Effect != catalogue.Reads {
				return refused
			}
			return nil
		},
	})
	if _, err := c.APITokens.Create(t.Context(), NewAPIToken{}); !errors.Is(err, ErrPolicy) {
		t.Errorf("error is %v", err)
	}
	for _, r := range []RawRequest{{Method: "DELETE", Path: "/v2/organisations/orga_1"}, {Method: "GET", Path: "/v2/nobody/knows"}} {
		if _, err := c.Raw(t.Context(), r); !errors.Is(err, ErrPolicy) {
			t.Errorf("%s %s comes to %v", r.Method, r.Path, err)
		}
	}
}

// What has its own way is refused with any spelling, before the wire.
func TestOwnWay(t *testing.T) {
	t.Parallel()
	c := client(testAPI, wire(func(r *http.Request) (*http.Response, error) {
		t.Errorf("%s %s was sent", r.Method, r.URL)
		return nil, io.EOF
	}))
	for _, r := range []RawRequest{
		{Method: "POST", Path: "/api-tokens"},
		{Method: "POST", Path: "https://api-bridge.clever-cloud.com/api-tokens"},
		{Method: "POST", Path: "/v2/oauth/access_token"},
		{Method: "GET", Path: "/v2/oauth/authorize"},
		{Method: "GET", Path: "/v2/self/cli_tokens"},
		{Method: "PUT", Path: "/v2/self/change_password"},
		{Method: "POST", Path: "/v2/self/mfa/TOTP"},
		{Method: "GET", Path: "/v2/self/mfa/TOTP/backupcodes"},
		{Method: "POST", Path: "/v2/sessions/login"},
		{Method: "POST", Path: "/v2/self/cli%5Ftokens"},
		{Method: "GET", Path: "/v2/self/cli_tokens;a=b"},
		{Method: "PUT", Path: "/v2/self/Change_Password"},
		{Method: "POST", Path: "/v2/OAuth/access_token"},
		{Method: "POST", Path: "/api-tokens/x"},
		{Method: "TRACE", Path: "/v2/self"},
		{Method: "get", Path: "/v2/self"},
		{Method: "GET", Path: "/v2/self", Body: []byte("{}")},
	} {
		if _, err := c.Raw(t.Context(), r); err == nil {
			t.Errorf("%s %s is allowed", r.Method, r.Path)
		}
	}
}

// The bearer of an API token goes to the bridge, everything else to the API.
func TestWhereRequestsGo(t *testing.T) {
	t.Parallel()
	for _, bearer := range []bool{false, true} {
		var hosts []string
		c := New(Config{Session: func(context.Context) (Session, error) {
			return Session{API: testAPI, Bridge: testBridge, Bearer: bearer, Transport: wire(func(r *http.Request) (*http.Response, error) {
				hosts = append(hosts, r.URL.Host)
				return answer(200, "application/json", `[]`), nil
			})}, nil
		}})
		c.Zones.List(t.Context())
		c.APITokens.List(t.Context())
		want := testAPI.Host
		if bearer {
			want = testBridge.Host
		}
		if len(hosts) != 2 || hosts[0] != want || hosts[1] != testBridge.Host {
			t.Errorf("bearer %t: hosts are %v", bearer, hosts)
		}
	}
}

// One call has at most CallLimit requests under way, and one that cannot be sent
// before its time is out says so.
func TestLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		c := client(testAPI, wire(func(r *http.Request) (*http.Response, error) {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(time.Second)
			now.Add(-1)
			return answer(200, "application/json", `[]`), nil
		}))
		ctx := ForCall(t.Context())
		done := make(chan error)
		for range 2 * CallLimit {
			go func() { _, err := c.Zones.List(ctx); done <- err }()
		}
		for range 2 * CallLimit {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if most.Load() != CallLimit {
			t.Errorf("%d requests were under way at once, want %d", most.Load(), CallLimit)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		c := client(testAPI, wire(func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() }))
		busy := New(Config{MaxInFlight: 1, Session: c.session})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		go busy.Zones.List(ctx)
		synctest.Wait()
		short, cancel2 := context.WithTimeout(t.Context(), time.Second)
		defer cancel2()
		if _, err := busy.Zones.List(short); !errors.Is(err, ErrBusy) {
			t.Errorf("error is %v", err)
		}
	})
}

// A long list costs the memory of what is kept.
func TestListIsStreamed(t *testing.T) {
	t.Parallel()
	const n = 20_000
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, "[")
		for i := range n {
			if i > 0 {
				io.WriteString(w, ",")
			}
			fmt.Fprintf(w, `{"id":"app_%d","name":"n","env":[{"name":"A","value":"0123456789012345678901234567890123456789"}]}`, i)
		}
		io.WriteString(w, "]")
	})
	seen := 0
	err := c.Applications.List(t.Context(), "orga_1", func(a Application) { seen++ })
	if err != nil || seen != n {
		t.Errorf("saw %d of %d, %v", seen, n, err)
	}
	if err := c.Applications.List(t.Context(), "..", func(Application) {}); err == nil {
		t.Error("an owner named .. is asked for")
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct {
			value string
			want  time.Duration
		}{
			{"5", 5 * time.Second}, {"0", 0}, {"-1", 0}, {"", 0}, {"soon", 0}, {"99999999", 0},
			{time.Now().Add(time.Minute).UTC().Format(http.TimeFormat), time.Minute},
			{time.Now().Add(-time.Minute).UTC().Format(http.TimeFormat), 0},
		} {
			if got := retryAfter(http.Header{"Retry-After": {tt.value}}); got != tt.want {
				t.Errorf("Retry-After %q is %s, want %s", tt.value, got, tt.want)
			}
		}
	})
}
