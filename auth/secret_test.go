package auth

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

const planted = "pl4nted-s3cret-value"

func TestSecretIsHiddenHoweverItIsShown(t *testing.T) {
	t.Parallel()
	s := NewSecret(planted)
	private := struct{ inner Secret }{s}
	c := Credential{Kind: KindOAuth, APIToken: s, ConsumerSecret: s, Token: s, TokenSecret: s, Hosts: DefaultHosts()}
	holders := map[string]any{
		"itself": s, "pointer": &s, "in a slice": []Secret{s}, "as a key": map[Secret]int{s: 1},
		"private field": private, "credential": c, "pointer to credential": &c, "transport": NewTransport(c, Auto, nil),
		"session": Session{last: NewTransport(c, Auto, nil)}, "in an error": fmt.Errorf("%w %v", ErrNoLogin, c),
		"profile": Profile{token: s, secret: s}, "dance": Dance{ConsumerSecret: s}, "login": &BrowserLogin{token: s},
	}
	for name, v := range holders {
		var out bytes.Buffer
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
			slog.New(handler).Info("shown", "v", v)
		}
		if text, err := json.Marshal(v); err == nil {
			out.Write(text)
		}
		if text, err := xml.Marshal(v); err == nil {
			out.Write(text)
		}
		for _, form := range []string{planted, fmt.Sprintf("%x", planted), fmt.Sprintf("%X", planted)} {
			if strings.Contains(out.String(), form) {
				t.Errorf("%s shows the secret: %s", name, out.String())
			}
		}
	}
	if got := fmt.Sprintf("%v %s %#v", s, s, s); got != "[hidden] [hidden] [hidden]" {
		t.Errorf("got %q", got)
	}
	if text, err := json.Marshal(s); err != nil || string(text) != `"[hidden]"` {
		t.Errorf("JSON: %s, %v", text, err)
	}
}

func TestSecretReveals(t *testing.T) {
	t.Parallel()
	if got := NewSecret(planted).Reveal(); got != planted {
		t.Errorf("Reveal gives %q", got)
	}
	var zero Secret
	if !zero.IsZero() || !NewSecret("").IsZero() || NewSecret("a").IsZero() || zero.Reveal() != "" {
		t.Error("zero is not zero")
	}
	if !NewSecret("a").Equal(NewSecret("a")) || NewSecret("a").Equal(NewSecret("b")) || zero.Equal(NewSecret("a")) {
		t.Error("Equal does not compare values")
	}
}

func TestCredentialListsItsSecrets(t *testing.T) {
	t.Parallel()
	c := oauthCredential(nil, nil)
	c.APIToken = NewSecret("bearer")
	var got []string
	for _, s := range c.Secrets() {
		got = append(got, s.Reveal())
	}
	if want := "bearer cs&% tk ts é"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if n := len((Credential{}).Secrets()); n != 0 {
		t.Errorf("the zero credential has %d secrets", n)
	}
}
