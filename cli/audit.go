package cli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"clever-mcp/tools"

	"github.com/spf13/cobra"
)

// auditView is what of an audit file is printed, and how.
type auditView struct {
	tools    []string
	outcomes []string
	since    string
	json     bool
	follow   bool

	from time.Time
}

func newAudit(p *Process, s *settings) *cobra.Command {
	v := &auditView{}
	cmd := &cobra.Command{
		Use:   "audit [FILE]",
		Short: "Print an audit file so that a person can read it",
		Long: `Prints the lines that --audit wrote: one for each call of a tool and for each
request that was refused, with what it was about and how it ended. Values of
arguments are not in the file.

Outcomes: asked (a person had to agree first), done, failed (the API said no),
refused (nothing was done), unknown (sent, and nobody can tell).`,
		Example: `  clever-mcp audit ~/audit.jsonl --since 24h --outcome refused,failed
  clever-mcp audit ~/audit.jsonl --tool delete_app,raw_request
  clever-mcp audit ~/audit.jsonl --follow --json | jq .object`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := s.audit
			if len(args) == 1 {
				path = args[0]
			}
			if path == "" {
				return errors.New("audit needs the file that --audit wrote, such as: clever-mcp audit audit.jsonl")
			}
			if err := v.check(time.Now()); err != nil {
				return err
			}
			return cannotStart(v.print(cmd.Context(), path, p.Stdout))
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&v.tools, "tool", nil, "only calls of these tools")
	f.StringSliceVar(&v.outcomes, "outcome", nil, "only what ended so: asked, done, failed, refused, unknown")
	f.StringVar(&v.since, "since", "", "only from then on: a duration back from now (24h) or a date (2026-11-23, 2026-11-23T09:00:00Z)")
	f.BoolVar(&v.json, "json", false, "print the lines as they are, one JSON object each")
	f.BoolVar(&v.follow, "follow", false, "go on with the lines that come, until stopped")
	return cmd
}

func (v *auditView) check(now time.Time) error {
	for _, o := range v.outcomes {
		if !slices.Contains(tools.Outcomes(), tools.Outcome(o)) {
			return fmt.Errorf("--outcome: there is no %q; there are asked, done, failed, refused, unknown", o)
		}
	}
	for _, name := range v.tools {
		if !slices.Contains(names(tools.All()), name) {
			return fmt.Errorf("--tool: there is no %q; clever-mcp tools lists them", name)
		}
	}
	if v.since == "" {
		return nil
	}
	if back, err := time.ParseDuration(v.since); err == nil && back >= 0 {
		v.from = now.Add(-back)
		return nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, v.since); err == nil {
			v.from = at
			return nil
		}
	}
	return fmt.Errorf("--since: %q is neither a duration such as 24h nor a date such as 2026-11-23", v.since)
}

// pollEvery is how often a file is looked at that is followed.
const pollEvery = 250 * time.Millisecond

// print reads a file to its end, and on when it is followed: to the new file
// when the old one was moved away.
func (v *auditView) print(ctx context.Context, path string, out io.Writer) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	lines := bufio.NewReader(f)
	begun := ""
	for number := 1; ; {
		text, err := lines.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if begun += text; strings.HasSuffix(begun, "\n") || !v.follow && begun != "" {
			if err := v.line(begun, number, out); err != nil {
				return err
			}
			begun = ""
			number++
		}
		if err == nil {
			continue
		}
		if !v.follow {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if next := replaced(f, path); next != nil {
			// What came between the last look and the move is read first.
			rest, err := io.ReadAll(lines)
			if err != nil {
				return err
			}
			for line := range strings.Lines(begun + string(rest)) {
				if err := v.line(line, number, out); err != nil {
					return err
				}
				number++
			}
			_ = f.Close()
			f, lines, begun, number = next, bufio.NewReader(next), "", 1
		}
	}
}

// replaced opens the file that now has the name of another one; nil when it is
// the same, or none has it.
func replaced(f *os.File, path string) *os.File {
	was, err := f.Stat()
	if err != nil {
		return nil
	}
	if is, err := os.Stat(path); err != nil || os.SameFile(was, is) {
		return nil
	}
	next, err := os.Open(path)
	if err != nil {
		return nil
	}
	return next
}

// line prints one line when it is wanted. One that is not of an audit is said
// and not hidden: somebody may have tampered with the file.
func (v *auditView) line(text string, number int, out io.Writer) error {
	var l auditLine
	if err := json.Unmarshal([]byte(text), &l); err != nil || l.Outcome == "" {
		_, err := fmt.Fprintf(out, "line %d is no audit line: %q\n", number, text[:min(len(text), 100)])
		return err
	}
	switch {
	case l.Time.Before(v.from),
		len(v.tools) > 0 && !slices.Contains(v.tools, l.Tool),
		len(v.outcomes) > 0 && !slices.Contains(v.outcomes, string(l.Outcome)):
		return nil
	case v.json:
		_, err := io.WriteString(out, strings.TrimSuffix(text, "\n")+"\n")
		return err
	}
	_, err := fmt.Fprintln(out, l)
	return err
}

// String is a line for people. Everything in it that came from outside is
// quoted where it could steer a terminal.
func (l auditLine) String() string {
	what := strings.TrimSpace(plainly(l.Tool) + " " + plainly(l.Operation))
	if l.HTTP != "" {
		what = fmt.Sprintf("%s answered %d for its %s", plainly(l.HTTP), l.Status, plainly(l.Reason))
	}
	said := fmt.Sprintf("%s  %-8s %-8s %s", l.Time.UTC().Format("2006-01-02 15:04:05Z"), plainly(string(l.Outcome)), cmp.Or(plainly(l.Effect), "–"), what)
	if l.Object != "" {
		said += "  " + plainly(l.Object)
	}
	if l.Tool != "" {
		said += fmt.Sprintf("  %.0f ms", l.Millis)
	}
	for _, tag := range [][2]string{{"showed", l.Revealed}, {"by", l.Caller}, {"request", l.Request}, {"trace", l.Trace}} {
		if tag[1] != "" {
			said += "  " + tag[0] + " " + plainly(tag[1])
		}
	}
	return said
}

func plainly(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		return fmt.Sprintf("%+q", s)
	}
	return s
}
