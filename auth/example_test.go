package auth_test

import (
	"context"
	"fmt"
	"net/http"

	"clever-mcp/auth"
)

// A process makes one wire and one session, and asks the session before each
// request: a login made meanwhile is used at once.
func ExampleSession() {
	environment := map[string]string{
		"CLEVER_TOKEN": "the token", "CLEVER_SECRET": "its secret", "API_HOST": "http://127.0.0.1:9700",
	}
	store := auth.NewStore(auth.Config{Getenv: func(name string) string { return environment[name] }})
	session := auth.NewSession(store, auth.Auto, auth.NewWire(auth.WireConfig{}))

	credential, transport, err := session.Current(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(credential.Kind, "from", credential.Source)
	fmt.Println("to", credential.Base(), "signed with", transport.Method())
	fmt.Println(credential.Token)

	elsewhere, _ := http.NewRequest(http.MethodGet, "https://example.com/v2/self", nil)
	_, err = transport.RoundTrip(elsewhere)
	fmt.Println(err)
	// Output:
	// oauth1 from CLEVER_TOKEN and CLEVER_SECRET of the environment
	// to http://127.0.0.1:9700 signed with HMAC-SHA512
	// [hidden]
	// The request to https://example.com was not signed: this credential goes only to http://127.0.0.1:9700 and https://api-bridge.clever-cloud.com. Ask for an address there.
}
