//go:build unix

package server

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"clever-mcp/tools"
)

// A client that is gone waits for nothing: what it began to read ends at once, and
// what it began to write goes on to its end. One that only ended its input is
// answered.
func TestStdioEndsReadsOfAClientThatIsGone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, line  string
		gone, ended bool
	}{
		{"reads, gone", callLine("1"), true, true},
		{"writes, gone", destroyLine, true, false},
		{"reads, input ended", callLine("1"), false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			began, release, ended := make(chan struct{}), make(chan struct{}), make(chan bool, 1)
			work := func(ctx context.Context) error {
				close(began)
				select {
				case <-ctx.Done():
				case <-release:
				}
				ended <- ctx.Err() != nil
				return ctx.Err()
			}
			s := newServer(t,
				reads(func(ctx context.Context, _ *tools.Call, _ []string) (string, error) { return "", work(ctx) }),
				destroys(func(ctx context.Context, _ *tools.Call, _ string) error { return work(ctx) }))
			in, input := io.Pipe()
			heard, out, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			defer heard.Close()
			served := make(chan error, 1)
			go func() { served <- s.ServeStdio(t.Context(), in, out) }()
			io.WriteString(input, strings.TrimSpace(tt.line)+"\n")
			<-began
			if tt.gone {
				heard.Close()
			}
			input.Close()
			patience := 4 * lookAfter
			if tt.ended {
				patience = 30 * time.Second // a machine that does other things too
			}
			select {
			case <-ended:
				if !tt.ended {
					t.Fatal("the call was ended")
				}
			case <-time.After(patience):
				if tt.ended {
					t.Fatal("the call goes on")
				}
				close(release)
				if <-ended {
					t.Error("the call was ended")
				}
			}
			<-served
		})
	}
}
