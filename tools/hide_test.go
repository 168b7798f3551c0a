package tools

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// leaks tells whether any 8 bytes of a secret stand in a text, plainly or
// encoded.
func leaks(text, secret string) bool {
	for i := 0; i+8 <= len(secret); i++ {
		if strings.Contains(text, secret[i:i+8]) {
			return true
		}
	}
	return false
}

func TestHideLearned(t *testing.T) {
	t.Parallel()
	const secret = `p4ss/w0rd+with "quotes" & é!(*)`
	h := NewHider()
	h.Learn(secret, "short")
	for name, text := range map[string]string{
		"plain":           "the value is " + secret + ".",
		"URL query":       "https://x/?a=" + url.QueryEscape(secret),
		"URL path":        "https://x/" + url.PathEscape(secret),
		"lower URL query": "https://x/?a=" + lowerEscapes(url.QueryEscape(secret)),
		"by Python":       "https://x/" + "p4ss/w0rd%2Bwith%20%22quotes%22%20%26%20%C3%A9%21%28%2A%29",
		"by JavaScript":   "https://x/?a=" + "p4ss%2Fw0rd%2Bwith%20%22quotes%22%20%26%20%C3%A9!(*)",
		"by encodeURI":    "https://x/?a=" + "p4ss/w0rd+with%20%22quotes%22%20&%20%C3%A9!(*)",
		"JSON by Python":  `{"a": "p4ss/w0rd+with \"quotes\" & \u00e9!(*)"}`,
		"JSON by PHP":     `{"a":"p4ss\/w0rd+with \"quotes\" & \u00e9!(*)"}`,
		"JSON by Java":    `{"a":"p4ss\/w0rd+with \"quotes\" & \u00E9!(*)"}`,
		"JSON in PHP's":   `{"a":` + string(must(json.Marshal(`{"b":"p4ss\/w0rd+with \"quotes\" & \u00e9!(*)"}`))) + `}`,
		"base64":          base64.StdEncoding.EncodeToString([]byte(secret)),
		"base64 in text":  base64.StdEncoding.EncodeToString([]byte("user:" + secret + "!")),
		"base64 shifted":  base64.RawURLEncoding.EncodeToString([]byte("ab" + secret)),
		"JSON in JSON":    `{"a":` + string(must(json.Marshal(`{"b":`+string(must(json.Marshal(secret)))+`}`))) + `}`,
		"twice":           secret + secret,
		"inside a secret": "x" + secret + "y",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := h.Text(text)
			if leaks(got, secret) || strings.Contains(got, text) {
				t.Errorf("Text(%q) = %q", text, got)
			}
			if again := h.Text(got); again != got {
				t.Errorf("hiding twice changes %q to %q", got, again)
			}
		})
	}
	if got := h.Text("a short word"); got != "a short word" {
		t.Errorf("an ordinary word is hidden: %q", got)
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func TestHideByForm(t *testing.T) {
	t.Parallel()
	h := NewHider()
	for name, tt := range map[string]struct{ text, secret, kept string }{
		"URL password":   {"postgresql://admin:s3cr3tPassw0rd@db.example.com:5432/app", "s3cr3tPassw0rd", "db.example.com:5432/app"},
		"private key":    {"before\n-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabcdefgh\n-----END RSA PRIVATE KEY-----\nafter", "MIIEpAIBAAKCAQEA", "after"},
		"cut key":        {"-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA", "MIIEpAIBAAKCAQEA", ""},
		"JWT":            {"token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P end", "eyJhbGciOiJIUzI1NiJ9", " end"},
		"GitHub token":   {"ghp_0123456789abcdefghijABCDEFGHIJ012345", "0123456789abcdefghij", ""},
		"bearer":         {"sent Authorization: Bearer abcdefghijklmnop1234", "abcdefghijklmnop1234", "sent Authorization: Bearer"},
		"OAuth header":   {`OAuth oauth_consumer_key="k", oauth_token="tok0123456789", oauth_signature="sec%26ret012345"`, "ret012345", `oauth_consumer_key="k"`},
		"AWS key":        {"id AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE", "id "},
		"redis password": {"redis://:hunter2hunter2@host:6379", "hunter2hunter2", "host:6379"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := h.Text(tt.text)
			if leaks(got, tt.secret) || !strings.Contains(got, tt.kept) {
				t.Errorf("Text(%q) = %q", tt.text, got)
			}
			if again := h.Text(got); again != got {
				t.Errorf("hiding twice changes %q to %q", got, again)
			}
		})
	}
	for _, plain := range []string{
		"app_0d9a3c64-0f52-4d0c-8a55-61f6a0c1a111", "https://www.example.com/a?b=c", "commit 3f2504e04f8941d39a0c0305e82c3301abcdef01",
		"git+ssh://git@push-n2-par.example.com/app_1.git", "2026-06-01T10:00:00Z", "été, 日本語, 👩‍👩‍👧, ✔️, 1️⃣", "",
	} {
		if got := h.Text(plain); got != plain {
			t.Errorf("Text(%q) = %q", plain, got)
		}
	}
}

