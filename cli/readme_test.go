package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// commandsOf are the commands of this program in the shell blocks of a page, without
// comments, and what comes after a pipe.
func commandsOf(page string) [][]string {
	var all [][]string
	inside := false
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") {
			inside = line == "```sh"
			continue
		}
		line, _, _ = strings.Cut(line, " #")
		line, _, _ = strings.Cut(line, " | ")
		line, _, _ = strings.Cut(line, " > ")
		line = strings.TrimSuffix(strings.TrimSpace(line), " &")
		if _, command, ok := strings.Cut(line, "clever-mcp "); inside && ok && !strings.HasSuffix(line, `\`) {
			all = append(all, strings.Fields(strings.NewReplacer("'", "", `"`, "").Replace(command)))
		}
	}
	return all
}

// Every command of the documentation is one, with flags that there are. Those of
// the README that need no account, network or person to wait for are run.
func TestDocumentedCommands(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	runs := map[string]bool{"call": true, "search": true, "tools": true, "install": true, "uninstall": true, "doctor": true, "policy": true, "profiles": true}
	ran := map[string]int{}
	for _, page := range append(pages, "../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		m := patient(t, nil)
		m.answer = func(string) bool { return true }
		for _, command := range commandsOf(string(text)) {
			root := newRoot(&Process{})
			root.InitDefaultCompletionCmd()
			if c, _, err := root.Find(command); err != nil || c == root && !strings.HasPrefix(command[0], "-") {
				t.Errorf("%s: there is no command clever-mcp %s: %v", page, strings.Join(command, " "), err)
			}
			if _, errs, code := m.run(t, append(command, "--help")...); code != exitDone {
				t.Errorf("%s: clever-mcp %s: exit %d: %s", page, strings.Join(command, " "), code, errs)
				continue
			}
			if name := command[0]; page == "../README.md" && runs[name] {
				m.env["CLEVER_MCP_DEMO"] = "true"
				if out, errs, code := m.run(t, command...); code != exitDone || out == "" {
					t.Errorf("clever-mcp %s: exit %d: %s%s", strings.Join(command, " "), code, out, errs)
				}
				delete(m.env, "CLEVER_MCP_DEMO")
				ran[name]++
			}
		}
	}
	for _, name := range []string{"call", "search", "tools", "install", "doctor"} {
		if ran[name] == 0 {
			t.Errorf("the README shows no %s", name)
		}
	}
}

// Pages link to files that there are.
func TestDocumentedLinks(t *testing.T) {
	t.Parallel()
	pages := []string{}
	for _, pattern := range []string{"../*.md", "../docs/*.md", "../docs/adr/*.md", "../examples/*.md", "../evals/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	links := 0
	for _, page := range pages {
		for _, part := range strings.Split(string(contentOf(t, page)), "](")[1:] {
			link, _, _ := strings.Cut(part, ")")
			link, _, _ = strings.Cut(link, "#")
			if link == "" || strings.Contains(link, ":") || strings.ContainsAny(link, " \n\"") {
				continue
			}
			links++
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), link)); err != nil {
				t.Errorf("%s links to %s: %v", page, link, err)
			}
		}
	}
	if links < 20 {
		t.Errorf("only %d links were found", links)
	}
}
