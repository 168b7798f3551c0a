package cli

import (
	"bufio"
	"context"
	"errors"
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
// none. The echo is off before the question is seen: who answers at once, by
// pasting say, is not shown either.
func hiddenPrompt(in *os.File, out io.Writer) func(ctx context.Context, prompt string) (string, error) {
	fd := int(in.Fd())
	if !term.IsTerminal(fd) {
		return nil
	}
	// One for all questions: it keeps what was typed ahead.
	lines := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, out}, "")
	return func(ctx context.Context, prompt string) (string, error) {
		before, err := term.MakeRaw(fd)
		if err != nil {
			return "", err
		}
		defer func() { _ = term.Restore(fd, before) }()
		type line struct {
			text string
			err  error
		}
		typed := make(chan line, 1)
		go func() {
			text, err := lines.ReadPassword(prompt)
			typed <- line{text, err}
		}()
		select {
		case l := <-typed:
			if errors.Is(l.err, io.EOF) { // Ctrl-C too, which is no signal meanwhile
				return "", errors.New("nothing was typed, so nothing was done")
			}
			return l.text, l.err
		case <-ctx.Done():
			return "", ctx.Err() // the reader stays behind
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