// Fingerprints compare values within a process and say nothing outside it.
func TestMark(t *testing.T) {
	t.Parallel()
	a, b := NewHider(), NewHider()
	first, second := a.Mark("one value"), a.Mark("one value")
	if first != second || first == a.Mark("another") {
		t.Error("fingerprints do not compare values")
	}
	if a.Mark("one value") == b.Mark("one value") {
		t.Error("two processes give the same fingerprint")
	}
}

func TestHideBody(t *testing.T) {
	t.Parallel()
	h := NewHider()
	var doc any
	err := json.Unmarshal([]byte(`[{"id":"app_0d9a3c64-0f52-4d0c-8a55-61f6a0c1a111","name":"api","zone":"par","commitId":"3f2504e04f8941d39a0c0305e82c3301abcdef01",
		"env":[{"name":"GREETING","value":"innocent-looking"},{"name":"PORT","value":"8080"}],
		"exposed_env":{"URL":"plain-value-1"},"webhookSecret":"abc","config":{"host":"h","password":"pw1"},
		"vhosts":[{"fqdn":"www.example.com/"}],"odd":"zX81kfjQ02mvB7sLq9","price":12.5}]`), &doc)
	if err != nil {
		t.Fatal(err)
	}
	got := string(must(json.Marshal(h.Body(doc))))
	for _, secret := range []string{"innocent-looking", "8080", "plain-value-1", `"abc"`, "pw1", "zX81kfjQ02mvB7sLq9"} {
		if strings.Contains(got, secret) {
			t.Errorf("%s is shown: %s", secret, got)
		}
	}
	for _, kept := range []string{"app_0d9a3c64", `"GREETING"`, `"api"`, "www.example.com/", "3f2504e0", "12.5"} {
		if !strings.Contains(got, kept) {
			t.Errorf("%s is hidden: %s", kept, got)
		}
	}
	for _, read := range []string{"innocent-looking", "zX81kfjQ02mvB7sLq9"} {
		if text := h.Text("log: " + read); strings.Contains(text, read) {
			t.Errorf("a value that was read once shows in a log: %s", text)
		}
	}
}

// What an answer says of a credential beside it stays readable, also in later
// answers; what it hides does not depend on how the credential is called there.
func TestHideWhatDescribesCredentials(t *testing.T) {
	t.Parallel()
	h := NewHider()
	var doc any
	err := json.Unmarshal([]byte(`{"registry":{"creationDate":"2026-11-23T17:55:49.094Z"},
		"tokens":[{"biscuitToken":"EnYKDBgDIgwIABIGCAEQASAB","token":{"creationDate":"2026-11-23T17:55:49.094Z","expiresAt":"2026-12-23T17:55:49.094Z",
			"id":"registry_token_cad26e08-d41f-439b-8203-0ca02bdaca3b","rights":"READ_WRITE"}}],
		"credentials":{"id":"hunter-secret-id","state":"letmein","creationDate":"correct horse","user":"u-plain-1","rights":"OPEN SESAME"},
		"password":"READ_ONLY_1","secret":["SEVENTEEN"]}`), &doc)
	if err != nil {
		t.Fatal(err)
	}
	got := string(must(json.Marshal(h.Body(doc))))
	for _, secret := range []string{"EnYKDBgD", "hunter-secret-id", "letmein", "correct horse", "u-plain-1", "OPEN SESAME", "READ_ONLY_1", "SEVENTEEN"} {
		if strings.Contains(got, secret) {
			t.Errorf("%s is shown: %s", secret, got)
		}
	}
	for _, kept := range []string{`"expiresAt":"2026-12-23T17:55:49.094Z"`, "registry_token_cad26e08", `"READ_WRITE"`} {
		if !strings.Contains(got, kept) {
			t.Errorf("%s is hidden: %s", kept, got)
		}
	}
	if later := h.Text("made at 2026-11-23T17:55:49.094Z"); strings.Contains(later, "hidden") {
		t.Errorf("a date is a secret from now on: %s", later)
	}
}

func TestVisible(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"escape": "a\x1b[2Jb", "bell": "a\a", "return": "good\rbad", "bidi": "a\u202eb", "zero width": "a\u200bb", "tag": "a\U000E0041b",
		"entity": "a&#x1b;[2J", "entity without its end": "a&#27[2J", "named entity": "a&rlm;b", "entity of an entity": "a&amp;#8238;b", "part of an entity": "a&#38;shy;b",
		"lone selector": "a\uFE0Fb", "C1": "a\u009bb", "isolate": "\u2066x\u2069", "joiner": "a\u200db", "soft hyphen": "a\u00adb",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Visible(text)
			for _, r := range got {
				if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
					t.Errorf("Visible(%q) = %q", text, got)
				}
			}
			if decoded := html.UnescapeString(html.UnescapeString(got)); got == text || Visible(got) != got || Visible(decoded) != decoded {
				t.Errorf("Visible(%q) = %q, twice %q, decoded %q", text, got, Visible(got), decoded)
			}
		})
	}
	for _, text := range []string{"a & b", "R&D &amp; more", "&lt;b&gt; &eacute;", "été, 日本語, 👩‍👩‍👧, ✔️, 1️⃣", "a\nb\tc", "100 % sûr"} {
		if got := Visible(text); got != text {
			t.Errorf("Visible(%q) = %q", text, got)
		}
	}
}

