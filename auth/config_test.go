package auth

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzConfig reads any file. It must not panic, and an error about what cannot be
// read must not repeat a piece of the file.
func FuzzConfig(f *testing.F) {
	for _, seed := range []string{
		twoProfiles, `{"token":"t","secret":"s","expirationDate":12}`, `{"profiles":[null,{"alias":"a","token":"t","secret":"s","overrides":{"API_HOST":3}}]}`,
		`{"profiles":[{"alias":"default","token":123456789012345678901234567890}]}`, `{"profiles":null,"token":"t"}`, "", "[]", "null", `{"token":"s3cr`,
		`{"profiles":[{"alias":"\u001b[2J","token":"t","secret":"s","overrides":{"API_HOST":"http://\u001b@x"}}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := parseProfiles(data, "FILE")
		if err != nil {
			words := strings.NewReplacer("FILE", "", "the clever command line writes", "", "`clever-mcp login`", "").Replace(err.Error())
			for at := 0; at+12 <= len(data); at++ {
				if piece := string(data[at : at+12]); strings.Contains(words, piece) {
					t.Errorf("the error repeats %q: %v", piece, err)
				}
			}
		}
		path := filepath.Join(t.TempDir(), "clever-tools.json")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		s := NewStore(Config{Getenv: env(), File: path})
		c, err := s.Credential(t.Context())
		if err != nil {
			if i := strings.IndexFunc(err.Error(), func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x9b }); i >= 0 {
				t.Errorf("the error can steer a terminal: %q", err)
			}
			return
		}
		for _, u := range []string{c.Hosts.API.Host, c.Hosts.Bridge.Host, c.Hosts.Console.Host} {
			if parsed, _ := parseHost("https://"+u, false); parsed == nil || !trustedHost(parsed, nil) {
				t.Errorf("a file made %q a host", u)
			}
		}
		// What can be used can be written back, and then be used.
		if err := s.Save("saved", c); err != nil {
			t.Fatalf("it cannot be saved: %v", err)
		}
		back, err := s.Credential(t.Context())
		if err != nil || !back.Equal(c) || back.Profile != "saved" {
			t.Errorf("it came back as %+v, %v", back, err)
		}
		if text, err := os.ReadFile(path); err != nil || !json.Valid(text) {
			t.Errorf("written: %s", text)
		}
	})
}
