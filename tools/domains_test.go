package tools

import (
	"fmt"
	"strings"
	"testing"

	"clever-mcp/cleverapi"
)

func TestParseDomain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want, err string }{
		{"www.example.com", "www.example.com", ""},
		{" WWW.Example.com/ ", "www.example.com", ""},
		{"example.com/shop/", "example.com/shop", ""},
		{"example.com/Shop/A", "example.com/Shop/A", ""},
		{"*.example.com", "*.example.com", ""},
		{"bücher.example.com", "xn--bcher-kva.example.com", ""},
		{"my-app.cleverapps.io", "my-app.cleverapps.io", ""},
		{"https://example.com", "", "is a URL"},
		{"example.com:8080", "", "has a port"},
		{"localhost", "", "not a full host name"},
		{"192.0.2.1", "", "is an IP address"},
		{"a.*.example.com", "", "star elsewhere"},
		{"example.com?x", "", "cannot be in a domain"},
		{"example.com/%2e", "", "cannot be in a domain"},
		{"co.uk", "", "suffix"},
		{"exa mple.com", "", "cannot be in a domain"},
		{"", "", "not a full host name"},
	} {
		d, err := parseDomain("add", tt.in)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%q: error is %v, want %q", tt.in, err, tt.err)
			}
			continue
		}
		if err != nil || d.String() != tt.want {
			t.Errorf("%q is %q, %v; want %q", tt.in, d, err, tt.want)
		}
	}
}

// What is taken stays the same when it is read again, and has nothing in it that
// a URL would need to have escaped.
func FuzzParseDomain(f *testing.F) {
	for _, s := range []string{"www.example.com/a", "*.example.com", "bücher.de", "a..b", "x.y/../z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		d, err := parseDomain("add", in)
		if err != nil {
			return
		}
		again, err := parseDomain("add", d.String())
		if err != nil || again != d {
			t.Fatalf("%q is %q, then %q, %v", in, d, again, err)
		}
		if strings.ContainsAny(d.host, " /\\?#@:%") {
			t.Fatalf("%q is the host %q", in, d.host)
		}
	})
}

func balancer(cname string, a ...string) cleverapi.LoadBalancer {
	var b cleverapi.LoadBalancer
	b.DNS.CNAME, b.DNS.A = cname, a
	return b
}

func TestDNSFor(t *testing.T) {
	t.Parallel()
	var domains []domain
	for _, n := range []string{"www.example.com", "www.example.com/path", "example.co.uk", "*.example.com", "x.cleverapps.io"} {
		d, err := parseDomain("add", n)
		if err != nil {
			t.Fatal(err)
		}
		domains = append(domains, d)
	}
	records, warnings := dnsFor(domains, []cleverapi.LoadBalancer{balancer("domain.par.clever-cloud.com.", "203.0.113.20", "203.0.113.21")})
	var got []string
	for _, r := range records {
		got = append(got, r.Name+" "+r.Type+" "+strings.Join(r.Values, ","))
	}
	want := "www.example.com CNAME domain.par.clever-cloud.com.|example.co.uk A 203.0.113.20,203.0.113.21|*.example.com CNAME domain.par.clever-cloud.com."
	if strings.Join(got, "|") != want {
		t.Errorf("records are %s", strings.Join(got, "|"))
	}
	if len(warnings) != 2 || !strings.Contains(warnings[0], "top of its zone") || !strings.Contains(warnings[1], "does not cover example.com") {
		t.Errorf("warnings are %q", warnings)
	}
	if records, warnings := dnsFor(domains[:1], nil); records != nil || len(warnings) != 1 {
		t.Errorf("without load balancers: %v, %q", records, warnings)
	}
}

// Nobody waits for a thousand requests, or wants half of them done.
func TestDomainsOfOneCallAreBounded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	many := make([]string, mostDomains)
	for i := range many {
		many[i] = fmt.Sprintf("d%d.example.com", i)
	}
	res := w.runner.Call(t.Context(), "update_domains", arguments(t, map[string]any{"app": "storefront", "add": many, "remove": []string{"x.example.com"}}), Caller{})
	if !res.IsError || !strings.Contains(res.Text, "There are 101 domains") || len(w.Requests()) > 0 {
		t.Errorf("after %d requests: %s", len(w.Requests()), res.Text)
	}
}
