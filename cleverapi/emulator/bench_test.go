package emulator

import (
	"net/http"
	"net/http/httptest"
	goruntime "runtime"
	"testing"
)

// How an emulator grows with its account: the time to start, the memory that it
// keeps, and how fast it answers. BenchmarkServe asks in the process, so that the
// figures are the emulator's and not those of sockets.

func BenchmarkStart(b *testing.B) {
	for _, name := range []string{"demo", "large"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := New(Options{Seed: seedOf(b, name), Clock: NewClock(start, 0)}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkServe(b *testing.B) {
	for _, name := range []string{"demo", "large"} {
		var before, after goruntime.MemStats
		goruntime.GC()
		goruntime.ReadMemStats(&before)
		e, err := New(Options{Seed: seedOf(b, name), Clock: NewClock(start, 0)})
		if err != nil {
			b.Fatal(err)
		}
		goruntime.GC()
		goruntime.ReadMemStats(&after)
		env := envMap(e, "http://127.0.0.1")
		o := e.state.owners[len(e.state.owners)-1]
		for _, ask := range []struct{ name, path string }{
			{"self", "/v2/self"},
			{"app", "/v2/organisations/" + o.id + "/applications/" + o.apps[len(o.apps)-1].id},
			{"apps", "/v2/organisations/" + o.id + "/applications"},
			{"summary", "/v2/summary"},
		} {
			b.Run(name+"/"+ask.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					r := httptest.NewRequest("GET", ask.path, nil)
					r.Header.Set("Authorization", "Bearer "+env["CLEVER_API_TOKEN"])
					w := httptest.NewRecorder()
					e.ServeHTTP(w, r)
					if w.Code != http.StatusOK {
						b.Fatalf("%s: %d %s", ask.path, w.Code, w.Body)
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB-kept")
			})
		}
	}
}
