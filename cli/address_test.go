package cli

import (
	"net"
	"strings"
	"testing"
)

func TestAddressInUse(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	for _, args := range [][]string{{"serve", "--demo", "--http"}, {"emulator", "--listen"}, {"emulator", "--listen", "127.0.0.1:0", "--listen-redis"}} {
		_, stderr, code := run(t, nil, "", append(args, ln.Addr().String())...)
		if code != exitStart || !strings.Contains(stderr, args[len(args)-1]+": ") || !strings.Contains(stderr, "Name another address; port 0 takes any that is free") {
			t.Errorf("%v: exit code %d, %q", args, code, stderr)
		}
	}
}
