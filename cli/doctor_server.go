package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// server starts this program as a client does, and speaks with it. It needs no
// network: what is tried is settings and protocol.
func (d *doctor) server(ctx context.Context) []finding {
	f := finding{Subject: "server", Verdict: wrong, Remedy: "Start it by hand and read what it says: clever-mcp serve --verbose"}
	if d.p.Executable == "" {
		return []finding{{"server", skipped, "the system does not tell where this program is, so it was not started", ""}}
	}
	set := func(*pflag.Flag) bool { return true }
	args, err := passedOn(d.p.Dir, d.flags, set)
	if err != nil {
		return []finding{{"server", wrong, err.Error(), "Run it in a folder that exists."}}
	}
	answer, err := selfTest(ctx, d.p.Executable, args)
	if err != nil {
		f.Says = err.Error()
		return []finding{f}
	}
	f = finding{Subject: "server", Verdict: fine}
	f.Says = fmt.Sprintf("starts in %d ms, speaks %s and has %s", answer.took.Milliseconds(), answer.revision, counted(answer.tools, "tool"))
	switch {
	case answer.tools == 0:
		f.Verdict, f.Remedy = wrong, "Look at --tools, --toolsets, --without and --policy: together they leave nothing."
	case answer.version != version():
		f.Verdict, f.Remedy = doubt, "Start clever-mcp anew: the file was replaced while this program runs."
		f.Says += ", and is the version " + visible(answer.version)
	}
	return []finding{f}
}

// spoken is what the server said of itself.
type spoken struct {
	revision, version string
	tools             int
	took              time.Duration // to the first answer
}

// revision is the one that most clients speak.
const revision = "2025-11-25"

// selfTest starts a program, says hello, asks for its tools and ends it.
func selfTest(ctx context.Context, program string, args []string) (spoken, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, append([]string{"serve"}, args...)...)
	cmd.Env = withoutCredentials(os.Environ())
	cmd.WaitDelay = time.Second
	var complaint limitedBuffer
	cmd.Stderr = &complaint
	in, err := cmd.StdinPipe()
	if err != nil {
		return spoken{}, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return spoken{}, err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return spoken{}, fmt.Errorf("it cannot be started: %w", err)
	}
	s, err := converse(in, bufio.NewReader(io.LimitReader(out, maxReply)), start)
	ended := in.Close()
	if err != nil {
		cancel()
	}
	if waited := cmd.Wait(); err == nil {
		err = errors.Join(ended, waited)
	}
	if err == nil {
		return s, nil
	}
	if said := strings.TrimSpace(complaint.String()); said != "" {
		return spoken{}, fmt.Errorf("it ends with: %s", strings.TrimPrefix(said, "clever-mcp: "))
	}
	if ctx := context.Cause(ctx); errors.Is(ctx, context.DeadlineExceeded) {
		return spoken{}, errors.New("it was started, and did not answer in time")
	}
	return spoken{}, err
}

// converse is the conversation that every client begins with.
func converse(in io.Writer, out *bufio.Reader, start time.Time) (spoken, error) {
	var s spoken
	var hello struct {
		ProtocolVersion string
		ServerInfo      struct{ Version string }
	}
	params := map[string]any{"protocolVersion": revision, "capabilities": struct{}{}, "clientInfo": map[string]string{"name": "clever-mcp doctor", "version": version()}}
	if err := exchange(in, out, 1, "initialize", params, &hello); err != nil {
		return s, err
	}
	s.took, s.revision, s.version = time.Since(start), hello.ProtocolVersion, hello.ServerInfo.Version
	// Who has ended by now is found out by the next request.
	_, _ = io.WriteString(in, `{"jsonrpc":"2.0","method":"notifications/initialized"}`+"\n")
	var list struct{ Tools []json.RawMessage }
	err := exchange(in, out, 2, "tools/list", struct{}{}, &list)
	s.tools = len(list.Tools)
	return s, err
}

// exchange sends a request and reads its answer.
func exchange(in io.Writer, out *bufio.Reader, id int, method string, params, result any) error {
	line, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": params})
	if err != nil {
		return err
	}
	// When it has ended already, what there is to read says so better.
	_, _ = in.Write(append(line, '\n'))
	for {
		line, err := out.ReadBytes('\n')
		if err != nil {
			return fmt.Errorf("it was started, and ended before it answered %s", method)
		}
		var answer struct {
			ID     *int
			Result json.RawMessage
			Error  *struct{ Message string }
		}
		switch err := json.Unmarshal(line, &answer); {
		case err != nil:
			return errors.New("it prints something on standard output that is no message of the protocol")
		case answer.ID == nil || *answer.ID != id:
			continue // something that it says by itself
		case answer.Error != nil:
			return fmt.Errorf("it answers %s with: %s", method, answer.Error.Message)
		}
		return json.Unmarshal(answer.Result, result)
	}
}

// limitedBuffer keeps the beginning of what a child complains about.
type limitedBuffer struct{ b bytes.Buffer }

const maxComplaint = 2000

func (l *limitedBuffer) Write(p []byte) (int, error) {
	l.b.Write(p[:min(len(p), maxComplaint-min(maxComplaint, l.b.Len()))])
	return len(p), nil
}

func (l *limitedBuffer) String() string { return l.b.String() }
