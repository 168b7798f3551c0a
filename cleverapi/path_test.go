package cleverapi

import (
	"net/url"
	"strings"
	"testing"
)

func mustURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}

var (
	testAPI    = mustURL("https://api.clever-cloud.com")
	testBridge = mustURL("https://api-bridge.clever-cloud.com")
)

func TestCheckPath(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, given, want, why string }{
		{"plain", "/v2/self", "/v2/self", ""},
		{"v4", "/v4/products/zones", "/v4/products/zones", ""},
		{"tokens", "/api-tokens", "/api-tokens", ""},
		{"escaped", "/v2/self/emails/a%40b.c", "/v2/self/emails/a%40b.c", ""},
		{"star", "/v2/organisations/o/applications/a/vhosts/*.example.com", "/v2/organisations/o/applications/a/vhosts/*.example.com", ""},
		{"full URL", "https://api.clever-cloud.com/v2/self", "/v2/self", ""},
		{"bridge URL", "https://api-bridge.clever-cloud.com/api-tokens", "/api-tokens", ""},
		{"other host", "https://example.com/v2/self", "", "another host"},
		{"looks like the host", "https://api.clever-cloud.com.evil.example/v2/self", "", "another host"},
		{"user in the URL", "https://api.clever-cloud.com@evil.example/v2/self", "", "another host"},
		{"other scheme", "http://api.clever-cloud.com/v2/self", "", "another host"},
		{"other port", "https://api.clever-cloud.com:444/v2/self", "", "another host"},
		{"upper-case host", "https://API.clever-cloud.com/v2/self", "", "another host"},
		{"authority", "//evil.example/v2/self", "", "/v2/ or /v4/"},
		{"no slash", "v2/self", "", "/v2/ or /v4/"},
		{"other path", "/v3/self", "", "/v2/ or /v4/"},
		{"query", "/v2/self?a=1", "", "query"},
		{"fragment", "/v2/self#a", "", "fragment"},
		{"dots", "/v2/../v4/x", "", ".."},
		{"escaped dots", "/v2/%2e%2e/x", "", ".."},
		{"half escaped dots", "/v2/.%2E/x", "", ".."},
		{"one dot", "/v2/./x", "", ". or .."},
		{"escaped slash", "/v2/self%2Fx", "", "escaped /"},
		{"escaped twice", "/v2/%252e%252e", "", "escaped /"},
		{"escaped backslash", "/v2/a%5Cb", "", "escaped /"},
		{"NUL", "/v2/a%00", "", "control"},
		{"line break", "/v2/a%0d%0aHost:x", "", "control"},
		{"raw line break", "/v2/a\r\nHost: x", "", "control character"},
		{"backslash", `/v2\self`, "", "backslash"},
		{"space", "/v2/a b", "", "space"},
		{"unicode", "/v2/é", "", "outside ASCII"},
		{"double slash", "/v2//self", "", "empty segment"},
		{"slash at the end", "/v2/self/", "", "empty segment"},
		{"bad escape", "/v2/%zz", "", "two hexadecimal"},
		{"template", "/v2/organisations/{id}", "", "braces"},
		{"empty", "", "", "/v2/ or /v4/"},
		{"quote", `/v2/a"b`, "", "must be escaped"},
		{"angle brackets", "/v2/<a>", "", "must be escaped"},
		{"pipe", "/v2/a|b", "", "must be escaped"},
		{"escaped letter", "/v2/%73elf", "", "escapes a letter"},
		{"escaped underscore", "/v2/self/cli%5ftokens", "", "escapes a letter"},
		{"escaped hyphen after others", "/v2/a%20b%C3%A9%2Dc", "", "escapes a letter"},
		{"escaped dot in a name", "/v2/self%2e", "", "escapes a letter"},
		{"overlong dots", "/v4/%C0%AE%C0%AE/x", "", "not UTF-8"},
		{"parameter of a segment", "/v2/self;x/tokens", "", "must be escaped"},
		{"escaped accents and marks", "/v2/a%20%C3%A9%3B%3Fb", "/v2/a%20%C3%A9%3B%3Fb", ""},
		{"caret and backquote", "/v2/^`", "", "must be escaped"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := checkPath(tt.given, testAPI, testBridge)
			if tt.why == "" && (err != nil || got != tt.want) {
				t.Errorf("checkPath(%q) = %q, %v, want %q", tt.given, got, err, tt.want)
			}
			if tt.why != "" && (err == nil || !strings.Contains(err.Error(), tt.why)) {
				t.Errorf("checkPath(%q) = %q, %v, want an error with %q", tt.given, got, err, tt.why)
			}
		})
	}
}

// Whatever passes is sent as it stands: to the API, to the path that was given.
func FuzzCheckPath(f *testing.F) {
	for _, s := range []string{"/v2/self", "//x/v2/self", "/v2/%2e%2e/a", "https://api.clever-cloud.com/v2/self", "https://api.clever-cloud.com@x/v2/a", "/v2/a%0d", "/v4/a;b=c", "/v2/a:80@b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, given string) {
		path, err := checkPath(given, testAPI, testBridge)
		if err != nil {
			return
		}
		u, err := url.Parse(origin(testAPI) + path)
		if err != nil {
			t.Fatalf("%q passes and does not parse: %v", given, err)
		}
		if u.Host != testAPI.Host || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.EscapedPath() != path {
			t.Fatalf("%q passes as %q and becomes %s", given, path, u)
		}
		if !strings.HasSuffix(given, path) {
			t.Fatalf("%q was changed to %q", given, path)
		}
		for seg := range strings.SplitSeq(u.Path, "/") {
			if seg == ".." || seg == "." {
				t.Fatalf("%q passes with the segment %q", given, seg)
			}
		}
		if known := strings.NewReplacer("%61", "a", "%5f", "_", "%5F", "_", "%2d", "-", "%2D", "-").Replace(path); known != path {
			t.Fatalf("%q passes beside %q", path, known)
		}
		if strings.ContainsAny(u.Path, "\\\r\n\x00%") || strings.Contains(u.Path, "//") {
			t.Fatalf("%q passes as %q", given, u.Path)
		}
	})
}

func FuzzFill(f *testing.F) {
	f.Add("orga_1", "www.example.com/a")
	f.Add("..", "x")
	f.Add("a/../b", "%2e")
	c := New(Config{})
	f.Fuzz(func(t *testing.T, owner, domain string) {
		op := "PUT /v2/organisations/{id}/applications/{appId}/vhosts/{domain}"
		r, err := newRequest(c, op, params{"id": owner, "appId": "app_1", "domain": domain}, nil)
		if err != nil {
			return
		}
		u, err := url.Parse(origin(testAPI) + r.path)
		if err != nil {
			t.Fatalf("%q, %q make a path that does not parse: %v", owner, domain, err)
		}
		parts := strings.Split(u.EscapedPath(), "/")
		if len(parts) != 8 {
			t.Fatalf("%q, %q make %q", owner, domain, r.path)
		}
		for i, want := range map[int]string{3: owner, 7: domain} {
			got, err := url.PathUnescape(parts[i])
			if err != nil || got != want {
				t.Fatalf("parameter %q arrives as %q", want, got)
			}
		}
	})
}
