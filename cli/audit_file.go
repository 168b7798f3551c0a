package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"clever-mcp/server"
	"clever-mcp/tools"
)

// auditLine is one line of an audit file: a call of a tool, or a request over
// HTTP that the guard turned away.
type auditLine struct {
	Time      time.Time     `json:"time"`
	Tool      string        `json:"tool,omitempty"`
	Operation string        `json:"operation,omitempty"`
	Object    string        `json:"object,omitempty"`
	HTTP      string        `json:"http,omitempty"` // method and route
	Status    int           `json:"status,omitempty"`
	Reason    string        `json:"reason,omitempty"`
	Effect    string        `json:"effect,omitempty"`
	Outcome   tools.Outcome `json:"outcome"`
	Millis    float64       `json:"ms"`
	Request   string        `json:"request,omitempty"`
	Trace     string        `json:"trace,omitempty"`
	Caller    string        `json:"caller,omitempty"`
	Revealed  string        `json:"revealed,omitempty"` // name of a variable
}

// auditFile appends lines to a file that only this user can read. When somebody
// moves the file away, as rotation does, the next line begins a new one.
type auditFile struct {
	path string
	log  *slog.Logger

	mu   sync.Mutex
	f    *os.File
	info fs.FileInfo
}

// openAudit opens the file of --audit, or makes it; nil when none is wanted.
func openAudit(path string, log *slog.Logger) (*auditFile, error) {
	if path == "" {
		return nil, nil
	}
	a := &auditFile{path: path, log: log}
	if err := a.open(); err != nil {
		return nil, fmt.Errorf("--audit: %w", err)
	}
	return a, nil
}

func (a *auditFile) open() error {
	f, err := os.OpenFile(a.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|noFollow, 0o600)
	if err != nil {
		return fmt.Errorf("%w. Name a file in a folder that exists, not a link", err)
	}
	info, err := f.Stat()
	if err == nil {
		err = auditable(a.path, info)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	if a.f != nil {
		_ = a.f.Close()
	}
	a.f, a.info = f, info
	return nil
}

// auditable refuses a file into which others could write lines, or read them.
func auditable(path string, info fs.FileInfo) error {
	switch {
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is not an ordinary file. Name another one", path)
	case !isOurs(info):
		return fmt.Errorf("%s belongs to another user. Name another file", path)
	case privateModes && info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("%s can be read or changed by other users of this machine. Run: chmod 600 %s", path, path)
	}
	return nil
}

// call writes the line of a call.
func (a *auditFile) call(e tools.Entry) {
	a.write(auditLine{
		Time: e.Time, Tool: e.Tool, Operation: e.Operation, Object: e.Object, Effect: e.Effect, Outcome: e.Outcome,
		Millis: float64(e.Took.Microseconds()) / 1000, Request: e.Request, Trace: e.Trace, Caller: e.Caller, Revealed: e.Revealed,
	})
}

// refusal writes the line of a request that the guard turned away.
func (a *auditFile) refusal(r server.Refusal) {
	a.write(auditLine{Time: time.Now(), HTTP: r.Method + " " + r.Route, Status: r.Status, Reason: r.Reason, Outcome: tools.OutcomeRefused, Caller: r.Caller})
}

// write appends one line whole. A line that cannot be written is said in the
// log: the call has ended already.
func (a *auditFile) write(l auditLine) {
	l.Time = l.Time.UTC()
	text, err := json.Marshal(l)
	if err != nil {
		a.log.Error("an audit line could not be made", "error", err)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if now, err := os.Lstat(a.path); err != nil || !os.SameFile(now, a.info) {
		if err := a.open(); err != nil {
			a.log.Error("the audit file was moved away, and no new one could be made: lines go to the old one", "error", err)
		}
	}
	if _, err := a.f.Write(append(text, '\n')); err != nil {
		a.log.Error("an audit line could not be written", "error", err)
	}
}

func (a *auditFile) close() error {
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.f.Close()
}
