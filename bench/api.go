package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"clever-mcp/cleverapi/emulator"
)

// small is the answer of the small call: what the API says of a user.
const small = "/v2/self"

// api stands in for Clever Cloud: it answers with bytes that are in memory, after
// the delay that is set, and counts what a server under measurement asks.
type api struct {
	url      string
	listener net.Listener
	server   *http.Server
	delay    atomic.Int64 // nanoseconds before an answer
	answers  sync.Map     // path to []byte; what is not there is 404
	owners   []string     // of the large account

	requests           atomic.Int64
	under, mostUnder   atomic.Int64 // requests under way
	opened, open, most atomic.Int64 // connections
}

func newAPI() (*api, error) {
	a := &api{}
	var err error
	if a.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	a.url = "http://" + a.listener.Addr().String()
	if err := a.record(); err != nil {
		return nil, err
	}
	a.server = &http.Server{Handler: a, ConnState: func(_ net.Conn, s http.ConnState) {
		switch s {
		case http.StateNew:
			a.opened.Add(1)
			grow(&a.most, a.open.Add(1))
		case http.StateClosed, http.StateHijacked:
			a.open.Add(-1)
		}
	}}
	go func() { _ = a.server.Serve(a.listener) }()
	return a, nil
}

// record asks the emulator once for all that is measured: its account of 5,000
// applications in 50 organisations.
func (a *api) record() error {
	seed, err := emulator.SeedNamed("large")
	if err != nil {
		return err
	}
	e, err := emulator.New(emulator.Options{Seed: seed})
	if err != nil {
		return err
	}
	var token string
	for _, line := range e.Env(a.url) {
		if t, ok := strings.CutPrefix(line, "CLEVER_API_TOKEN="); ok {
			token = t
		}
	}
	ask := func(path string) ([]byte, error) {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			return nil, fmt.Errorf("the emulator answers %d to %s", w.Code, path)
		}
		plain, _, _ := strings.Cut(path, "?")
		a.answers.Store(plain, w.Body.Bytes())
		return w.Body.Bytes(), nil
	}
	summary, err := ask("/v2/summary")
	if err != nil {
		return err
	}
	if _, err := ask(small); err != nil {
		return err
	}
	for _, id := range regexp.MustCompile(`"id":"(orga_[^"]+)"`).FindAllSubmatch(summary, -1) {
		owner := string(id[1])
		a.owners = append(a.owners, owner)
		for _, of := range []string{"applications", "instances", "deployments?limit=1"} {
			if _, err := ask("/v2/organisations/" + owner + "/" + of); err != nil {
				return err
			}
		}
	}
	return nil
}

// fetch is the request that every figure is held against: by net/http, with
// nothing around it.
func (a *api) fetch(ctx context.Context, client *http.Client, path string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url+path, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.requests.Add(1)
	grow(&a.mostUnder, a.under.Add(1))
	defer a.under.Add(-1)
	if d := a.delay.Load(); d > 0 {
		<-time.After(time.Duration(d))
	}
	answer, ok := a.answers.Load(r.URL.Path)
	if !ok {
		http.Error(w, `{"id":404,"message":"nothing is recorded here","type":"error"}`, http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	switch answer := answer.(type) {
	case []byte:
		w.Header().Set("Content-Length", fmt.Sprint(len(answer)))
		_, _ = w.Write(answer)
	case func(io.Writer):
		answer(w)
	}
}

// settled returns how many connections are open once those of programs that have
// ended are closed.
func (a *api) settled() int64 {
	for {
		open := a.open.Load()
		<-time.After(200 * time.Millisecond)
		if a.open.Load() == open {
			return open
		}
	}
}

// forget begins the counts anew.
func (a *api) forget() {
	a.opened.Store(0)
	a.most.Store(a.open.Load())
	a.mostUnder.Store(0)
	a.requests.Store(0)
}

func grow(most *atomic.Int64, n int64) {
	for {
		was := most.Load()
		if n <= was || most.CompareAndSwap(was, n) {
			return
		}
	}
}

// The paths of the two answers of 100 MB: a list of applications and one object.
const (
	hugeOwner  = "orga_00000000-0000-4000-8000-000000000001"
	hugeList   = "/v2/organisations/" + hugeOwner + "/applications"
	hugeObject = "/v2/organisations/" + hugeOwner
	huge       = 100 << 20
)

// addHuge serves the answers of 100 MB, made while they are sent so that this
// process does not hold them, and an account that has them. It returns how many applications the list has.
func (a *api) addHuge() (int, error) {
	list, ok := a.answers.Load("/v2/organisations/" + a.owners[0] + "/applications")
	if !ok {
		return 0, fmt.Errorf("no applications of %s are recorded", a.owners[0])
	}
	one := firstElement(list.([]byte))
	id := regexp.MustCompile(`"id":"app_[^"]+"`)
	n := huge / (len(one) + 1)
	a.answers.Store(hugeList, func(w io.Writer) {
		sep := "["
		for i := range n {
			_, _ = io.WriteString(w, sep)
			_, _ = w.Write(id.ReplaceAll(one, fmt.Appendf(nil, `"id":"app_00000000-0000-4000-8000-%012d"`, i)))
			sep = ","
		}
		_, _ = io.WriteString(w, "]")
	})
	filler := bytes.Repeat([]byte("x"), 64<<10)
	a.answers.Store(hugeObject, func(w io.Writer) {
		_, _ = io.WriteString(w, `{"id":"`+hugeOwner+`","name":"huge","description":"`)
		for range huge / len(filler) {
			_, _ = w.Write(filler)
		}
		_, _ = io.WriteString(w, `"}`)
	})
	for _, of := range []string{"instances", "deployments"} {
		a.answers.Store("/v2/organisations/"+hugeOwner+"/"+of, []byte(`{}`))
	}
	summary := fmt.Appendf(nil, `{"user":{"id":"user_00000000-0000-4000-8000-000000000002","name":"Huge","applications":[],"addons":[]},"organisations":[{"id":%q,"name":"huge","role":"ADMIN","applications":[`, hugeOwner)
	for i := range n {
		if i > 0 {
			summary = append(summary, ',')
		}
		summary = fmt.Appendf(summary, `{"id":"app_00000000-0000-4000-8000-%012d","name":"app-%05d","variantSlug":"node","state":"SHOULD_BE_UP"}`, i, i)
	}
	a.answers.Store("/v2/summary", append(summary, `],"addons":[]}]}`...))
	return n, nil
}

// firstElement returns the first object of a JSON list of objects.
func firstElement(list []byte) []byte {
	depth, text := 0, false
	for i, c := range list {
		switch {
		case text:
			text = c != '"' || list[i-1] == '\\'
		case c == '"':
			text = true
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return list[1 : i+1]
			}
		}
	}
	return nil
}
