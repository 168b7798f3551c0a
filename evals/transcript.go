package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"sync"
)

// transcript is what was said between an agent and the server, as far as it costs
// or tells something.
type transcript struct {
	tools string // the list of tools, as a model gets it
	calls []call
}

type call struct {
	tool, arguments, result string
	failed                  bool
}

// message is one of JSON-RPC, as much of it as is needed here.
type message struct {
	ID     json.RawMessage `json:"id,omitempty"`
	Method string          `json:"method,omitempty"`
	Params json.RawMessage `json:"params,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  json.RawMessage `json:"error,omitempty"`
}

// journal keeps messages in a file, one a line, as they pass.
type journal struct {
	mu   sync.Mutex
	file *os.File
}

func openJournal(path string) (*journal, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	return &journal{file: f}, err
}

// Who said a message. Each side counts its own ids.
const (
	fromAgent  = "agent"
	fromServer = "server"
)

type entry struct {
	From    string          `json:"from"`
	Message json.RawMessage `json:"message"`
}

// note keeps a message. What is no object is none.
func (j *journal) note(from string, line []byte) error {
	line = bytes.TrimSpace(line)
	if len(line) == 0 || line[0] != '{' || !json.Valid(line) {
		return nil
	}
	b, err := json.Marshal(entry{from, line})
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	_, err = j.file.Write(append(b, '\n'))
	return err
}

// readTranscript pairs calls with their results. A file that is not there is a
// conversation that never began.
func readTranscript(path string) (transcript, error) {
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		return transcript{}, nil
	}
	if err != nil {
		return transcript{}, err
	}
	defer f.Close()
	var t transcript
	asked := map[string]int{} // place of a call by its id, + 1; -1 for the list of tools
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var e entry
		var m message
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return transcript{}, err
		}
		if json.Unmarshal(e.Message, &m) != nil {
			continue // its other side answers that it is no message
		}
		place := asked[string(m.ID)]
		switch {
		case e.From == fromAgent && m.Method == "tools/list":
			asked[string(m.ID)] = -1
		case e.From == fromAgent && (m.Method == "tools/call" || m.Method == "resources/read" || m.Method == "prompts/get"):
			t.calls = append(t.calls, newCall(m))
			asked[string(m.ID)] = len(t.calls)
		case e.From == fromAgent || m.Method != "" || place == 0:
		case place < 0:
			t.tools = modelsTools(m.Result)
		default:
			t.calls[place-1].finish(m)
		}
	}
	return t, lines.Err()
}

func newCall(m message) call {
	var p struct {
		Name      string          `json:"name"`
		URI       string          `json:"uri"`
		Arguments json.RawMessage `json:"arguments"`
	}
	_ = json.Unmarshal(m.Params, &p) // the server answers what is wrong with it
	if p.Name == "" {
		p.Name = m.Method
	}
	return call{tool: p.Name, arguments: p.URI + string(p.Arguments)}
}

func (c *call) finish(m message) {
	var r struct {
		Content  []struct{ Text string } `json:"content"`
		Contents []struct{ Text string } `json:"contents"`
		IsError  bool                    `json:"isError"`
	}
	_ = json.Unmarshal(m.Result, &r)
	var text strings.Builder
	for _, c := range append(r.Content, r.Contents...) {
		text.WriteString(c.Text)
	}
	text.Write(m.Error)
	c.result, c.failed = text.String(), r.IsError || m.Error != nil
}

// modelsTools is what of the list is put before a model: names, descriptions and
// input schemas.
func modelsTools(result json.RawMessage) string {
	var list struct {
		Tools []struct {
			Name        string          `json:"name"`
			Description string          `json:"description"`
			InputSchema json.RawMessage `json:"inputSchema"`
		} `json:"tools"`
	}
	_ = json.Unmarshal(result, &list)
	text, err := json.Marshal(list.Tools)
	if err != nil {
		return ""
	}
	return string(text)
}

// cost counts the calls, and the tokens of what they put into the conversation:
// arguments and results. What a model reads anew with each turn is not in it.
func (t transcript) cost() Cost {
	c := Cost{Calls: len(t.calls)}
	for _, call := range t.calls {
		c.Tokens += tokens(call.tool) + tokens(call.arguments) + tokens(call.result)
	}
	return c
}
