package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// files looks at who else on this machine can read what is secret.
func (d *doctor) files(context.Context) []finding {
	if !privateModes {
		return []finding{{"files", skipped, "on this system the access lists of the user's folders protect them", ""}}
	}
	var found []finding
	looked := 0
	for _, file := range d.secretFiles() {
		info, err := os.Lstat(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		looked++
		switch {
		case err != nil:
			found = append(found, finding{"files", doubt, "it is not known who can read " + file, "Make its folder readable for this user."})
		case info.Mode()&fs.ModeSymlink != 0:
			// A secret is never read through a link, and whoever reads it says so.
		case info.Mode().Perm()&0o077 != 0 && !closed(filepath.Dir(file)):
			found = append(found, finding{"files", doubt, fmt.Sprintf("%s has the mode %04o, so other users of this machine can read or change it", file, info.Mode().Perm()), "Run: chmod 600 " + d.word(file)})
		}
	}
	if len(found) > 0 {
		return found
	}
	says := "no file with secrets is here"
	if looked > 0 {
		says = fmt.Sprintf("only this user can read what is secret (%s)", counted(looked, "file"))
	}
	return []finding{{"files", fine, says, ""}}
}

// closed tells a folder that lets no other user through.
func closed(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.Mode().Perm()&0o011 == 0
}

// secretFiles are those that this program reads or wrote.
func (d *doctor) secretFiles() []string {
	all := []string{d.store.File()}
	for _, name := range []string{passwordFile, codeFile} {
		all = append(all, d.p.Getenv(name))
	}
	if tokens, err := d.s.tokens(); err == nil && !d.s.emulated() {
		all = append(all, below(tokens)...)
	}
	if state := d.p.Getenv("XDG_STATE_HOME"); state != "" {
		all = append(all, below(filepath.Join(state, "clever-mcp"))...)
	} else if home := d.p.place().Home; home != "" {
		all = append(all, below(filepath.Join(home, ".local", "state", "clever-mcp"))...)
	}
	var named []string
	for _, file := range all {
		if file != "" {
			named = append(named, file)
		}
	}
	return named
}

// below are the token files of a folder.
func below(dir string) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var all []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".token") {
			all = append(all, filepath.Join(dir, e.Name()))
		}
	}
	return all
}

// word makes one word of the shell out of a path, with the home of the user as ~.
func (d *doctor) word(path string) string {
	if rest, ok := strings.CutPrefix(path, d.p.place().Home+"/"); ok && d.p.place().Home != "" {
		return "~/" + shellQuote(rest)
	}
	return shellQuote(path)
}

func shellQuote(word string) string {
	if !strings.ContainsAny(word, " '\"\\$`&|;<>()*?[]#!") {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
