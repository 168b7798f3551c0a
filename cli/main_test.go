package cli

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// TestMain lets this test program be the command line itself: for what only a
// process of its own can show, and where a command starts its own program. Under
// the name of a fake it is that one.
func TestMain(m *testing.M) {
	if answers, ok := fakeServers[filepath.Base(os.Args[0])]; ok {
		answer(answers)
		os.Exit(0)
	}
	if os.Getenv("TEST_AS_PROGRAM") != "" || len(os.Args) > 1 && os.Args[1] == "serve" {
		os.Exit(Main())
	}
	os.Exit(m.Run())
}

// fakeServers are programs that are no good servers, by what they answer to each
// line; they end after the last. What is named by $ is of their environment.
var fakeServers = map[string][]string{
	"prints":  {"hello"},
	"ends":    {},
	"silent":  {"", "", ""},
	"refuses": {`{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"not today$CLEVER_SECRET"}}`},
	"older": {
		`{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","serverInfo":{"version":"0.0.1"}}}`, "",
		`{"jsonrpc":"2.0","id":2,"result":{"tools":[{}]}}`,
	},
	"toolless": {`{"jsonrpc":"2.0","id":1,"result":{}}`, "", `{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}`},
}

func answer(answers []string) {
	lines := bufio.NewScanner(os.Stdin)
	for _, a := range answers {
		if !lines.Scan() {
			return
		}
		if a != "" {
			fmt.Println(os.ExpandEnv(a))
		}
	}
}
