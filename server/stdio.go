package server

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
)

// StdioCaller names the one who calls over standard input.
const StdioCaller = "stdio"

// ServeStdio serves one client, a message a line, until the input ends or ctx is
// cancelled; both are a clean end. What was read is answered first: reads have
// 20 seconds for it, writes 25. It returns an error when the output breaks or
// the input cannot be read.
//
// Once the reader of the output is gone too, nobody waits for a read, and it ends.
//
// A Read of in that blocks outlives the return by cancellation.
func (s *Server) ServeStdio(ctx context.Context, in io.Reader, out io.Writer) error {
	c := newConn(s, "stdio", StdioCaller, nil)
	var line []byte
	var nobody atomic.Bool // reads the output; who writes to it then is killed by SIGPIPE
	c.write = func(msg []byte) error {
		if nobody.Load() {
			return nil
		}
		line = append(append(line[:0], msg...), '\n')
		_, err := out.Write(line)
		if cap(line) > 1<<20 {
			line = nil
		}
		return err
	}
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer c.asks.hangUp()
	ended := make(chan error, 1)
	go func() { ended <- c.readLines(work, in) }()

	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
	case err = <-c.broken:
		return fmt.Errorf("write to the client: %w", err)
	}
	c.asks.hangUp()
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		c.calls.drain()
	}()
	if file, ok := out.(*os.File); ok {
		go func() {
			if unread(file, drained) {
				nobody.Store(true)
				c.calls.cancel(false)
			}
		}()
	}
	select {
	case <-drained:
	case err = <-c.broken:
		return fmt.Errorf("write to the client: %w", err)
	}
	return err
}

// lookAfter is how often it is looked whether anybody still reads the output.
const lookAfter = 100 * time.Millisecond

// unread tells when nobody reads the output any more, unless all is answered before.
func unread(out *os.File, drained <-chan struct{}) bool {
	for !gone(out) {
		select {
		case <-drained:
			return false
		case <-time.After(lookAfter):
		}
	}
	return true
}

// readLines passes on each line that has something on it, the last one also
// without its newline.
func (c *conn) readLines(ctx context.Context, in io.Reader) error {
	r := bufio.NewReaderSize(in, 64<<10)
	for {
		line, long, err := readLine(r, maxMessage)
		if long {
			_ = c.send(errorMessage(nil, &rpcError{mcp.INVALID_REQUEST, tooLong}))
		} else if len(bytes.TrimSpace(line)) > 0 {
			c.receive(ctx, line)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read from the client: %w", err)
		}
	}
}

var tooLong = fmt.Sprintf("The message is longer than %d bytes and was not read. Send less at once.", maxMessage)

// readLine returns a copy of the next line. Of one that is longer than max it
// keeps nothing and says so, once the line has ended.
func readLine(r *bufio.Reader, max int) (line []byte, long bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		switch {
		case long:
		case len(line)+len(bytes.TrimRight(part, "\r\n")) > max:
			long, line = true, nil
		default:
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, long, err
		}
	}
}
