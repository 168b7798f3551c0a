package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"regexp"
	"sync"
)

// record stands between an agent and a server that speaks over standard input and
// output. It keeps what is said, and plays the person whom the server asks, so
// that every agent meets the same one whatever its own client can show.
type record struct {
	journal *journal
	person  string // accept, decline, or "" when there is nobody

	out whole // to the agent
	in  whole // to the server
}

// whole writes lines of several goroutines, one after the other.
type whole struct {
	mu sync.Mutex
	to io.Writer
}

func (w *whole) line(b []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, err := w.to.Write(b)
	return err
}

// runRecord is the command that stands in a client's configuration in place of the server.
func runRecord(args []string) error {
	f := flag.NewFlagSet("record", flag.ContinueOnError)
	to := f.String("to", "", "file to write the messages to")
	person := f.String("person", "", "what the person answers: accept or decline")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() == 0 || *to == "" {
		return errors.New("record takes --to FILE and the server's command. Put -- before that")
	}
	j, err := openJournal(*to)
	if err != nil {
		return err
	}
	cmd := exec.Command(f.Arg(0), f.Args()[1:]...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	r := &record{journal: j, person: *person, out: whole{to: os.Stdout}, in: whole{to: in}}
	go func() {
		_ = eachLine(os.Stdin, r.fromAgent) // its end is the end of the conversation
		in.Close()
	}()
	if err := eachLine(out, r.fromServer); err != nil {
		return err
	}
	return cmd.Wait()
}

func eachLine(from io.Reader, do func(line []byte) error) error {
	lines := bufio.NewReaderSize(from, 1<<16)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			if err := do(line); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *record) fromAgent(line []byte) error {
	var m map[string]any
	if json.Unmarshal(line, &m) != nil {
		return r.in.line(line)
	}
	switch m["method"] {
	case "server/discover":
		// Without it clients begin as before 2026-07-28, where a server sends its
		// questions by themselves and this can answer them.
		return r.out.line(encode(map[string]any{"jsonrpc": "2.0", "id": m["id"], "error": map[string]any{"code": -32601, "message": "Method not found"}}))
	case "initialize":
		withPerson(m, r.person != "")
		line = encode(m)
	}
	if err := r.journal.note(fromAgent, line); err != nil {
		return err
	}
	return r.in.line(line)
}

// withPerson makes an initialize request say that there is somebody to ask, or not.
func withPerson(m map[string]any, there bool) {
	params, _ := m["params"].(map[string]any)
	if params == nil {
		return // the server says what is wrong with it
	}
	can, _ := params["capabilities"].(map[string]any)
	if can == nil {
		can = map[string]any{}
		params["capabilities"] = can
	}
	delete(can, "elicitation")
	if there {
		can["elicitation"] = map[string]any{}
	}
}

func (r *record) fromServer(line []byte) error {
	var m struct {
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
		Params question        `json:"params"`
	}
	if json.Unmarshal(line, &m) == nil && m.Method == "elicitation/create" {
		return r.in.line(encode(map[string]any{"jsonrpc": "2.0", "id": m.ID, "result": m.Params.answered(r.person)}))
	}
	if err := r.journal.note(fromServer, line); err != nil {
		return err
	}
	return r.out.line(line)
}

// question is what a server asks a person.
type question struct {
	Message         string `json:"message"`
	RequestedSchema struct {
		Properties map[string]json.RawMessage `json:"properties"`
	} `json:"requestedSchema"`
}

// answered is what the person does: types the name that stands in the question, or
// says no.
func (q question) answered(person string) map[string]any {
	if person != "accept" {
		return map[string]any{"action": "decline"}
	}
	name := ""
	if m := asked.FindStringSubmatch(q.Message); m != nil {
		name = m[1]
	}
	typed := map[string]string{}
	for field := range q.RequestedSchema.Properties {
		typed[field] = name
	}
	return map[string]any{"action": "accept", "content": typed}
}

// asked finds the name of what is to be destroyed, which stands before its id.
var asked = regexp.MustCompile(`"([^"\n]+)" \(`)

// encode writes one line.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // what came as JSON goes as JSON
	}
	return append(b, '\n')
}
