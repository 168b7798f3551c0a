package cli

import (
	"cmp"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"clever-mcp/cli/clients"
)

// found is one client as it is set up on this machine.
type found struct {
	client clients.Client
	scope  clients.Scope
	file   string
	here   bool            // the client has been used: its file or its folder is there
	ours   []clients.Entry // those that start this program, or have its usual name
	err    error           // the file cannot be read
}

// place is where the files of clients are looked for.
func (p *Process) place() clients.Place {
	home := p.Getenv("HOME")
	if runtime.GOOS == "windows" {
		home = cmp.Or(p.Getenv("USERPROFILE"), home)
	}
	return clients.Place{OS: runtime.GOOS, Home: home, Dir: p.Dir, Getenv: p.Getenv}
}

// known tells whether the folder that a scope is about is known.
func known(place clients.Place, scope clients.Scope) bool {
	if scope == clients.Project {
		return place.Dir != ""
	}
	return place.Home != ""
}

// survey looks at every client. Files of the working directory are reported only
// if they start this program, or cannot be read.
func (p *Process) survey() []found {
	var all []found
	place := p.place()
	for _, c := range clients.All() {
		for _, scope := range []clients.Scope{clients.User, clients.Project} {
			file, err := c.File(place, scope)
			if err != nil || !known(place, scope) {
				continue // it has no such scope, or there is no such folder
			}
			f := found{client: c, scope: scope, file: file}
			var entries []clients.Entry
			entries, f.here, f.err = c.Entries(file)
			for _, e := range entries {
				if e.Name == usualName || programName(e.Command) == "clever-mcp" {
					f.ours = append(f.ours, e)
				}
			}
			if scope == clients.Project && len(f.ours) == 0 && (f.err == nil || !f.here) {
				continue
			}
			if folder := filepath.Dir(file); !f.here && folder != place.Home {
				info, err := os.Stat(folder)
				f.here = err == nil && info.IsDir()
			}
			all = append(all, f)
		}
	}
	return all
}

// programName is the last part of a command, however the system writes it.
func programName(command string) string {
	if i := strings.LastIndexAny(command, `/\`); i >= 0 {
		command = command[i+1:]
	}
	return strings.TrimSuffix(strings.ToLower(command), ".exe")
}
