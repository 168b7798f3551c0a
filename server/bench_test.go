package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log"
	"strings"
	"testing"

	mcpserver "github.com/mark3labs/mcp-go/server"
)

// BenchmarkStdio compares the loop with the library's own: one small call at a
// time, and 64 in flight. The ratio of the two is what counts.
func BenchmarkStdio(b *testing.B) {
	s := newServer(b, echo())
	lines := map[string]string{"older": callLine("%d", "par")}
	lines["modern"], _ = modern("%d", "par")
	loops := map[string]func(io.Reader, io.Writer) error{
		"ours": func(in io.Reader, out io.Writer) error { return s.ServeStdio(context.Background(), in, out) },
		"library": func(in io.Reader, out io.Writer) error {
			std := mcpserver.NewStdioServer(s.mcp)
			std.SetErrorLogger(log.New(io.Discard, "", 0))
			mcpserver.WithWorkerPoolSize(100)(std)
			mcpserver.WithQueueSize(10000)(std)
			return std.Listen(context.Background(), in, out)
		},
	}
	for _, era := range []string{"older", "modern"} {
		for _, inFlight := range []int{1, 64} {
			for _, loop := range []string{"ours", "library"} {
				b.Run(fmt.Sprintf("%s/%d/%s", era, inFlight, loop), func(b *testing.B) {
					benchmark(b, loops[loop], lines[era], inFlight)
				})
			}
		}
	}
}

func benchmark(b *testing.B, serve func(io.Reader, io.Writer) error, line string, inFlight int) {
	fromClient, toServer := io.Pipe()
	fromServer, toClient := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- serve(fromClient, toClient) }()
	answers := bufio.NewScanner(fromServer)
	answers.Buffer(nil, 1<<20)
	b.ReportAllocs()
	room := make(chan struct{}, inFlight)
	go func() {
		for i := range b.N {
			room <- struct{}{}
			fmt.Fprintf(toServer, line+"\n", i)
		}
	}()
	for range b.N {
		if !answers.Scan() || !strings.Contains(answers.Text(), `"result"`) {
			b.Fatalf("answer %q", answers.Text())
		}
		<-room
	}
	b.StopTimer()
	toServer.Close()
	<-ended
}
