package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// program is something that serves MCP: how it is started, and how it is asked
// for what is at a path of the API.
type program struct {
	name   string
	binary string
	args   []string
	env    []string
	log    *os.File // takes standard error, as the log file of a client does
	// call is name and arguments of the tool that passes on what is at a path.
	call func(path string) (tool string, args any)
}

// process is a program that runs and speaks over its standard input and output.
type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser

	mu      sync.Mutex
	write   sync.Mutex
	next    int
	waiting map[int]chan answer
	failed  error
	modern  bool
}

type answer struct {
	Result struct {
		IsError    bool                    `json:"isError"`
		Content    []struct{ Text string } `json:"content"`
		Structured json.RawMessage         `json:"structuredContent"`
		Tools      []json.RawMessage       `json:"tools"`
	} `json:"result"`
	Error json.RawMessage `json:"error"`
	size  int
}

// start starts a program. Nothing is said to it yet.
func (p program) start(extra ...string) (*process, error) {
	cmd := exec.Command(p.binary, append(p.args[:len(p.args):len(p.args)], extra...)...)
	cmd.Env = p.env
	cmd.Stderr = p.log
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	r := &process{cmd: cmd, in: in, waiting: map[int]chan answer{}}
	go r.read(out)
	return r, nil
}

func (r *process) read(out io.Reader) {
	lines := bufio.NewReaderSize(out, 1<<20)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.failed = errors.New("the program ended")
			for _, c := range r.waiting {
				close(c)
			}
			return
		}
		r.deliver(line)
	}
}

// deliver reads no more of an answer than its id unless the waiting one asks for
// it: what a client does with answers must not be what is measured.
func (r *process) deliver(line []byte) {
	id := idOf(line)
	r.mu.Lock()
	c := r.waiting[id]
	delete(r.waiting, id)
	r.mu.Unlock()
	if c == nil {
		return
	}
	a := answer{size: len(line)}
	if cap(c) == 1 || !bytes.Contains(line, []byte(`"result"`)) {
		if err := json.Unmarshal(line, &a); err != nil {
			a.Error = json.RawMessage(strconv.Quote(err.Error()))
		}
	}
	c <- a
}

// idOf finds the last "id" member that is a number, at whichever end it stands.
func idOf(line []byte) int {
	for _, part := range [][]byte{line[:min(len(line), 64)], line[max(0, len(line)-64):]} {
		i := bytes.Index(part, []byte(`"id":`))
		if i < 0 {
			continue
		}
		n, digits := 0, part[i+5:]
		for len(digits) > 0 && digits[0] >= '0' && digits[0] <= '9' {
			n, digits = n*10+int(digits[0]-'0'), digits[1:]
		}
		if n > 0 {
			return n
		}
	}
	return 0
}

// ask sends a request and waits for its answer. whole decodes the answer.
func (r *process) ask(method string, params any, whole bool) (answer, error) {
	size := 2
	if whole {
		size = 1
	}
	c := make(chan answer, size)
	r.mu.Lock()
	if r.failed != nil {
		r.mu.Unlock()
		return answer{}, r.failed
	}
	r.next++
	id := r.next
	r.waiting[id] = c
	r.mu.Unlock()
	if err := r.send(map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": params}); err != nil {
		return answer{}, err
	}
	a, ok := <-c
	if !ok {
		return answer{}, errors.New("the program ended without an answer")
	}
	if a.Error != nil {
		return a, fmt.Errorf("%s: %s", method, a.Error)
	}
	return a, nil
}

func (r *process) send(message any) error {
	line, err := json.Marshal(message)
	if err != nil {
		return err
	}
	r.write.Lock()
	defer r.write.Unlock()
	_, err = r.in.Write(append(line, '\n'))
	return err
}

// hello does what a client does first: in the revisions before 2026-07-28 it
// introduces itself, since then each request does.
func (r *process) hello() (answer, error) {
	if !r.modern {
		if _, err := r.ask("initialize", initialize(), false); err != nil {
			return answer{}, err
		}
		if err := r.send(map[string]any{"jsonrpc": "2.0", "method": "notifications/initialized"}); err != nil {
			return answer{}, err
		}
	}
	return r.ask("tools/list", r.params(map[string]any{}), true)
}

func initialize() map[string]any {
	return map[string]any{"protocolVersion": "2025-06-18", "capabilities": map[string]any{}, "clientInfo": map[string]any{"name": "bench", "version": "1"}}
}

func (r *process) params(params map[string]any) map[string]any {
	if r.modern {
		params["_meta"] = modernMeta()
	}
	return params
}

func modernMeta() map[string]any {
	return map[string]any{
		"io.modelcontextprotocol/protocolVersion":    "2026-07-28",
		"io.modelcontextprotocol/clientInfo":         map[string]any{"name": "bench", "version": "1"},
		"io.modelcontextprotocol/clientCapabilities": map[string]any{},
	}
}

// tool calls a tool and returns its answer as text.
func (r *process) tool(name string, args any) (answer, error) {
	return r.ask("tools/call", r.params(map[string]any{"name": name, "arguments": args}), true)
}

// quick calls a tool and looks at nothing but that there is a result.
func (r *process) quick(name string, args any) error {
	_, err := r.ask("tools/call", r.params(map[string]any{"name": name, "arguments": args}), false)
	return err
}

// end closes the input and returns how long the program took to exit.
func (r *process) end() (time.Duration, error) {
	begin := time.Now()
	if err := r.in.Close(); err != nil {
		return 0, err
	}
	done := make(chan error, 1)
	go func() { done <- r.cmd.Wait() }()
	select {
	case err := <-done:
		return time.Since(begin), err
	case <-time.After(10 * time.Second):
		_ = r.cmd.Process.Kill()
		return 0, errors.New("the program did not exit")
	}
}

func (r *process) kill() {
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait()
}

// mib reads a size of the process from the kernel: VmRSS now, VmHWM at its peak.
func (r *process) mib(name string) (float64, error) {
	return statusMiB(r.cmd.Process.Pid, name)
}

func statusMiB(pid int, name string) (float64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024, err
		}
	}
	return 0, fmt.Errorf("the kernel tells no %s", name)
}

// cpu is the processor time that the process has used. The kernel counts it in
// hundredths of a second.
func cpu(pid int) (time.Duration, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	var ticks int64
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil
}