// Anybody may write a line to a log, and its time must not be the square of its
// length.
func TestEntitiesOfEntitiesTakeNoTime(t *testing.T) {
	t.Parallel()
	begin := time.Now()
	for _, text := range []string{"&" + strings.Repeat("amp;", 16<<10), "&" + strings.Repeat("#38;", 100) + "#x202e;"} {
		if got := Visible(text); strings.Contains(got, "&") || Visible(got) != got {
			t.Errorf("Visible(%.60q…) = %.60q…", text, got)
		}
	}
	if text := "&amp;amp;amp;lt;"; Visible(text) != text {
		t.Errorf("Visible(%q) = %q", text, Visible(text))
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

func FuzzHide(f *testing.F) {
	f.Add("secret-value-1", "text with secret-value-1 in it")
	f.Add("a\x1b[31mb0123456", "x")
	f.Add("eyJhbGciOiJIUzI1NiJ9", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.x")
	f.Add("ordinary-secret", "BeArEr abcdefghijklmnop, basic dXNlcjpwYXNzd29yZA==, oAuth_token=x")
	f.Add("ordinary-secret", "-----BEGIN PRIVATE KEY----- redis://:hunter2@host AKIAIOSFODNN7EXAMPLE SG.aaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbb")
	f.Fuzz(func(t *testing.T, secret, text string) {
		if len(secret) < 8 || len(secret) > 1000 || strings.Contains("[hidden under 8-15 16-31 32-63 64+ empty]", secret) {
			return
		}
		h := NewHider()
		h.Learn(secret)
		for _, in := range []string{text, text + secret + text, secret + secret} {
			got := h.Text(in)
			if table := h.table.Load(); plain(table, in) && Visible(h.secrets(table, in)) != in {
				t.Fatalf("%q is plain, and comes to %q", in, Visible(h.secrets(table, in)))
			}
			if strings.Contains(got, secret) && !strings.Contains(h.Mark(secret), secret) {
				t.Fatalf("Text(%q) = %q shows %q", in, got, secret)
			}
			if Visible(got) != got {
				t.Fatalf("Text(%q) = %q is not clean", in, got)
			}
		}
		raw := must(json.Marshal(map[string]any{"a": text + secret, secret: []string{secret}}))
		got := h.JSON(raw)
		if !json.Valid(got) {
			t.Fatalf("JSON(%s) = %s", raw, got)
		}
	})
}

// Cleaning leaves nothing that steers or hides, also where entities are decoded
// after it, and once is enough.
func FuzzVisible(f *testing.F) {
	for _, s := range []string{"a\x1b[2Jb", "&#x1b;[2J", "&amp;#27;", "\u202eb", "👩\u200d👩 \u200d", "1\ufe0f\u20e3", "\xff\ufffd", "&zwj;&amp;zwj;", "&lt;&#105;&gt;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Visible(text)
		if Visible(got) != got {
			t.Fatalf("Visible(%q) = %q, and again %q", text, got, Visible(got))
		}
		if !utf8.ValidString(got) {
			t.Fatalf("Visible(%q) = %q is no UTF-8", text, got)
		}
		for range 3 {
			for i, r := range []rune(got) {
				if !shown([]rune(got), i) {
					t.Fatalf("Visible(%q) comes to %q with %U in it", text, got, r)
				}
			}
			got = html.UnescapeString(got)
		}
	})
}

// The quick look over a document says that nothing is in it exactly when taking it
// apart finds nothing.
func TestNothingInAgreesWithWalk(t *testing.T) {
	t.Parallel()
	h := NewHider()
	h.Learn(`pass"word\1`, "known-value")
	for doc, hides := range map[string]bool{
		`{}`: false, `[1,"a",null]`: false, `"https://example.com/a?b=c"`: false, `"a\\"`: false, `{"k":"oauth_token"}`: false, `"é😀\n"`: false,
		`{"a":"pass\"word\\1"}`: true, `{"pass\"word\\1":1}`: true, `"a known-value."`: true, `"postgres://u:secret@host/db"`: true,
		`["\\","BeaRer abcdefghijklmnop"]`: true, `{"k":"oauth_token=x"}`: true, `"sk-aaaaaaaaaaaaaaaa"`: true,
		`"\u202etxt"`: true, "\"\u202e\"": true, "\"\x7f\"": true, `{"k":"&#x202e;"}`: true,
	} {
		var v any
		if err := json.Unmarshal([]byte(doc), &v); err != nil {
			t.Fatal(err)
		}
		if _, changed := h.walk(v); changed != hides {
			t.Errorf("taking %s apart changes it: %t, want %t", doc, changed, hides)
		}
		if got := h.nothingIn([]byte(doc)); got == hides {
			t.Errorf("nothingIn(%s) = %t", doc, got)
		}
	}
}
