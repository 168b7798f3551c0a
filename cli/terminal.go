package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

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

// confirmPrompt asks a question on a terminal that anything but yes answers with
// no; nil when in is none.
func confirmPrompt(in *os.File, out io.Writer) func(ctx context.Context, question string) (bool, error) {
	if !isTerminal(in) {
		return nil
	}
	return func(ctx context.Context, question string) (bool, error) {
		fmt.Fprintf(out, "%s [y/N] ", question)
		typed := make(chan string, 1)
		go func() {
			line, _ := bufio.NewReader(in).ReadString('\n')
			typed <- line
		}()
		select {
		case line := <-typed:
			line = strings.ToLower(strings.TrimSpace(line))
			return line == "y" || line == "yes", nil
		case <-ctx.Done():
			fmt.Fprintln(out)
			return false, ctx.Err()
		}
	}
}
