package cli

import (
	"context"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// isTerminal tells whether a person is at the other end.
func isTerminal(v any) bool {
	f, ok := v.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// hiddenPrompt asks on a terminal for what must not be seen there; nil when in is
// none.
func hiddenPrompt(in *os.File, out io.Writer) func(ctx context.Context, prompt string) (string, error) {
	fd := int(in.Fd())
	if !term.IsTerminal(fd) {
		return nil
	}
	return func(ctx context.Context, prompt string) (string, error) {
		before, err := term.GetState(fd)
		if err != nil {
			return "", err
		}
		fmt.Fprint(out, prompt)
		type line struct {
			text []byte
			err  error
		}
		typed := make(chan line, 1)
		go func() {
			text, err := term.ReadPassword(fd)
			typed <- line{text, err}
		}()
		select {
		case l := <-typed:
			fmt.Fprintln(out)
			return string(l.text), l.err
		case <-ctx.Done():
			// The reader stays behind, with the echo switched off.
			_ = term.Restore(fd, before)
			fmt.Fprintln(out)
			return "", ctx.Err()
		}
	}
}
