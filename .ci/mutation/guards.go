package main

import (
	"fmt"
	"os"
	"strings"
)

// guard is one entry of guards.txt: a piece of source, what stands there when the
// guard is away, and the tests that notice.
type guard struct {
	number     int
	name, file string
	pkg        string
	tests      []string
	old, new   string
}

// readGuards reads the list. An entry is a paragraph:
//
//	what it keeps out
//	file.go
//	./package TestOne TestTwo
//	- the lines of source
//	+ what replaces them
//
// Paragraphs whose lines begin with # are comments.
func readGuards(path string) ([]guard, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var guards []guard
	for paragraph := range strings.SplitSeq(string(raw), "\n\n") {
		lines := strings.Split(strings.Trim(paragraph, "\n"), "\n")
		if lines[0] == "" || strings.HasPrefix(lines[0], "#") {
			continue
		}
		g := guard{number: len(guards) + 1, name: lines[0]}
		var before, after []string
		for _, line := range lines[1:] {
			switch {
			case strings.HasPrefix(line, "-"):
				before = append(before, strings.TrimPrefix(line[1:], " "))
			case strings.HasPrefix(line, "+"):
				after = append(after, strings.TrimPrefix(line[1:], " "))
			case strings.HasPrefix(line, "./"):
				words := strings.Fields(line)
				g.pkg, g.tests = words[0], words[1:]
			default:
				g.file = line
			}
		}
		g.old, g.new = strings.Join(before, "\n"), strings.Join(after, "\n")
		if g.file == "" || len(g.tests) == 0 || strings.TrimSpace(g.old) == "" {
			return nil, fmt.Errorf("%s: the guard %q needs a file, a package with tests, and the source that is replaced", path, g.name)
		}
		guards = append(guards, g)
	}
	return guards, nil
}
