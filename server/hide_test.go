package server

import (
	"context"
	"errors"
	"strings"
	"testing"

	"clever-mcp/tools"
)

// Errors of the protocol quote what a client sent, and what a resource says; a
// secret in that is hidden on every transport.
func TestProtocolErrorsHide(t *testing.T) {
	t.Parallel()
	const secret = "innocent-looking-value"
	hide := tools.NewHider()
	hide.Learn(secret)
	runner, err := tools.NewRunner([]tools.Any{echo()}, &tools.Deps{Hide: hide, Confirm: tools.NewSealer()})
	if err != nil {
		t.Fatal(err)
	}
	fails := func(context.Context, map[string]string) (string, error) {
		return "", errors.New("it broke at " + secret)
	}
	s, err := New(Config{
		Name: "clever-mcp", Version: "1", Runner: runner, Hide: hide.Text,
		Prompts:   []Prompt{{Name: "broken", Text: fails}},
		Resources: []Resource{{URI: "clever://self", Name: "self", Read: fails}},
	})
	if err != nil {
		t.Fatal(err)
	}
	messages := map[string]string{
		"tool":     `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"` + secret + `","arguments":{}}}`,
		"prompt":   `{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"` + secret + `"}}`,
		"error":    `{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"broken"}}`,
		"resource": `{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"clever://self"}}`,
		"address":  `{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"clever://` + secret + `"}}`,
		"method":   `{"jsonrpc":"2.0","id":1,"method":"tools/` + secret + `"}`,
		"task":     `{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"` + secret + `"},"argument":{"name":"a","value":""}}}`,
	}
	for name, message := range messages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := open(t, s, testHTTP)
			defer v.close()
			session := v.begin(elicitingHello)
			_, overHTTP := v.post(message, sessionHeader, session)
			var out strings.Builder
			if err := s.ServeStdio(t.Context(), strings.NewReader(elicitingHello+"\n"+message+"\n"), &out); err != nil {
				t.Error(err)
			}
			for transport, said := range map[string]string{"http": overHTTP, "stdio": out.String()} {
				if strings.Contains(said, secret) || !strings.Contains(said, `"error":`) {
					t.Errorf("%s: %s", transport, said)
				}
			}
		})
	}
}
